//! Every import, one after the other: modules first, then programs, then the libraries that nobody brought in.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Progress;
use super::inventory::Roles;
use crate::discover::Role;
use crate::graph::NeedEdge;
use crate::resolve::{Import, Probe, Resolution, Simulation, Wanted};
use crate::vfs::VPath;
use crate::world::{FileId, World};

/// Why a file was loaded in the simulation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// The interpreter, before any import.
    Interpreter,
    /// `import …`, first in a fresh interpreter.
    Module(String),
    /// A program of its own.
    Program,
    /// A library that nothing else brings in, opened by its path.
    Alone,
}

/// One simulated import and what it brought in.
#[derive(Clone, Debug)]
pub struct ImportOf {
    pub kind: ImportKind,
    pub file: FileId,
    /// The path by which it was opened.
    pub opened: VPath,
    pub loads: Import,
}

/// What all imports together showed.
#[derive(Default)]
pub(super) struct Simulated {
    pub imports: Vec<ImportOf>,
    /// The outcomes of each need, by file.
    needs: FxHashMap<FileId, Vec<Vec<Outcome>>>,
}

/// One outcome of a need.
struct Outcome {
    resolution: Resolution,
    first: usize,
    imports: u32,
}

/// Simulates every import.
pub(super) fn run(world: &World, roles: &Roles, progress: &Progress) -> Simulated {
    let mut simulated = Simulated::default();
    let mut roots: Vec<(&VPath, FileId, &Role)> =
        roles.iter().map(|(&file, (path, role))| (path, file, role)).collect();
    roots.sort_by_key(|&(path, _, _)| path);

    let mut simulation = Simulation::new(world, &mut |wanted| simulated.record(0, wanted));
    if let Some(file) = world.host.python.as_ref().and_then(|python| python.file) {
        let loads = Import { loads: simulation.started(), ..Import::default() };
        let opened = world.file(file).path.clone();
        let unmet = simulated.unmet(world);
        let loads = Import { unmet, ..loads };
        simulated.imports.push(ImportOf { kind: ImportKind::Interpreter, file, opened, loads });
    }
    let mut reached: FxHashSet<FileId> = simulation.started().into_iter().collect();
    for &(path, file, role) in &roots {
        if progress.is_cancelled() {
            return simulated;
        }
        match role {
            Role::Module(name) => {
                let kind = ImportKind::Module(name.clone());
                simulated.import(&mut simulation, kind, file, path);
            }
            Role::Program => simulated.program(world, file),
            Role::Library => continue,
        }
        if let Some(last) = simulated.imports.last() {
            reached.extend(&last.loads.loads);
        }
    }
    for (path, file) in in_order_of_need(world, &roots, &reached) {
        if !reached.contains(&file) && !progress.is_cancelled() {
            simulated.import(&mut simulation, ImportKind::Alone, file, path);
            if let Some(last) = simulated.imports.last() {
                reached.extend(&last.loads.loads);
            }
        }
    }
    simulated
}

/// The libraries that no module brings in: those that none of the others names come first, so that these may bring in
/// the rest.
fn in_order_of_need<'a>(
    world: &World,
    roots: &[(&'a VPath, FileId, &Role)],
    reached: &FxHashSet<FileId>,
) -> Vec<(&'a VPath, FileId)> {
    let left: Vec<(&VPath, FileId)> = roots
        .iter()
        .filter(|(_, file, role)| **role == Role::Library && !reached.contains(file))
        .map(|&(path, file, _)| (path, file))
        .collect();
    let mut named = FxHashSet::default();
    for (_, file) in &left {
        if let Some(image) = &world.file(*file).image {
            named.extend(image.needs.iter().map(|need| need.name.clone()));
        }
    }
    let is_named = |&(path, file): &(&VPath, FileId)| {
        let content = world.file(file);
        let soname = content.image.as_ref().and_then(|image| image.identity.as_ref());
        named.contains(path.file_name()) || soname.is_some_and(|soname| named.contains(soname))
    };
    let (named, free): (Vec<_>, Vec<_>) = left.into_iter().partition(is_named);
    free.into_iter().chain(named).collect()
}

impl Simulated {
    fn import(&mut self, simulation: &mut Simulation, kind: ImportKind, file: FileId, opened: &VPath) {
        let index = self.imports.len();
        let loads = simulation.import(file, opened, &mut |wanted| self.record(index, wanted));
        self.imports.push(ImportOf { kind, file, opened: opened.clone(), loads });
    }

    fn program(&mut self, world: &World, file: FileId) {
        // The interpreter itself was started before anything else.
        if self.imports.first().is_some_and(|first| first.file == file) {
            return;
        }
        let index = self.imports.len();
        let (_, loads) = Simulation::of_program(world, file, &mut |wanted| self.record(index, wanted));
        let opened = world.file(file).path.clone();
        self.imports.push(ImportOf { kind: ImportKind::Program, file, opened, loads });
    }

    fn record(&mut self, import: usize, wanted: Wanted) {
        let needs = self.needs.entry(wanted.by).or_default();
        if needs.len() <= wanted.need {
            needs.resize_with(wanted.need + 1, Vec::new);
        }
        let outcomes = &mut needs[wanted.need];
        let is_same = |outcome: &&mut Outcome| {
            outcome.resolution.file() == wanted.resolution.file()
                && outcome.resolution.is_met() == wanted.resolution.is_met()
        };
        match outcomes.iter_mut().find(is_same) {
            Some(outcome) => outcome.imports += 1,
            None => outcomes.push(Outcome { resolution: wanted.resolution, first: import, imports: 1 }),
        }
    }

    /// The needs that nothing met so far.
    fn unmet(&self, world: &World) -> Vec<(FileId, usize)> {
        let edges = self.edges(world).into_iter();
        edges.filter(|(_, edge)| !edge.resolution.is_met()).map(|(by, edge)| (by, edge.need)).collect()
    }

    /// Every outcome of every need, in the order of the files' paths.
    pub(super) fn edges(&self, world: &World) -> Vec<(FileId, NeedEdge)> {
        let mut files: Vec<FileId> = self.needs.keys().copied().collect();
        files.sort_by_cached_key(|&file| world.file(file).path.clone());
        let mut edges = Vec::new();
        for by in files {
            let file = world.file(by);
            let Some(image) = &file.image else { continue };
            for (need, outcomes) in self.needs[&by].iter().enumerate() {
                for outcome in outcomes {
                    edges.push((
                        by,
                        NeedEdge {
                            need,
                            name: image.needs[need].name.clone(),
                            kind: image.needs[need].kind,
                            resolution: outcome.resolution.clone(),
                            first: outcome.first,
                            imports: outcome.imports,
                        },
                    ));
                }
            }
        }
        edges
    }
}

/// Imports once more and calls back for each place that is tried for one need.
pub(super) fn explain(
    world: &World,
    import: &ImportOf,
    wanted: (FileId, usize),
    probe: &mut dyn FnMut(Probe),
) -> Option<Resolution> {
    match import.kind {
        ImportKind::Interpreter => Simulation::new(world, &mut |_| {}).explain_started(wanted, probe),
        ImportKind::Program => Simulation::of_program(world, import.file, &mut |_| {}).0.explain_started(wanted, probe),
        _ => Simulation::new(world, &mut |_| {}).explain(import.file, &import.opened, wanted, probe),
    }
}
