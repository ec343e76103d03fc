//! Ground state: the files as they are, the host as plain data.
//!
//! A [`World`] answers three questions: what is at this path, what does that file say, what is the machine like. It
//! remembers every answer, so that a library that a thousand modules need is opened once.

pub mod host;
#[cfg(feature = "testing")]
pub mod text;

pub use host::{DllCall, DllCallSite, DllFolders, Dyld, Glibc, Host, LdCache, Musl, Python, System, Windows};

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::image::{Arch, Definition, Export, Image, Import, Name, Problem, Traits};
pub use crate::parse::elf::{BindingFlags, DynamicSymbols, SymbolKey, TlsBlock};
use crate::parse::traits;
use crate::parse::{self, Slice, Tables};
use crate::vfs::{Entry, FileSystem, Identity, Kind, PagedFile, Stat, VPath};

/// A native file of the world, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

impl FileId {
    /// The file of this number in a world that was put together from [`FileParts`].
    pub(crate) fn of(number: u32) -> FileId {
        FileId(number)
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A file that a loader could be asked to load.
#[derive(Clone, Debug)]
pub struct File {
    /// Without links, but for a file that only a link brings into the environment: that has the link's path.
    pub path: VPath,
    pub identity: Identity,
    /// In bytes.
    pub len: u64,
    pub image: Option<Image>,
    pub problem: Option<Problem>,
    tables: Option<Tables>,
    /// The symbol that was looked up when the file was first read, and whether it is there.
    asked: Option<(Name, bool)>,
    /// The slices of a universal file that were not chosen.
    others: Vec<Slice>,
    /// The file that was met first under another path and is the same on the disk (a hard link).
    twin: Option<FileId>,
}

/// What is known of a file without opening it again.
#[derive(Clone, Debug)]
pub struct FileParts {
    pub path: VPath,
    /// In bytes.
    pub len: u64,
    pub image: Option<Image>,
    pub problem: Option<Problem>,
    /// The slices of a universal file that were not chosen.
    pub others: Vec<(Option<Image>, Option<Problem>)>,
}

impl File {
    /// The parts of the file that are known without opening it again.
    pub fn parts(&self) -> FileParts {
        // The identity tells files apart only on one machine, and symbols are in the file itself.
        let File { path, identity: _, len, image, problem, tables: _, asked: _, others, twin: _ } = self;
        let slice = |slice: &Slice| (slice.image.clone(), slice.problem.clone());
        FileParts {
            path: path.clone(),
            len: *len,
            image: image.clone(),
            problem: problem.clone(),
            others: others.iter().map(slice).collect(),
        }
    }

    fn restored(number: u64, parts: FileParts) -> File {
        let FileParts { path, len, image, problem, others } = parts;
        let slice = |(image, problem)| Slice { image, problem, ..Slice::default() };
        File {
            path,
            identity: Identity { device: 0, inode: number },
            len,
            image,
            problem,
            tables: None,
            asked: None,
            others: others.into_iter().map(slice).collect(),
            twin: None,
        }
    }

    fn new(path: VPath, stat: &Stat, slices: Vec<Slice>, symbol: Option<&[u8]>, arch: Option<Arch>) -> File {
        let file = File {
            path,
            identity: stat.identity,
            len: stat.len,
            image: None,
            problem: None,
            tables: None,
            asked: symbol.map(|symbol| (Name::from(symbol), false)),
            others: slices,
            twin: None,
        };
        file.sliced(arch)
    }

    /// The file as a process of that processor sees it; where no slice fits, as its first slice says.
    fn sliced(mut self, arch: Option<Arch>) -> File {
        let fits = |slice: &Slice| slice.image.as_ref().map(|image| image.arch) == arch;
        let index = self.others.iter().position(fits).filter(|_| arch.is_some());
        let is_open = self.image.is_none() && self.problem.is_none();
        if let Some(index) = index.or((is_open && !self.others.is_empty()).then_some(0)) {
            let slice = self.others.remove(index);
            let before = Slice {
                image: std::mem::replace(&mut self.image, slice.image),
                problem: std::mem::replace(&mut self.problem, slice.problem),
                tables: std::mem::replace(&mut self.tables, slice.tables),
                defines: self.asked.as_ref().is_some_and(|(_, defines)| *defines),
            };
            if let Some((_, defines)) = &mut self.asked {
                *defines = slice.defines;
            }
            if !is_open {
                self.others.push(before);
            }
        }
        self
    }

    /// The processors that the file has an image for, the chosen one first.
    pub fn archs(&self) -> impl Iterator<Item = Arch> {
        self.images().map(|image| image.arch)
    }

    /// What each slice is, the one that counts first.
    pub fn images(&self) -> impl Iterator<Item = &Image> {
        let others = self.others.iter().filter_map(|slice| slice.image.as_ref());
        self.image.iter().chain(others)
    }

    /// Does the file have several slices?
    pub fn is_universal(&self) -> bool {
        !self.others.is_empty()
    }
}

/// Why there is no file at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    Missing,
    /// A link leads there, its target is gone.
    Dangling {
        target: VPath,
    },
    Directory,
    /// Too many levels of symbolic links.
    Loop,
    /// There is something, and it may not be opened; the system's words.
    Denied(String),
}

/// Everything that is known of the files and the machine.
pub struct World {
    fs: Arc<dyn FileSystem>,
    pub host: Host,
    files: RwLock<Vec<Arc<File>>>,
    known: Mutex<KnownFiles>,
    /// Is any file there under two paths, neither of which is a link?
    has_twins: AtomicBool,
    /// By every path that was asked for; none where there is no such directory.
    directories: RwLock<FxHashMap<VPath, Option<Arc<Directory>>>>,
    versions: Mutex<FxHashMap<FileId, Option<Arc<FxHashSet<Name>>>>>,
    traits: Mutex<FxHashMap<FileId, Arc<Traits>>>,
    symbols: RwLock<FxHashMap<FileId, Option<Arc<DynamicSymbols>>>>,
    spellings: Mutex<FxHashMap<VPath, Arc<FxHashMap<Name, VPath>>>>,
    /// All that exists, where the files around the environment are another machine's.
    restricted_to: Option<Vec<VPath>>,
}

/// The files that were read. A file is known by its path: what installers link to one another are several files, and only
/// within a process are they one ([`World::first`]).
#[derive(Default)]
struct KnownFiles {
    /// By path, links resolved.
    by_path: FxHashMap<VPath, FileId>,
    /// The first path of each.
    by_identity: FxHashMap<Identity, (FileId, VPath)>,
}

impl KnownFiles {
    fn get(&self, real: &VPath, identity: Identity) -> Option<FileId> {
        let same_but_for_case = || {
            let (file, first) = self.by_identity.get(&identity)?;
            first.as_bytes().eq_ignore_ascii_case(real.as_bytes()).then_some(*file)
        };
        self.by_path.get(real).copied().or_else(same_but_for_case)
    }
}

/// A directory, and what is known of its files.
#[derive(Debug)]
pub struct Directory {
    /// Without links.
    path: VPath,
    /// Where a walk that went through a link really is.
    real: Option<VPath>,
    entries: RwLock<Entries>,
    variants: OnceLock<Vec<Arc<Directory>>>,
}

#[derive(Debug, Default)]
struct Entries {
    files: FxHashMap<VPath, Result<FileId, Absent>>,
    /// Every native file is in `files`, and everything that may be a directory in `others`.
    is_listed: bool,
    others: FxHashSet<VPath>,
}

impl Directory {
    fn at(path: VPath) -> Arc<Directory> {
        Arc::new(Directory { path, real: None, entries: RwLock::default(), variants: OnceLock::new() })
    }

    /// Where it really is.
    pub fn path(&self) -> &VPath {
        &self.path
    }

    fn know(&self, name: &VPath, found: Result<FileId, Absent>) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.files.insert(name.clone(), found);
    }

    fn entries(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of something that may be a directory, whether it is gone into or not.
    pub fn passed_over(&self, name: &VPath) {
        self.entries.write().unwrap_or_else(PoisonError::into_inner).others.insert(name.clone());
    }

    /// Tells that every native file in it has been admitted, and all that may be a directory passed over.
    pub fn listed(&self) {
        self.entries.write().unwrap_or_else(PoisonError::into_inner).is_listed = true;
    }
}

impl World {
    pub fn new(fs: Arc<dyn FileSystem>, host: Host) -> World {
        World {
            fs,
            host,
            files: RwLock::default(),
            known: Mutex::default(),
            has_twins: AtomicBool::new(false),
            directories: RwLock::default(),
            versions: Mutex::default(),
            traits: Mutex::default(),
            symbols: RwLock::default(),
            spellings: Mutex::default(),
            restricted_to: None,
        }
    }

    /// A world of files that are known already, numbered in this order; nothing else is there.
    pub(crate) fn restored(fs: Arc<dyn FileSystem>, host: Host, files: Vec<FileParts>) -> World {
        let files = files.into_iter().zip(0..).map(|(parts, number)| Arc::new(File::restored(number, parts))).collect();
        World { files: RwLock::new(files), ..World::new(fs, host) }
    }

    /// Lets nothing exist but what lies in these folders: the environment belongs to another machine than the one that
    /// looks at it, and whatever lies about here would not be there.
    pub fn restrict_to(&mut self, folders: Vec<VPath>) {
        self.restricted_to = Some(folders);
    }

    /// Does only the environment itself exist?
    pub fn is_fenced(&self) -> bool {
        self.restricted_to.is_some()
    }

    /// May there be something at this path?
    fn exists(&self, path: &VPath) -> bool {
        let path = path.folded();
        self.restricted_to.as_ref().is_none_or(|folders| folders.iter().any(|folder| path.starts_with(folder)))
    }

    /// Settles on a processor: of each universal file its slice speaks from now on.
    pub fn choose(&mut self, arch: Option<Arch>) {
        self.host.arch = arch;
        let files = self.files.get_mut().unwrap_or_else(PoisonError::into_inner);
        for file in files.iter_mut().filter(|file| file.is_universal()) {
            *file = Arc::new(File::clone(file).sliced(arch));
        }
    }

    pub fn fs(&self) -> &dyn FileSystem {
        &*self.fs
    }

    /// The file of this number. Numbers are given as files are met: nothing that a person sees may be ordered by them.
    pub fn file(&self, id: FileId) -> Arc<File> {
        self.files.read().unwrap_or_else(PoisonError::into_inner)[id.index()].clone()
    }

    /// How many files are known.
    pub fn len(&self) -> usize {
        self.files.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The file at a path, as the kernel would find it: links followed, `..` taken where it really leads.
    pub fn open(&self, path: &VPath) -> Result<FileId, Absent> {
        match path.parent() {
            Some(directory) => self.open_in(&directory, path.file_name()),
            None => self.outside(path),
        }
    }

    /// The file of a name in a directory.
    pub fn open_in(&self, directory: &VPath, name: &[u8]) -> Result<FileId, Absent> {
        let Some(directory) = self.directory(directory) else { return Err(Absent::Missing) };
        {
            let entries = directory.entries();
            if let Some(known) = entries.files.get(name) {
                return known.clone();
            }
            if entries.is_listed && is_native_name(name) {
                return Err(Absent::Missing);
            }
        }
        let found = self.outside(&directory.path.join(name));
        directory.know(&VPath::new(name), found.clone());
        found
    }

    /// How a directory spells a name that is given in lower case, where case does not matter; none where it has none such.
    pub fn spelled(&self, directory: &VPath, name: &Name) -> Option<VPath> {
        let spellings = || self.spellings.lock().unwrap_or_else(PoisonError::into_inner);
        let known = spellings().get(directory).cloned();
        let names = known.unwrap_or_else(|| {
            let listed = if self.exists(directory) { self.fs.list(directory).unwrap_or_default() } else { Vec::new() };
            let folded = |entry: Entry| (Name::from(&entry.name.as_bytes().to_ascii_lowercase()), entry.name);
            let names: Arc<FxHashMap<Name, VPath>> = Arc::new(listed.into_iter().map(folded).collect());
            spellings().entry(directory.clone()).or_insert(names).clone()
        });
        names.get(name).cloned()
    }

    /// Begins to walk a directory: all that is on the way to it is free of links, but for what `is_behind_link`.
    pub fn enter(&self, path: &VPath, is_behind_link: bool) -> Arc<Directory> {
        if is_behind_link {
            let (path, real) = (path.clone(), self.fs.real(path).ok());
            return Arc::new(Directory { path, real, entries: RwLock::default(), variants: OnceLock::new() });
        }
        let mut directories = self.directories.write().unwrap_or_else(PoisonError::into_inner);
        let mut above = path.parent();
        while let Some(directory) = above {
            above = directory.parent();
            if directories.contains_key(&directory) {
                break;
            }
            directories.insert(directory.clone(), Some(Directory::at(directory)));
        }
        let here = directories.entry(path.clone()).or_insert_with(|| Some(Directory::at(path.clone())));
        here.get_or_insert_with(|| Directory::at(path.clone())).clone()
    }

    /// Tells the world of a file that a walk found in a directory.
    ///
    /// `symbol` is looked up on the way, as [`World::defines`] will be asked for it.
    pub fn admit(&self, directory: &Directory, name: &VPath, symbol: Option<&[u8]>) -> Result<FileId, Absent> {
        let path = directory.path.join(name);
        let real = directory.real.as_ref().map_or_else(|| path.clone(), |real| real.join(name));
        let found = self.read(&path, path.clone(), real, symbol);
        directory.know(name, found.clone());
        found
    }

    /// Tells the world of a link that a walk found: either another name of a file in the environment, or the only way
    /// in which a file outside is part of it.
    pub fn admit_link(
        &self,
        directory: &Directory,
        name: &VPath,
        is_inside: impl Fn(&VPath) -> bool,
    ) -> Result<FileId, Absent> {
        let path = directory.path.join(name);
        let found = match self.fs.real(&path) {
            // A target without a native file's name is known by the link alone.
            Ok(real) if is_inside(&real) && is_native_name(real.file_name()) => {
                self.read(&real, real.clone(), real.clone(), None)
            }
            Ok(real) => self.read(&path, path.clone(), real, None),
            Err(error) => Err(self.absent(&path, &error)),
        };
        directory.know(name, found.clone());
        found
    }

    /// Tells the world of something that bears a native file's name and is no file.
    pub fn admit_other(&self, directory: &Directory, name: &VPath, what: Absent) {
        directory.know(name, Err(what));
    }

    /// Gives files the names by which they are to be known: which of several names was met first is chance.
    pub fn rename(&self, names: impl Iterator<Item = (FileId, VPath)>) {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        for (id, path) in names {
            if files[id.index()].path != path {
                let file = File { path, ..File::clone(&files[id.index()]) };
                files[id.index()] = Arc::new(file);
            }
        }
    }

    /// Does this file define that symbol for others?
    pub fn defines(&self, id: FileId, symbol: &[u8]) -> bool {
        let file = self.file(id);
        if let Some((_, answer)) = file.asked.as_ref().filter(|(asked, _)| **asked == *symbol) {
            return *answer;
        }
        let Some(tables) = &file.tables else { return false };
        self.fs.open(&file.path).is_ok_and(|opened| tables.defines(&*opened, symbol))
    }

    /// Does this file define a symbol for others, spelled as files of its format spell it? Not where it hands on what others
    /// define.
    pub fn provides(&self, id: FileId, symbol: &[u8]) -> bool {
        if let Some(symbols) = self.dynamic_symbols(id) {
            let is_there = |definition: &Definition| definition.section != 0 && definition.is_visible();
            return symbols.find(&SymbolKey::new(symbol), &mut |definition| is_there(definition));
        }
        let exports = self.exports(id, &[symbol]).map(|has| has.contains(&true));
        let dll_exports = || self.dll_exports(id, &[symbol]).map(|exports| exports.iter().any(Option::is_some));
        exports.or_else(dll_exports).unwrap_or_default()
    }

    /// Which of these symbols, spelled as the linker does, does a Mach-O file define for others? None where that cannot
    /// be told.
    pub fn exports(&self, id: FileId, symbols: &[&[u8]]) -> Option<Vec<bool>> {
        let file = self.file(id);
        let Some(Tables::MachO(tables)) = &file.tables else { return None };
        Some(tables.defines_all(&*self.fs.open(&file.path).ok()?, symbols))
    }

    /// Every symbol that a Mach-O file defines for others, and whether another file's definition may serve in its place.
    /// None of other formats.
    pub fn exported(&self, id: FileId) -> Option<Vec<(Name, bool)>> {
        let file = self.file(id);
        let Some(Tables::MachO(tables)) = &file.tables else { return None };
        Some(tables.exported(&*self.fs.open(&file.path).ok()?))
    }

    /// What a PE file exports under these names, `#12` an ordinal. None where that cannot be told.
    pub fn dll_exports(&self, id: FileId, names: &[&[u8]]) -> Option<Vec<Option<Export>>> {
        let file = self.file(id);
        let Some(Tables::Pe(tables)) = &file.tables else { return None };
        Some(tables.exports(&*self.fs.open(&file.path).ok()?, names))
    }

    /// The symbols of others in whose place a Mach-O library puts its own (`__interpose`).
    pub fn interposed(&self, id: FileId) -> Vec<Import> {
        let file = self.file(id);
        match &file.tables {
            Some(Tables::MachO(tables)) if tables.interposes() => {
                self.fs.open(&file.path).map_or_else(|_| Vec::new(), |opened| tables.interposed(&*opened))
            }
            _ => Vec::new(),
        }
    }

    /// The symbols that a Mach-O or PE file takes from others; ELF files do not say from whom.
    pub fn imports(&self, id: FileId) -> Vec<Import> {
        let file = self.file(id);
        let Ok(opened) = self.fs.open(&file.path) else { return Vec::new() };
        match &file.tables {
            Some(Tables::MachO(tables)) => tables.imports(&*opened),
            Some(Tables::Pe(tables)) => tables.imports(&*opened),
            _ => Vec::new(),
        }
    }

    /// Could the names of a PE file's needs be replaced by others of these lengths? Yes where that cannot be told.
    pub fn can_rename_needs(&self, id: FileId, lengths: &[usize]) -> bool {
        let file = self.file(id);
        match &file.tables {
            Some(Tables::Pe(tables)) => tables.can_rename_needs(file.len, lengths),
            _ => true,
        }
    }

    /// Every symbol that a file takes from elsewhere, whatever its format. ELF files do not say from whom.
    pub fn taken(&self, id: FileId) -> Vec<Import> {
        let file = self.file(id);
        match &file.tables {
            Some(Tables::Elf(tables)) => {
                self.fs.open(&file.path).map_or_else(|_| Vec::new(), |opened| tables.undefined(&*opened))
            }
            _ => self.imports(id),
        }
    }

    /// The symbols that an ELF file takes from elsewhere and knows to be functions.
    pub fn taken_functions(&self, id: FileId) -> Vec<Name> {
        let file = self.file(id);
        match &file.tables {
            Some(Tables::Elf(tables)) => {
                self.fs.open(&file.path).map_or_else(|_| Vec::new(), |opened| tables.undefined_functions(&*opened))
            }
            _ => Vec::new(),
        }
    }

    /// The levels of x86-64 that an ELF file cannot do without, as bits; see [`crate::parse::elf::Tables::x86_isa`].
    pub fn x86_isa(&self, id: FileId) -> u32 {
        let file = self.file(id);
        match &file.tables {
            Some(Tables::Elf(tables)) => self.fs.open(&file.path).map_or(0, |opened| tables.x86_isa(&*opened)),
            _ => 0,
        }
    }

    /// The names of an ELF file's dynamic symbols that begin so, whosever they are; none of other formats.
    pub fn names(&self, id: FileId, start: &[u8]) -> Vec<Name> {
        let file = self.file(id);
        match &file.tables {
            Some(Tables::Elf(tables)) => {
                self.fs.open(&file.path).map_or_else(|_| Vec::new(), |opened| tables.names(&*opened, start))
            }
            _ => Vec::new(),
        }
    }

    /// Does a file take a symbol from elsewhere whose name begins so, as C spells it? May say yes where it defines one.
    pub fn mentions(&self, id: FileId, start: &[u8]) -> bool {
        let file = self.file(id);
        let Some(tables) = &file.tables else { return false };
        self.fs.open(&file.path).is_ok_and(|opened| tables.mentions(&*opened, start))
    }

    /// The dynamic symbols of an ELF file, to be looked up one by one; none of other formats, and of files that are not
    /// at hand.
    pub fn dynamic_symbols(&self, id: FileId) -> Option<Arc<DynamicSymbols>> {
        if let Some(known) = self.symbols.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return known.clone();
        }
        let file = self.file(id);
        let symbols = match &file.tables {
            Some(Tables::Elf(tables)) => {
                let pages = PagedFile::new(self.fs.clone(), file.path.clone(), file.len);
                Some(Arc::new(DynamicSymbols::new(pages, tables.clone())))
            }
            _ => None,
        };
        let mut known = self.symbols.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(id).or_insert(symbols).clone()
    }

    /// What the body of a file tells of the tools that made it. Reads the whole file, once.
    pub fn traits(&self, id: FileId) -> Arc<Traits> {
        let known = || self.traits.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(&id) {
            return known.clone();
        }
        let file = self.file(id);
        let read = self.fs.open(&file.path).map(|opened| traits::read(&*opened, file.len));
        let told = Arc::new(read.unwrap_or_default());
        known().entry(id).or_insert(told).clone()
    }

    /// Which of some names stand in a file's constants as whole texts, in their order.
    pub fn texts(&self, id: FileId, finder: &parse::TextFinder) -> Vec<bool> {
        let file = self.file(id);
        self.fs.open(&file.path).map_or_else(|_| Vec::new(), |opened| finder.find(&*opened, file.len))
    }

    /// The path without links: where dyld says that a file lies.
    pub fn real(&self, path: &VPath) -> VPath {
        self.fs.real(path).unwrap_or_else(|_| path.clone())
    }

    /// The symbol versions that a file defines; none where it has no version table.
    pub fn defined_versions(&self, id: FileId) -> Option<Arc<FxHashSet<Name>>> {
        let versions = || self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = versions().get(&id) {
            return known.clone();
        }
        let file = self.file(id);
        let defined = file.tables.as_ref().and_then(|tables| {
            let opened = self.fs.open(&file.path).ok()?;
            tables.defined_versions(&*opened).map(|versions| Arc::new(versions.into_iter().collect()))
        });
        versions().insert(id, defined.clone());
        defined
    }

    /// A directory, links resolved; none where there is no such directory.
    pub fn directory(&self, directory: &VPath) -> Option<Arc<Directory>> {
        let directories = || self.directories.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = directories().get(directory) {
            return known.clone();
        }
        let found = match self.walked(directory) {
            Walked::To(found) => Some(found),
            Walked::Nowhere => None,
            Walked::Unsure if !self.exists(directory) => None,
            Walked::Unsure => {
                let real = self.fs.real(directory).ok();
                let real = real.filter(|real| self.fs.stat(real).is_ok_and(|stat| stat.kind == Kind::Directory));
                real.map(|real| {
                    let mut directories = self.directories.write().unwrap_or_else(PoisonError::into_inner);
                    let known = directories.entry(real.clone()).or_insert_with(|| Some(Directory::at(real.clone())));
                    known.get_or_insert_with(|| Directory::at(real)).clone()
                })
            }
        };
        let mut directories = self.directories.write().unwrap_or_else(PoisonError::into_inner);
        directories.entry(directory.clone()).or_insert(found).clone()
    }

    /// Which of these subdirectories a directory has; always asked with the same names.
    pub fn subdirectories(&self, directory: &VPath, names: &[Name]) -> Vec<VPath> {
        let Some(here) = self.directory(directory) else { return Vec::new() };
        let find = || names.iter().filter_map(|name| self.directory(&here.path.join(name))).collect();
        here.variants.get_or_init(find).iter().map(|found| found.path.clone()).collect()
    }

    /// Goes from the root to a directory without asking the disk, as far as the walk has been there.
    fn walked(&self, directory: &VPath) -> Walked {
        let directories = self.directories.read().unwrap_or_else(PoisonError::into_inner);
        let Some(Some(mut here)) = directories.get(&b"/"[..]).cloned() else { return Walked::Unsure };
        for part in directory.parts() {
            let next = match part {
                b"." => continue,
                b".." => here.path.parent().unwrap_or_else(|| here.path.clone()),
                part => here.path.join(part),
            };
            match directories.get(&next) {
                Some(Some(found)) => here = found.clone(),
                Some(None) => return Walked::Nowhere,
                None => {
                    let entries = here.entries();
                    let is_told = entries.is_listed && !entries.others.contains(part);
                    return if is_told { Walked::Nowhere } else { Walked::Unsure };
                }
            }
        }
        Walked::To(here)
    }

    /// A file that no walk has seen.
    fn outside(&self, path: &VPath) -> Result<FileId, Absent> {
        if !self.exists(path) {
            return Err(Absent::Missing);
        }
        match self.fs.real(path) {
            Ok(real) => self.read(path, real.clone(), real, None),
            Err(error) => Err(self.absent(path, &error)),
        }
    }

    fn known(&self) -> MutexGuard<'_, KnownFiles> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file that a process takes this one for: of several hard links the first that was met, itself else.
    pub fn first(&self, id: FileId) -> FileId {
        match self.has_twins.load(Ordering::Relaxed) {
            true => self.file(id).twin.unwrap_or(id),
            false => id,
        }
    }

    /// Reads the file at `path`, which is to be called `name` and has the path `real` without links.
    fn read(&self, path: &VPath, name: VPath, real: VPath, symbol: Option<&[u8]>) -> Result<FileId, Absent> {
        let unreadable = |error: io::Error| match error.kind() {
            io::ErrorKind::PermissionDenied => {
                Ok(vec![Slice::problem(Problem::Unreadable("permission denied".into()))])
            }
            _ => Err(self.absent(path, &error)),
        };
        let (stat, slices) = match self.fs.open(path) {
            Ok(opened) => {
                let stat = opened.stat().map_err(|error| self.absent(path, &error))?;
                if stat.kind == Kind::Directory {
                    return Err(Absent::Directory);
                }
                if let Some(known) = self.known().get(&real, stat.identity) {
                    return Ok(known);
                }
                if stat.kind != Kind::File {
                    return Err(Absent::Denied("not a regular file".into()));
                }
                (stat, parse::read(&*opened, stat.len, symbol))
            }
            Err(error) => {
                let slices = unreadable(error)?;
                let stat = self.fs.stat(path).map_err(|error| self.absent(path, &error))?;
                if let Some(known) = self.known().get(&real, stat.identity) {
                    return Ok(known);
                }
                (stat, slices)
            }
        };
        let mut file = File::new(name, &stat, slices, symbol, self.host.arch);
        let mut known = self.known();
        // Another thread may have come by another name in the meantime; the first one stays.
        if let Some(known) = known.get(&real, stat.identity) {
            return Ok(known);
        }
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let id = FileId(u32::try_from(files.len()).expect("fewer than four billion files"));
        file.twin = known.by_identity.get(&stat.identity).map(|(first, _)| *first);
        if file.twin.is_some() {
            self.has_twins.store(true, Ordering::Relaxed);
        }
        files.push(Arc::new(file));
        known.by_identity.entry(stat.identity).or_insert_with(|| (id, real.clone()));
        known.by_path.insert(real, id);
        Ok(id)
    }

    fn absent(&self, path: &VPath, error: &io::Error) -> Absent {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => match self.fs.link(path) {
                Ok(target) => Absent::Dangling { target },
                Err(_) => Absent::Missing,
            },
            io::ErrorKind::IsADirectory => Absent::Directory,
            _ if error.to_string().contains("symbolic links") => Absent::Loop,
            _ => Absent::Denied(error.to_string()),
        }
    }
}

/// Looks for these names in the constants of files; none where there is nothing to look for.
pub fn text_finder(names: &[&str]) -> Option<parse::TextFinder> {
    parse::TextFinder::new(names.iter().copied())
}

/// Where a way leads that is gone from memory.
enum Walked {
    To(Arc<Directory>),
    /// A directory on the way was listed and does not have the next part.
    Nowhere,
    Unsure,
}

/// Is this a name that native files have? Looking at names first is what makes a scan fast.
pub fn is_native_name(name: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 2] = [b".so", b".dylib"];
    // Windows does not mind case.
    let is_windows = name.len() > 4 && {
        let ending = &name[name.len() - 4..];
        ending.eq_ignore_ascii_case(b".dll") || ending.eq_ignore_ascii_case(b".pyd")
    };
    if is_windows || ENDINGS.iter().any(|ending| name.len() > ending.len() && name.ends_with(ending)) {
        return true;
    }
    let Some(at) = memchr::memmem::find(name, b".so.") else { return false };
    // `libx.so.1.2.3`, not `x.so.py`: a version starts with a digit, or (`libssl.so.1.1`, `libx.so.old`) is no source.
    const NOT_NATIVE: [&[u8]; 9] =
        [b".py", b".pyi", b".txt", b".json", b".hmac", b".pyc", b".gz", b".debug", b".symbols"];
    at > 0 && !NOT_NATIVE.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::is_native_name;

    #[test]
    fn native_files_are_known_by_their_names() {
        for name in ["a.so", "liba.so.1", "liba.so.5.0.0", "a.dylib", "a.pyd", "A.DLL", "a.cpython-311-darwin.so"] {
            assert!(is_native_name(name.as_bytes()), "{name}");
        }
        for name in [".so", "a.so.py", "a.sock", "a.py", "liba.so.1.hmac", "a.solution", "so"] {
            assert!(!is_native_name(name.as_bytes()), "{name}");
        }
    }
}
