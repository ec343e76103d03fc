//! Questions to the graph: why is this here, who is above it, what hangs below it.

use std::collections::VecDeque;

use petgraph::Direction;
use petgraph::graph::EdgeReference;
use petgraph::visit::{EdgeFiltered, EdgeRef};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Edge, Graph, Node, NodeId};
use crate::discover::Role;

/// A way through the graph, from a distribution down to the node that was asked for.
pub type Path = Vec<NodeId>;

impl Graph {
    /// Why is this node here? The shortest ways from distributions to it, one for each distribution that leads there,
    /// shortest first, at most `most`. They go through what Python can import or run; only where nothing importable
    /// leads there, that a distribution ships the file is the reason.
    pub fn why(&self, id: NodeId, most: usize) -> Vec<Path> {
        let is_entry =
            |node: &Node| matches!(node, Node::File { role: Role::Module(_) | Role::Program, .. } | Node::Python(_));
        let passes = |edge: &EdgeReference<Edge>| self.passes(edge);
        let mut ways = self.ways(id, most, is_entry, passes);
        if ways.is_empty() {
            ways = self.ways(id, most, |_| true, passes);
        }
        // What is imported only by calls, or where it may fail, is there for these.
        if ways.is_empty() {
            ways = self.ways(id, most, |_| true, |_| true);
        }
        ways
    }

    /// The shortest ways that enter by certain files. Breadth first against the edges: the first way by which a node is
    /// reached is a shortest one.
    fn ways(
        &self,
        id: NodeId,
        most: usize,
        is_entry: impl Fn(&Node) -> bool,
        follows: impl Fn(&EdgeReference<Edge>) -> bool,
    ) -> Vec<Path> {
        let mut next: FxHashMap<NodeId, NodeId> = FxHashMap::default();
        let mut queue = VecDeque::from([id]);
        let mut ways = Vec::new();
        while let Some(node) = queue.pop_front() {
            if matches!(self.node(node), Node::Distribution(_)) && node != id {
                let way = std::iter::successors(Some(node), |node| next.get(node).copied());
                ways.push(way.collect());
                if ways.len() == most {
                    break;
                }
                continue;
            }
            let edges = self.inner.edges_directed(node, Direction::Incoming);
            let mut above: Vec<NodeId> = edges.filter(&follows).map(|edge| edge.source()).collect();
            if let Node::Python(module) = self.node(node)
                && module.is_top()
            {
                above.extend(self.owner(node));
            }
            above.sort();
            for above in above {
                let enters = matches!(self.node(above), Node::Distribution(_));
                if above != id && !next.contains_key(&above) && (!enters || is_entry(self.node(node))) {
                    next.insert(above, node);
                    queue.push_back(above);
                }
            }
        }
        ways
    }

    /// The shortest way along needs from one node to another, both ends with it; empty where there is none.
    pub fn way(&self, from: NodeId, to: NodeId) -> Path {
        let mut next: FxHashMap<NodeId, NodeId> = FxHashMap::default();
        let mut queue = VecDeque::from([to]);
        while let Some(node) = queue.pop_front() {
            if node == from {
                return std::iter::successors(Some(node), |node| next.get(node).copied()).collect();
            }
            for (above, _) in self.dependents(node) {
                if above != to && !next.contains_key(&above) {
                    next.insert(above, node);
                    queue.push_back(above);
                }
            }
        }
        Vec::new()
    }

    /// Every node that fails where this one does, itself left out, in order: who loads it, asks it for NumPy's C API, or
    /// imports it, and theirs. Of a distribution, who does so to anything that it owns.
    pub fn above(&self, id: NodeId) -> Vec<NodeId> {
        let brought = self.brought(id);
        let mut above = reach(brought.iter().copied().chain([id]), |node| self.failing(node, Direction::Incoming));
        above.retain(|node| *node != id && brought.binary_search(node).is_err());
        above
    }

    /// Every node without which this one fails, itself left out, in order.
    pub fn below(&self, id: NodeId) -> Vec<NodeId> {
        let mut below = reach([id], |node| self.failing(node, Direction::Outgoing));
        below.retain(|node| *node != id);
        below
    }

    /// Every file and name that a loader comes to from this one, itself left out, in order.
    pub fn loaded(&self, id: NodeId) -> Vec<NodeId> {
        let mut loaded = reach([id], |node| self.loaders(node, Direction::Outgoing));
        loaded.retain(|node| *node != id);
        loaded
    }

    /// The loops of files that need each other, each with its members in order.
    pub fn cycles(&self) -> Vec<Vec<NodeId>> {
        let loaders = EdgeFiltered::from_fn(&self.inner, |edge| edge.weight().is_of_loader());
        let mut cycles: Vec<Vec<NodeId>> =
            petgraph::algo::tarjan_scc(&loaders).into_iter().filter(|members| members.len() > 1).collect();
        for cycle in &mut cycles {
            cycle.sort();
        }
        cycles.sort();
        cycles
    }
}

/// All nodes to which these lead, and they themselves, in order.
fn reach<I: Iterator<Item = NodeId>>(
    from: impl IntoIterator<Item = NodeId>,
    next: impl Fn(NodeId) -> I,
) -> Vec<NodeId> {
    let mut stack: Vec<NodeId> = from.into_iter().collect();
    let mut seen: FxHashSet<NodeId> = stack.iter().copied().collect();
    while let Some(node) = stack.pop() {
        stack.extend(next(node).filter(|&other| seen.insert(other)));
    }
    let mut reached: Vec<NodeId> = seen.into_iter().collect();
    reached.sort_unstable();
    reached
}
