//! Distributions and files: what came, went, moved, and what they are.

use super::{Change, Kind, Sides, key};
use crate::diagnose::Severity;
use crate::graph::{Node, NodeId};
use crate::scan::Scan;

pub(super) fn compare(sides: &Sides, changes: &mut Vec<Change>) {
    let is_told = |node: &Node| matches!(node, Node::Distribution(_) | Node::File { .. });
    for (old, node) in sides.before.graph.nodes().filter(|(_, node)| is_told(node)) {
        match (sides.pairs.after(old), node) {
            (None, _) => changes.push(Change {
                follows: owner(sides.before, old).is_some_and(|owner| sides.pairs.after(owner).is_none()),
                ..Change::new(kind(node), subject(sides.before, old), Some(told(sides.before, old)), None)
                    .at(Some(old), None)
            }),
            (Some(new), Node::Distribution(_)) => version(sides, old, new, changes),
            (Some(new), _) => file(sides, old, new, changes),
        }
    }
    for (new, node) in sides.after.graph.nodes().filter(|(_, node)| is_told(node)) {
        if sides.pairs.before(new).is_none() {
            changes.push(Change {
                follows: owner(sides.after, new).is_some_and(|owner| sides.pairs.before(owner).is_none()),
                ..Change::new(kind(node), subject(sides.after, new), None, Some(told(sides.after, new)))
                    .at(None, Some(new))
            });
        }
    }
}

fn kind(node: &Node) -> Kind {
    if matches!(node, Node::Distribution(_)) { Kind::Distribution } else { Kind::File }
}

fn owner(scan: &Scan, node: NodeId) -> Option<NodeId> {
    match scan.graph.node(node) {
        Node::File { owner, .. } => scan.graph.distributions().get(owner.0).copied(),
        _ => None,
    }
}

fn subject(scan: &Scan, node: NodeId) -> String {
    key(scan, node)
}

/// A distribution is told by its version, a file by its path.
fn told(scan: &Scan, node: NodeId) -> String {
    match scan.graph.node(node) {
        Node::Distribution(id) => scan.distributions.get(*id).version.clone(),
        _ => scan.path_of(node).map_or_else(String::new, |path| path.to_string()),
    }
}

fn version(sides: &Sides, old: NodeId, new: NodeId, changes: &mut Vec<Change>) {
    let (from, to) = (told(sides.before, old), told(sides.after, new));
    // A bundle does not tell versions: that is no change.
    if from != to && !from.is_empty() && !to.is_empty() {
        let change = Change::new(Kind::Distribution, subject(sides.after, new), Some(from), Some(to));
        changes.push(change.at(Some(old), Some(new)));
    }
}

/// What two files say of themselves.
fn file(sides: &Sides, old: NodeId, new: NodeId, changes: &mut Vec<Change>) {
    let (Some(before), Some(after)) = (sides.before.file_of(old), sides.after.file_of(new)) else { return };
    let (before, after) = (sides.before.world.file(before), sides.after.world.file(after));
    let subject = subject(sides.after, new);
    let change = |kind, from, to| Change::new(kind, subject.clone(), from, to).at(Some(old), Some(new));
    let was = subject_of_moved(sides, old, &subject);
    changes.extend(was.map(|was| change(Kind::File, Some(was), Some(subject.clone()))));
    let problem = |file: &crate::world::File| file.problem.as_ref().map(ToString::to_string);
    let (from, to) = (problem(&before), problem(&after));
    if from != to {
        let regression = (to.is_some() && from.is_none()).then_some(Severity::Error);
        changes.push(Change { regression, is_mended: to.is_none(), ..change(Kind::Problem, from, to) });
    }
    let (Some(before), Some(after)) = (&before.image, &after.image) else { return };
    let identity = |image: &crate::image::Image| image.identity.as_ref().map(ToString::to_string);
    let (from, to) = (identity(before), identity(after));
    let unhashed = |name: &Option<String>| name.as_deref().map(super::unhashed);
    if unhashed(&from) != unhashed(&to) {
        changes.push(change(Kind::Identity, from, to));
    }
    let (from, to) = (made_for(before), made_for(after));
    if from != to {
        changes.push(change(Kind::Target, Some(from), Some(to)));
    }
}

/// The path before, where a file lies elsewhere than it did.
fn subject_of_moved(sides: &Sides, old: NodeId, subject: &str) -> Option<String> {
    let was = self::subject(sides.before, old);
    (super::unhashed(&was) != super::unhashed(subject)).then_some(was)
}

fn made_for(image: &crate::image::Image) -> String {
    let built_for = image.mach.as_ref().and_then(|mach| mach.built_for);
    let system = built_for.map(|built| format!(", {} {} and later", built.platform, built.minimum));
    format!("{} {}{}", image.format, image.arch_word(), system.unwrap_or_default())
}
