//! What every face marks: what is broken itself, what cannot load because of that, and the lines by which failures come.

use petgraph::Direction;
use rustc_hash::{FxHashMap, FxHashSet};

use super::places::failing_modules;
use crate::diagnose::{Finding, Severity};
use crate::discover::Role;
use crate::graph::sketch::{Item, Sketch};
use crate::graph::{Node, NodeId};
use crate::image::NeedKind;
use crate::scan::Scan;
use crate::vfs::VPath;

/// The marks of the nodes of a scan.
pub struct Marks {
    /// The nodes that each finding is about.
    places: Vec<Vec<NodeId>>,
    /// Of each node, whether something is wrong with itself.
    broken: Vec<bool>,
    /// Of each other node, the finding because of which it cannot load.
    because: Vec<Option<usize>>,
    /// What is imported by each name.
    modules: FxHashMap<String, NodeId>,
}

impl Marks {
    /// The marks that the findings of a scan make.
    pub fn new(scan: &Scan) -> Marks {
        let by_path: FxHashMap<VPath, NodeId> =
            scan.graph.nodes().filter_map(|(id, _)| Some((scan.path_of(id)?, id))).collect();
        let places: Vec<Vec<NodeId>> = scan.findings.iter().map(|finding| places(finding, &by_path)).collect();
        let mut broken: Vec<bool> = scan.graph.nodes().map(|(id, node)| is_faulty(scan, id, node)).collect();
        let errors = scan.findings.iter().zip(&places).filter(|(finding, _)| finding.severity == Severity::Error);
        errors.flat_map(|(_, places)| places).for_each(|place| broken[place.index()] = true);
        let because = vec![None; broken.len()];
        let mut marks = Marks { places, broken, because, modules: modules(scan) };
        marks.mark_consequences(scan);
        marks.mark_distributions(scan);
        marks
    }

    /// The nodes that a finding is about, by its place in [`Scan::findings`].
    pub fn places(&self, finding: usize) -> &[NodeId] {
        self.places.get(finding).map_or(&[], Vec::as_slice)
    }

    /// Is something wrong with this node itself?
    pub fn is_broken(&self, node: NodeId) -> bool {
        self.broken[node.index()]
    }

    /// The finding because of which a node cannot load with which nothing else is wrong.
    pub fn because(&self, node: NodeId) -> Option<usize> {
        self.because[node.index()]
    }

    /// Is it broken, or can it not load because of what is?
    pub fn is_marked(&self, node: NodeId) -> bool {
        self.is_broken(node) || self.because(node).is_some()
    }

    /// The node of what is imported by this name: a native module, or the distribution that owns the modules of a package.
    pub fn module(&self, name: &str) -> Option<NodeId> {
        self.modules.get(name).copied()
    }

    /// The links of a sketch by which failures come, by their ends: those that stand for an edge between two marked nodes
    /// which passes the failure on, and what uses NumPy's C API without a provider.
    pub fn red_links(&self, scan: &Scan, sketch: &Sketch) -> FxHashSet<(usize, usize)> {
        let mut places = FxHashMap::<NodeId, usize>::default();
        for (at, item) in sketch.items.iter().enumerate() {
            places.extend(item.nodes.iter().map(|&node| (node, at)));
        }
        // Of packages that are drawn as one, only the distributions are in the sketch.
        let place = |node: NodeId| {
            let package = || places.get(&self.package(scan, node)?);
            places.get(&node).or_else(package).copied()
        };
        let passing =
            scan.graph.failing_edges().filter(|&(source, target)| self.is_marked(source) && self.is_marked(target));
        let asking = scan.graph.nodes().flat_map(|(node, _)| {
            let bonds = scan.graph.numpy(node, Direction::Outgoing).into_iter();
            let failing = bonds.filter(|(_, bond)| bond.binding.is_some() && bond.answer.fails());
            failing.map(move |(target, _)| (node, target))
        });
        let ends = passing.chain(asking).filter_map(|(source, target)| Some((place(source)?, place(target)?)));
        let red: FxHashSet<(usize, usize)> = ends.collect();
        sketch.ends().into_iter().filter(|ends| red.contains(ends)).collect()
    }

    /// Leaves out the links that longer ways imply, but for those to keep. A failure comes by the same ways as before: what is
    /// red is implied by what is red.
    pub fn reduce(&self, scan: &Scan, sketch: &mut Sketch, keep: impl Fn(&Item, &Item) -> bool) {
        let red = self.red_links(scan, sketch);
        let mut failing = Sketch { items: sketch.items.clone(), ..Sketch::default() };
        failing.links = sketch.links.iter().filter(|link| red.contains(&(link.source, link.target))).copied().collect();
        failing.reduce(&keep);
        let node = |at: usize| failing.items[at].node();
        let kept: FxHashSet<(NodeId, NodeId)> =
            failing.links.iter().map(|link| (node(link.source), node(link.target))).collect();
        sketch.reduce(|source, target| keep(source, target) || kept.contains(&(source.node(), target.node())));
    }

    /// The distribution that a node is a part of; Python modules are, too.
    fn package(&self, scan: &Scan, node: NodeId) -> Option<NodeId> {
        let of_module = || match scan.graph.node(node) {
            Node::Python(module) => self.module(module.name.to_string().split('.').next()?),
            _ => None,
        };
        scan.graph.owner(node).or_else(of_module)
    }

    /// Marks what cannot load because of an error elsewhere: the modules whose import fails, as every face counts them, and
    /// the libraries on the way.
    fn mark_consequences(&mut self, scan: &Scan) {
        let failing: FxHashSet<String> = failing_modules(scan).into_iter().map(str::to_owned).collect();
        for (index, finding) in scan.findings.iter().enumerate() {
            if finding.severity != Severity::Error || finding.breaks == 0 {
                continue;
            }
            let of_import = finding.imports.iter().filter_map(|&at| scan.imports.get(at)?.module());
            let names = finding.broken.iter().map(String::as_str).chain(of_import);
            let mut marked: Vec<NodeId> =
                names.filter(|name| failing.contains(*name)).filter_map(|name| self.module(name)).collect();
            marked.extend(unloadable(scan, &self.places[index]));
            let above = self.places[index].iter().flat_map(|&place| scan.graph.above(place));
            marked.extend(
                above.filter(|&node| matches!(scan.graph.node(node), Node::Python(_)) && !scan.is_missed(node)),
            );
            for node in marked {
                if !self.is_marked(node) {
                    self.because[node.index()] = Some(index);
                }
            }
        }
    }

    /// A distribution is marked as its files are.
    fn mark_distributions(&mut self, scan: &Scan) {
        for &node in scan.graph.distributions() {
            let files = scan.graph.contents(node);
            let is_broken = self.is_broken(node) || files.iter().any(|&file| self.is_broken(file));
            let because = files.iter().filter_map(|&file| self.because(file)).min();
            self.broken[node.index()] = is_broken;
            self.because[node.index()] = because.filter(|_| !is_broken);
        }
    }
}

/// Is a node missed and no mere warning, or a file that cannot be read?
fn is_faulty(scan: &Scan, id: NodeId, node: &Node) -> bool {
    let has_problem = || scan.file_of(id).is_some_and(|file| scan.world.file(file).problem.is_some());
    match node {
        Node::Missing(_) | Node::Python(_) => scan.is_missed(id) && scan.severity_of(id) != Some(Severity::Warning),
        _ => has_problem(),
    }
}

/// The files that cannot be loaded because these cannot, but for modules, which are asked about otherwise.
fn unloadable(scan: &Scan, places: &[NodeId]) -> Vec<NodeId> {
    let mut seen: FxHashSet<NodeId> = places.iter().copied().collect();
    let mut stack = places.to_vec();
    let mut found = Vec::new();
    while let Some(node) = stack.pop() {
        for (above, edge) in scan.graph.dependents(node) {
            let is_fatal = !matches!(edge.kind, NeedKind::Weak | NeedKind::Delay);
            let is_module = || matches!(scan.graph.node(above), Node::File { role: Role::Module(_), .. });
            if is_fatal && seen.insert(above) && !is_module() {
                found.push(above);
                stack.push(above);
            }
        }
    }
    found
}

/// What is imported by each name: native modules, and for the packages that they lie in, their distributions.
fn modules(scan: &Scan) -> FxHashMap<String, NodeId> {
    let mut modules = FxHashMap::default();
    for (id, node) in scan.graph.nodes() {
        let Node::File { role: Role::Module(name), owner, .. } = node else { continue };
        modules.insert(name.clone(), id);
        if let (Some((top, _)), Some(&distribution)) = (name.split_once('.'), scan.graph.distributions().get(owner.0)) {
            modules.entry(top.to_owned()).or_insert(distribution);
        }
    }
    modules
}

/// The nodes that a finding is about.
fn places(finding: &Finding, by_path: &FxHashMap<VPath, NodeId>) -> Vec<NodeId> {
    let files = finding.files.iter().chain(std::iter::once(&finding.file));
    let mut places: Vec<NodeId> = files.filter_map(|path| by_path.get(path).copied()).chain(finding.node).collect();
    places.sort();
    places.dedup();
    places
}
