//! A part of the graph as it is to be drawn: items that stand for one node or for several, and links between them.
//!
//! An environment is mostly repetition: modules that need the same things, edges that a longer way implies. Folding and
//! reducing take that away without losing count: the edges of the part are those that are drawn, those inside of folds and
//! those that are implied or set aside, each told by its number.

mod focus;
mod reduce;

pub use focus::{Around, focus};

use petgraph::Direction;
use petgraph::visit::EdgeRef;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Edge, Graph, ImportStanding, NodeId};

/// Why an item stands for several nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fold {
    /// It does not: it is one node.
    #[default]
    No,
    /// Nodes of one kind with the same neighbors.
    Twins,
    /// Libraries of the system.
    System,
    /// A distribution with its files.
    Package,
    /// Files that need each other.
    Cycle,
    /// The files of one folder.
    Folder,
    /// What a column has no room for.
    Rest,
}

/// What is drawn in one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// In order; never empty.
    pub nodes: Vec<NodeId>,
    pub fold: Fold,
    /// The signed distance from the center of a focus: dependents are negative. Nought elsewhere.
    pub band: i32,
}

impl Item {
    /// The node that stands for the item.
    pub fn node(&self) -> NodeId {
        self.nodes[0]
    }
}

/// A line between two items, by place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Link {
    pub source: usize,
    pub target: usize,
    /// For how many edges between nodes it stands.
    pub edges: usize,
}

/// The kind of edge for which a link stands, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LinkKind {
    /// A loader follows it.
    Loader,
    /// A capi_edge to NumPy's C API.
    Numpy,
    /// Python code imports it, and fails without it.
    Import,
    /// Python code may import it.
    MayImport,
}

impl LinkKind {
    fn of(edge: &Edge) -> LinkKind {
        match edge {
            Edge::Contains | Edge::Needs(_) => LinkKind::Loader,
            Edge::Numpy(_) => LinkKind::Numpy,
            Edge::Imports(import) if import.standing == ImportStanding::Certain => LinkKind::Import,
            Edge::Imports(_) => LinkKind::MayImport,
        }
    }
}

/// Items and the links between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    pub items: Vec<Item>,
    /// Sorted; no two of them join the same items in the same direction, none joins an item to itself.
    pub links: Vec<Link>,
    /// Edges between nodes of one item.
    pub inside: usize,
    /// Edges that are not drawn because a longer way implies them.
    pub implied: usize,
    /// Edges that a focus does not draw: those between nodes at the same distance, or back.
    pub aside: usize,
}

impl Sketch {
    /// The part of a graph that these nodes make, each an item of its own, with every edge that says something to a person.
    pub fn of(graph: &Graph, nodes: &[NodeId]) -> Sketch {
        let mut sketch = Sketch::whole(graph, nodes);
        // That a module lies in the package which imports it says nothing more.
        let all: FxHashSet<(usize, usize)> = sketch.links.iter().map(|link| (link.source, link.target)).collect();
        let of_package: FxHashSet<(NodeId, NodeId)> = {
            let edges = graph.inner.edge_references().filter(|edge| edge.weight().is_of_package());
            edges.map(|edge| (edge.source(), edge.target())).collect()
        };
        let count = sketch.links.len();
        let ends = |link: &Link| (sketch.items[link.source].node(), sketch.items[link.target].node());
        sketch.links.retain(|link| !all.contains(&(link.target, link.source)) || !of_package.contains(&ends(link)));
        sketch.aside = count - sketch.links.len();
        sketch
    }

    /// The same with every edge.
    pub fn whole(graph: &Graph, nodes: &[NodeId]) -> Sketch {
        let mut nodes = nodes.to_vec();
        nodes.sort_unstable();
        nodes.dedup();
        let place: FxHashMap<NodeId, usize> = nodes.iter().enumerate().map(|(at, &node)| (node, at)).collect();
        let mut ends: Vec<(usize, usize)> = Vec::new();
        for (source, &node) in nodes.iter().enumerate() {
            let targets = graph.inner.edges_directed(node, Direction::Outgoing);
            ends.extend(targets.filter_map(|edge| Some((source, *place.get(&edge.target())?))));
        }
        ends.sort_unstable();
        // That a file asks twice for another, or for itself, says nothing more.
        ends.dedup();
        ends.retain(|(source, target)| source != target);
        let items = nodes.into_iter().map(|node| Item { nodes: vec![node], ..Item::default() }).collect();
        let links = ends.into_iter().map(|(source, target)| Link { source, target, edges: 1 }).collect();
        Sketch { items, links, ..Sketch::default() }
    }

    /// NumPy's C API alone: who asks, the Python modules between, who answers, and what is missing.
    pub fn numpy(graph: &Graph) -> Sketch {
        let capi_edges = graph.capi_edges();
        let mut nodes: Vec<NodeId> = capi_edges.iter().flat_map(|&(source, target)| [source, target]).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let place: FxHashMap<NodeId, usize> = nodes.iter().enumerate().map(|(at, &node)| (node, at)).collect();
        let mut ends: Vec<(usize, usize)> =
            capi_edges.iter().map(|(source, target)| (place[source], place[target])).collect();
        ends.sort_unstable();
        ends.dedup();
        let items = nodes.into_iter().map(|node| Item { nodes: vec![node], ..Item::default() }).collect();
        let links = ends.into_iter().map(|(source, target)| Link { source, target, edges: 1 }).collect();
        Sketch { items, links, ..Sketch::default() }
    }

    /// The strongest kind of edge for which each link stands, in the order of the links.
    pub fn kinds(&self, graph: &Graph) -> Vec<LinkKind> {
        let mut place = FxHashMap::<NodeId, usize>::default();
        for (at, item) in self.items.iter().enumerate() {
            place.extend(item.nodes.iter().map(|&node| (node, at)));
        }
        let mut kinds = FxHashMap::<(usize, usize), LinkKind>::default();
        // Of packages that are drawn as one, only the distributions are items.
        let place = |node: NodeId| place.get(&node).or_else(|| place.get(&graph.owner(node)?)).copied();
        for edge in graph.inner.edge_references() {
            if let Some(ends) = place(edge.source()).zip(place(edge.target())) {
                let kind = LinkKind::of(edge.weight());
                kinds.entry(ends).and_modify(|known| *known = kind.min(*known)).or_insert(kind);
            }
        }
        let links = self.links.iter().map(|link| kinds.get(&(link.source, link.target)));
        links.map(|kind| kind.copied().unwrap_or(LinkKind::Loader)).collect()
    }

    /// How many edges between nodes this accounts for, drawn or not.
    pub fn edges(&self) -> usize {
        self.links.iter().map(|link| link.edges).sum::<usize>() + self.hidden() + self.inside
    }

    /// How many edges between items are not drawn.
    pub fn hidden(&self) -> usize {
        self.implied + self.aside
    }

    /// Takes items away with their links, as if they had not been asked for.
    pub fn leave_out(&mut self, is_out: impl Fn(&Item) -> bool) {
        let mut place = Vec::with_capacity(self.items.len());
        let mut next = 0;
        for item in &self.items {
            place.push((!is_out(item)).then_some(next));
            next += usize::from(place.last().is_some_and(Option::is_some));
        }
        let mut places = place.iter();
        self.items.retain(|_| places.next().is_some_and(Option::is_some));
        let moved = self.links.iter().filter_map(|link| {
            Some(Link { source: place[link.source]?, target: place[link.target]?, edges: link.edges })
        });
        self.links = moved.collect();
    }

    /// Sets links aside, by their ends.
    pub fn set_aside(&mut self, is_aside: impl Fn(usize, usize) -> bool) {
        let mut aside = 0;
        self.links.retain(|link| {
            let is_out = is_aside(link.source, link.target);
            aside += if is_out { link.edges } else { 0 };
            !is_out
        });
        self.aside += aside;
    }

    /// The item that a node is in.
    pub fn item_of(&self, node: NodeId) -> Option<usize> {
        self.items.iter().position(|item| item.nodes.binary_search(&node).is_ok())
    }

    /// The ends of the links, as a layout takes them.
    pub fn ends(&self) -> Vec<(usize, usize)> {
        self.links.iter().map(|link| (link.source, link.target)).collect()
    }

    /// Who is linked with each item: those before it, and those behind.
    fn neighbors(&self) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
        let (mut before, mut behind) = (vec![Vec::new(); self.items.len()], vec![Vec::new(); self.items.len()]);
        for link in &self.links {
            behind[link.source].push(link.target);
            before[link.target].push(link.source);
        }
        (before, behind)
    }

    /// Puts items together: `place[i]` is where the item `i` goes. Items keep the order of their places.
    fn gather(&mut self, place: &[usize], folds: &FxHashMap<usize, Fold>) {
        let count = place.iter().max().map_or(0, |last| last + 1);
        let mut items: Vec<Item> = vec![Item::default(); count];
        for (item, &to) in std::mem::take(&mut self.items).into_iter().zip(place) {
            let gathered = &mut items[to];
            gathered.fold = folds.get(&to).copied().unwrap_or(item.fold);
            gathered.band = item.band;
            gathered.nodes.extend(item.nodes);
        }
        for item in &mut items {
            item.nodes.sort_unstable();
        }
        self.items = items;
        let moved =
            self.links.iter().map(|link| Link { source: place[link.source], target: place[link.target], ..*link });
        let mut moved: Vec<Link> = moved.collect();
        moved.sort_unstable();
        self.links.clear();
        for link in moved {
            match self.links.last_mut() {
                _ if link.source == link.target => self.inside += link.edges,
                Some(last) if (last.source, last.target) == (link.source, link.target) => last.edges += link.edges,
                _ => self.links.push(link),
            }
        }
    }
}
