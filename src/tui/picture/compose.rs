//! The picture of each scope: which part of the graph it shows, folded as far as it has to be to be read.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::Picture;
use super::folds::{drop_loose, fold, fold_packages, leave_out_implied, rank};
use super::overview::{self, Crowd, Inside};
use super::scope::{DisplayOptions, Scope, package_around};
use crate::graph::sketch::{Around, Fold, Item, Sketch, focus};
use crate::graph::{Node, NodeId};
use crate::tui::scan_index::{NodeKind, ScanIndex};

/// Of more nodes than this, looking for twins takes longer than a keypress may.
const MOST_NODES: usize = 3000;
/// More crossings than so many for each item are no longer read.
const MOST_CROSSINGS: usize = 2;
/// How far a focus looks by itself.
const DEPTH: usize = 2;
/// More files of a package than this are shown by their folders, where they have no room.
const MOST_FILES: usize = 16;
/// At one distance, more are only counted.
const MOST_IN_A_BAND: usize = 20;

/// The links that a focus draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Links {
    All,
    /// Those that lead from one distance to the next.
    Away,
}

impl Picture {
    /// The environment, package by package. Packages with which nothing is wrong are one, where any other is not.
    pub(super) fn overview(
        scan_index: &ScanIndex,
        center: NodeId,
        display: &DisplayOptions,
        room: (u16, u16),
        rows: u16,
    ) -> Picture {
        let whole = overview::sketch(scan_index, display);
        let made = |crowd: Crowd| {
            let mut sketch = whole.clone();
            overview::fold_affected(&mut sketch, scan_index, display, crowd);
            leave_out_implied(&mut sketch, scan_index, display, None);
            Picture::made(scan_index, (Scope::Overview, center, 0), sketch, None, display, room)
        };
        let picture = made(Crowd::Most(usize::from(rows)));
        let is_too_wide = |picture: &Picture| room.0 > 0 && picture.layout.width > i32::from(room.0);
        let narrower = [Crowd::One, Crowd::Apart, Crowd::Causes].into_iter();
        narrower.fold(picture, |picture, crowd| if is_too_wide(&picture) { made(crowd) } else { picture })
    }

    /// One package: its files, what they need of others, each package of those as one, and what is missing; as much of that
    /// as can be read.
    pub(super) fn inside(
        scan_index: &ScanIndex,
        center: NodeId,
        display: &DisplayOptions,
        room: (u16, u16),
    ) -> Picture {
        let package = package_around(scan_index, center);
        let made = |&inside: &Inside| {
            let mut sketch = overview::inside(scan_index, package, display);
            if inside.folders {
                overview::fold_all_folders(&mut sketch, scan_index, center, display);
                overview::fold_others(&mut sketch, scan_index, display, inside.packages);
            } else {
                fold(&mut sketch, scan_index, center, display);
                overview::fold_folders(&mut sketch, scan_index, display);
            }
            overview::set_weaker_aside(&mut sketch, &scan_index.scan.graph, inside.weakest);
            leave_out_implied(&mut sketch, scan_index, display, None);
            Picture::made(scan_index, (Scope::Inside, center, 0), sketch, None, display, room)
        };
        let files = made(&Inside::FILES);
        let less = if files.sketch.items.len() > MOST_FILES { Inside::OF_MANY } else { Inside::OF_FEW };
        let others = less[..less.len() - 1].iter().map(made);
        std::iter::once(files).chain(others).find(Picture::is_legible).unwrap_or_else(|| made(&less[less.len() - 1]))
    }

    /// Does it fit into its room, and are its lines told apart? No room is none that anything could fit into.
    fn is_legible(&self) -> bool {
        let most = MOST_CROSSINGS * self.sketch.items.len();
        self.room.0 == 0 || self.layout.width <= i32::from(self.room.0) && self.layout.crossings <= most
    }

    /// The surroundings of a node, in layers: two steps of them where that can be read, else one; every edge between what is
    /// shown is drawn where that can be read, else those that lead away from the node, and the others are counted.
    pub(super) fn focus(scan_index: &ScanIndex, center: NodeId, display: &DisplayOptions, room: (u16, u16)) -> Picture {
        let steps: &[(usize, Links)] = match display.depth {
            Some(depth) => &[(depth, Links::All), (depth, Links::Away)],
            None => &[(DEPTH, Links::All), (1, Links::All), (1, Links::Away)],
        };
        let (last, others) = steps.split_last().expect("there are steps");
        let made = |&step| Picture::surroundings(scan_index, center, display, room, step);
        others.iter().map(made).find(Picture::is_legible).unwrap_or_else(|| made(last))
    }

    /// The surroundings of a node, so many steps far.
    fn surroundings(
        scan_index: &ScanIndex,
        center: NodeId,
        display: &DisplayOptions,
        room: (u16, u16),
        (depth, links): (usize, Links),
    ) -> Picture {
        let around = Around { center, depth: (depth, depth) };
        let is_package = |node: NodeId| scan_index.entry(node).kind == NodeKind::Distribution;
        let is_shown =
            |node: NodeId| node == center || !is_package(node) && (display.system || !scan_index.is_quiet(node));
        let bands = focus(&scan_index.scan.graph, around, is_shown, |node| scan_index.is_missing(node));
        let nodes: Vec<NodeId> = bands.items.iter().map(Item::node).filter(|&node| !is_package(node)).collect();
        let nodes = if nodes.is_empty() { vec![center] } else { nodes };
        let sketch_of = |nodes: &[NodeId]| {
            let mut sketch = Sketch::of(&scan_index.scan.graph, nodes);
            for item in &mut sketch.items {
                let band = item.nodes.iter().find_map(|&node| bands.item_of(node)).map(|at| bands.items[at].band);
                item.band = band.unwrap_or_default();
            }
            if links == Links::Away {
                let ends: Vec<(i32, bool)> =
                    sketch.items.iter().map(|item| (item.band, scan_index.is_missing(item.node()))).collect();
                sketch.set_aside(|source, target| {
                    let ((from, _), (to, is_missing)) = (ends[source], ends[target]);
                    to != from + 1 && !(to > from && is_missing)
                });
            }
            sketch
        };
        let mut sketch = sketch_of(&nodes);
        fold(&mut sketch, scan_index, center, display);
        // Nobody reads a crowd: it is shown by its packages.
        if sketch.items.len() > overview::MOST_BOXES {
            let packages: BTreeSet<NodeId> =
                nodes.iter().filter_map(|&node| overview::package_of(scan_index, node)).collect();
            sketch = sketch_of(&packages.into_iter().chain(nodes.iter().copied()).collect::<Vec<_>>());
            overview::fold_crowd(&mut sketch, scan_index, center, display);
            leave_out_implied(&mut sketch, scan_index, display, Some(center));
        }
        let opened = |band: i32| {
            sketch
                .items
                .iter()
                .any(|item| item.band == band && item.nodes.iter().any(|node| display.opened.contains(node)))
        };
        let bands: FxHashSet<i32> = sketch.items.iter().map(|item| item.band).filter(|&band| opened(band)).collect();
        let most = |band: i32| if bands.contains(&band) { usize::MAX } else { MOST_IN_A_BAND };
        let keep =
            |item: &Item| item.nodes.contains(&center) || item.nodes.iter().any(|&node| scan_index.is_missing(node));
        sketch.cap(most, |item| rank(scan_index, item), keep);
        Picture::made(scan_index, (Scope::Focus, center, depth), sketch, None, display, room)
    }

    pub(super) fn flow(
        scan_index: &ScanIndex,
        center: NodeId,
        scope: Scope,
        display: &DisplayOptions,
        room: (u16, u16),
    ) -> Picture {
        let graph = &scan_index.scan.graph;
        let mut nodes = match scope {
            Scope::All => graph.nodes().map(|(node, _)| node).collect(),
            Scope::Package => {
                let package = package_around(scan_index, center);
                [vec![package], graph.below(package)].concat()
            }
            _ => [graph.above(center), vec![center], graph.below(center)].concat(),
        };
        nodes.retain(|&node| node == center || display.system || !scan_index.is_quiet(node));
        let packages = display.packages || nodes.len() > MOST_NODES;
        // A package is no node among its files: it stands for all of them, or is told beside each.
        let is_round_files = |node: NodeId| {
            scan_index.entry(node).kind == NodeKind::Distribution
                && nodes.iter().any(|&file| file != node && graph.owner(file) == Some(node))
        };
        let is_apart: FxHashSet<NodeId> = nodes.iter().copied().filter(|&node| is_round_files(node)).collect();
        let files: Vec<NodeId> = nodes.iter().copied().filter(|node| !is_apart.contains(node)).collect();
        let is_bare = |item: &Item| item.fold == Fold::No && is_apart.contains(&item.node());
        let mut sketch = Sketch::of(graph, if packages { &nodes } else { &files });
        if packages {
            fold_packages(&mut sketch, scan_index, display);
            sketch.leave_out(is_bare);
        }
        fold(&mut sketch, scan_index, center, display);
        // Nobody reads a crowd: it is shown by its packages.
        let is_crowd = !packages && sketch.items.len() > overview::MOST_BOXES;
        if is_crowd {
            sketch = Sketch::of(graph, &nodes);
            overview::fold_crowd(&mut sketch, scan_index, center, display);
            sketch.leave_out(is_bare);
        }
        leave_out_implied(&mut sketch, scan_index, display, Some(center));
        if scope == Scope::All && (packages || is_crowd) {
            drop_loose(&mut sketch, scan_index);
        }
        Picture::made(scan_index, (scope, center, 0), sketch, None, display, room)
    }

    /// The capi_edges to NumPy's C API, whatever the center is.
    pub(super) fn numpy(scan_index: &ScanIndex, center: NodeId, display: &DisplayOptions, room: (u16, u16)) -> Picture {
        let graph = &scan_index.scan.graph;
        let mut sketch = Sketch::numpy(graph);
        fold(&mut sketch, scan_index, center, display);
        let asks: FxHashSet<usize> = sketch.links.iter().map(|link| link.source).collect();
        let is_between = |at: usize| matches!(graph.node(sketch.items[at].node()), Node::Python(_));
        let has_between = asks.iter().any(|&at| is_between(at));
        let column = |at: usize| match (asks.contains(&at), is_between(at)) {
            (true, false) => 0,
            (true, true) => 1,
            (false, _) => 1 + usize::from(has_between),
        };
        let columns: Vec<usize> = (0..sketch.items.len()).map(column).collect();
        // Where the chosen node has nothing to do with it, the first consumer without a provider stands for it.
        let center = match sketch.item_of(center) {
            Some(_) => center,
            None => {
                let asking = asks.iter().copied().filter(|&at| !is_between(at));
                let first = asking.min_by_key(|&at| (!scan_index.entry(sketch.items[at].node()).is_broken, at));
                first.map_or(center, |at| sketch.items[at].node())
            }
        };
        Picture::made(scan_index, (Scope::Numpy, center, 0), sketch, Some(&columns), display, room)
    }
}
