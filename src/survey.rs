//! What is there: a [`Target`] goes in, a [`Survey`] comes out. It knows every file, every simulated load and the graph of them,
//! and judges nothing: what is wrong is for [`crate::diagnose`] to say.

mod inventory;
pub mod numpy;
mod progress;
mod record;
mod rust;
mod simulate;
mod symbols;

pub use numpy::{CapiEdge, Numpy, Provider};
pub use progress::{Event, Phase, Progress, Seen};
pub use record::{Record, RecordedSymbols, Search, SearchResult, SymbolsToKeep};
pub use rust::{Rust, RustEvidence};
pub use simulate::{ImportKind, ImportOf};
pub use symbols::{
    EdgeSymbols, ExportedSymbol, FlatSymbols, ProgramSymbol, StaticTls, SymbolContext, SymbolRole, SymbolRow,
    SymbolStatus, SymbolUse, UnboundSymbol,
};

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::command::Shell;
use crate::discover::{
    DistributionId, Distributions, Item, Kind, MarkerTarget, Requirement, Role, Target, infer_host, is_wheel_name,
    normalized,
};
use crate::error::Error;
use crate::graph::{Graph, Node, NodeId};
use crate::image::Name;
use crate::imports::{STACK_BYTES, prepared};
use crate::loader::{self, Probe, Resolution};
use crate::vfs::{Entry, VPath};
use crate::world::{FileId, Python, System, World};

/// All that is there and how it hangs together; never changed once it is finished.
#[derive(Clone)]
pub struct Survey {
    pub target: Target,
    pub world: Arc<World>,
    pub distributions: Distributions,
    /// Every native file, link and oddity of the environment, by path.
    pub items: Vec<Item>,
    /// Every simulated import; the interpreter's own start is the first where there is an interpreter.
    pub imports: Vec<ImportOf>,
    pub graph: Graph,
    /// Who asks for NumPy's C API and who answers; nothing where only what loaders do was asked for.
    pub numpy: Numpy,
    /// Folders that could not be read, and the system's words.
    pub unreadable: Vec<(VPath, String)>,
    /// Stopped before everything was read.
    pub is_partial: bool,
    /// What answers in place of the files, where they are not at hand: it was read from a snapshot.
    pub record: Option<Record>,
}

/// A requirement of a distribution on another, and that other in a version that does not fit.
#[derive(Clone, Copy, Debug)]
pub struct UnmetRequirement<'s> {
    pub by: DistributionId,
    pub requirement: &'s Requirement,
    pub there: DistributionId,
}

/// Looks at a target and draws what its loaders do.
///
/// # Errors
/// Where there is nothing native in it at all.
pub fn survey(target: Target, progress: &Progress) -> Result<Survey, Error> {
    let survey = surroundings(target, progress)?;
    Ok(if survey.is_single() { survey.alone() } else { survey })
}

/// As [`survey()`]; where one file is asked about, of all that it is judged by.
///
/// # Errors
/// Where there is nothing native in it at all.
pub fn surroundings(target: Target, progress: &Progress) -> Result<Survey, Error> {
    (progress.tell)(Event::Phase(Phase::Reading));
    let mut world = World::new(target.fs.clone(), target.host.clone());
    let found = inventory::take(&world, &target, progress);
    if found.items.is_empty() && !progress.is_cancelled() && !is_answered_by_nothing(&target) {
        return Err(nothing_native(&target));
    }
    let mut distributions = Distributions::new(found.distributions);
    if let Some(bundle) = &target.bundle {
        distributions.belong_to(&VPath::new(bundle.program.file_name()).text());
    }
    infer_host(&mut world, &found.items, &target);
    if !progress.is_cancelled() {
        prepare(&mut world, &found.items, &target);
    }

    let roles = inventory::roles(&world, &found.items);
    (progress.tell)(Event::Phase(Phase::Importing));
    let simulated = simulate::run(&world, &roles, progress);
    let files = inventory::files(&world, &found.items, &roles);
    let graph = build(&world, &target, &mut distributions, files, &simulated);
    Ok(Survey {
        target,
        world: Arc::new(world),
        distributions,
        items: found.items,
        imports: simulated.imports,
        graph,
        numpy: Numpy::default(),
        unreadable: found.unreadable,
        is_partial: progress.is_cancelled(),
        record: None,
    })
}

/// The folders outside of which nothing is known, as the files are another machine's; none where all is known.
fn known_folders(world: &World, target: &Target) -> Vec<VPath> {
    if target.is_foreign || world.is_fenced() { target.walk.clone() } else { Vec::new() }
}

/// Tells Windows' loader what Python code does for the DLLs of packages.
fn prepare(world: &mut World, items: &[Item], target: &Target) {
    if !loader::traits(&world.host.system).python.prepares_searches {
        return;
    }
    let run = || prepared(world, &target.root, known_folders(world, target), items.iter().map(|item| &item.path));
    let prepared = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
        thread.ok().and_then(|thread| thread.join().ok()).unwrap_or_default()
    });
    if let System::Windows(system) = &mut world.host.system {
        system.prepared = prepared;
    }
}

/// Is it an answer that there is nothing native in it? In an environment, a wheel, an image, a bundle and a project nothing can
/// fail to load then; any other path may have been meant otherwise.
fn is_answered_by_nothing(target: &Target) -> bool {
    const PROJECT: [&str; 4] = ["pyproject.toml", "setup.py", "setup.cfg", "requirements.txt"];
    let is_project = || PROJECT.iter().any(|name| target.fs.stat(&target.root.join(name)).is_ok());
    match target.kind {
        Kind::File => false,
        Kind::Folder => target.within.is_some() || is_project(),
        _ => true,
    }
}

fn nothing_native(target: &Target) -> Error {
    let root = &target.root;
    if target.kind == Kind::Wheel {
        let platforms = target.wheels.iter().flat_map(|wheel| &wheel.tags).map(|tag| tag.platform.as_str());
        let what = match platforms.clone().find(|platform| *platform != "any") {
            Some(platform) => format!("{root} is made for {platform}, yet nothing native is in it"),
            None => format!("{root} is a pure Python wheel: nothing native in it"),
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
    files: impl Iterator<Item = (FileId, VPath, Role)>,
    simulated: &simulate::Simulated,
) -> Graph {
    let import_path = world.host.python.as_ref().map_or(&[][..], |python| &python.path);
    let files: Vec<(FileId, Role, DistributionId)> =
        files.map(|(file, path, role)| (file, role, distributions.owner(&path, import_path, &target.root))).collect();
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

impl Survey {
    /// Of the one file that is asked about: its own import, and what that brings in. What answers for NumPy is what lies
    /// around it.
    pub fn alone(self) -> Survey {
        let Survey { target, world, mut distributions, items, numpy, unreadable, is_partial, record, .. } = self;
        let (own, around): (Vec<Item>, Vec<Item>) =
            items.into_iter().partition(|item| Some(&item.path) == target.only.as_ref());
        let roles = inventory::roles(&world, &own);
        let simulated = simulate::run(&world, &roles, &Progress::unwatched());
        let loaded: FxHashSet<FileId> =
            simulated.imports.iter().flat_map(|import| &import.loads.loads).copied().collect();
        let is_loaded = |item: &Item| item.found.as_ref().is_ok_and(|file| loaded.contains(file));
        let brought: Vec<Item> = around.into_iter().filter(is_loaded).collect();
        let roles_around = inventory::roles(&world, &brought);
        let files = inventory::files(&world, &own, &roles).chain(inventory::files(&world, &brought, &roles_around));
        let graph = build(&world, &target, &mut distributions, files, &simulated);
        let survey = Survey {
            target,
            world,
            distributions,
            items: own,
            imports: simulated.imports,
            graph,
            numpy: Numpy::default(),
            unreadable,
            is_partial,
            record,
        };
        survey.with_bonds(numpy)
    }

    /// The folders outside of which nothing is known, as the files are another machine's; none where all is known.
    pub(crate) fn known_folders(&self) -> Vec<VPath> {
        known_folders(&self.world, &self.target)
    }

    /// Is everything there that an import could find: an environment with its interpreter, all folders of `sys.path`
    /// included? A wheel comes to others, and a folder of packages may be one of several on the path.
    pub fn is_whole(&self) -> bool {
        match self.target.kind {
            Kind::Venv | Kind::Conda | Kind::Prefix => true,
            Kind::File => {
                let python = self.world.host.python.as_ref().filter(|python| python.executable.is_some());
                python.is_some_and(|python| python.path.iter().all(|folder| self.is_looked_at(folder, python)))
            }
            _ => false,
        }
    }

    /// Is it one single file, and not all is known of what lies around it?
    pub fn is_apart(&self) -> bool {
        self.is_single() && !self.is_whole()
    }

    /// Does a folder lie in those that are walked, or in the standard library?
    fn is_looked_at(&self, folder: &VPath, python: &Python) -> bool {
        let walked = self.target.walk.iter().chain(&python.library).chain(&python.lib_dynload);
        walked.into_iter().any(|walked| folder.starts_with(walked))
    }

    /// What a distribution requires on this target, as far as that can be told.
    pub fn requirements(&self, of: DistributionId) -> impl Iterator<Item = &Requirement> {
        let target = MarkerTarget::of(&self.world.host);
        let requires = self.distributions.get(of).requires.iter();
        requires.filter(move |requirement| requirement.is_for(&target) != Some(false))
    }

    /// Does a distribution require another, by its name?
    pub fn requires(&self, of: DistributionId, name: &str) -> bool {
        let name = normalized(name);
        self.requirements(of).any(|requirement| normalized(&requirement.name) == name)
    }

    /// What distributions require and have not got: a version of another that is not the one installed. Of a name that is
    /// installed twice, one may do.
    pub fn unmet_requirements(&self) -> Vec<UnmetRequirement<'_>> {
        let mut installed = BTreeMap::<String, Vec<DistributionId>>::new();
        for (id, distribution) in self.distributions.iter().filter(|(_, it)| !it.version.is_empty()) {
            installed.entry(normalized(&distribution.name)).or_default().push(id);
        }
        let target = MarkerTarget::of(&self.world.host);
        let mut unmet = Vec::new();
        for &by in installed.values().flatten() {
            let requires = self.distributions.get(by).requires.iter();
            for requirement in requires.filter(|it| it.is_for(&target) == Some(true)) {
                if let Some(&[there]) = installed.get(&normalized(&requirement.name)).map(Vec::as_slice)
                    && requirement.allows(&self.distributions.get(there).version) == Some(false)
                {
                    unmet.push(UnmetRequirement { by, requirement, there });
                }
            }
        }
        unmet
    }

    /// The distribution that owns the native modules of a top-level package; none where none does.
    pub fn distribution_of(&self, package: &str) -> Option<DistributionId> {
        let is_in =
            |module: &str| module.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let import = self.imports.iter().find(|import| import.module().is_some_and(is_in))?;
        self.owner(import.file)
    }

    /// The distribution that owns a file; none of a file outside.
    pub fn owner(&self, file: FileId) -> Option<DistributionId> {
        match self.graph.node(self.graph.file(file)?) {
            Node::File { owner, .. } => Some(*owner),
            _ => None,
        }
    }

    /// Does a distribution name another only for those who ask for more: as an extra, or for other targets?
    pub fn is_optional(&self, of: DistributionId, name: &str) -> bool {
        let name = normalized(name);
        let is_named = |requirement: &Requirement| normalized(&requirement.name) == name;
        self.distributions.get(of).requires.iter().any(is_named) && !self.requirements(of).any(is_named)
    }

    /// Where there is nothing native in it: what is said where nothing else can be shown.
    pub fn nothing(&self) -> Option<Error> {
        (self.items.is_empty() && !self.is_partial).then(|| nothing_native(&self.target))
    }

    /// What people call the system that it is for.
    pub fn system_word(&self) -> &'static str {
        self.target.unjudged_system().unwrap_or(self.world.host.system.word())
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

    /// As [`Survey::explain`], in a given import.
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

    /// The name by which a process knows a library that it has loaded; none of a file that says none.
    pub fn name_in_process(&self, file: FileId) -> Option<Name> {
        loader::known_as(&self.world.host.system, &self.world.file(file))
    }

    /// The shells of the system that the target is for, the usual one first. What is to be done in another system is no
    /// command for this one.
    pub fn shells(&self) -> &'static [Shell] {
        match self.target.is_in_another_system() {
            true => &[Shell::Dockerfile],
            false => loader::traits(&self.world.host.system).shells,
        }
    }

    /// The usual shell of the system that the target is for, where commands are pasted.
    pub fn shell(&self) -> Shell {
        self.shells()[0]
    }

    /// How many modules Python could import from here.
    pub fn modules(&self) -> usize {
        self.imports.iter().filter(|import| import.module().is_some()).count()
    }

    /// Is it one single file that is asked about?
    pub fn is_single(&self) -> bool {
        self.target.only.is_some()
    }
}
