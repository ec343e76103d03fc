//! What is drawn as one, and which links are only counted: as the display says, and as a picture has room.

use rustc_hash::FxHashSet;

use super::scope::{DisplayOptions, Scope, distribution};
use crate::graph::NodeId;
use crate::graph::sketch::{Fold, Item, Sketch};
use crate::tui::scan_index::{NodeKind, ScanIndex};

/// Twins are folded from so many on: fewer are read as fast as their number.
const FEWEST_TWINS: usize = 3;

/// The package in whose frame each item of a flow stands; none where pictures have no frames.
pub(super) fn groups(scan_index: &ScanIndex, sketch: &Sketch, scope: Scope) -> Vec<Option<usize>> {
    if !matches!(scope.place(), Scope::All | Scope::Focus) || scope == Scope::Overview {
        return Vec::new();
    }
    let graph = &scan_index.scan.graph;
    let group = |item: &Item| {
        let owner = graph.owner(item.node()).filter(|_| !matches!(item.fold, Fold::Package | Fold::Rest))?;
        let is_one = item.nodes.iter().all(|&node| graph.owner(node) == Some(owner));
        is_one.then(|| owner.index())
    };
    sketch.items.iter().map(group).collect()
}

/// Folds what looks alike, as the display says; the center never, nor what is missing, nor what was opened.
pub(super) fn fold(sketch: &mut Sketch, scan_index: &ScanIndex, center: NodeId, display: &DisplayOptions) {
    let is_free = |item: &Item| {
        !item.nodes.iter().any(|node| *node == center || scan_index.is_missing(*node) || display.opened.contains(node))
    };
    if display.cycles {
        sketch.fold_cycles();
    }
    if display.twins {
        sketch.fold_twins(FEWEST_TWINS, |item| {
            let entry = scan_index.entry(item.node());
            let alike = (&entry.owner, entry.kind, entry.sign(), entry.because, entry.badge.is_clean());
            (is_free(item) && item.fold != Fold::Package && entry.kind != NodeKind::Distribution).then_some(alike)
        });
    }
}

/// Leaves out the links that longer ways imply, where the display does not ask for them; those to what is missing stay, and those
/// of the center, if there is one.
pub(super) fn leave_out_implied(
    sketch: &mut Sketch,
    scan_index: &ScanIndex,
    display: &DisplayOptions,
    center: Option<NodeId>,
) {
    if display.implied {
        return;
    }
    let is_center = |item: &Item| center.is_some_and(|center| item.nodes.contains(&center));
    let stands_out = |item: &Item| item.nodes.iter().any(|&node| scan_index.is_missing(node));
    scan_index.marks.reduce(&scan_index.scan, sketch, |source, target| {
        is_center(source) || is_center(target) || stands_out(target)
    });
}

/// Makes one item of each distribution and its files.
pub(super) fn fold_packages(sketch: &mut Sketch, scan_index: &ScanIndex, display: &DisplayOptions) {
    sketch.fold(Fold::Package, |item| {
        let package = distribution(scan_index, item.node())?;
        (!display.opened.contains(&package)).then_some(package)
    });
}

/// Of the whole environment, what is joined with nothing and has nothing wrong is only counted: it would be a list.
pub(super) fn drop_loose(sketch: &mut Sketch, scan_index: &ScanIndex) {
    let linked: FxHashSet<usize> = sketch.links.iter().flat_map(|link| [link.source, link.target]).collect();
    let loose: FxHashSet<NodeId> = (0..sketch.items.len())
        .filter(|at| !linked.contains(at))
        .map(|at| sketch.items[at].node())
        .filter(|&node| scan_index.entry(node).badge.is_clean())
        .collect();
    if loose.len() > 1 {
        sketch.fold(Fold::Rest, |item| loose.contains(&item.node()).then_some(()));
    }
}

/// How many quiet parts of the system a node needs.
pub(super) fn quiet_around(scan_index: &ScanIndex, node: NodeId) -> usize {
    let all = scan_index.beside(node, petgraph::Direction::Outgoing, true);
    all.into_iter().filter(|&node| scan_index.is_quiet(node)).count()
}

/// In which order items deserve the room of a column.
pub(super) fn rank(scan_index: &ScanIndex, item: &Item) -> impl Ord + use<> {
    let entry = scan_index.entry(item.node());
    let degree = scan_index.scan.graph.inner.neighbors_undirected(item.node()).count();
    (!entry.is_broken, !entry.badge.is_troubled(), entry.kind == NodeKind::System, std::cmp::Reverse(degree))
}
