//! What a process has loaded, in what order, and how it was opened: all that binding depends on.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::image::Name;
use crate::loader::{self, Import, Resolution, Simulation, Wanted};
use crate::vfs::VPath;
use crate::world::{FileId, System, World};

/// An object of a process, and which objects its needs got.
#[derive(Clone, Debug)]
pub struct LoadedObject {
    pub file: FileId,
    /// The path by which the process opened it.
    pub opened: VPath,
    /// By place in [`crate::image::Image::needs`]: the object that the need got, by place in [`LoadedProcess::objects`];
    /// none where it got none that is a file.
    pub needs: Vec<Option<usize>>,
    /// The needs that the system itself meets, without a file; by place as well.
    pub granted: Vec<usize>,
}

/// How an object was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// `RTLD_GLOBAL`: what comes later finds its symbols, too.
    pub is_global: bool,
    /// `RTLD_NOW`: all symbols are bound before `dlopen` returns.
    pub binds_now: bool,
}

impl Mode {
    /// How a program is started: its symbols are everybody's, its calls are bound when they are made.
    pub const PROGRAM: Mode = Mode { is_global: true, binds_now: false };
    /// `RTLD_NOW | RTLD_LOCAL`: an import, and ctypes by default. On macOS an import says neither `RTLD_LOCAL` nor
    /// `RTLD_GLOBAL`, which means the latter.
    pub const IMPORT: Mode = Mode { is_global: false, binds_now: true };
    /// `RTLD_NOW | RTLD_GLOBAL`: ctypes with that mode, and a bundler's bootloader.
    pub const GLOBAL: Mode = Mode { is_global: true, binds_now: true };
}

/// The start of the program, or one `dlopen`.
#[derive(Clone, Debug)]
pub struct Dlopen {
    /// The object that was opened, by place in [`LoadedProcess::objects`].
    pub root: usize,
    /// Searched right behind the root: `LD_PRELOAD`.
    pub preloads: Vec<usize>,
    /// The first object that it brought in; all up to the next one's first are its.
    pub first: usize,
    pub mode: Mode,
}

/// The objects of a process in the order of their loading, and what opened them.
#[derive(Clone, Debug, Default)]
pub struct LoadedProcess {
    pub objects: Vec<LoadedObject>,
    /// The start of the program first.
    pub opens: Vec<Dlopen>,
    /// Is the program at hand, so that the symbols which everybody finds are known?
    pub has_program: bool,
}

/// Who got what, as a simulation tells it.
#[derive(Default)]
struct Edges {
    /// Of what the start of the program brought in.
    started: FxHashMap<(FileId, usize), FileId>,
    /// Of what came later.
    later: FxHashMap<(FileId, usize), FileId>,
    /// What is the system's own is so for everybody.
    granted: FxHashSet<(FileId, usize)>,
}

impl Edges {
    fn get(&self, by: FileId, need: usize) -> Option<FileId> {
        self.started.get(&(by, need)).or_else(|| self.later.get(&(by, need))).copied()
    }

    fn add(&mut self, wanted: Wanted, world: &World) {
        let file = match (&wanted.resolution, &world.host.system) {
            // musl's own parts are one file, the loader.
            (Resolution::Builtin(_), System::Musl(system)) => world.open(&system.loader).ok(),
            (resolution, _) => resolution.file(),
        };
        if matches!(wanted.resolution, Resolution::Builtin(_)) {
            self.granted.insert((wanted.by, wanted.need));
        }
        if let Some(file) = file {
            self.later.entry((wanted.by, wanted.need)).or_insert(file);
        }
    }
}

/// How much a session had loaded, and the search path that code had added, at some time.
#[derive(Clone, Copy, Debug)]
pub struct SessionMark {
    objects: usize,
    added_folders: usize,
}

/// A process of the world's interpreter that grows by one `dlopen` after the other.
pub struct Session<'w> {
    world: &'w World,
    simulation: Simulation<'w>,
    edges: Edges,
    /// First object, root and mode of each part.
    parts: Vec<(usize, usize, Mode)>,
    /// How many of them the start made.
    started: usize,
}

impl<'w> Session<'w> {
    /// Starts the interpreter.
    pub fn new(world: &'w World) -> Session<'w> {
        let mut edges = Edges::default();
        let simulation = Simulation::new(world, &mut |wanted| edges.add(wanted, world));
        // Without an interpreter, the loader itself stands for what every process has.
        let mut parts = match simulation.objects().is_empty() {
            true => Vec::new(),
            false => vec![(0, 0, Mode::PROGRAM)],
        };
        // What a program opens itself before its first import has no loader but the program.
        let opens = world.host.python.iter().flat_map(|python| &python.opens);
        let opened = opens.filter_map(|path| world.open(path).ok());
        for file in opened {
            if let Some(place) = simulation.objects().iter().position(|object| object.file == file) {
                parts.push((place, place, Mode::GLOBAL));
            }
        }
        edges.started = std::mem::take(&mut edges.later);
        Session { world, simulation, edges, started: parts.len(), parts }
    }

    /// Goes back to the interpreter as it was started.
    pub fn restart(&mut self) {
        self.simulation.restart();
        self.edges.later.clear();
        self.parts.truncate(self.started);
    }

    /// Opens one more file; nothing happens where the process has it already.
    pub fn open(&mut self, file: FileId, opened: &VPath, mode: Mode) {
        let is_global = mode.is_global || loader::traits(&self.world.host.system).imports_are_global;
        self.dlopen(file, opened, Mode { is_global, ..mode });
    }

    /// As [`Session::open`], as ctypes does: for the file alone (`RTLD_LOCAL`), on every system.
    pub fn open_locally(&mut self, file: FileId, opened: &VPath) {
        self.dlopen(file, opened, Mode::IMPORT);
    }

    fn dlopen(&mut self, file: FileId, opened: &VPath, mode: Mode) {
        let first = self.simulation.objects().len();
        let (world, edges) = (self.world, &mut self.edges);
        if self.simulation.open_next(file, opened, &mut |wanted| edges.add(wanted, world)).is_some() {
            self.parts.push((first, first, mode));
        }
    }

    /// How an extension module is opened, unless Python code says otherwise.
    pub fn import_mode(&self) -> Mode {
        Mode { is_global: loader::traits(&self.world.host.system).imports_are_global, ..Mode::IMPORT }
    }

    /// Opens one more file with whatever its loader does before ([`Simulation::open_here`]), and hands on who got what. A file
    /// that the process has, opened again for all, is seen by all from then on.
    pub fn open_here(&mut self, file: FileId, opened: &VPath, mode: Mode, record: &mut dyn FnMut(Wanted)) -> Import {
        let first = self.len();
        let (world, edges) = (self.world, &mut self.edges);
        let import = self.simulation.open_here(file, opened, &mut |wanted| {
            edges.add(wanted.clone(), world);
            record(wanted);
        });
        self.add_part(first, Some(file), mode);
        import
    }

    /// As [`Session::open_here`], for a library that the loader finds by its bare name.
    pub fn open_named(&mut self, name: &Name, mode: Mode, record: &mut dyn FnMut(Wanted)) -> (Resolution, Import) {
        let first = self.len();
        let (world, edges) = (self.world, &mut self.edges);
        let (resolution, import) = self.simulation.open_named(name, &mut |wanted| {
            edges.add(wanted.clone(), world);
            record(wanted);
        });
        self.add_part(first, resolution.file(), mode);
        (resolution, import)
    }

    fn add_part(&mut self, first: usize, file: Option<FileId>, mode: Mode) {
        let objects = self.simulation.objects();
        let is_new = objects.len() > first;
        if let Some(root) = file.and_then(|file| objects.iter().position(|object| object.file == file))
            && (is_new || mode.is_global)
        {
            self.parts.push((first, root, mode));
        }
    }

    /// Was anything opened for all since the program started?
    pub fn has_opened_for_all(&self) -> bool {
        self.parts.iter().skip(self.started).any(|(_, _, mode)| mode.is_global)
    }

    /// Takes out again what was opened since the process had so many objects, as a `dlopen` that fails does.
    pub fn close(&mut self, mark: usize) {
        let gone: FxHashSet<FileId> = self.simulation.objects().iter().skip(mark).map(|object| object.file).collect();
        self.simulation.close(mark);
        if !gone.is_empty() {
            self.edges.later.retain(|(by, _), _| !gone.contains(by));
        }
        let started = self.started;
        let mut place = 0;
        self.parts.retain(|&(first, root, _)| {
            place += 1;
            place <= started || first < mark && root < mark
        });
    }

    /// What is loaded by now, to go back to.
    pub fn mark(&self) -> SessionMark {
        SessionMark { objects: self.len(), added_folders: self.simulation.added_folders() }
    }

    /// Goes back to what was loaded then.
    pub fn go_back(&mut self, to: SessionMark) {
        self.close(to.objects);
        self.simulation.keep_added_folders(to.added_folders);
    }

    /// Does something that is loaded answer to a name? See [`Simulation::answers_to`].
    pub fn answers_to(&self, name: &Name) -> bool {
        self.simulation.answers_to(name)
    }

    /// The loader's side of the process.
    pub fn simulation(&mut self) -> &mut Simulation<'w> {
        &mut self.simulation
    }

    /// Opens what `import ctypes` brings in.
    pub fn import_ctypes(&mut self) {
        for module in ["_ctypes", "_struct"] {
            if let Some((file, opened)) = library_module(self.world, module) {
                self.open(file, &opened, Mode::IMPORT);
            }
        }
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.simulation.objects().len()
    }

    /// Is nothing loaded at all?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The process as it stands.
    pub fn process(&self) -> LoadedProcess {
        loaded(self.world, &self.simulation, &self.edges, &self.parts)
    }
}

impl LoadedProcess {
    /// The process of a program of its own.
    pub fn of_program(world: &World, file: FileId) -> LoadedProcess {
        let mut edges = Edges::default();
        let (simulation, _) = Simulation::of_program(world, file, &mut |wanted| edges.add(wanted, world));
        LoadedProcess { has_program: true, ..loaded(world, &simulation, &edges, &[(0, 0, Mode::PROGRAM)]) }
    }

    /// The place of a file among the objects.
    pub fn place_of(&self, file: FileId) -> Option<usize> {
        self.objects.iter().position(|object| object.file == file)
    }

    /// The `dlopen` that brought an object in.
    pub fn opening_of(&self, object: usize) -> usize {
        self.opens.iter().rposition(|open| open.first <= object).unwrap_or(0)
    }
}

/// An extension module of the standard library, and its path.
fn library_module(world: &World, name: &str) -> Option<(FileId, VPath)> {
    let python = world.host.python.as_ref()?;
    let folder = python.lib_dynload.as_ref()?;
    python.suffixes.iter().find_map(|suffix| {
        let path = folder.join([name.as_bytes(), suffix].concat());
        Some((world.open(&path).ok()?, path))
    })
}

fn loaded(world: &World, simulation: &Simulation, edges: &Edges, parts: &[(usize, usize, Mode)]) -> LoadedProcess {
    let objects = simulation.objects();
    let places: FxHashMap<FileId, usize> = objects.iter().enumerate().map(|(at, object)| (object.file, at)).collect();
    let object = |object: &crate::loader::Object| {
        let needs = world.file(object.file).image.as_ref().map_or(0, |image| image.needs.len());
        let got = |need| places.get(&edges.get(object.file, need)?).copied();
        LoadedObject {
            file: object.file,
            opened: object.opened.clone(),
            needs: (0..needs).map(got).collect(),
            granted: (0..needs).filter(|&need| edges.granted.contains(&(object.file, need))).collect(),
        }
    };
    let preloads = simulation.preloads().iter().filter_map(|file| places.get(file).copied()).collect();
    let mut opens: Vec<Dlopen> =
        parts.iter().map(|&(first, root, mode)| Dlopen { root, preloads: Vec::new(), first, mode }).collect();
    if let Some(program) = opens.first_mut() {
        program.preloads = preloads;
    }
    LoadedProcess { objects: objects.iter().map(object).collect(), opens, has_program: simulation.has_program() }
}
