//! Every import, one after the other: modules first, then programs, then the libraries that nobody brought in.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::inventory::Roles;
use super::{Progress, Search, SearchResult};
use crate::discover::Role;
use crate::graph::NeedEdge;
use crate::loader::{Import, Probe, Resolution, Simulation, Wanted};
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

impl ImportOf {
    /// The dotted name of what `import` imports; none of what is loaded for another reason.
    pub fn module(&self) -> Option<&str> {
        match &self.kind {
            ImportKind::Module(name) => Some(name),
            _ => None,
        }
    }
}

/// What all imports together showed.
#[derive(Default)]
pub(super) struct Simulated {
    pub imports: Vec<ImportOf>,
    needs: FxHashMap<FileId, Outcomes>,
}

/// The outcomes of one file's needs.
#[derive(Clone, Default)]
struct Outcomes {
    /// The first outcome of each need; most have no other.
    first: Vec<Option<Outcome>>,
    others: Vec<(usize, Outcome)>,
}

/// One outcome of a need.
#[derive(Clone)]
struct Outcome {
    resolution: Resolution,
    first: usize,
    imports: u32,
}

impl Outcome {
    fn is_same(&self, other: &Resolution) -> bool {
        self.resolution.file() == other.file() && self.resolution.is_met() == other.is_met()
    }
}

/// A file to import: where it lies and why.
struct Root<'a> {
    path: &'a VPath,
    file: FileId,
    kind: ImportKind,
}

/// Simulates every import.
pub(super) fn run(world: &World, roles: &Roles, progress: &Progress) -> Simulated {
    let mut simulated = Simulated::default();
    let started = simulated.start(world);
    let mut files: Vec<(&VPath, FileId, &Role)> =
        roles.of.iter().map(|(&file, (path, role))| (path, file, role)).collect();
    files.sort_by_key(|&(path, _, _)| path);

    let is_started = |file: FileId| simulated.imports.first().is_some_and(|first| first.file == file);
    let links =
        roles.links.iter().map(|(path, file, name)| Root { path, file: *file, kind: ImportKind::Module(name.clone()) });
    let mut roots: Vec<Root> = files
        .iter()
        .filter_map(|&(path, file, role)| match role {
            Role::Module(name) => Some(Root { path, file, kind: ImportKind::Module(name.clone()) }),
            // The interpreter itself was started before anything else.
            Role::Program if !is_started(file) => Some(Root { path, file, kind: ImportKind::Program }),
            _ => None,
        })
        .chain(links)
        .collect();
    roots.sort_by_key(|root| root.path);
    simulated.import_all(world, &roots, progress);

    let loaded = simulated.imports.iter().flat_map(|import| &import.loads.loads);
    let reached: FxHashSet<FileId> = started.iter().chain(loaded).copied().collect();
    let left: Vec<(&VPath, FileId)> = files
        .iter()
        .filter(|(_, file, role)| **role == Role::Library && !reached.contains(file))
        .map(|&(path, file, _)| (path, file))
        .collect();
    simulated.import_alone(world, left, progress);
    simulated
}

impl Simulated {
    /// Starts the interpreter; says what it has then.
    fn start(&mut self, world: &World) -> Vec<FileId> {
        let simulation = Simulation::new(world, &mut |wanted| self.record(0, wanted));
        let started = simulation.started();
        if let Some(file) = world.host.python.as_ref().and_then(|python| python.file) {
            let unmet = self.edges(world).into_iter().filter(|(_, edge)| !edge.resolution.is_met());
            let unmet = unmet.map(|(by, edge)| (by, edge.need)).collect();
            let loads = Import { loads: started.clone(), unmet };
            let opened = world.file(file).path.clone();
            self.imports.push(ImportOf { kind: ImportKind::Interpreter, file, opened, loads });
        }
        started
    }

    /// Imports in as many interpreters at once as the machine has processors: no import knows of another.
    fn import_all(&mut self, world: &World, roots: &[Root], progress: &Progress) {
        // Small parts, as some packages' modules take a hundred times as long as others'; each interpreter takes as many
        // as it can.
        const PART: usize = 16;
        let before = self.imports.len();
        let interpreter = || Simulation::new(world, &mut |_| {});
        let parts: Vec<Simulated> = roots
            .par_chunks(PART)
            .enumerate()
            .map_init(interpreter, |simulation, (chunk, roots)| {
                let mut part = Simulated::default();
                for (place, root) in roots.iter().enumerate() {
                    if progress.is_cancelled() {
                        break;
                    }
                    part.import(world, simulation, before + chunk * PART + place, root);
                }
                part
            })
            .collect();
        for part in parts {
            self.merge(part);
        }
    }

    /// Opens the libraries that no module brings in. Those that none of the others names come first, so that these may
    /// bring in the rest.
    fn import_alone<'a>(&mut self, world: &World, left: Vec<(&'a VPath, FileId)>, progress: &Progress) {
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
        let before = self.imports.len();
        let alone = |&(path, file): &(&'a VPath, FileId)| Root { path, file, kind: ImportKind::Alone };
        let free: Vec<Root> = free.iter().map(alone).collect();
        self.import_all(world, &free, progress);
        let brought_in = self.imports[before..].iter().flat_map(|import| &import.loads.loads);
        let mut reached: FxHashSet<FileId> = brought_in.copied().collect();
        let mut simulation = Simulation::new(world, &mut |_| {});
        for root in named.iter().map(alone) {
            if reached.contains(&root.file) || progress.is_cancelled() {
                continue;
            }
            self.import(world, &mut simulation, self.imports.len(), &root);
            reached.extend(self.imports.last().into_iter().flat_map(|last| last.loads.loads.iter().copied()));
        }
    }

    fn import(&mut self, world: &World, simulation: &mut Simulation, index: usize, root: &Root) {
        let Root { path, file, kind } = root;
        let mut record = |wanted: Wanted| self.record(index, wanted);
        let (opened, loads) = match kind {
            ImportKind::Program => {
                (world.file(*file).path.clone(), Simulation::of_program(world, *file, &mut record).1)
            }
            _ => ((*path).clone(), simulation.import(*file, path, &mut record)),
        };
        self.imports.push(ImportOf { kind: kind.clone(), file: *file, opened, loads });
    }

    fn record(&mut self, import: usize, wanted: Wanted) {
        self.add(wanted.by, wanted.need, &wanted.resolution, import, 1);
    }

    fn add(&mut self, file: FileId, need: usize, resolution: &Resolution, first: usize, imports: u32) {
        let outcomes = self.needs.entry(file).or_default();
        if outcomes.first.len() <= need {
            outcomes.first.resize(need + 1, None);
        }
        let new = || Outcome { resolution: resolution.clone(), first, imports };
        match &mut outcomes.first[need] {
            slot @ None => *slot = Some(new()),
            Some(known) if known.is_same(resolution) => known.imports += imports,
            Some(_) => {
                let is_same = |(place, other): &&mut (usize, Outcome)| *place == need && other.is_same(resolution);
                match outcomes.others.iter_mut().find(is_same) {
                    Some((_, known)) => known.imports += imports,
                    None => outcomes.others.push((need, new())),
                }
            }
        }
    }

    /// Adds what another part of the imports showed; parts come in the order of their imports.
    fn merge(&mut self, part: Simulated) {
        self.imports.extend(part.imports);
        for (file, outcomes) in part.needs {
            let first = outcomes.first.into_iter().enumerate().filter_map(|(need, outcome)| Some((need, outcome?)));
            for (need, outcome) in first.chain(outcomes.others) {
                self.add(file, need, &outcome.resolution, outcome.first, outcome.imports);
            }
        }
    }

    /// Every outcome of every need, in the order of the files' paths.
    pub(super) fn edges(&self, world: &World) -> Vec<(FileId, NeedEdge)> {
        let mut files: Vec<FileId> = self.needs.keys().copied().collect();
        files.sort_by_cached_key(|&file| world.file(file).path.clone());
        let mut edges = Vec::new();
        for by in files {
            let file = world.file(by);
            let Some(image) = &file.image else { continue };
            let outcomes = &self.needs[&by];
            for (need, first) in outcomes.first.iter().enumerate() {
                let others = outcomes.others.iter().filter(|(place, _)| *place == need).map(|(_, outcome)| outcome);
                for outcome in first.iter().chain(others) {
                    let edge = NeedEdge {
                        need,
                        name: image.needs[need].name.clone(),
                        kind: image.needs[need].kind,
                        resolution: outcome.resolution.clone(),
                        first: outcome.first,
                        imports: outcome.imports,
                    };
                    edges.push((by, edge));
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

/// As [`explain`], for many needs that one import met.
pub(super) fn explain_all(world: &World, import: &ImportOf, searches: &[Search]) -> Vec<(Search, SearchResult)> {
    let wanted: FxHashSet<(FileId, usize)> = searches.iter().map(|&(_, file, need)| (file, need)).collect();
    let mut met = FxHashMap::<(FileId, usize), Resolution>::default();
    let mut record = |seen: Wanted| {
        if wanted.contains(&(seen.by, seen.need)) {
            met.entry((seen.by, seen.need)).or_insert(seen.resolution);
        }
    };
    let mut simulation = match import.kind {
        ImportKind::Program => Simulation::of_program(world, import.file, &mut record).0,
        _ => Simulation::new(world, &mut |_| {}),
    };
    let is_started = matches!(import.kind, ImportKind::Interpreter | ImportKind::Program);
    if !is_started {
        simulation.import(import.file, &import.opened, &mut record);
    }
    let explained = searches.iter().filter_map(|&search| {
        let wanted = (search.1, search.2);
        let mut probes = Vec::new();
        let mut tell = |probe| probes.push(probe);
        let resolution = match is_started {
            true => simulation.explain_started(wanted, &mut tell),
            false => simulation.replay(met.remove(&wanted)?, wanted, &mut tell),
        }?;
        Some((search, (probes, resolution)))
    });
    explained.collect()
}
