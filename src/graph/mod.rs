//! Who loads whom: distributions → modules → libraries → what is missing.
//!
//! The graph is petgraph's. Its nodes are distributions, files and names that nothing satisfies; its edges say what kind
//! of bond it is and which step of the loader's rule made it. A need that different imports meet differently has an edge
//! for each outcome.
//!
//! Beside what the loader does stands a bond that it never sees: code that asks for NumPy's C API, the Python modules that
//! it imports for it, and the extension that has it. Such an edge is no need: what is above or below a file, loops and
//! ways are told by the loader's edges alone.

pub mod layout;
mod query;
pub mod sketch;

pub use query::Path;

use petgraph::Direction;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;
use rustc_hash::FxHashMap;

use crate::discover::{DistributionId, Role};
use crate::image::{Answer, Binding, Name, NeedKind};
use crate::loader::Resolution;
use crate::vfs::VPath;
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
    /// A Python module that code imports to get at NumPy's C API.
    Python(PythonModule),
}

/// A Python module on the way to NumPy's C API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonModule {
    /// Its dotted name.
    pub name: Name,
    pub presence: Presence,
}

/// Is a Python module there?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The file that an import of it would run.
    Present(VPath),
    Absent,
    /// It cannot be told from here: a wheel is installed beside others, a bundle may hide modules in its program.
    Unknown,
}

impl Presence {
    /// The word used in every output.
    pub fn word(&self) -> &'static str {
        match self {
            Presence::Present(_) => "present",
            Presence::Absent => "absent",
            Presence::Unknown => "unknown",
        }
    }

    /// The file that is there.
    pub fn path(&self) -> Option<&VPath> {
        match self {
            Presence::Present(path) => Some(path),
            _ => None,
        }
    }
}

/// What binds two nodes.
#[derive(Clone, Debug, PartialEq)]
pub enum Edge {
    /// A distribution brings a file.
    Contains,
    /// A file asks for another.
    Needs(NeedEdge),
    /// Code asks for NumPy's C API, or a Python module hands it on.
    Numpy(NumpyEdge),
}

impl Edge {
    /// Does a loader, or who installs, follow this edge?
    fn is_of_loader(&self) -> bool {
        !matches!(self, Edge::Numpy(_))
    }
}

/// A bond between code that asks for NumPy's C API and what it imports for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumpyEdge {
    /// The dotted name of the module that is imported.
    pub asks_for: Name,
    /// How the code asks; none of the Python module that hands on what it got itself.
    pub binding: Option<Binding>,
    pub answer: Answer,
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
    by_module: FxHashMap<Name, NodeId>,
    distributions: Vec<NodeId>,
}

impl Graph {
    /// A graph of these nodes and edges, in this order; none where an edge leads nowhere.
    pub(crate) fn restored(nodes: Vec<Node>, edges: Vec<(NodeId, NodeId, Edge)>) -> Option<Graph> {
        let mut graph = Graph::default();
        for node in nodes {
            let named = match &node {
                Node::Builtin(name) | Node::Missing(name) => Some(name.clone()),
                _ => None,
            };
            let file = match node {
                Node::File { file, .. } | Node::System(file) => Some(file),
                _ => None,
            };
            let module = match &node {
                Node::Python(module) => Some(module.name.clone()),
                _ => None,
            };
            let is_distribution = matches!(node, Node::Distribution(_));
            let id = graph.inner.add_node(node);
            if is_distribution {
                graph.distributions.push(id);
            }
            graph.by_file.extend(file.map(|file| (file, id)));
            graph.by_name.extend(named.map(|name| (name, id)));
            graph.by_module.extend(module.map(|name| (name, id)));
        }
        let count = graph.inner.node_count();
        for (source, target, edge) in edges {
            if source.index() >= count || target.index() >= count {
                return None;
            }
            graph.inner.add_edge(source, target, edge);
        }
        Some(graph)
    }

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
            None if matches!(edge.resolution, Resolution::Builtin(_)) => {
                self.named(&edge.name, Node::Builtin(edge.name.clone()))
            }
            None => self.named(&edge.name, Node::Missing(edge.name.clone())),
        };
        self.inner.add_edge(source, target, Edge::Needs(edge));
    }

    /// Adds a Python module on the way to NumPy's C API, once.
    pub(crate) fn add_module(&mut self, module: PythonModule) -> NodeId {
        let name = module.name.clone();
        *self.by_module.entry(name).or_insert_with(|| self.inner.add_node(Node::Python(module)))
    }

    /// Adds a bond to NumPy's C API; a Python module has one, whoever comes through it.
    pub(crate) fn add_numpy(&mut self, source: NodeId, target: NodeId, edge: NumpyEdge) {
        if edge.binding.is_some() || self.inner.find_edge(source, target).is_none() {
            self.inner.add_edge(source, target, Edge::Numpy(edge));
        }
    }

    fn node_of(&mut self, file: FileId) -> NodeId {
        *self.by_file.entry(file).or_insert_with(|| self.inner.add_node(Node::System(file)))
    }

    fn named(&mut self, name: &Name, node: Node) -> NodeId {
        *self.by_name.entry(name.without_case()).or_insert_with(|| self.inner.add_node(node))
    }

    /// The node of a file.
    pub fn file(&self, file: FileId) -> Option<NodeId> {
        self.by_file.get(&file).copied()
    }

    /// The node of a missing or built-in name.
    pub fn name(&self, name: &[u8]) -> Option<NodeId> {
        self.by_name.get(&Name::from(name).without_case()).copied()
    }

    /// The node of a Python module on the way to NumPy's C API.
    pub fn module(&self, name: &[u8]) -> Option<NodeId> {
        self.by_module.get(name).copied()
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
        self.inner
            .edges_directed(id, direction)
            .filter_map(|edge| match edge.weight() {
                Edge::Needs(need) => Some((other_end(&edge, direction), need)),
                Edge::Contains | Edge::Numpy(_) => None,
            })
            .collect()
    }

    /// The nodes next to this one by what a loader, or who installs, follows.
    pub fn loaders(&self, id: NodeId, direction: Direction) -> impl Iterator<Item = NodeId> {
        self.next_to(id, direction, Edge::is_of_loader)
    }

    /// The bonds of a node to NumPy's C API, its own or those of who asks it, in order.
    pub fn numpy(&self, id: NodeId, direction: Direction) -> Vec<(NodeId, &NumpyEdge)> {
        let edges = self.inner.edges_directed(id, direction);
        let mut bonds: Vec<(NodeId, &NumpyEdge)> = edges
            .filter_map(|edge| match edge.weight() {
                Edge::Numpy(bond) => Some((other_end(&edge, direction), bond)),
                Edge::Contains | Edge::Needs(_) => None,
            })
            .collect();
        bonds.sort_by_key(|(node, _)| *node);
        bonds
    }

    /// The ends of every bond to NumPy's C API, in the order of the graph.
    pub fn bonds(&self) -> Vec<(NodeId, NodeId)> {
        let is_bond = |&edge: &EdgeId| matches!(self.inner[edge], Edge::Numpy(_));
        self.inner.edge_indices().filter(is_bond).filter_map(|edge| self.inner.edge_endpoints(edge)).collect()
    }

    fn next_to(&self, id: NodeId, direction: Direction, is_wanted: fn(&Edge) -> bool) -> impl Iterator<Item = NodeId> {
        let edges = self.inner.edges_directed(id, direction);
        edges.filter(move |edge| is_wanted(edge.weight())).map(move |edge| other_end(&edge, direction))
    }
}

/// The node that an edge leads to, seen from the other.
fn other_end(edge: &petgraph::graph::EdgeReference<Edge>, direction: Direction) -> NodeId {
    match direction {
        Direction::Outgoing => edge.target(),
        Direction::Incoming => edge.source(),
    }
}
