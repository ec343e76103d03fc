//! Needs: who provides them, before and after.

use std::collections::BTreeMap;

use petgraph::Direction;

use super::{Change, Kind, Sides, key, unhashed};
use crate::diagnose::Severity;
use crate::graph::{NeedEdge, Node, NodeId};
use crate::image::Answer;
use crate::scan::Scan;

pub(super) fn compare(sides: &Sides, changes: &mut Vec<Change>) {
    for (old, _) in sides.before.graph.nodes().filter(|(_, node)| matches!(node, Node::File { .. })) {
        if let Some(new) = sides.pairs.after(old) {
            providers(sides, old, new, changes);
            numpy(sides, old, new, changes);
        }
    }
}

/// What each name that a file needs got, as most imports see it.
fn needs(scan: &Scan, node: NodeId) -> BTreeMap<String, (NodeId, &NeedEdge)> {
    let mut needs = BTreeMap::new();
    for (target, edge) in scan.graph.needs(node) {
        needs.entry(unhashed(&edge.name.text())).or_insert((target, edge));
    }
    needs
}

fn providers(sides: &Sides, old: NodeId, new: NodeId, changes: &mut Vec<Change>) {
    let (before, mut after) = (needs(sides.before, old), needs(sides.after, new));
    let change = |name: &str, from, to| Change {
        about: name.to_owned(),
        ..Change::new(Kind::Provider, key(sides.after, new), from, to).at(Some(old), Some(new))
    };
    for (name, (was, was_edge)) in before {
        let from = Some(provider(sides.before, was, was_edge));
        let Some((is, is_edge)) = after.remove(&name) else {
            changes.push(change(&name, from, None));
            continue;
        };
        let is_same = sides.pairs.after(was) == Some(is) && was_edge.resolution.is_met() == is_edge.resolution.is_met();
        if !is_same {
            let is_lost = was_edge.resolution.is_met() && !is_edge.resolution.is_met();
            let is_missed = is_lost && is_edge.kind.is_binding() && sides.after.is_missed(is);
            let is_mended = !was_edge.resolution.is_met() && is_edge.resolution.is_met();
            let to = Some(provider(sides.after, is, is_edge));
            let regression = is_missed.then_some(Severity::Error);
            changes.push(Change { regression, is_mended, ..change(&name, from, to) });
        }
    }
    for (name, (is, edge)) in after {
        changes.push(change(&name, None, Some(provider(sides.after, is, edge))));
    }
}

/// Who provides, in words.
fn provider(scan: &Scan, target: NodeId, edge: &NeedEdge) -> String {
    match scan.graph.node(target) {
        _ if !edge.resolution.is_met() && !edge.kind.is_binding() => "nobody, and need not".into(),
        _ if !edge.resolution.is_met() => "not found".into(),
        Node::File { .. } => key(scan, target),
        Node::System(file) => format!("the system's {}", scan.world.file(*file).path),
        _ => "the system itself".into(),
    }
}

fn numpy(sides: &Sides, old: NodeId, new: NodeId, changes: &mut Vec<Change>) {
    let answer = |scan: &Scan, node| -> Option<Answer> {
        scan.graph.numpy(node, Direction::Outgoing).first().map(|(_, capi_edge)| capi_edge.answer)
    };
    let (was, is) = (answer(sides.before, old), answer(sides.after, new));
    if was == is {
        return;
    }
    let words = |answer: Option<Answer>| answer.map(|answer| answer.phrase().to_owned());
    let fails = |answer: Option<Answer>| answer.is_some_and(Answer::fails);
    let change = Change::new(Kind::Numpy, key(sides.after, new), words(was), words(is)).at(Some(old), Some(new));
    changes.push(Change {
        regression: (fails(is) && !fails(was)).then_some(Severity::Warning),
        is_mended: fails(was) && !fails(is),
        ..change
    });
}
