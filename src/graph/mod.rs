//! Who loads whom: distributions → modules → libraries → what is missing.
//!
//! The graph is petgraph's. Its nodes are distributions, files and names that nothing satisfies; its edges say what kind
//! of bond it is and which step of the loader's rule made it. A need that different imports meet differently has an edge
//! for each outcome.

mod query;

pub use query::Path;

use petgraph::Direction;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;
use rustc_hash::FxHashMap;

use crate::discover::{DistributionId, Role};
use crate::image::{Name, NeedKind};
use crate::resolve::Resolution;
use crate::world::FileId;

/// A node of the [`Graph`].
pub type NodeId = NodeIndex<u32>;
/// An edge of the [`Graph`].
pub type EdgeId = EdgeIndex<u32>;

/// What a node stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Distribution(DistributionId),
    /// A file of the environment, and what it is to Python.
    File {
        file: FileId,
        role: Role,
        owner: DistributionId,
    },
    /// A file outside: the system's, or the interpreter's.
    System(FileId),
    /// The C library's own parts, which are no files.
    Builtin(Name),
    /// A name that the loader does not find.
    Missing(Name),
}

/// What binds two nodes.
#[derive(Clone, Debug, PartialEq)]
pub enum Edge {
    /// A distribution brings a file.
    Contains,
    /// A file asks for another.
    Needs(NeedEdge),
}

/// One outcome of one need.
#[derive(Clone, Debug, PartialEq)]
pub struct NeedEdge {
    /// The place in [`crate::image::Image::needs`].
    pub need: usize,
    pub name: Name,
    pub kind: NeedKind,
    pub resolution: Resolution,
    /// The first import in which it came out so, by place in [`crate::scan::Scan::imports`].
    pub first: usize,
    /// How many imports see it so.
    pub imports: u32,
}

/// The dependency graph of an environment.
#[derive(Debug, Default)]
pub struct Graph {
    pub inner: DiGraph<Node, Edge>,
    by_file: FxHashMap<FileId, NodeId>,
    by_name: FxHashMap<Name, NodeId>,
    distributions: Vec<NodeId>,
}

impl Graph {
    /// Adds the node of a distribution; they come first and in order.
    pub(crate) fn add_distribution(&mut self, id: DistributionId) -> NodeId {
        let node = self.inner.add_node(Node::Distribution(id));
        self.distributions.push(node);
        node
    }

    /// Adds a file of the environment under its distribution.
    pub(crate) fn add_file(&mut self, file: FileId, role: Role, owner: DistributionId) -> NodeId {
        let node = self.inner.add_node(Node::File { file, role, owner });
        self.by_file.insert(file, node);
        self.inner.add_edge(self.distributions[owner.0], node, Edge::Contains);
        node
    }

    /// Adds one outcome of one need.
    pub(crate) fn add_need(&mut self, by: FileId, edge: NeedEdge) {
        let source = self.node_of(by);
        let target = match edge.resolution.file() {
            Some(file) => self.node_of(file),
            None if edge.resolution == Resolution::Builtin => self.named(&edge.name, Node::Builtin(edge.name.clone())),
            None => self.named(&edge.name, Node::Missing(edge.name.clone())),
        };
        self.inner.add_edge(source, target, Edge::Needs(edge));
    }

    fn node_of(&mut self, file: FileId) -> NodeId {
        *self.by_file.entry(file).or_insert_with(|| self.inner.add_node(Node::System(file)))
    }

    fn named(&mut self, name: &Name, node: Node) -> NodeId {
        *self.by_name.entry(name.clone()).or_insert_with(|| self.inner.add_node(node))
    }

    /// The node of a file.
    pub fn file(&self, file: FileId) -> Option<NodeId> {
        self.by_file.get(&file).copied()
    }

    /// The node of a missing or built-in name.
    pub fn name(&self, name: &[u8]) -> Option<NodeId> {
        self.by_name.get(name).copied()
    }

    /// The distributions, in the order of [`crate::scan::Scan::distributions`].
    pub fn distributions(&self) -> &[NodeId] {
        &self.distributions
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.inner[id]
    }

    /// All nodes, in a fixed order.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.inner.node_indices().map(|id| (id, &self.inner[id]))
    }

    /// The needs of a file with what they got, in the order of its import list; where imports differ, what most of them
    /// see first.
    pub fn needs(&self, id: NodeId) -> Vec<(NodeId, &NeedEdge)> {
        let mut needs = self.edges(id, Direction::Outgoing);
        needs.sort_by_key(|(_, edge)| (edge.need, std::cmp::Reverse(edge.imports), edge.first));
        needs
    }

    /// The files that need this node.
    pub fn dependents(&self, id: NodeId) -> Vec<(NodeId, &NeedEdge)> {
        let mut dependents = self.edges(id, Direction::Incoming);
        dependents.sort_by_key(|(node, edge)| (*node, edge.need));
        dependents
    }

    /// The files of a distribution.
    pub fn contents(&self, id: NodeId) -> Vec<NodeId> {
        let mut files: Vec<NodeId> = self
            .inner
            .edges_directed(id, Direction::Outgoing)
            .filter(|edge| matches!(edge.weight(), Edge::Contains))
            .map(|edge| edge.target())
            .collect();
        files.sort();
        files
    }

    fn edges(&self, id: NodeId, direction: Direction) -> Vec<(NodeId, &NeedEdge)> {
        let other = |edge: &petgraph::graph::EdgeReference<Edge>| match direction {
            Direction::Outgoing => edge.target(),
            Direction::Incoming => edge.source(),
        };
        self.inner
            .edges_directed(id, direction)
            .filter_map(|edge| match edge.weight() {
                Edge::Needs(need) => Some((other(&edge), need)),
                Edge::Contains => None,
            })
            .collect()
    }
}
