//! The part of the graph that is drawn, in words: what every format for graphs writes in its own language.

use petgraph::visit::EdgeRef;
use rustc_hash::{FxHashMap, FxHashSet};

use super::marks::Marks;
use super::places::{distribution_title, nonstandard, title};
use super::{Folding, Format, count};
use crate::diagnose::{Evidence, Severity};
use crate::discover::Role;
use crate::graph::sketch::{Around, Fold, Item, Sketch, focus};
use crate::graph::{Edge, ImportEdge, ImportStanding, NeedEdge, Node, NodeId, NumpyEdge, Presence};
use crate::printable::printable;
use crate::scan::Scan;

/// Which part of the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    #[default]
    All,
    /// What findings are about, what needs it, and the paths that lead there.
    Problems,
    /// One node, and what is joined with it by so many steps in either direction.
    Focus { center: NodeId, depth: usize },
    /// What is on the screen.
    View(Box<Sketch>),
}

/// A part of the graph as somebody wants it written: folded as the format likes it where nobody says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    pub scope: Scope,
    pub folding: Option<Folding>,
}

/// How much of the graph an excerpt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Nodes, and as how many items they are drawn.
    pub nodes: usize,
    pub items: usize,
    /// Edges between them, and as how many lines they are drawn.
    pub edges: usize,
    pub lines: usize,
}

impl Excerpt {
    /// How much a format writes of it; nothing where that is no drawing.
    pub fn extent(&self, scan: &Scan, format: &Format) -> Option<Extent> {
        // JSON has nodes, whatever is drawn as one elsewhere.
        let folded = self.folding.or(format.draws)? == Folding::Folded && format.folds();
        let sketch = Part::of(scan, &self.scope, folded).sketch;
        Some(Extent {
            nodes: sketch.items.iter().map(|item| item.nodes.len()).sum(),
            items: sketch.items.len(),
            edges: sketch.edges(),
            lines: sketch.links.len(),
        })
    }
}

/// The part as it is drawn.
pub(super) struct Part {
    pub items: Vec<Drawn>,
    pub links: Vec<DrawnLink>,
    /// The names of the distributions that items belong to.
    pub packages: Vec<String>,
    pub sketch: Sketch,
    /// The links by which failures come, by their ends; asked for by who draws them.
    pub red: FxHashSet<(usize, usize)>,
}

/// An item in words.
#[derive(Clone)]
pub(super) struct Drawn {
    pub label: String,
    pub sort: &'static str,
    pub state: State,
    /// By place in [`Part::packages`].
    pub package: Option<usize>,
    pub path: Option<String>,
    /// What else there is to say, in a line.
    pub note: String,
    /// For how many nodes it stands.
    pub count: usize,
    /// It stands for a whole package.
    pub is_package: bool,
    /// Asked for by who draws it.
    pub mark: Mark,
}

/// What keeps an item from loading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mark {
    #[default]
    None,
    /// Something is wrong with itself.
    Broken,
    /// What it needs is.
    Affected,
}

impl Mark {
    /// What stands behind its name, as on the screen.
    fn sign(self) -> &'static str {
        match self {
            Mark::None => "",
            Mark::Broken => " ✗",
            Mark::Affected => " ✗↓",
        }
    }
}

/// How it is with an item or a link, from fine to bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    #[default]
    Fine,
    /// Absent, which is harmless.
    Absent,
    Warned,
    Bad,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Fine => "fine",
            State::Absent => "absent",
            State::Warned => "warning",
            State::Bad => "error",
        }
    }
}

/// A link in words.
#[derive(Clone)]
pub(super) struct DrawnLink {
    pub source: usize,
    pub target: usize,
    pub kind: DrawnLinkKind,
    pub state: State,
    /// For how many edges it stands.
    pub edges: usize,
    pub note: String,
}

/// What kind of bond a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DrawnLinkKind {
    Needs,
    /// The load goes on without it.
    May,
    /// To NumPy's C API; no loader sees it.
    Numpy,
    /// Python code imports it when it is imported itself.
    Import,
    /// Python code may import it, and may go on without it.
    MayImport,
}

impl DrawnLinkKind {
    pub fn word(self) -> &'static str {
        match self {
            DrawnLinkKind::Needs => "needs",
            DrawnLinkKind::May => "may-need",
            DrawnLinkKind::Numpy => "numpy",
            DrawnLinkKind::Import => "import",
            DrawnLinkKind::MayImport => "may-import",
        }
    }
}

impl Part {
    pub fn of(scan: &Scan, scope: &Scope, folded: bool) -> Part {
        let mut sketch = sketch(scan, scope, folded);
        if folded && !matches!(scope, Scope::View(_)) {
            fold(scan, &mut sketch, scope);
        }
        let mut packages: Vec<NodeId> = sketch.items.iter().filter_map(|item| scan.graph.owner(item.node())).collect();
        packages.sort_unstable();
        packages.dedup();
        let items = sketch.items.iter().map(|item| drawn(scan, item, &packages)).collect();
        let links = links(scan, &sketch);
        let packages = packages.into_iter().map(|node| printable(&distribution_title(scan, node))).collect();
        Part { items, links, packages, sketch, red: FxHashSet::default() }
    }

    /// With the marks that items and links have on the screen.
    pub fn marked(mut self, scan: &Scan) -> Part {
        let marks = Marks::new(scan);
        for (item, drawn) in self.sketch.items.iter().zip(&mut self.items) {
            let is_any = |is: &dyn Fn(NodeId) -> bool| item.nodes.iter().any(|&node| is(node));
            drawn.mark = match () {
                () if is_any(&|node| marks.is_broken(node)) => Mark::Broken,
                () if is_any(&|node| marks.because(node).is_some()) => Mark::Affected,
                () => Mark::None,
            };
            // The frame of what is missing says it already.
            let is_told = matches!(scan.graph.node(item.node()), Node::Missing(_));
            drawn.label += if is_told { "" } else { drawn.mark.sign() };
        }
        self.red = marks.red_links(scan, &self.sketch);
        self
    }
}

impl Scope {
    /// The nodes of the part.
    pub fn nodes(&self, scan: &Scan) -> FxHashSet<NodeId> {
        sketch(scan, self, true).items.into_iter().flat_map(|item| item.nodes).collect()
    }
}

/// Distributions are told by where their files stand, never drawn themselves. What is not folded has every edge.
fn sketch(scan: &Scan, scope: &Scope, folded: bool) -> Sketch {
    let of = if folded { Sketch::of } else { Sketch::whole };
    let is_drawn = |node: NodeId| !matches!(scan.graph.node(node), Node::Distribution(_));
    match scope {
        Scope::All => {
            let nodes: Vec<NodeId> = scan.graph.nodes().map(|(node, _)| node).filter(|&node| is_drawn(node)).collect();
            of(&scan.graph, &nodes)
        }
        Scope::Problems => {
            of(&scan.graph, &accused(scan).into_iter().filter(|&node| is_drawn(node)).collect::<Vec<_>>())
        }
        Scope::Focus { center, depth } => {
            let around = Around { center: *center, depth: (*depth, *depth) };
            let is_near = |node| is_drawn(node) || matches!(scan.graph.node(*center), Node::Distribution(_));
            focus(&scan.graph, around, is_near, |node| matches!(scan.graph.node(node), Node::Missing(_)))
        }
        Scope::View(sketch) => (**sketch).clone(),
    }
}

/// What findings are about, what needs it, and a path from what can be imported.
fn accused(scan: &Scan) -> FxHashSet<NodeId> {
    /// More ways than that say nothing new.
    const WAYS: usize = 3;
    let mut nodes = FxHashSet::default();
    let mut add = |node: NodeId| {
        if nodes.insert(node) {
            nodes.extend(scan.graph.why(node, WAYS).into_iter().flatten());
            nodes.extend(scan.graph.dependents(node).into_iter().map(|(by, _)| by));
        }
    };
    for finding in scan.findings.iter().filter(|finding| finding.severity > Severity::Info) {
        finding.node.into_iter().for_each(&mut add);
        for evidence in &finding.evidence {
            if let Evidence::Need { file, .. } = evidence {
                scan.graph.file(*file).into_iter().for_each(&mut add);
            }
        }
    }
    nodes
}

/// With more boxes than this, packages are folded.
const MOST_BOXES: usize = 150;

/// What makes the picture small enough to be read: the system's parts are left out, what is alike is one item, and what a
/// longer way implies is not drawn; what is missing always stays.
fn fold(scan: &Scan, sketch: &mut Sketch, scope: &Scope) {
    let is_quiet = |node: &NodeId| matches!(scan.graph.node(*node), Node::System(_) | Node::Builtin(_));
    let center = if let Scope::Focus { center, .. } = scope { Some(*center) } else { None };
    let kept: Vec<NodeId> =
        sketch.items.iter().map(Item::node).filter(|node| !is_quiet(node) || Some(*node) == center).collect();
    if center.is_none() {
        *sketch = Sketch::of(&scan.graph, &kept);
    }
    let stands_out =
        |item: &Item| item.nodes.iter().any(|&node| Some(node) == center || state(scan, node) != State::Fine);
    sketch.fold_cycles();
    sketch.fold_twins(3, |item| {
        (!stands_out(item)).then(|| (scan.graph.owner(item.node()), sort(scan.graph.node(item.node()))))
    });
    let marks = Marks::new(scan);
    marks.reduce(scan, sketch, |source, target| stands_out(source) || stands_out(target));
    let linked: FxHashSet<usize> = sketch.links.iter().flat_map(|link| [link.source, link.target]).collect();
    let loose = (0..sketch.items.len()).filter(|at| !linked.contains(at) && !stands_out(&sketch.items[*at]));
    let loose: FxHashSet<NodeId> = loose.map(|at| sketch.items[at].node()).collect();
    if loose.len() > 1 {
        sketch.fold(Fold::Rest, |item| loose.contains(&item.node()).then_some(()));
    }
    // Nobody reads more boxes: the files of a package with which nothing is wrong are one.
    if sketch.items.len() > MOST_BOXES {
        let is_kept: FxHashSet<NodeId> = sketch.items.iter().filter(|item| stands_out(item)).map(Item::node).collect();
        sketch.fold(Fold::Package, |item| {
            let is_free = item.fold != Fold::Rest && !is_kept.contains(&item.node());
            scan.graph.owner(item.node()).filter(|_| is_free)
        });
        marks.reduce(scan, sketch, |source, target| stands_out(source) || stands_out(target));
    }
}

/// What a node is, in the word that every format has for it.
pub(super) fn sort(node: &Node) -> &'static str {
    match node {
        Node::Distribution(_) => "distribution",
        Node::File { role: Role::Module(_), .. } => "module",
        Node::File { role: Role::Library, .. } => "library",
        Node::File { role: Role::Program, .. } => "program",
        Node::System(_) => "system",
        Node::Builtin(_) => "builtin",
        Node::Missing(_) => "missing",
        Node::Python(_) => "python",
    }
}

pub(super) fn state(scan: &Scan, node: NodeId) -> State {
    let is_broken = scan.file_of(node).is_some_and(|file| scan.world.file(file).problem.is_some());
    let missed = if scan.severity_of(node) == Some(Severity::Warning) { State::Warned } else { State::Bad };
    match scan.graph.node(node) {
        Node::Missing(_) if scan.is_missed(node) => missed,
        Node::Missing(_) => State::Absent,
        Node::Python(module) if module.presence == Presence::Absent && scan.is_missed(node) => missed,
        Node::Python(module) if module.presence.path().is_none() => State::Absent,
        _ if is_broken => State::Bad,
        _ if nonstandard(scan, node).is_some() => State::Warned,
        _ => match scan.severity_of(node) {
            Some(Severity::Error) => State::Bad,
            Some(Severity::Warning) => State::Warned,
            _ => State::Fine,
        },
    }
}

fn drawn(scan: &Scan, item: &Item, packages: &[NodeId]) -> Drawn {
    let node = item.node();
    let (mut note, mut sign) = (String::new(), "");
    let identity = || scan.world.file(scan.file_of(node)?).image.as_ref()?.identity.clone();
    let named = nonstandard(scan, node).filter(|_| item.nodes.len() == 1).zip(identity());
    if let Some((class, identity)) = named {
        note = format!("nonstandard install name ({}): {identity}", class.word());
        sign = "! ";
    }
    if let Some(problem) = scan.file_of(node).and_then(|file| scan.world.file(file).problem.clone()) {
        note = problem.to_string();
    }
    let of_one = item.nodes.iter().all(|&other| scan.graph.owner(other) == scan.graph.owner(node));
    Drawn {
        label: printable(&format!("{sign}{}", label(scan, item))),
        sort: if item.nodes.len() > 1 { "fold" } else { sort(scan.graph.node(node)) },
        state: item.nodes.iter().map(|&node| state(scan, node)).max().unwrap_or_default(),
        package: scan.graph.owner(node).filter(|_| of_one).and_then(|node| packages.binary_search(&node).ok()),
        path: scan.path_of(node).filter(|_| item.nodes.len() == 1).map(|path| printable(&path.to_string())),
        note: printable(&note),
        count: item.nodes.len(),
        is_package: item.fold == Fold::Package,
        mark: Mark::None,
    }
}

fn label(scan: &Scan, item: &Item) -> String {
    let node = item.node();
    if item.nodes.len() == 1 {
        return title(scan, node);
    }
    let number = item.nodes.len();
    let of = scan.graph.owner(node).map_or_else(String::new, |node| format!(" of {}", scan.label(node)));
    match item.fold {
        Fold::Folder => format!("{number} files of one folder"),
        Fold::Package => {
            format!("{} {number}", scan.graph.owner(node).map_or_else(String::new, |node| scan.label(node)))
        }
        Fold::Rest => count(number, "file") + " that stand alone",
        Fold::Cycle => format!("{number} that need each other: {} …", title(scan, node)),
        _ => match sort(scan.graph.node(node)) {
            "library" if number > 1 => format!("{number} libraries{of}"),
            sort => format!("{}{of}", count(number, sort)),
        },
    }
}

fn links(scan: &Scan, sketch: &Sketch) -> Vec<DrawnLink> {
    let mut place = FxHashMap::<NodeId, usize>::default();
    for (at, item) in sketch.items.iter().enumerate() {
        place.extend(item.nodes.iter().map(|&node| (node, at)));
    }
    let mut looks = FxHashMap::<(usize, usize), (DrawnLinkKind, State, String)>::default();
    for edge in scan.graph.inner.edge_references() {
        let (Some(&source), Some(&target)) = (place.get(&edge.source()), place.get(&edge.target())) else { continue };
        let look = match edge.weight() {
            Edge::Contains => continue,
            Edge::Needs(need) => of_need(scan, need, edge.target()),
            Edge::Numpy(bond) => of_numpy(bond),
            Edge::Imports(import) => of_import(scan, import, edge.target()),
        };
        let known = looks.entry((source, target)).or_insert_with(|| look.clone());
        // The strongest bond counts, and of those the worst.
        if (look.0, std::cmp::Reverse(look.1)) < (known.0, std::cmp::Reverse(known.1)) {
            *known = look;
        }
    }
    let bond = |link: &crate::graph::sketch::Link| {
        let (kind, state, note) =
            looks.remove(&(link.source, link.target)).unwrap_or((DrawnLinkKind::Needs, State::Fine, String::new()));
        DrawnLink { source: link.source, target: link.target, kind, state, edges: link.edges, note: printable(&note) }
    };
    sketch.links.iter().map(bond).collect()
}

fn of_need(scan: &Scan, need: &NeedEdge, target: NodeId) -> (DrawnLinkKind, State, String) {
    let note = format!("{}: {}", need.name, need.resolution.step().phrase());
    let kind = if need.kind.is_binding() { DrawnLinkKind::Needs } else { DrawnLinkKind::May };
    let state = match need.resolution.is_met() {
        true => State::Fine,
        false if need.kind.is_binding() && scan.is_missed(target) => state(scan, target),
        false => State::Absent,
    };
    (kind, state, note)
}

fn of_import(scan: &Scan, import: &ImportEdge, target: NodeId) -> (DrawnLinkKind, State, String) {
    let site = import.site.as_ref().map(|(file, line)| format!(": {}:{line}", scan.shown(file)));
    let note = format!("import, {}{}", import.standing.as_str(), site.unwrap_or_default());
    let is_certain = import.standing == ImportStanding::Certain;
    let kind = if is_certain { DrawnLinkKind::Import } else { DrawnLinkKind::MayImport };
    let state = if is_certain && state(scan, target) == State::Bad { State::Bad } else { State::Fine };
    (kind, state, note)
}

fn of_numpy(bond: &NumpyEdge) -> (DrawnLinkKind, State, String) {
    let asks_by = bond.binding.as_ref().map_or_else(String::new, |binding| format!(" ({})", binding.phrase()));
    let state = if bond.answer.fails() { State::Bad } else { State::Fine };
    (DrawnLinkKind::Numpy, state, format!("{}{asks_by}: {}", bond.asks_for, bond.answer.phrase()))
}
