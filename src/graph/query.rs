//! Questions to the graph: why is this here, who is above it, what hangs below it.

use std::collections::VecDeque;

use petgraph::Direction;
use petgraph::visit::EdgeFiltered;
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
        let is_entry = |node: &Node| matches!(node, Node::File { role: Role::Module(_) | Role::Program, .. });
        let ways = self.ways(id, most, is_entry);
        if ways.is_empty() { self.ways(id, most, |_| true) } else { ways }
    }

    /// The shortest ways that enter by certain files. Breadth first against the edges: the first way by which a node is
    /// reached is a shortest one.
    fn ways(&self, id: NodeId, most: usize, is_entry: impl Fn(&Node) -> bool) -> Vec<Path> {
        // Nobody but code that asks for NumPy leads to a Python module.
        let follows: fn(&Edge) -> bool = match self.node(id) {
            Node::Python(_) => |_| true,
            _ => Edge::is_of_loader,
        };
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
            let mut above: Vec<NodeId> = self.next_to(node, Direction::Incoming, follows).collect();
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

    /// Every node from which this one is reached, itself left out, in order.
    pub fn above(&self, id: NodeId) -> Vec<NodeId> {
        self.reach(id, Direction::Incoming)
    }

    /// Every node that this one reaches, itself left out, in order.
    pub fn below(&self, id: NodeId) -> Vec<NodeId> {
        self.reach(id, Direction::Outgoing)
    }

    fn reach(&self, id: NodeId, direction: Direction) -> Vec<NodeId> {
        let mut seen = FxHashSet::from_iter([id]);
        let mut stack = vec![id];
        while let Some(node) = stack.pop() {
            stack.extend(self.loaders(node, direction).filter(|&other| seen.insert(other)));
        }
        seen.remove(&id);
        let mut reached: Vec<NodeId> = seen.into_iter().collect();
        reached.sort();
        reached
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
