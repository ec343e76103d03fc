//! What of the graph is drawn, and what a person decides of it.

use rustc_hash::FxHashSet;

use crate::graph::{Node, NodeId};
use crate::tui::scan_index::ScanIndex;

/// What of the graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The environment, package by package, with the causes of errors as leaves.
    Overview,
    /// One package, file by file; all others as one each.
    Inside,
    /// Who needs the chosen node, and what it needs, so many steps away.
    Focus,
    /// All that is above the chosen node, and all below.
    Closure,
    /// The distribution of the chosen node, and all that it needs.
    Package,
    /// Everything.
    All,
    /// NumPy's C API: who asks on the left, who answers on the right.
    Numpy,
}

impl Scope {
    /// The scopes of the flow, in the order of their key.
    pub const FLOWS: [Scope; 3] = [Scope::Closure, Scope::Package, Scope::All];

    pub fn word(self) -> &'static str {
        match self {
            Scope::Overview => "overview",
            Scope::Inside => "package",
            Scope::Focus => "focus",
            Scope::Closure => "closure",
            Scope::Package => "package",
            Scope::All => "whole environment",
            Scope::Numpy => "NumPy's C API",
        }
    }

    /// Pictures of some scopes are shown in the same place: the scope that stands for it.
    pub fn place(self) -> Scope {
        match self {
            Scope::Overview | Scope::Inside => Scope::Focus,
            _ if Scope::FLOWS.contains(&self) => Scope::All,
            _ => self,
        }
    }
}

/// What a person decides of pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayOptions {
    /// Steps to each side of the focus; none for as many as fit.
    pub depth: Option<usize>,
    /// System libraries with which nothing is wrong.
    pub system: bool,
    /// Edges that a longer way implies.
    pub implied: bool,
    /// Fold modules and libraries that look alike.
    pub twins: bool,
    /// Fold distributions.
    pub packages: bool,
    /// Fold files that need each other.
    pub cycles: bool,
    /// What was opened by hand: the first nodes of folds.
    pub opened: FxHashSet<NodeId>,
}

impl Default for DisplayOptions {
    fn default() -> DisplayOptions {
        DisplayOptions {
            depth: None,
            system: false,
            implied: false,
            twins: true,
            packages: false,
            cycles: false,
            opened: FxHashSet::default(),
        }
    }
}

/// The distribution that owns a node, or that it is.
pub fn distribution(scan_index: &ScanIndex, node: NodeId) -> Option<NodeId> {
    match scan_index.scan.graph.node(node) {
        Node::Distribution(_) => Some(node),
        Node::File { owner, .. } => scan_index.scan.graph.distributions().get(owner.0).copied(),
        _ => None,
    }
}

/// The package that a node is shown in: its own, else the first of those that need it, else the node itself.
pub fn package_around(scan_index: &ScanIndex, node: NodeId) -> NodeId {
    let who = || {
        let before = scan_index.scan.graph.inner.neighbors_directed(node, petgraph::Direction::Incoming);
        before.filter_map(|node| distribution(scan_index, node)).min()
    };
    distribution(scan_index, node).or_else(who).unwrap_or(node)
}
