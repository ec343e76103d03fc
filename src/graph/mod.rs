//! Who loads whom: distributions → modules → libraries → what is missing.
//!
//! The graph is petgraph's. Its nodes are distributions, files and names that nothing satisfies; its edges say what kind
//! of capi_edge it is and which step of the loader's rule made it. A need that different imports meet differently has an edge
//! for each outcome.
//!
//! Beside what the loader does stand two capi_edges that it never sees, each an edge of its own kind. Code asks for NumPy's C API,
//! over the Python modules that it imports for it, of the extension that has it. And Python code imports: a package that
//! holds native modules, or leads to one, is a node, and an edge leads from it to every package and native module that its
//! code imports, with the file and line of the statement; from a native module an edge leads to the package around it, which
//! is imported before it. Modules of Python alone are no nodes: an edge leads through them.
//!
//! What is above a node is what fails where it fails ([`Graph::above`]): all three kinds of edges lead there, and a failure
//! ends where an import is guarded or lazy ([`ImportStanding`]), or where the simulated interpreter says that the importer
//! loads all the same ([`Graph::settle`]). Loops are told by the loader's edges alone: packages import each other.

pub mod layout;
mod query;
pub mod sketch;

pub use query::Path;

use petgraph::Direction;
use petgraph::graph::{DiGraph, EdgeIndex, EdgeReference, NodeIndex};
use petgraph::visit::EdgeRef;
use rustc_hash::{FxHashMap, FxHashSet};

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
    /// A Python module that code imports: a package, or a module on the way to NumPy's C API.
    Python(PythonModule),
}

/// A Python module that other code imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonModule {
    /// Its dotted name.
    pub name: Name,
    pub presence: Presence,
    /// Whose it is, as far as that is known.
    pub owner: Option<DistributionId>,
}

impl PythonModule {
    /// Is it what people import of a distribution?
    pub fn is_top(&self) -> bool {
        !self.name.contains(&b'.')
    }
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
    /// A distribution owns a file.
    Contains,
    /// A file asks for another.
    Needs(NeedEdge),
    /// Code asks for NumPy's C API, or a Python module hands it on.
    Numpy(NumpyEdge),
    /// Python code imports a module.
    Imports(ImportEdge),
}

impl Edge {
    /// Does a loader, or who installs, follow this edge?
    fn is_of_loader(&self) -> bool {
        matches!(self, Edge::Contains | Edge::Needs(_))
    }

    /// Is it there because the source lies in the package, and not by a statement?
    fn is_of_package(&self) -> bool {
        matches!(self, Edge::Imports(import) if import.site.is_none())
    }

    /// Does the source fail where the target does?
    fn passes_failure(&self) -> bool {
        match self {
            Edge::Contains => true,
            Edge::Needs(need) => need.kind.is_binding(),
            Edge::Numpy(capi_edge) => capi_edge.binding.as_ref().is_none_or(Binding::asks_at_import),
            Edge::Imports(import) => import.standing == ImportStanding::Certain,
        }
    }
}

/// Python code of the source, or what that imports in its turn, imports the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportEdge {
    pub standing: ImportStanding,
    /// The file and the line, from 1, of the first statement that names the target; none where no statement does: a module
    /// imports the packages around it, and compiled code imports by calls.
    pub site: Option<(VPath, u32)>,
}

/// How an import stands in the code: what becomes of the importer where the imported module fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ImportStanding {
    /// The importer fails with it.
    Certain,
    /// It may go on without it: the statement stands under a condition, or a `try` catches what it raises.
    Guarded,
    /// Only functions import it, when they are called.
    Lazy,
}

impl ImportStanding {
    /// The word used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            ImportStanding::Certain => "certain",
            ImportStanding::Guarded => "guarded",
            ImportStanding::Lazy => "lazy",
        }
    }

    /// What a person is told of one that does not take its importer with it: `where it may fail`.
    pub fn remark(self) -> Option<&'static str> {
        match self {
            ImportStanding::Certain => None,
            ImportStanding::Guarded => Some("where it may fail"),
            ImportStanding::Lazy => Some("in a function"),
        }
    }
}

/// A capi_edge between code that asks for NumPy's C API and what it imports for it.
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
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub inner: DiGraph<Node, Edge>,
    by_file: FxHashMap<FileId, NodeId>,
    by_name: FxHashMap<Name, NodeId>,
    by_module: FxHashMap<Name, NodeId>,
    distributions: Vec<NodeId>,
    /// Edges at which a failure ends.
    spared: FxHashSet<EdgeId>,
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

    /// Adds a Python module, once.
    pub(crate) fn add_module(&mut self, module: PythonModule) -> NodeId {
        let (name, owner) = (module.name.clone(), module.owner);
        let node = *self.by_module.entry(name).or_insert_with(|| self.inner.add_node(Node::Python(module)));
        if let Node::Python(known) = &mut self.inner[node] {
            known.owner = known.owner.or(owner);
        }
        node
    }

    /// Adds a capi_edge to NumPy's C API; a Python module has one, whoever comes through it.
    pub(crate) fn add_numpy(&mut self, source: NodeId, target: NodeId, edge: NumpyEdge) {
        if edge.binding.is_some() || self.inner.find_edge(source, target).is_none() {
            self.inner.add_edge(source, target, Edge::Numpy(edge));
        }
    }

    /// Adds what Python code imports, once for two nodes.
    pub(crate) fn add_import(&mut self, source: NodeId, target: NodeId, edge: ImportEdge) {
        let between =
            self.inner.edges_connecting(source, target).find(|known| matches!(known.weight(), Edge::Imports(_)));
        match between.map(|known| known.id()) {
            None => drop(self.inner.add_edge(source, target, Edge::Imports(edge))),
            Some(known) => match &mut self.inner[known] {
                Edge::Imports(known) if known.standing > edge.standing => *known = edge,
                _ => {}
            },
        }
    }

    /// Takes in what imports do in truth: no failure passes from what fails to what loads. Libraries that need what fails
    /// fail with it.
    pub(crate) fn settle(&mut self, failing: impl IntoIterator<Item = NodeId>, loading: &FxHashSet<NodeId>) {
        let mut failing: FxHashSet<NodeId> = failing.into_iter().filter(|node| !loading.contains(node)).collect();
        let mut open: Vec<NodeId> = failing.iter().copied().collect();
        while let Some(node) = open.pop() {
            let above = self.dependents(node).into_iter().map(|(by, _)| by);
            let above: Vec<NodeId> = above.filter(|by| !loading.contains(by)).collect();
            open.extend(above.into_iter().filter(|by| failing.insert(*by)));
        }
        for edge in self.inner.edge_indices().collect::<Vec<_>>() {
            let Some((source, target)) = self.inner.edge_endpoints(edge) else { continue };
            if !loading.contains(&source) || !failing.contains(&target) {
                continue;
            }
            match &mut self.inner[edge] {
                Edge::Contains => {}
                Edge::Imports(import) => import.standing = import.standing.max(ImportStanding::Guarded),
                Edge::Needs(_) | Edge::Numpy(_) => drop(self.spared.insert(edge)),
            }
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

    /// The node of a Python module that is no file of the environment's own.
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
                Edge::Contains | Edge::Numpy(_) | Edge::Imports(_) => None,
            })
            .collect()
    }

    /// The nodes next to this one by what a loader, or who installs, follows.
    pub fn loaders(&self, id: NodeId, direction: Direction) -> impl Iterator<Item = NodeId> {
        self.next_to(id, direction, Edge::is_of_loader)
    }

    /// The capi_edges of a node to NumPy's C API, its own or those of who asks it, in order.
    pub fn numpy(&self, id: NodeId, direction: Direction) -> Vec<(NodeId, &NumpyEdge)> {
        let edges = self.inner.edges_directed(id, direction);
        let mut capi_edges: Vec<(NodeId, &NumpyEdge)> = edges
            .filter_map(|edge| match edge.weight() {
                Edge::Numpy(capi_edge) => Some((other_end(&edge, direction), capi_edge)),
                Edge::Contains | Edge::Needs(_) | Edge::Imports(_) => None,
            })
            .collect();
        capi_edges.sort_by_key(|(node, _)| *node);
        capi_edges
    }

    /// The ends of every capi_edge to NumPy's C API, in the order of the graph.
    pub fn capi_edges(&self) -> Vec<(NodeId, NodeId)> {
        let is_bond = |&edge: &EdgeId| matches!(self.inner[edge], Edge::Numpy(_));
        self.inner.edge_indices().filter(is_bond).filter_map(|edge| self.inner.edge_endpoints(edge)).collect()
    }

    /// The nodes next to this one by what passes a failure on: of a node, what fails with it, or what it fails with.
    pub fn failing(&self, id: NodeId, direction: Direction) -> impl Iterator<Item = NodeId> {
        let edges = self.inner.edges_directed(id, direction).filter(|edge| self.passes(edge));
        edges.map(move |edge| other_end(&edge, direction))
    }

    /// The ends of every edge that passes a failure on, in the order of the graph.
    pub fn failing_edges(&self) -> impl Iterator<Item = (NodeId, NodeId)> {
        let edges = self.inner.edge_references().filter(|edge| self.passes(edge));
        edges.map(|edge| (edge.source(), edge.target()))
    }

    /// Does a failure pass over an edge?
    fn passes(&self, edge: &EdgeReference<Edge>) -> bool {
        edge.weight().passes_failure() && !self.spared.contains(&edge.id())
    }

    /// What Python code of a node imports, or whose code imports it, in order.
    pub fn imports(&self, id: NodeId, direction: Direction) -> Vec<(NodeId, &ImportEdge)> {
        let edges = self.inner.edges_directed(id, direction);
        let mut imports: Vec<(NodeId, &ImportEdge)> = edges
            .filter_map(|edge| match edge.weight() {
                Edge::Imports(import) => Some((other_end(&edge, direction), import)),
                Edge::Contains | Edge::Needs(_) | Edge::Numpy(_) => None,
            })
            .collect();
        imports.sort_by_key(|(node, import)| (import.standing, *node));
        imports
    }

    fn next_to(&self, id: NodeId, direction: Direction, is_wanted: fn(&Edge) -> bool) -> impl Iterator<Item = NodeId> {
        let edges = self.inner.edges_directed(id, direction);
        edges.filter(move |edge| is_wanted(edge.weight())).map(move |edge| other_end(&edge, direction))
    }

    /// The distribution that owns a node, or that it is.
    pub fn owner(&self, id: NodeId) -> Option<NodeId> {
        let owner = match self.node(id) {
            Node::Distribution(_) => return Some(id),
            Node::File { owner, .. } => Some(*owner),
            Node::Python(module) => module.owner,
            Node::System(_) | Node::Builtin(_) | Node::Missing(_) => None,
        };
        self.distributions.get(owner?.0).copied()
    }

    /// What a distribution owns: its files, and the packages of Python that are nodes.
    pub(super) fn brought(&self, id: NodeId) -> Vec<NodeId> {
        let is_own = |node: &NodeId| matches!(self.node(*node), Node::Python(_)) && self.owner(*node) == Some(id);
        let packages = self.by_module.values().copied().filter(is_own);
        let mut brought: Vec<NodeId> = self.contents(id).into_iter().chain(packages).collect();
        brought.sort_unstable();
        brought
    }

    /// The packages that people import of a distribution, as far as they are nodes.
    pub fn packages(&self, id: NodeId) -> Vec<NodeId> {
        let is_top = |node: &NodeId| matches!(self.node(*node), Node::Python(module) if module.is_top());
        self.brought(id).into_iter().filter(is_top).collect()
    }
}

/// The node that an edge leads to, seen from the other.
fn other_end(edge: &EdgeReference<Edge>, direction: Direction) -> NodeId {
    match direction {
        Direction::Outgoing => edge.target(),
        Direction::Incoming => edge.source(),
    }
}
