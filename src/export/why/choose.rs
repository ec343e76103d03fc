//! From what a person typed to the nodes that are meant.

use rustc_hash::FxHashSet;

use super::super::places::{distribution_title, title};
use crate::discover::Role;
use crate::error::Error;
use crate::graph::{Node, NodeId, Presence};
use crate::loader;
use crate::scan::Scan;

/// How many nodes of the very same name are explained one after the other.
const TWINS: usize = 3;
const CANDIDATES: usize = 10;

/// What is called exactly so; else the one thing whose name or path holds the text.
pub(super) fn chosen(scan: &Scan, name: &str) -> Result<Vec<NodeId>, Error> {
    let names: Vec<(NodeId, Vec<String>)> = scan.graph.nodes().map(|(node, _)| (node, names(scan, node))).collect();
    let with = |is_meant: &dyn Fn(&String) -> bool| -> Vec<NodeId> {
        let named = names.iter().filter(|(_, names)| names.iter().any(is_meant)).map(|(node, _)| *node);
        // A package is told of with its distribution, and a file is meant rather than a package.
        let (packages, others): (Vec<NodeId>, Vec<NodeId>) =
            named.partition(|&node| matches!(scan.graph.node(node), Node::Python(_)));
        if others.is_empty() { packages } else { others }
    };
    let exact = with(&|known| known == name);
    if (1..=TWINS).contains(&exact.len()) {
        return Ok(exact);
    }
    let folded = name.to_lowercase();
    let near = if exact.is_empty() { with(&|known| known.to_lowercase().contains(&folded)) } else { exact };
    // A file that a distribution is named after is meant rather than the distribution.
    let files: Vec<NodeId> =
        near.iter().copied().filter(|&node| !matches!(scan.graph.node(node), Node::Distribution(_))).collect();
    match (&near[..], &files[..]) {
        ([], _) => Err(Error::new(
            format!("nothing in {} is called {name}", scan.target.root),
            "give a library, a module, a distribution or a part of a path; dylens tree --all lists them",
        )),
        ([one], _) | (_, [one]) => Ok(vec![*one]),
        _ => Err(several(scan, name, &near)),
    }
}

/// All names under which a node is known.
fn names(scan: &Scan, node: NodeId) -> Vec<String> {
    let mut names = vec![scan.label(node), title(scan, node)];
    if let Some(file) = scan.file_of(node) {
        let file = scan.world.file(file);
        names.push(scan.shown(&file.path).to_string());
        names.push(file.path.to_string());
        names.extend(file.image.as_ref().and_then(|image| image.identity.as_ref()).map(ToString::to_string));
        // Links and sonames: what others call it when they ask for it.
        let asked: FxHashSet<String> =
            scan.graph.dependents(node).into_iter().map(|(_, edge)| edge.name.to_string()).collect();
        names.extend(asked);
    }
    names
}

pub(super) fn several(scan: &Scan, name: &str, nodes: &[NodeId]) -> Error {
    let called = |&node: &NodeId| scan.path_of(node).map_or_else(|| title(scan, node), |path| path.to_string());
    let mut list: Vec<String> = nodes.iter().take(CANDIDATES).map(called).collect();
    if nodes.len() > CANDIDATES {
        list.push(format!("and {} more", nodes.len() - CANDIDATES));
    }
    Error::new(format!("{name} could be any of {}", nodes.len()), "give more of the name:").with_list(list)
}

/// What a node is, in a phrase.
pub(super) fn described(scan: &Scan, node: NodeId) -> String {
    match scan.graph.node(node) {
        Node::Distribution(_) => "a distribution".into(),
        Node::File { role, owner, .. } => {
            let owner = distribution_title(scan, scan.graph.distributions()[owner.0]);
            let what = match role {
                Role::Module(_) => "a module",
                Role::Library => "a library",
                Role::Program => "a program",
            };
            format!("{what} of {owner}")
        }
        Node::System(_) => "a file outside the environment".into(),
        Node::Builtin(_) => loader::traits(&scan.world.host.system).builtin.into(),
        Node::Missing(_) => "a name that is not found".into(),
        Node::Python(module) => match module.presence {
            Presence::Present(_) => "a Python module".into(),
            Presence::Absent => "a missing Python module".into(),
            Presence::Unknown => "a Python module that may be absent".into(),
        },
    }
}
