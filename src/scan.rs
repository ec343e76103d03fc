//! The pipeline: a [`Target`] goes in, a [`Scan`] comes out.

mod inventory;
pub mod numpy;
mod outcomes;
mod record;
mod rust;
mod simulate;
mod symbols;

pub use inventory::Item;
pub use numpy::{Bond, Numpy, Provider};
pub use outcomes::Outcomes;
pub use record::{Found, Record, Search};
pub use rust::{Rust, RustEvidence};
pub use simulate::{ImportKind, ImportOf};
pub use symbols::{
    ExportedSymbol, FlatSymbols, SymbolContext, SymbolRole, SymbolRow, SymbolStatus, SymbolUse, UnboundSymbol,
};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::command::Shell;
use crate::diagnose::{self, Facts, Finding, RULES, Severity};
use crate::discover::{DistributionId, Distributions, Kind, Machine, Request, Role, Target, discover, is_wheel_name};
use crate::error::Error;
use crate::graph::{Graph, Node, NodeId};
use crate::image::Format;
use crate::loader::{Probe, Resolution};
use crate::vfs::{Entry, FileSystem, VPath};
use crate::world::{FileId, World};

/// What a scan tells while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A folder is being read.
    Folder(VPath),
    /// The native files of a folder were read: how many there are so far, and those.
    Files(usize, Vec<Seen>),
    /// A new part of the work has begun.
    Phase(Phase),
}

/// A native file as the walk has just found it. Whatever is found later, nothing that is told here becomes untrue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub path: VPath,
    /// Where it is a native file.
    pub format: Option<Format>,
    /// In bytes.
    pub len: u64,
    /// Why no loader can take it, in words.
    pub trouble: Option<String>,
}

/// The parts of a scan, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Reading,
    Importing,
    Diagnosing,
}

impl Phase {
    /// What a person is told.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Reading => "reading files",
            Phase::Importing => "simulating imports",
            Phase::Diagnosing => "diagnosing",
        }
    }
}

/// How a scan speaks to whoever waits for it, and is told to stop.
pub struct Progress<'a> {
    pub tell: &'a (dyn Fn(Event) + Sync),
    pub cancel: &'a AtomicBool,
}

impl Progress<'_> {
    /// Has somebody asked to stop?
    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}

/// The finished product: immutable, shared by all faces.
pub struct Scan {
    pub target: Target,
    pub world: Arc<World>,
    pub distributions: Distributions,
    /// Every native file, link and oddity of the environment, by path.
    pub items: Vec<Item>,
    /// Every simulated import; the interpreter's own start is the first where there is an interpreter.
    pub imports: Vec<ImportOf>,
    pub graph: Graph,
    /// Who asks for NumPy's C API and who answers; nothing in a survey.
    pub numpy: Numpy,
    /// What every import does; nothing in a survey, and of a bundle.
    pub outcomes: Outcomes,
    /// Most important first.
    pub findings: Vec<Finding>,
    /// Folders that could not be read, and the system's words.
    pub unreadable: Vec<(VPath, String)>,
    /// Stopped before everything was read.
    pub is_partial: bool,
    /// What answers in place of the files, where they are not at hand: the scan was read from a snapshot.
    pub record: Option<Record>,
}

/// Scans a target: all that is there, and what is wrong with it.
///
/// # Errors
/// Where there is nothing native in it at all.
pub fn scan(target: Target, progress: &Progress) -> Result<Scan, Error> {
    let mut scan = survey(target, progress)?;
    (progress.tell)(Event::Phase(Phase::Diagnosing));
    // Who answers for NumPy's C API, and whether anybody does, is known only when everything was looked at.
    if !scan.is_partial {
        scan.find_numpy();
    }
    let found = diagnose(&scan);
    if !scan.is_partial {
        scan.outcomes = scan.find_outcomes(&found);
    }
    scan.findings = diagnose::ranked(diagnose::settled(&Facts::new(&scan), found));
    Ok(scan)
}

/// Scans a target without judging it: the graph alone.
///
/// # Errors
/// Where there is nothing native in it at all.
pub fn survey(target: Target, progress: &Progress) -> Result<Scan, Error> {
    (progress.tell)(Event::Phase(Phase::Reading));
    let mut world = World::new(target.fs.clone(), target.host.clone());
    let found = inventory::take(&world, &target, progress);
    if found.items.is_empty() && !progress.is_cancelled() {
        return Err(nothing_native(&target));
    }
    let mut distributions = Distributions::new(found.distributions);
    if let Some(bundle) = &target.bundle {
        distributions.belong_to(&VPath::new(bundle.program.file_name()).text());
    }
    inventory::complete_host(&mut world, &found.items, &target);
    inventory::prepare(&mut world, &found.items);

    let roles = inventory::roles(&world, &found.items);
    (progress.tell)(Event::Phase(Phase::Importing));
    let simulated = simulate::run(&world, &roles, progress);
    let graph = build(&world, &target, &mut distributions, &found.items, &roles, &simulated);
    Ok(Scan {
        target,
        world: Arc::new(world),
        distributions,
        items: found.items,
        imports: simulated.imports,
        graph,
        numpy: Numpy::default(),
        outcomes: Outcomes::default(),
        findings: Vec::new(),
        unreadable: found.unreadable,
        is_partial: progress.is_cancelled(),
        record: None,
    })
}

/// Asks every rule; none knows of another, so they are asked at once.
fn diagnose(scan: &Scan) -> Vec<Finding> {
    let facts = Facts::new(scan);
    let found: Vec<Vec<Finding>> = RULES.par_iter().map(|rule| diagnose::ask(rule, &facts)).collect();
    found.into_iter().flatten().collect()
}

fn nothing_native(target: &Target) -> Error {
    let root = &target.root;
    if target.kind == Kind::Wheel {
        let platforms = target.wheels.iter().flat_map(|wheel| &wheel.tags).map(|tag| tag.platform.as_str());
        let what = match platforms.clone().find(|platform| *platform != "any") {
            Some(platform) => format!("{root} is made for {platform}, yet nothing native is in it"),
            None => format!("{root} is a pure Python wheel: nothing native in it"),
        };
        let refused = target.wishes.tool.and_then(|tool| Some((tool.name(), diagnose::refusal(tool)?)));
        let what = match refused {
            Some((tool, words)) => format!("{what}; {tool} stops: “{words}”"),
            None => what,
        };
        return Error::nothing(what, "give a wheel with native modules; nothing can fail to load in this one");
    }
    let what = format!("no native modules in {root} (looked for .so, .dylib, .pyd and .dll files)");
    let is_wheel = |entry: &Entry| is_wheel_name(&entry.name);
    match target.fs.list(root).is_ok_and(|entries| entries.iter().any(is_wheel)) {
        true => Error::nothing(what, "wheels are read one by one or together: run dylens *.whl there"),
        false => Error::nothing(what, "give an environment, a site-packages folder, a wheel or a native file"),
    }
}

/// Puts what was found into one graph.
fn build(
    world: &World,
    target: &Target,
    distributions: &mut Distributions,
    items: &[Item],
    roles: &inventory::Roles,
    simulated: &simulate::Simulated,
) -> Graph {
    let import_path = world.host.python.as_ref().map_or(&[][..], |python| &python.path);
    let files: Vec<(FileId, Role, DistributionId)> = inventory::files(world, items, roles)
        .map(|(file, path, role)| (file, role, distributions.owner(&path, import_path, &target.root)))
        .collect();
    let mut graph = Graph::default();
    for (id, _) in distributions.iter() {
        graph.add_distribution(id);
    }
    for (file, role, owner) in files {
        graph.add_file(file, role, owner);
    }
    for (by, edge) in simulated.edges(world) {
        graph.add_need(by, edge);
    }
    graph
}

impl Scan {
    /// Looks at what is asked for, or at what the machine would take where nothing is, and scans it.
    ///
    /// # Errors
    /// As [`crate::discover::discover`] and [`scan`].
    pub fn of(
        fs: Arc<dyn FileSystem>,
        machine: &Machine,
        request: &Request,
        progress: &Progress,
    ) -> Result<Scan, Error> {
        scan(discover(&fs, machine, request)?, progress)
    }

    /// A path as it is shown: relative to the root where it lies below, else whole.
    pub fn shown(&self, path: &VPath) -> VPath {
        match path.below(&self.target.root) {
            Some(below) if !below.is_empty() => VPath::new(below),
            _ => path.clone(),
        }
    }

    /// The path of a node's file, as it is shown.
    pub fn path_of(&self, node: NodeId) -> Option<VPath> {
        let file = self.file_of(node)?;
        Some(self.shown(&self.world.file(file).path))
    }

    /// The file of a node.
    pub fn file_of(&self, node: NodeId) -> Option<FileId> {
        match self.graph.node(node) {
            Node::File { file, .. } | Node::System(file) => Some(*file),
            _ => None,
        }
    }

    /// What a node is called.
    pub fn label(&self, node: NodeId) -> String {
        match self.graph.node(node) {
            Node::Distribution(id) => self.distributions.get(*id).name.clone(),
            Node::File { file, .. } | Node::System(file) => {
                VPath::new(self.world.file(*file).path.file_name()).to_string()
            }
            Node::Builtin(name) | Node::Missing(name) => name.to_string(),
            Node::Python(module) => module.name.to_string(),
        }
    }

    /// Every place that was tried for one need of a file, in order, as the import that first met it would have tried
    /// them. Replayed, not remembered.
    pub fn explain(&self, file: FileId, need: usize) -> Option<(Vec<Probe>, Resolution)> {
        let first = self
            .graph
            .needs(self.graph.file(file)?)
            .into_iter()
            .find(|(_, edge)| edge.need == need)
            .map(|(_, edge)| edge.first)?;
        self.explain_in(first, file, need)
    }

    /// As [`Scan::explain`], in a given import.
    pub fn explain_in(&self, import: usize, file: FileId, need: usize) -> Option<(Vec<Probe>, Resolution)> {
        if let Some(record) = &self.record {
            return record.searches.get(&(import, file, need)).cloned();
        }
        let mut probes = Vec::new();
        let resolution = simulate::explain(&self.world, self.imports.get(import)?, (file, need), &mut |probe| {
            probes.push(probe);
        })?;
        Some((probes, resolution))
    }

    /// The worst that a finding says of a node itself; none where nothing is said.
    pub fn severity_of(&self, node: NodeId) -> Option<Severity> {
        let about = self.findings.iter().filter(|finding| finding.node == Some(node));
        about.map(|finding| finding.severity).max()
    }

    /// Does it matter that this name is found nowhere? Not where Python code brings it in, nor where nothing importable
    /// asks for it, nor where who asks would not be loaded anyway.
    pub fn is_missed(&self, node: NodeId) -> bool {
        if let Node::Python(_) = self.graph.node(node) {
            return self.is_module_missed(node);
        }
        match self.severity_of(node) {
            Some(severity) => severity > Severity::Info,
            None => self.graph.dependents(node).iter().any(|&(by, edge)| {
                self.file_of(by).is_some_and(|file| edge.kind.is_binding() && self.fails_an_import(file, edge.need))
            }),
        }
    }

    /// Does the import of a module fail for this need of a file that fits the interpreter?
    fn fails_an_import(&self, file: FileId, need: usize) -> bool {
        let arch = self.world.file(file).image.as_ref().map(|image| image.arch);
        let sees = |import: &&ImportOf| import.loads.unmet.contains(&(file, need));
        (arch == self.world.host.arch || self.world.host.arch.is_none())
            && self.imports.iter().filter(sees).any(|import| import.module().is_some())
    }

    /// The usual shell of the system that the target is for, where commands are pasted.
    pub fn shell(&self) -> Shell {
        Shell::all(self.world.host.system.is_windows())[0]
    }

    /// How many modules Python could import from here.
    pub fn modules(&self) -> usize {
        self.imports.iter().filter(|import| import.module().is_some()).count()
    }

    /// Is this the target of one single file?
    pub fn is_single(&self) -> bool {
        self.target.kind == Kind::File
    }
}
