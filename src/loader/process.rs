//! The simulated process: the interpreter first, then one import at a time.
//!
//! What is loaded already, in what order and by whom decides a loader's answer, so files are never judged alone. A
//! [`Simulation`] starts the interpreter once and then, for each import, goes on from there as a fresh process would:
//! breadth first, as `_dl_map_object_deps` (glibc) and `load_deps` (musl) do. Names are numbers here and searches are
//! remembered by what they depend on, so that a thousand imports of a hundred libraries each take milliseconds.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::table::Loader;
use super::{Ask, Probe, Resolution, Step, find};
use crate::image::{Arch, Format, Image, Name, NeedKind};
use crate::vfs::VPath;
use crate::world::{File, FileId, World};

/// An object of a [`Process`], by number: 0 is the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub(super) u32);

/// A file and the name by which it was opened.
#[derive(Clone, Debug)]
pub struct Object {
    pub file: FileId,
    /// `$ORIGIN` is the directory of this path, not of the file's own.
    pub opened: VPath,
    /// The object whose need, or whose `dlopen`, brought it in.
    pub loader: Option<ObjectId>,
    pub(super) origin: Origin,
    /// Which `DT_RPATH`s count for what this object needs.
    pub(super) rpaths: Scope,
    /// All that a search on behalf of this object depends on.
    pub(super) search: Scope,
}

/// The directory of the opened path; shared, as every object of a directory has the same.
pub(super) type Origin = VPath;

/// A set of search paths, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Scope(u32);

impl Scope {
    /// No search paths at all.
    pub(super) const NONE: Scope = Scope(0);
}

/// The objects that a process has, in the order of their loading.
pub struct Process<'w> {
    pub(super) objects: Vec<Object>,
    labels: Vec<Arc<Labels>>,
    pub(super) world: &'w World,
    pub(super) loader: &'static Loader,
    /// The program has started: what comes now comes by `dlopen`.
    has_started: bool,
    /// The first object is a program.
    has_program: bool,
    /// The images that dyld knows under another name than their path.
    pub(super) install_names: FxHashMap<Name, ObjectId>,
    /// The folders that Python code has handed to `os.add_dll_directory` by now.
    pub(super) added: Vec<VPath>,
}

impl<'w> Process<'w> {
    /// The main program.
    pub fn program(&self) -> ObjectId {
        ObjectId(0)
    }

    pub fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.0 as usize]
    }

    pub fn file(&self, id: ObjectId) -> FileId {
        self.object(id).file
    }

    /// What the object's file says; an empty image stands for one that says nothing.
    pub fn image(&self, id: ObjectId) -> &Image {
        self.labels[id.0 as usize].file.image.as_ref().unwrap_or(&EMPTY)
    }

    /// What `$ORIGIN` stands for in this object.
    pub fn origin(&self, id: ObjectId) -> &[u8] {
        self.object(id).origin.as_bytes()
    }

    /// The object, the one that loaded it, and so on up.
    pub fn chain(&self, from: ObjectId) -> impl Iterator<Item = ObjectId> {
        std::iter::successors(Some(from), |&id| self.object(id).loader)
    }

    /// The processor that a library must be made for: the program's.
    pub fn arch(&self) -> Option<Arch> {
        self.world.host.arch.or_else(|| Some(self.labels.first()?.file.image.as_ref()?.arch))
    }

    /// Is it known which program runs?
    pub fn has_program(&self) -> bool {
        self.has_program
    }

    /// The image whose `LC_ID_DYLIB` is this path.
    pub(super) fn installed_as(&self, path: &[u8]) -> Option<FileId> {
        self.install_names.get(path).map(|&object| self.file(object))
    }

    /// The folders that Windows searches since Python code said so.
    pub(super) fn added(&self) -> &[VPath] {
        &self.added
    }

    /// Does what is loaded now come by `dlopen`?
    pub fn has_started(&self) -> bool {
        self.has_started
    }

    pub(super) fn id(&self, index: usize) -> ObjectId {
        ObjectId(u32::try_from(index).expect("fewer than four billion objects"))
    }
}

pub(super) static EMPTY: Image = Image::new(Format::Elf, Arch::X86_64);

/// One need of one file, as one import met it.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub by: FileId,
    /// The place in [`Image::needs`].
    pub need: usize,
    pub resolution: Resolution,
}

/// What one import brought into the process.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// Every file it added, in order; the root first.
    pub loads: Vec<FileId>,
    /// The needs that were not met, by file and place.
    pub unmet: Vec<(FileId, usize)>,
}

/// Imports, one after the other, each in a fresh process.
pub struct Simulation<'w> {
    pub(super) process: Process<'w>,
    /// How many objects the started interpreter has.
    base: usize,
    /// The object whose `dlopen` an import is: libpython, or the program that holds the interpreter.
    importer: Option<ObjectId>,
    preloads: Vec<FileId>,

    pub(super) names: FxHashMap<Name, u32>,
    /// By number of the file.
    labels: Vec<Option<Arc<Labels>>>,
    /// Which object answers to a name; by number of the name, 0 where none does.
    pub(super) by_name: Vec<Answer>,
    /// Which object a file is; by number of the file.
    by_file: Vec<Option<ObjectId>>,
    /// What to undo when the process is thrown away.
    named: Vec<u32>,

    scopes: FxHashMap<Part, Scope>,
    searches: FxHashMap<(Scope, u32), Resolution>,
    /// Searches are remembered.
    remembers: bool,
}

/// What one object adds to a scope: the scope above, the object's `$ORIGIN`, its search path, and how that counts. Objects
/// of one directory with one search path share a scope, and with it what was found.
pub(super) type Part = (Scope, Origin, Option<Name>, Counts);

/// How a search path counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Counts {
    /// For all that the object brings in.
    Inherited,
    /// For the object's own needs.
    Own { has_default_libraries: bool },
    /// For nothing more: the paths above are another object's, and what they lead to is told apart from its own.
    Above,
    /// For dyld.
    Dyld { has_own: bool, falls_back: bool },
}

/// Which object answers to a name, and whether by its soname.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Answer(u32);

impl Answer {
    pub(super) fn new(object: ObjectId, is_soname: bool) -> Answer {
        Answer(((object.0 + 1) << 1) | u32::from(is_soname))
    }

    pub(super) fn get(self) -> Option<(ObjectId, bool)> {
        Some((ObjectId((self.0 >> 1).checked_sub(1)?), self.0 & 1 == 1))
    }
}

/// The names of one file, as numbers.
pub(super) struct Labels {
    pub(super) file: Arc<File>,
    pub(super) needs: Vec<u32>,
    pub(super) soname: Option<u32>,
    /// The directory of the real path, where the loader goes by that.
    origin: Option<Origin>,
}

impl<'w> Simulation<'w> {
    /// Starts the interpreter of the world's host. Its needs are handed to `record`.
    pub fn new(world: &'w World, record: &mut dyn FnMut(Wanted)) -> Simulation<'w> {
        let mut simulation = Simulation::bare(world);
        let program = world.host.python.as_ref().and_then(|python| Some((python.file?, python.executable.clone()?)));
        if let Some((file, opened)) = program {
            simulation.start(file, opened, record);
            simulation.process.has_started = true;
            simulation.open(record);
        } else {
            simulation.load_loader();
        }
        simulation.process.has_started = true;
        simulation.base = simulation.process.objects.len();
        simulation.importer = simulation.find_importer();
        simulation.named.clear();
        simulation
    }

    /// As [`Simulation::new`], for a process that searches for each name anew: the slow way, by which tests judge the fast one.
    #[cfg(feature = "testing")]
    pub fn forgetful(world: &'w World) -> Simulation<'w> {
        Simulation { remembers: false, ..Simulation::new(world, &mut |_| {}) }
    }

    /// Starts another program than the interpreter.
    pub fn of_program(world: &'w World, file: FileId, record: &mut dyn FnMut(Wanted)) -> (Simulation<'w>, Import) {
        let mut simulation = Simulation::bare(world);
        let opened = world.file(file).path.clone();
        let import = simulation.start(file, opened, record);
        (simulation, import)
    }

    fn bare(world: &'w World) -> Simulation<'w> {
        Simulation {
            process: Process {
                objects: Vec::new(),
                labels: Vec::new(),
                world,
                loader: Loader::of(&world.host.system),
                has_started: false,
                has_program: false,
                install_names: FxHashMap::default(),
                added: Vec::new(),
            },
            base: 0,
            importer: None,
            preloads: Vec::new(),
            names: FxHashMap::default(),
            labels: Vec::new(),
            by_name: Vec::new(),
            by_file: Vec::new(),
            named: Vec::new(),
            scopes: FxHashMap::default(),
            searches: FxHashMap::default(),
            remembers: true,
        }
    }

    /// The files of the started interpreter, in order.
    pub fn started(&self) -> Vec<FileId> {
        self.process.objects[..self.base].iter().map(|object| object.file).collect()
    }

    /// Imports one file in a fresh process. Every need of every object that is loaded is handed to `record`.
    pub fn import(&mut self, file: FileId, opened: &VPath, record: &mut dyn FnMut(Wanted)) -> Import {
        self.reset();
        if self.object_of(file).is_some() {
            return Import::default();
        }
        (self.process.loader.prepare)(self, opened, record);
        self.open_next(file, opened, record).unwrap_or_default()
    }

    /// Opens one more file in the process as it stands; none where the process has it already.
    pub fn open_next(&mut self, file: FileId, opened: &VPath, record: &mut dyn FnMut(Wanted)) -> Option<Import> {
        if self.object_of(file).is_some() {
            return None;
        }
        let root = self.load(file, opened.clone(), self.importer, None);
        let name = self.name(&Name::from(opened.as_bytes()));
        self.answer(name, root, false);
        Some(self.settle(root.0 as usize, record))
    }

    /// What the process has, in the order of loading.
    pub fn objects(&self) -> &[Object] {
        &self.process.objects
    }

    /// Is it known which program runs?
    pub fn has_program(&self) -> bool {
        self.process.has_program
    }

    /// What `LD_PRELOAD` brought in, in order.
    pub fn preloads(&self) -> &[FileId] {
        &self.preloads
    }

    /// Throws the process away: what is opened next is the first in a fresh interpreter.
    pub fn restart(&mut self) {
        self.reset();
    }

    /// How much the process has loaded by now: a mark to go back to with [`Simulation::close`].
    pub fn mark(&self) -> usize {
        self.process.objects.len()
    }

    /// Opens one file in the process as it stands, as `dlopen` does: what is loaded already answers by its names. What the
    /// call brings in stays, also where a need was not met; [`Simulation::close`] takes it out again.
    pub fn open_here(&mut self, file: FileId, opened: &VPath, record: &mut dyn FnMut(Wanted)) -> Import {
        if self.object_of(file).is_some() {
            return Import::default();
        }
        (self.process.loader.prepare)(self, opened, record);
        // Code that opens files itself may have opened this one.
        if self.object_of(file).is_some() {
            return Import::default();
        }
        let root = self.load(file, opened.clone(), self.importer, None);
        let name = self.name(&Name::from(opened.as_bytes()));
        self.answer(name, root, false);
        self.settle(root.0 as usize, record)
    }

    /// Finds a library by its bare name for who calls `dlopen` in Python, and opens it.
    pub fn open_named(&mut self, name: &Name, record: &mut dyn FnMut(Wanted)) -> (Resolution, Import) {
        let Some(by) = self.importer.or_else(|| (!self.process.objects.is_empty()).then_some(ObjectId(0))) else {
            return (Resolution::Missing, Import::default());
        };
        let before = self.process.objects.len();
        let number = self.name(&(self.process.loader.folded)(name));
        let resolution = self.satisfy(by, number, name);
        let import = self.settle(before, record);
        (resolution, import)
    }

    /// Takes out again what was loaded since a mark, as a `dlopen` that fails does.
    pub fn close(&mut self, mark: usize) {
        let mark = mark.max(self.base);
        let gone: FxHashSet<ObjectId> =
            (mark..self.process.objects.len()).map(|index| self.process.id(index)).collect();
        if gone.is_empty() {
            return;
        }
        let by_name = &mut self.by_name;
        self.named.retain(|&name| {
            let is_gone = by_name[name as usize].get().is_some_and(|(object, _)| gone.contains(&object));
            if is_gone {
                by_name[name as usize] = Answer::default();
            }
            !is_gone
        });
        let world = self.process.world;
        for object in self.process.objects.drain(mark..) {
            self.by_file[world.first(object.file).index()] = None;
        }
        self.process.labels.truncate(mark);
        self.process.install_names.retain(|_, object| (object.0 as usize) < mark);
    }

    /// Adds a folder to those that Windows searches for DLLs, as `os.add_dll_directory` does.
    pub fn add_dll_directory(&mut self, folder: VPath) {
        self.process.added.push(folder);
    }

    /// How many such folders were added by now.
    pub fn added_folders(&self) -> usize {
        self.process.added.len()
    }

    /// Takes away all such folders but the first so many.
    pub fn keep_added_folders(&mut self, many: usize) {
        self.process.added.truncate(many);
    }

    /// The files that the process has, in the order in which they were loaded.
    pub fn loaded(&self) -> impl Iterator<Item = FileId> {
        self.process.objects.iter().map(|object| object.file)
    }

    /// Does the process have this file?
    pub fn has_loaded(&self, file: FileId) -> bool {
        self.object_of(file).is_some()
    }

    /// Does something that is loaded answer to a name: the loader itself, or an object with that soname? Yes where the program
    /// is not at hand, which may have it.
    pub fn answers_to(&self, name: &Name) -> bool {
        let is_loader = name.starts_with(b"ld-") || name.starts_with(b"ld64.");
        let known = self.names.get(name).is_some_and(|&name| self.by_name[name as usize].get().is_some());
        is_loader || known || !self.process.has_program()
    }

    /// Did the process have this file when the interpreter had started?
    pub fn has_started_with(&self, file: FileId) -> bool {
        self.object_of(file).is_some_and(|object| (object.0 as usize) < self.base)
    }

    /// Imports one file again, and calls back for each place that is tried for one need of one of the files it loads.
    pub fn explain(
        &mut self,
        file: FileId,
        opened: &VPath,
        wanted: (FileId, usize),
        probe: &mut dyn FnMut(Probe),
    ) -> Option<Resolution> {
        let mut resolution = None;
        self.import(file, opened, &mut |seen| {
            if (seen.by, seen.need) == wanted && resolution.is_none() {
                resolution = Some(seen.resolution);
            }
        });
        self.replay(resolution?, wanted, probe)
    }

    /// As [`Simulation::explain`], for what the start of the program brought in.
    pub fn explain_started(&mut self, wanted: (FileId, usize), probe: &mut dyn FnMut(Probe)) -> Option<Resolution> {
        let by = self.object_of(wanted.0)?;
        let labels = self.labels(wanted.0);
        let name = labels.file.image.as_ref()?.needs.get(wanted.1)?.name.clone();
        let key = (self.process.object(by).search, *labels.needs.get(wanted.1)?);
        // What a search found is remembered; what needed none was there already.
        let known = self.searches.get(&key).cloned();
        let resolution = known.unwrap_or_else(|| self.satisfy(by, key.1, &name));
        self.replay(resolution, wanted, probe)
    }

    /// Walks through the search once more, in the process as it stands now.
    pub fn replay(
        &mut self,
        resolution: Resolution,
        wanted: (FileId, usize),
        probe: &mut dyn FnMut(Probe),
    ) -> Option<Resolution> {
        let by = self.object_of(wanted.0)?;
        let name = self.process.image(by).needs.get(wanted.1)?.name.clone();
        match &resolution {
            Resolution::Loaded {
                file,
                step: step @ (Step::LoadedName | Step::LoadedSoname | Step::LoadedInstallName),
            } => {
                let path = Some(self.process.world.file(*file).path.clone());
                probe(Probe { step: *step, path, verdict: super::Verdict::Found(*file) });
            }
            Resolution::Builtin(Step::Builtin) if !self.process.loader.builtin_has_path => {}
            _ => {
                find(&Ask { world: self.process.world, process: &self.process, by, name: &name }, &mut |words| {
                    probe(words())
                });
            }
        }
        Some(resolution)
    }

    fn start(&mut self, file: FileId, opened: VPath, record: &mut dyn FnMut(Wanted)) -> Import {
        let program = self.load(file, opened, None, None);
        self.process.has_program = true;
        self.load_loader();
        for name in self.process.world.host.preload.clone() {
            let number = self.name(&name);
            // A preload that cannot be found is ignored with a warning.
            let found = self.satisfy(program, number, &name);
            self.preloads.extend(found.file());
        }
        let mut import = self.settle(0, record);
        import.loads.retain(|&load| load != file);
        import.loads.insert(0, file);
        import
    }

    /// Opens what the program opens before anything is imported.
    fn open(&mut self, record: &mut dyn FnMut(Wanted)) {
        let opens = self.process.world.host.python.as_ref().map(|python| python.opens.clone());
        for path in opens.into_iter().flatten() {
            let Ok(file) = self.process.world.open(&path) else { continue };
            if self.object_of(file).is_none() {
                let name = self.name(&Name::from(path.as_bytes()));
                let object = self.load(file, path, Some(ObjectId(0)), None);
                self.answer(name, object, false);
                self.settle(object.0 as usize, record);
            }
        }
    }

    /// The loader is an object of the process itself: programs name it as a need.
    fn load_loader(&mut self) {
        let world = self.process.world;
        let Some(path) = (self.process.loader.own_file)(&world.host.system) else { return };
        if let Ok(file) = world.open(path)
            && world.file(file).image.is_some()
        {
            let path = path.clone();
            let name = self.name(&Name::from(path.file_name()));
            let object = self.load(file, path, None, None);
            self.answer(name, object, false);
        }
    }

    fn find_importer(&self) -> Option<ObjectId> {
        let is_libpython = |index: &usize| {
            let path = &self.process.labels[*index].file.path;
            // The library of a framework build is called Python, as its program is.
            path.file_name().starts_with(b"libpython") || (*index > 0 && path.file_name() == b"Python")
        };
        if !self.process.loader.heeds_importer {
            return None;
        }
        let libpython = (0..self.base).find(is_libpython).map(|index| self.process.id(index));
        let program = self.process.world.host.python.as_ref().and_then(|python| python.file);
        libpython.or_else(|| (self.base > 0 && program.is_some()).then_some(ObjectId(0)))
    }

    fn reset(&mut self) {
        for name in self.named.drain(..) {
            self.by_name[name as usize] = Answer::default();
        }
        let world = self.process.world;
        for object in self.process.objects.drain(self.base..) {
            self.by_file[world.first(object.file).index()] = None;
        }
        self.process.labels.truncate(self.base);
        self.process.install_names.retain(|_, object| (object.0 as usize) < self.base);
        self.process.added.clear();
    }

    pub(super) fn settle(&mut self, first: usize, record: &mut dyn FnMut(Wanted)) -> Import {
        (self.process.loader.settle)(self, first, record)
    }

    /// Satisfies the needs of all objects from `first` on, and of those that come in thereby: breadth first, but for
    /// filters, whose needs come right after those of the object that they stand in for. What is loaded when it is first used
    /// is asked for last: by then all else is there, and answers.
    pub(super) fn settle_breadth_first(&mut self, first: usize, record: &mut dyn FnMut(Wanted)) -> Import {
        let mut import = Import::default();
        let mut queue: VecDeque<usize> = (first..self.process.objects.len()).collect();
        let mut delayed = Vec::new();
        while let Some(index) = queue.pop_front() {
            let by = self.process.id(index);
            let file = self.process.object(by).file;
            let labels = self.labels(file);
            let needs = labels.file.image.as_ref().map_or(&[][..], |image| &image.needs);
            let mut filters = 0;
            for (place, (need, &name)) in needs.iter().zip(&labels.needs).enumerate() {
                if need.kind == NeedKind::Delay {
                    delayed.push((by, place));
                    continue;
                }
                let before = self.process.objects.len();
                let resolution = (self.process.loader.satisfy)(self, by, name, &need.name, need.kind);
                if let Some(to) = resolution.file() {
                    self.follow_forwarders(by, place, to);
                }
                if !resolution.is_met() && need.kind.is_binding() {
                    import.unmet.push((file, place));
                }
                record(Wanted { by: file, need: place, resolution });
                for new in before..self.process.objects.len() {
                    match need.kind {
                        NeedKind::Weak | NeedKind::Reexport => {
                            queue.insert(filters, new);
                            filters += 1;
                        }
                        _ => queue.push_back(new),
                    }
                }
            }
        }
        for (by, place) in delayed {
            let file = self.process.object(by).file;
            let labels = self.labels(file);
            let Some(need) = labels.file.image.as_ref().and_then(|image| image.needs.get(place)) else { continue };
            let resolution = (self.process.loader.satisfy)(self, by, labels.needs[place], &need.name, need.kind);
            record(Wanted { by: file, need: place, resolution });
        }
        import.loads = self.process.objects[first..].iter().map(|object| object.file).collect();
        import
    }

    fn satisfy(&mut self, by: ObjectId, name: u32, text: &Name) -> Resolution {
        (self.process.loader.satisfy)(self, by, name, text, NeedKind::Normal)
    }

    /// Adds an object, with the names it answers to.
    pub(super) fn load(
        &mut self,
        file: FileId,
        opened: VPath,
        loader: Option<ObjectId>,
        asked: Option<u32>,
    ) -> ObjectId {
        let id = self.process.id(self.process.objects.len());
        let labels = self.labels(file);
        // glibc reads the program's own directory from the kernel; everywhere else it is that of the name as given.
        let origin = labels.origin.clone().or_else(|| opened.parent()).unwrap_or_else(|| VPath::new("/"));
        let object = Object { file, opened, loader, origin, rpaths: Scope::NONE, search: Scope::NONE };
        self.process.objects.push(object);
        self.process.labels.push(labels.clone());
        // Loaders tell files apart by device and inode.
        let first = self.process.world.first(file).index();
        if self.by_file.len() <= first {
            self.by_file.resize(first + 1, None);
        }
        self.by_file[first] = Some(id);
        self.place(id);
        (self.process.loader.answer)(self, id, asked);
        id
    }

    /// Tells what an object's searches depend on, from where it lies and who loaded it.
    pub(super) fn place(&mut self, id: ObjectId) {
        let Object { loader, origin, .. } = self.process.object(id);
        let (above, origin) = (loader.map(|loader| self.process.object(loader).rpaths), origin.clone());
        let labels = self.process.labels[id.0 as usize].clone();
        let image = labels.file.image.as_ref().unwrap_or(&EMPTY);
        let (rpaths, search) = (self.process.loader.scopes)(self, id, above, origin, image);
        let object = &mut self.process.objects[id.0 as usize];
        (object.rpaths, object.search) = (rpaths, search);
    }

    /// Searches for a name on behalf of an object, or remembers what a search in the same scope has found.
    pub(super) fn search(&mut self, by: ObjectId, name: u32, text: &Name, may_remember: bool) -> Resolution {
        let key = (self.process.object(by).search, name);
        let may_remember = may_remember && self.remembers;
        if let Some(known) = self.searches.get(&key).filter(|_| may_remember) {
            return known.clone();
        }
        let found = find(&Ask { world: self.process.world, process: &self.process, by, name: text }, &mut |_| {});
        if may_remember {
            self.searches.insert(key, found.clone());
        }
        found
    }

    /// Lets an object answer to a name; the first to do so keeps it.
    pub(super) fn answer(&mut self, name: u32, object: ObjectId, is_soname: bool) {
        let slot = &mut self.by_name[name as usize];
        if slot.get().is_none() {
            *slot = Answer::new(object, is_soname);
            self.named.push(name);
        }
    }

    pub(super) fn object_of(&self, file: FileId) -> Option<ObjectId> {
        self.by_file.get(self.process.world.first(file).index()).copied().flatten()
    }

    pub(super) fn scope(&mut self, part: Part) -> Scope {
        let next = Scope(self.scopes.len() as u32 + 1);
        *self.scopes.entry(part).or_insert(next)
    }

    pub(super) fn name(&mut self, name: &Name) -> u32 {
        if let Some(&known) = self.names.get(name) {
            return known;
        }
        let number = self.by_name.len() as u32;
        self.by_name.push(Answer::default());
        self.names.insert(name.clone(), number);
        number
    }

    pub(super) fn labels(&mut self, file: FileId) -> Arc<Labels> {
        if let Some(Some(known)) = self.labels.get(file.index()) {
            return known.clone();
        }
        let content = self.process.world.file(file);
        let image = content.image.as_ref().unwrap_or(&EMPTY);
        let system = &self.process.world.host.system;
        // A file of another system asks this system's loader for nothing.
        let is_foreign = system.format().is_some_and(|format| format != image.format);
        let wanted = if is_foreign { &[][..] } else { &image.needs };
        let loader = self.process.loader;
        let needs = wanted.iter().map(|need| self.name(&(loader.folded)(&need.name))).collect();
        let soname = image.identity.as_ref().map(|soname| self.name(soname));
        // `@loader_path` is where the file really lies, `$ORIGIN` where it was opened.
        let origin = loader.follows_links.then(|| self.process.world.real(&content.path).parent()).flatten();
        let labels = Arc::new(Labels { file: content.clone(), needs, soname, origin });
        if self.labels.len() <= file.index() {
            self.labels.resize(file.index() + 1, None);
        }
        self.labels[file.index()] = Some(labels.clone());
        labels
    }
}
