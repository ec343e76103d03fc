//! The environment package by package, and one package file by file.

use rustc_hash::FxHashSet;

use super::scope::{DisplayOptions, distribution};
use crate::diagnose::Severity;
use crate::graph::sketch::{Fold, Item, Link, LinkKind, Sketch};
use crate::graph::{Graph, Node, NodeId};
use crate::tui::scan_index::{NodeKind, ScanIndex};

/// With more boxes than this nothing is shown unasked.
pub(super) const MOST_BOXES: usize = 60;
/// So many packages that fail because of others are shown one by one, in any room.
const FEWEST_SHOWN: usize = 6;

/// How packages that fail because of others are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crowd {
    /// One by one, as many as a pane of so many rows holds.
    Most(usize),
    /// As one.
    One,
    /// As one that is not linked: the picture begins at the causes, and who has one.
    Apart,
    /// The same, and nothing else is linked than who has a cause and what that is.
    Causes,
}

/// How much of a package is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inside {
    /// Its files are shown by their folders.
    pub folders: bool,
    /// And more other packages than so many as one.
    pub packages: usize,
    /// Links of weaker kinds are counted.
    pub weakest: LinkKind,
}

impl Inside {
    /// Everything.
    pub const FILES: Inside = Inside { folders: false, packages: usize::MAX, weakest: LinkKind::MayImport };
    /// What is drawn of few files that have no room: always less.
    pub const OF_FEW: &[Inside] = &[
        Inside { weakest: LinkKind::Import, ..Inside::FILES },
        Inside { weakest: LinkKind::Numpy, ..Inside::FILES },
        Inside { weakest: LinkKind::Loader, ..Inside::FILES },
    ];
    /// And of many.
    pub const OF_MANY: &[Inside] = &[
        Inside { folders: true, ..Inside::FILES },
        Inside { folders: true, packages: 1, ..Inside::FILES },
        Inside { folders: true, packages: 1, weakest: LinkKind::Numpy },
        Inside { folders: true, packages: 1, weakest: LinkKind::Loader },
    ];
}

/// The packages with what is wrong as leaves.
pub(super) fn sketch(scan_index: &ScanIndex, display: &DisplayOptions) -> Sketch {
    let graph = &scan_index.scan.graph;
    let causes = causes(scan_index);
    let is_shown = |node: NodeId| {
        let sort = scan_index.entry(node).kind;
        sort != NodeKind::Absent && (display.system || !scan_index.is_quiet(node)) && sort != NodeKind::Program
    };
    let nodes: Vec<NodeId> = graph.nodes().map(|(node, _)| node).filter(|&node| is_shown(node)).collect();
    let mut sketch = Sketch::of(graph, &nodes);
    // A package that is opened itself is one that stands apart from the others.
    let is_apart =
        |node: NodeId| scan_index.entry(node).kind != NodeKind::Distribution && display.opened.contains(&node);
    let package = |node: NodeId| match causes.contains(&node) || is_apart(node) {
        true => None,
        false => package_of(scan_index, node),
    };
    sketch.fold(Fold::Package, |item| package(item.node()));
    set_imports_aside(&mut sketch, graph, &causes, display);
    // Packages of Python alone have nothing to show here, unless they lead to others.
    let leading: FxHashSet<NodeId> = sketch.links.iter().map(|link| sketch.items[link.source].node()).collect();
    let is_bare = |item: &Item| {
        let node = item.node();
        let is_python = matches!(graph.node(node), Node::Distribution(_)) && graph.contents(node).is_empty();
        is_python && !leading.contains(&node) && !scan_index.entry(node).is_marked()
    };
    sketch.leave_out(is_bare);
    leave_out_lone_names(&mut sketch, scan_index, &causes);
    fold_healthy(&mut sketch, scan_index, display, !causes.is_empty());
    sketch
}

/// The package that a node is a part of; Python modules are, too.
pub(super) fn package_of(scan_index: &ScanIndex, node: NodeId) -> Option<NodeId> {
    let graph = &scan_index.scan.graph;
    match graph.node(node) {
        Node::Python(module) if !scan_index.is_missing(node) => graph.owner(node).or_else(|| {
            let name = module.name.to_string();
            scan_index.node_of_module(name.split('.').next().unwrap_or(&name))
        }),
        _ => distribution(scan_index, node),
    }
}

/// Makes one item of each package around a node, but for the node, what is missing, and what was opened.
pub(super) fn fold_crowd(sketch: &mut Sketch, scan_index: &ScanIndex, center: NodeId, display: &DisplayOptions) {
    sketch.fold(Fold::Package, |item| {
        let node = item.node();
        let is_free = node != center && !scan_index.is_missing(node) && !display.opened.contains(&node);
        package_of(scan_index, node).filter(|package| is_free && !display.opened.contains(package))
    });
}

/// The nodes that errors are about.
fn causes(scan_index: &ScanIndex) -> FxHashSet<NodeId> {
    let findings = scan_index.scan.findings.iter().enumerate();
    let errors = findings.filter(|(_, finding)| finding.severity == Severity::Error);
    let nodes = errors.filter_map(|(at, _)| scan_index.node_of(at));
    // What is missing is the cause, and not each file that misses it.
    let misses = |node: NodeId| {
        let mut needs = scan_index.scan.graph.failing(node, petgraph::Direction::Outgoing);
        !scan_index.is_missing(node) && needs.any(|need| scan_index.is_missing(need))
    };
    let is_leaf = |node: &NodeId| scan_index.entry(*node).kind != NodeKind::Distribution && !misses(*node);
    nodes.filter(is_leaf).take(MOST_BOXES).collect()
}

/// A file that is a leaf leads nowhere: what is imported before it is told of its package. And what packages may import is
/// shown where everything is.
fn set_imports_aside(sketch: &mut Sketch, graph: &Graph, causes: &FxHashSet<NodeId>, display: &DisplayOptions) {
    let kinds = sketch.kinds(graph);
    let is_leaf = |at: usize| sketch.items[at].nodes.iter().all(|node| causes.contains(node));
    let is_aside = |link: &Link, kind: LinkKind| match kind {
        LinkKind::Loader | LinkKind::Numpy => false,
        LinkKind::Import => is_leaf(link.source),
        LinkKind::MayImport => is_leaf(link.source) || !display.implied,
    };
    let aside = sketch.links.iter().zip(&kinds).filter(|(link, kind)| is_aside(link, **kind));
    let aside: FxHashSet<(usize, usize)> = aside.map(|(link, _)| (link.source, link.target)).collect();
    sketch.set_aside(|source, target| aside.contains(&(source, target)));
}

/// Names that only imports lead to which are not shown say nothing here.
fn leave_out_lone_names(sketch: &mut Sketch, scan_index: &ScanIndex, causes: &FxHashSet<NodeId>) {
    let linked: FxHashSet<NodeId> =
        sketch.links.iter().flat_map(|link| [link.source, link.target]).map(|at| sketch.items[at].node()).collect();
    let is_lone = |item: &Item| {
        let node = item.node();
        let is_name = item.fold == Fold::No && scan_index.is_missing(node);
        is_name && !linked.contains(&node) && !causes.contains(&node)
    };
    sketch.leave_out(is_lone);
}

/// Packages with which nothing is wrong are one item without links, where something is wrong with others or there are too
/// many; else those that are linked with nothing.
fn fold_healthy(sketch: &mut Sketch, scan_index: &ScanIndex, display: &DisplayOptions, has_causes: bool) {
    let linked: FxHashSet<usize> = sketch.links.iter().flat_map(|link| [link.source, link.target]).collect();
    let is_all = has_causes || sketch.items.len() > MOST_BOXES;
    let is_marked = |at: usize| {
        sketch.items[at].nodes.iter().any(|&node| scan_index.entry(node).is_marked() || scan_index.is_missing(node))
    };
    // Who misses what is shown as missing is shown with it.
    let is_fault = |at: usize| sketch.items[at].fold == Fold::No && is_marked(at);
    let missing: FxHashSet<usize> =
        sketch.links.iter().filter(|link| is_fault(link.target)).map(|link| link.source).collect();
    let is_opened = |at: usize| display.opened.contains(&sketch.items[at].node());
    // What is only told of stands apart where nothing fails.
    let is_told = |at: usize| !has_causes && is_noted(scan_index, sketch.items[at].node());
    let is_free = |at: usize| !is_opened(at) && !missing.contains(&at) && !is_told(at);
    let is_healthy = |at: usize| !is_marked(at) && is_free(at) && (is_all || !linked.contains(&at));
    let healthy: FxHashSet<NodeId> =
        (0..sketch.items.len()).filter(|&at| is_healthy(at)).map(|at| sketch.items[at].node()).collect();
    if healthy.is_empty() {
        return;
    }
    let is_one = healthy.len() == 1;
    if !is_one {
        fold_rest(sketch, &healthy);
    }
    let aside: FxHashSet<usize> =
        (0..sketch.items.len()).filter(|&at| healthy.contains(&sketch.items[at].node())).collect();
    sketch.set_aside(|source, target| is_all && (aside.contains(&source) || aside.contains(&target)));
}

/// Is a warning or a nonstandard install name told of a package or one of its files?
pub(super) fn is_noted(scan_index: &ScanIndex, package: NodeId) -> bool {
    let is_noted = |node: NodeId| {
        let mut findings = scan_index.findings(node).iter().map(|&at| &scan_index.scan.findings[at]);
        scan_index.entry(node).nonstandard.is_some() || findings.any(|finding| finding.severity > Severity::Info)
    };
    is_noted(package) || scan_index.scan.graph.contents(package).into_iter().any(is_noted)
}

/// Makes one of packages that fail because of others: those with the most modules are shown one by one, where there is room.
pub(super) fn fold_affected(sketch: &mut Sketch, scan_index: &ScanIndex, display: &DisplayOptions, crowd: Crowd) {
    let is_affected = |item: &Item| {
        let node = item.node();
        item.fold == Fold::Package && scan_index.entry(node).because.is_some() && !display.opened.contains(&node)
    };
    let is_cause = |at: usize| sketch.items[at].fold == Fold::No;
    let missing: FxHashSet<usize> =
        sketch.links.iter().filter(|link| is_cause(link.target)).map(|link| link.source).collect();
    // Who misses what is shown as missing is shown with it.
    let has_links = matches!(crowd, Crowd::Most(_) | Crowd::One);
    let is_free = |at: usize| has_links || !missing.contains(&at);
    let affected = sketch.items.iter().enumerate().filter(|&(at, item)| is_affected(item) && is_free(at));
    let mut affected: Vec<(usize, NodeId)> = affected.map(|(_, item)| (item.nodes.len(), item.node())).collect();
    let leaves = (0..sketch.items.len()).filter(|&at| is_cause(at)).count();
    let most = match crowd {
        Crowd::Most(rows) => rows.saturating_sub(leaves + 2).max(FEWEST_SHOWN),
        Crowd::One | Crowd::Apart | Crowd::Causes => 1,
    };
    if affected.len() > most {
        affected.sort_by_key(|&(files, node)| (std::cmp::Reverse(files), node));
        affected.drain(..most - 1);
        fold_rest(sketch, &affected.iter().map(|&(_, node)| node).collect());
    }
    if !has_links {
        let nodes: FxHashSet<NodeId> = affected.iter().map(|&(_, node)| node).collect();
        let is_leaf: Vec<bool> = sketch.items.iter().map(|item| item.fold == Fold::No).collect();
        let apart: FxHashSet<usize> =
            (0..sketch.items.len()).filter(|&at| nodes.contains(&sketch.items[at].node())).collect();
        sketch.set_aside(|source, target| {
            let is_between = crowd == Crowd::Causes && !is_leaf[target];
            is_between || apart.contains(&source) || apart.contains(&target)
        });
    }
}

/// Makes these packages one item. Of each only the distribution is counted.
fn fold_rest(sketch: &mut Sketch, packages: &FxHashSet<NodeId>) {
    let is_one_of = |item: &Item| packages.contains(&item.node());
    sketch.fold(Fold::Rest, |item| is_one_of(item).then_some(()));
    for item in sketch.items.iter_mut().filter(|item| item.fold == Fold::Rest && is_one_of(item)) {
        item.nodes.retain(|node| packages.contains(node));
    }
}

/// The files of a package and what is next to them: of other packages, each as one.
pub(super) fn inside(scan_index: &ScanIndex, package: NodeId, display: &DisplayOptions) -> Sketch {
    let graph = &scan_index.scan.graph;
    let files = graph.contents(package);
    let own: FxHashSet<NodeId> = files.iter().copied().collect();
    let beside = files.iter().flat_map(|&file| graph.inner.neighbors_undirected(file));
    let is_shown = |node: &NodeId| *node != package && (display.system || !scan_index.is_quiet(*node));
    let mut nodes: Vec<NodeId> = files.iter().copied().chain(beside).filter(is_shown).collect();
    // A package without native files is shown by itself.
    if nodes.is_empty() {
        nodes.push(package);
    }
    let mut sketch = Sketch::of(graph, &nodes);
    sketch.fold(Fold::Package, |item| {
        let node = item.node();
        let is_other = !own.contains(&node) && node != package && !display.opened.contains(&node);
        distribution(scan_index, node).filter(|_| is_other)
    });
    sketch
}

/// Makes one item of the other packages, where there are more of them than so many.
pub(super) fn fold_others(sketch: &mut Sketch, scan_index: &ScanIndex, display: &DisplayOptions, most: usize) {
    let is_free = |item: &Item| item.fold == Fold::Package && !display.opened.contains(&item.node());
    if sketch.items.iter().filter(|item| is_free(item)).count() <= most {
        return;
    }
    for item in sketch.items.iter_mut().filter(|item| is_free(item)) {
        item.nodes = distribution(scan_index, item.node()).into_iter().collect();
    }
    let packages = sketch.items.iter().filter(|item| is_free(item)).map(Item::node).collect();
    fold_rest(sketch, &packages);
}

/// Sets aside the links of weaker kinds than this.
pub(super) fn set_weaker_aside(sketch: &mut Sketch, graph: &Graph, weakest: LinkKind) {
    let kinds = sketch.kinds(graph);
    let weaker = sketch.links.iter().zip(&kinds).filter(|(_, kind)| **kind > weakest);
    let weaker: FxHashSet<(usize, usize)> = weaker.map(|(link, _)| (link.source, link.target)).collect();
    sketch.set_aside(|source, target| weaker.contains(&(source, target)));
}

/// Where there would be too many boxes, the files of each folder are one.
pub(super) fn fold_folders(sketch: &mut Sketch, scan_index: &ScanIndex, display: &DisplayOptions) {
    if sketch.items.len() <= MOST_BOXES {
        return;
    }
    sketch.fold(Fold::Folder, |item| {
        let entry = scan_index.entry(item.node());
        let is_free = !entry.is_broken && !item.nodes.iter().any(|node| display.opened.contains(node));
        let folder = entry.brief.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        (is_free && matches!(entry.kind, NodeKind::Module | NodeKind::Library)).then_some((
            folder,
            entry.kind,
            entry.sign(),
        ))
    });
}

/// The files of each folder are one, and the Python modules of the package, apart from those with which it stands otherwise.
pub(super) fn fold_all_folders(sketch: &mut Sketch, scan_index: &ScanIndex, center: NodeId, display: &DisplayOptions) {
    sketch.fold(Fold::Folder, |item| {
        let entry = scan_index.entry(item.node());
        let is_free = !item.nodes.iter().any(|node| *node == center || display.opened.contains(node));
        let folder = match entry.kind {
            NodeKind::Python => None,
            _ => entry.brief.rsplit_once('/').map(|(folder, _)| folder.to_owned()),
        };
        let is_file = matches!(entry.kind, NodeKind::Module | NodeKind::Library | NodeKind::Python);
        let is_own = item.fold != Fold::Package;
        (is_free && is_file && is_own).then_some((folder, entry.kind, entry.sign()))
    });
}
