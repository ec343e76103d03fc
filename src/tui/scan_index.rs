//! A scan made ready for looking at: what each node is called, what is wrong with it and below it.
//!
//! Made once, on the scan's thread, so that moving about costs nothing.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_width::UnicodeWidthStr;

use petgraph::Direction;

use crate::diagnose::install_name::InstallName;
use crate::diagnose::{Finding, Severity};
use crate::discover::Role;
use crate::export::{Counts, Marks};
use crate::graph::{Node, NodeId};
use crate::image::Format;
use crate::printable::printable;
use crate::rule::RuleId;
use crate::scan::Scan;

use super::theme::Tone;

/// What a node is, as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    Distribution,
    Module,
    Library,
    Program,
    System,
    /// Not found, and missed.
    Missing,
    /// Not on the search path, which is harmless.
    Absent,
    /// A Python module that code imports.
    Python,
    /// One that is not there, and missed.
    NoPython,
}

impl NodeKind {
    pub fn glyph(self) -> &'static str {
        match self {
            NodeKind::Distribution => "◆",
            NodeKind::Module => "●",
            NodeKind::Library => "○",
            NodeKind::Program => "▷",
            NodeKind::System => "·",
            NodeKind::Missing => "✗",
            NodeKind::Absent => "◦",
            NodeKind::Python => "◇",
            NodeKind::NoPython => "∅",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            NodeKind::Distribution => "distribution",
            NodeKind::Module => "extension module",
            NodeKind::Library => "library",
            NodeKind::Program => "program",
            NodeKind::System => "system library",
            NodeKind::Missing => "not found",
            NodeKind::Absent => "not on the search path",
            NodeKind::Python => "Python module",
            NodeKind::NoPython => "no such Python module",
        }
    }

    /// Several of them, in a word.
    pub fn many(self) -> &'static str {
        match self {
            NodeKind::Distribution => "distributions",
            NodeKind::Module => "modules",
            NodeKind::Library => "libraries",
            NodeKind::Program => "programs",
            NodeKind::System => "system libraries",
            NodeKind::Missing => "missing",
            NodeKind::Absent => "not on the search path",
            NodeKind::Python => "Python modules",
            NodeKind::NoPython => "missing Python modules",
        }
    }

    /// Is it a name that is not found, though it should be?
    pub fn is_missing(self) -> bool {
        matches!(self, NodeKind::Missing | NodeKind::NoPython)
    }
}

/// How many findings there are at a node and below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Badge {
    pub errors: usize,
    pub warnings: usize,
    /// Nonstandard install names that are no errors; they count as nothing else.
    pub names: usize,
}

impl Badge {
    fn count(&mut self, finding: &Finding) {
        match finding.severity {
            Severity::Error => self.errors += 1,
            _ if finding.is_of_install_name() => self.names += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => {}
        }
    }

    pub fn is_clean(self) -> bool {
        self == Badge::default()
    }

    /// Is there anything that may keep something from loading?
    pub fn is_troubled(self) -> bool {
        self.errors + self.warnings > 0
    }

    /// `✗2 !1`, in pieces.
    pub fn pieces(self) -> Vec<(Tone, String)> {
        let mut pieces = Vec::new();
        if self.errors > 0 {
            pieces.push((Tone::Error, format!("✗{}", self.errors)));
        }
        if self.warnings > 0 {
            pieces.push((Tone::Warning, format!("▲{}", self.warnings)));
        }
        if self.names > 0 {
            pieces.push((Tone::Warning, format!("!{}", self.names)));
        }
        pieces
    }
}

/// What lists are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// What breaks most first.
    #[default]
    Impact,
    Name,
    Kind,
    /// The largest first.
    Size,
}

impl Order {
    pub const ALL: [Order; 4] = [Order::Impact, Order::Name, Order::Kind, Order::Size];

    pub fn word(self) -> &'static str {
        match self {
            Order::Impact => "impact",
            Order::Name => "name",
            Order::Kind => "kind",
            Order::Size => "size",
        }
    }
}

/// A node, ready to be drawn. Its texts are printable.
#[derive(Clone, Debug)]
pub struct NodeEntry {
    pub kind: NodeKind,
    /// The file's name, the distribution's name, or the name that is missing.
    pub label: String,
    /// The path of a file relative to the environment; else the label.
    pub path: String,
    /// The path from where imports start: what is searched, and what lists show.
    pub brief: String,
    /// The distribution that owns it.
    pub owner: String,
    pub badge: Badge,
    /// Something is wrong with this very node; of a distribution, with one of its files.
    pub is_broken: bool,
    /// The finding because of which it cannot load or be imported, by place, where nothing is wrong with itself.
    pub because: Option<usize>,
    /// The install name of a file that calls itself by another name than its own.
    pub nonstandard: Option<InstallName>,
    /// Rust's, as far as that is known without reading the file.
    pub is_rust: bool,
}

impl NodeEntry {
    /// `_umath` of `_umath.cpython-311-x86_64-linux-gnu.so`: what a module's file is called but for its suffix, which is
    /// the same everywhere.
    pub fn short(&self) -> &str {
        let stem = self.label.split('.').next().filter(|stem| !stem.is_empty());
        stem.filter(|_| self.kind == NodeKind::Module).unwrap_or(&self.label)
    }

    /// A text that ends with the label, in so much room: the suffix of a module's file, which is the same everywhere, gives
    /// way first.
    pub fn within<'a>(&self, text: &'a str, width: usize) -> &'a str {
        match text.strip_suffix(self.label.as_str()) {
            Some(before) if text.width() > width => &text[..before.len() + self.short().len()],
            _ => text,
        }
    }

    /// `linalg/_umath`: the short name with the folder before it, where there is one.
    pub fn with_folder(&self) -> &str {
        let Some((folders, name)) = self.brief.rsplit_once('/') else { return self.short() };
        let start = folders.rfind('/').map_or(0, |at| at + 1);
        let stem =
            if self.kind == NodeKind::Module { name.split('.').next().unwrap_or(name).len() } else { name.len() };
        &self.brief[start..folders.len() + 1 + stem]
    }

    /// Is it what people import of a distribution?
    pub fn is_package(&self) -> bool {
        self.kind == NodeKind::Python && !self.label.contains('.')
    }

    /// Does something keep it from loading, itself or what it needs?
    pub fn is_marked(&self) -> bool {
        self.is_broken || self.because.is_some()
    }

    /// What stands behind the name wherever it is shown: nothing is said by color alone. The glyph of what is missing
    /// says it already.
    pub fn sign(&self) -> &'static str {
        let is_own = self.is_broken && !self.kind.is_missing();
        sign(is_own, self.because.is_some(), self.nonstandard.is_some())
    }
}

/// The sign of what is broken itself, cannot load because of something else, or has a nonstandard install name.
pub fn sign(is_own: bool, is_consequence: bool, is_nonstandard: bool) -> &'static str {
    match (is_own, is_consequence, is_nonstandard) {
        (true, _, true) => " ✗ !",
        (true, _, false) => " ✗",
        (false, true, true) => " ✗↓ !",
        (false, true, false) => " ✗↓",
        (false, false, true) => " !",
        (false, false, false) => "",
    }
}

/// A scan and what is told of each of its nodes.
pub struct ScanIndex {
    pub scan: Scan,
    entries: Vec<NodeEntry>,
    /// The findings at each node, most important first.
    findings: FxHashMap<NodeId, Vec<usize>>,
    /// What is broken, and what because of that.
    pub marks: Marks,
    /// All findings.
    pub total: Badge,
    /// How many imports there are and how many fail, as every face counts them.
    pub counts: Counts,
}

impl ScanIndex {
    /// Is it a name that is not found, and missed?
    pub fn is_missing(&self, node: NodeId) -> bool {
        self.entry(node).kind.is_missing()
    }

    pub fn new(scan: Scan) -> ScanIndex {
        let entries: Vec<NodeEntry> = scan.graph.nodes().map(|(id, node)| entry(&scan, id, node)).collect();
        let counts = Counts::of(&scan);
        let marks = Marks::new(&scan);
        let mut scan_index =
            ScanIndex { scan, entries, findings: FxHashMap::default(), marks, total: Badge::default(), counts };
        scan_index.place_findings();
        scan_index
    }

    /// The node of what is imported by this name: a native module, or the distribution that owns the modules of a package.
    pub fn node_of_module(&self, name: &str) -> Option<NodeId> {
        self.marks.module(name)
    }

    /// The findings that a person wants to see of a node, most important first: its own, of a distribution those of its
    /// files, and that which keeps it from loading.
    pub fn told_of(&self, id: NodeId) -> Vec<usize> {
        let files = match self.entry(id).kind {
            NodeKind::Distribution => self.scan.graph.contents(id),
            _ => Vec::new(),
        };
        let nodes = std::iter::once(id).chain(files);
        let mut told: Vec<usize> =
            nodes.flat_map(|node| self.findings(node).iter().copied().chain(self.entry(node).because)).collect();
        told.sort_unstable();
        told.dedup();
        told
    }

    /// By what a failure comes to a node from what a finding is about, without its ends: the shortest way, from the node on.
    pub fn way_to_cause(&self, node: NodeId, finding: usize) -> Vec<NodeId> {
        let causes = self.places(finding);
        let mut before: FxHashMap<NodeId, NodeId> = FxHashMap::from_iter([(node, node)]);
        let mut waiting = VecDeque::from([node]);
        while let Some(at) = waiting.pop_front() {
            if at != node && causes.contains(&at) {
                let step = |at: &NodeId| Some(before[at]).filter(|&before| before != node);
                let mut way: Vec<NodeId> = std::iter::successors(Some(at), step).collect();
                way.reverse();
                way.retain(|&at| !self.is_missing(at));
                return way;
            }
            for next in self.scan.graph.failing(at, Direction::Outgoing).filter(|&next| self.entry(next).is_marked()) {
                if let Entry::Vacant(vacant) = before.entry(next) {
                    vacant.insert(at);
                    waiting.push_back(next);
                }
            }
        }
        Vec::new()
    }

    /// Puts each finding at its nodes, and counts it once for everything above them.
    fn place_findings(&mut self) {
        for (at, entry) in self.entries.iter_mut().enumerate() {
            let node = NodeId::new(at);
            (entry.is_broken, entry.because) = (self.marks.is_broken(node), self.marks.because(node));
        }
        for (index, finding) in self.scan.findings.iter().enumerate() {
            self.total.count(finding);
            let places = self.marks.places(index);
            let mut seen: FxHashSet<NodeId> = places.iter().copied().collect();
            let mut stack = places.to_vec();
            for &place in places {
                self.findings.entry(place).or_default().push(index);
                self.entries[place.index()].is_rust |= finding.rule.id == RuleId::RUST_INSTALL_NAME;
            }
            while let Some(node) = stack.pop() {
                self.entries[node.index()].badge.count(finding);
                let graph = &self.scan.graph;
                // What breaks no import is of interest to who loads the file.
                let above: Vec<NodeId> = match finding.broken.is_empty() {
                    true => graph.loaders(node, Direction::Incoming).collect(),
                    false => graph.failing(node, Direction::Incoming).collect(),
                };
                stack.extend(above.into_iter().filter(|&above| seen.insert(above)));
            }
        }
    }

    pub fn entry(&self, id: NodeId) -> &NodeEntry {
        &self.entries[id.index()]
    }

    pub fn entries(&self) -> impl Iterator<Item = (NodeId, &NodeEntry)> {
        self.entries.iter().enumerate().map(|(index, entry)| (NodeId::new(index), entry))
    }

    /// The findings at a node, by place in [`Scan::findings`].
    pub fn findings(&self, id: NodeId) -> &[usize] {
        self.findings.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The nodes that a finding is about, by its place in [`Scan::findings`].
    pub fn places(&self, finding: usize) -> &[NodeId] {
        self.marks.places(finding)
    }

    /// The format of a node's file.
    pub fn format_of(&self, node: NodeId) -> Option<Format> {
        let file = self.scan.file_of(node)?;
        self.scan.world.file(file).image.as_ref().map(|image| image.format)
    }

    /// Where the faces jump for a finding.
    pub fn node_of(&self, finding: usize) -> Option<NodeId> {
        let finding = self.scan.findings.get(finding)?;
        finding.node.or_else(|| {
            let path = printable(&finding.file.to_string());
            self.entries().find(|(_, entry)| entry.path == path).map(|(id, _)| id)
        })
    }

    /// What makes a node the same one in another scan.
    pub fn find(&self, kind: NodeKind, path: &str) -> Option<NodeId> {
        self.entries().find(|(_, entry)| entry.kind == kind && entry.path == path).map(|(id, _)| id)
    }

    /// The nodes next to this one: what is broken first, the system's last.
    pub fn beside(&self, id: NodeId, direction: Direction, with_system: bool) -> Vec<NodeId> {
        let mut beside: Vec<NodeId> = self.scan.graph.inner.neighbors_directed(id, direction).collect();
        beside.sort_by_key(|&node| {
            let entry = self.entry(node);
            (!entry.is_broken, !entry.is_marked(), entry.badge.is_clean(), entry.kind == NodeKind::System, node)
        });
        beside.dedup();
        beside.retain(|&node| with_system || !self.is_quiet(node));
        beside
    }

    /// A part of the system with which nothing is wrong.
    pub fn is_quiet(&self, id: NodeId) -> bool {
        let entry = self.entry(id);
        entry.kind == NodeKind::System && entry.badge.is_clean()
    }

    /// How many bytes a file has, or the native files of a distribution.
    pub fn size(&self, node: NodeId) -> u64 {
        let of_file = |node| self.scan.file_of(node).map_or(0, |file| self.scan.world.file(file).len);
        match self.entry(node).kind {
            NodeKind::Distribution => self.scan.graph.contents(node).into_iter().map(of_file).sum(),
            _ => of_file(node),
        }
    }

    /// Sorts nodes; what is alike keeps its order.
    pub fn sort(&self, nodes: &mut [NodeId], order: Order) {
        let badge = |node: NodeId| {
            let Badge { errors, warnings, names } = self.entry(node).badge;
            Reverse((self.entry(node).is_broken, self.entry(node).is_marked(), errors, warnings, names))
        };
        match order {
            Order::Impact => nodes.sort_by_cached_key(|&node| badge(node)),
            Order::Name => nodes.sort_by_cached_key(|&node| self.entry(node).brief.to_lowercase()),
            Order::Kind => nodes.sort_by_key(|&node| self.entry(node).kind as u8),
            Order::Size => nodes.sort_by_cached_key(|&node| Reverse(self.size(node))),
        }
    }

    /// Are all nonstandard install names dotted prefixes?
    pub fn has_only_prefixes(&self) -> bool {
        let mut names = self.entries.iter().filter_map(|entry| entry.nonstandard.as_ref());
        names.all(|name| matches!(name, InstallName::DottedPrefix { .. }))
    }

    /// The glyph of a node and its tone; what is broken is marked whatever it is.
    pub fn mark(&self, id: NodeId) -> (Tone, &'static str) {
        let entry = self.entry(id);
        match entry.kind {
            _ if entry.is_broken => (Tone::Error, entry.kind.glyph()),
            // Missed, but what needs it goes on without it.
            kind if kind.is_missing() => (Tone::Warning, "▲"),
            _ if entry.because.is_some() => (Tone::Affected, entry.kind.glyph()),
            _ if entry.nonstandard.is_some() => (Tone::Warning, entry.kind.glyph()),
            NodeKind::System | NodeKind::Absent => (Tone::Dim, entry.kind.glyph()),
            _ => (Tone::Plain, entry.kind.glyph()),
        }
    }
}

fn entry(scan: &Scan, id: NodeId, node: &Node) -> NodeEntry {
    let (kind, owner) = match node {
        Node::Distribution(_) => (NodeKind::Distribution, None),
        Node::File { role, owner, .. } => (sort_of(role), Some(*owner)),
        Node::System(_) | Node::Builtin(_) => (NodeKind::System, None),
        Node::Missing(_) if scan.is_missed(id) => (NodeKind::Missing, None),
        Node::Missing(_) => (NodeKind::Absent, None),
        Node::Python(module) if scan.is_missed(id) => (NodeKind::NoPython, module.owner),
        Node::Python(module) => (NodeKind::Python, module.owner),
    };
    let file = scan.file_of(id);
    let label = printable(&scan.label(id));
    let path = scan.path_of(id).map_or_else(|| label.clone(), |path| printable(&path.to_string()));
    NodeEntry {
        kind,
        brief: brief(&path).to_owned(),
        path,
        owner: owner.map_or_else(String::new, |owner| printable(&scan.distributions.get(owner).name)),
        badge: Badge::default(),
        is_broken: false,
        because: None,
        nonstandard: file.and_then(|file| InstallName::nonstandard(scan, file)),
        is_rust: file.is_some_and(|file| scan.rust_by_wheel(file).is_some()),
        label,
    }
}

/// A path without the folders that are the same for everything that can be imported.
pub fn brief(path: &str) -> &str {
    let after = |folder: &str| path.rfind(folder).map(|at| &path[at + folder.len()..]);
    after("/site-packages/").or_else(|| after("/dist-packages/")).or_else(|| after("/lib-dynload/")).unwrap_or(path)
}

/// A sentence in which paths of the environment begin below its folder of packages: which environment it is stands in the
/// header.
pub fn brief_words(text: &str) -> String {
    let word = |word: &str| {
        let start = word.find(|c: char| c.is_alphanumeric() || "/@$.".contains(c)).unwrap_or(0);
        let is_inside = word[start..].starts_with(|c: char| c.is_alphanumeric());
        let (before, path) = word.split_at(start);
        if is_inside { format!("{before}{}", brief(path)) } else { word.to_owned() }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn sort_of(role: &Role) -> NodeKind {
    match role {
        Role::Module(_) => NodeKind::Module,
        Role::Library => NodeKind::Library,
        Role::Program => NodeKind::Program,
    }
}
