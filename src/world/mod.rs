//! Ground state: the files as they are, the host as plain data.
//!
//! A [`World`] answers three questions: what is at this path, what does that file say, what is the machine like. It
//! remembers every answer, so that a library that a thousand modules need is opened once.

pub mod host;
pub mod text;

pub use host::{Glibc, Host, LdCache, Musl, Python, System};

use std::io;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::image::{Image, Name, Problem};
use crate::parse::{self, Parsed};
use crate::vfs::{FileSystem, Identity, Kind, VPath};

/// A native file of the world, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

impl FileId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A file that a loader could be asked to load.
#[derive(Debug)]
pub struct File {
    /// Without links, but for a file that only a link brings into the environment: that has the link's path.
    pub path: VPath,
    pub identity: Identity,
    /// In bytes.
    pub len: u64,
    pub image: Option<Image>,
    pub problem: Option<Problem>,
    tables: Option<parse::elf::Tables>,
    /// The symbol that was looked up when the file was first read, and whether it is there.
    asked: Option<(Name, bool)>,
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
    memory: RwLock<Memory>,
}

#[derive(Default)]
struct Memory {
    by_path: FxHashMap<VPath, Result<FileId, Absent>>,
    by_identity: FxHashMap<Identity, FileId>,
    /// Directories whose every native file is in `by_path`.
    listed: FxHashSet<VPath>,
    /// Directories that are known to be free of links: those listed, and all above them.
    real: FxHashSet<VPath>,
    /// What lies in listed directories and may be a directory, but was not gone into.
    unknown: FxHashSet<VPath>,
    /// What other directories really are.
    directories: FxHashMap<VPath, Option<VPath>>,
    subdirectories: FxHashMap<VPath, Arc<[VPath]>>,
    versions: FxHashMap<FileId, Option<Arc<FxHashSet<Name>>>>,
}

impl World {
    pub fn new(fs: Arc<dyn FileSystem>, host: Host) -> World {
        World { fs, host, files: RwLock::default(), memory: RwLock::default() }
    }

    pub fn fs(&self) -> &dyn FileSystem {
        &*self.fs
    }

    /// The file of this number.
    pub fn file(&self, id: FileId) -> Arc<File> {
        self.files.read().unwrap_or_else(PoisonError::into_inner)[id.index()].clone()
    }

    /// How many files are known.
    pub fn len(&self) -> usize {
        self.files.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The numbers of all files that are known now.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..u32::try_from(self.len()).expect("fewer than four billion files")).map(FileId)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The file at a path, as the kernel would find it: links followed, `..` taken where it really leads.
    pub fn open(&self, path: &VPath) -> Result<FileId, Absent> {
        // What is quickly told again is not remembered: most places that a search tries are empty.
        self.known(path).unwrap_or_else(|| {
            let found = self.outside(path);
            self.remember().by_path.insert(path.clone(), found.clone());
            found
        })
    }

    /// Tells the world of a file that a walk found, by a path without links.
    ///
    /// `symbol` is looked up on the way, as [`World::defines`] will be asked for it.
    pub fn admit(&self, path: &VPath, symbol: Option<&[u8]>) -> Result<FileId, Absent> {
        let found = self.read(path, path.clone(), symbol);
        self.remember().by_path.insert(path.clone(), found.clone());
        found
    }

    /// Tells the world of a link that a walk found: either another name of a file in the environment, or the only way
    /// in which a file outside is part of it.
    pub fn admit_link(&self, path: &VPath, is_inside: impl Fn(&VPath) -> bool) -> Result<FileId, Absent> {
        let found = match self.fs.real(path) {
            // A target without a native file's name is known by the link alone.
            Ok(real) if is_inside(&real) && is_native_name(real.file_name()) => self.open(&real),
            Ok(_) => self.read(path, path.clone(), None),
            Err(error) => Err(self.absent(path, &error)),
        };
        self.remember().by_path.insert(path.clone(), found.clone());
        found
    }

    /// Tells the world of something that bears a native file's name and is no file.
    pub fn admit_other(&self, path: &VPath, what: Absent) {
        self.remember().by_path.insert(path.clone(), Err(what));
    }

    /// Tells the world of something in a listed directory that may be a directory and is not gone into.
    pub fn passed_over(&self, path: &VPath) {
        self.remember().unknown.insert(path.clone());
    }

    /// Tells the world that every native file of a directory without links has been admitted.
    pub fn listed(&self, directory: &VPath) {
        let mut memory = self.remember();
        memory.listed.insert(directory.clone());
        let mut above = Some(directory.clone());
        while let Some(directory) = above {
            above = directory.parent();
            if !memory.real.insert(directory) {
                break;
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

    /// The symbol versions that a file defines; none where it has no version table.
    pub fn defined_versions(&self, id: FileId) -> Option<Arc<FxHashSet<Name>>> {
        if let Some(known) = self.memory().versions.get(&id) {
            return known.clone();
        }
        let file = self.file(id);
        let versions = file.tables.as_ref().and_then(|tables| {
            let opened = self.fs.open(&file.path).ok()?;
            tables.defined_versions(&*opened).map(|versions| Arc::new(versions.into_iter().collect()))
        });
        self.remember().versions.insert(id, versions.clone());
        versions
    }

    fn memory(&self) -> RwLockReadGuard<'_, Memory> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self) -> RwLockWriteGuard<'_, Memory> {
        self.memory.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the walk knows of a path; none where only the disk can tell.
    fn known(&self, path: &VPath) -> Option<Result<FileId, Absent>> {
        if let Some(known) = self.memory().by_path.get(path) {
            return Some(known.clone());
        }
        let Some(real) = self.directory(&path.parent()?) else { return Some(Err(Absent::Missing)) };
        let there = real.join(path.file_name());
        let memory = self.memory();
        let is_told = || is_native_name(there.file_name()) && memory.listed.contains(&real);
        memory.by_path.get(&there).cloned().or_else(|| is_told().then_some(Err(Absent::Missing)))
    }

    /// What a directory really is, links resolved; none where there is no such directory.
    pub fn directory(&self, directory: &VPath) -> Option<VPath> {
        {
            let memory = self.memory();
            if memory.real.contains(directory) {
                return Some(directory.clone());
            }
            if let Some(known) = memory.directories.get(directory) {
                return known.clone();
            }
        }
        let real = match self.walked(directory) {
            Walked::To(real) => Some(real),
            Walked::Nowhere => None,
            Walked::Unsure => {
                let real = self.fs.real(directory).ok();
                real.filter(|real| self.fs.stat(real).is_ok_and(|stat| stat.kind == Kind::Directory))
            }
        };
        self.remember().directories.insert(directory.clone(), real.clone());
        real
    }

    /// Which of these subdirectories a directory has; always asked with the same names.
    pub fn subdirectories(&self, directory: &VPath, names: &[Name]) -> Arc<[VPath]> {
        if let Some(known) = self.memory().subdirectories.get(directory) {
            return known.clone();
        }
        let there = self.directory(directory).is_some();
        let paths = names.iter().filter(|_| there).map(|name| directory.join(name));
        let found: Arc<[VPath]> = paths.filter(|path| self.directory(path).is_some()).collect();
        self.remember().subdirectories.insert(directory.clone(), found.clone());
        found
    }

    /// Goes from the root to a directory without asking the disk, as far as the walk has been there.
    fn walked(&self, directory: &VPath) -> Walked {
        let memory = self.memory();
        let mut here = VPath::new("/");
        for part in directory.parts() {
            let next = match part {
                b"." => continue,
                b".." => here.parent().unwrap_or_else(|| here.clone()),
                part => here.join(part),
            };
            if !memory.real.contains(&next) {
                let is_told = memory.listed.contains(&here) && !memory.unknown.contains(&next);
                return if is_told { Walked::Nowhere } else { Walked::Unsure };
            }
            here = next;
        }
        Walked::To(here)
    }

    /// A file that no walk has seen.
    fn outside(&self, path: &VPath) -> Result<FileId, Absent> {
        match self.fs.real(path) {
            Ok(real) => self.admit_as(path, real),
            Err(error) => Err(self.absent(path, &error)),
        }
    }

    fn admit_as(&self, path: &VPath, real: VPath) -> Result<FileId, Absent> {
        let found = self.read(path, real, None);
        self.remember().by_path.insert(path.clone(), found.clone());
        found
    }

    fn read(&self, path: &VPath, real: VPath, symbol: Option<&[u8]>) -> Result<FileId, Absent> {
        let unreadable = |error: io::Error| match error.kind() {
            io::ErrorKind::PermissionDenied => {
                Ok(Parsed { problem: Some(Problem::Unreadable("permission denied".into())), ..Parsed::default() })
            }
            _ => Err(self.absent(path, &error)),
        };
        let (stat, parsed) = match self.fs.open(path) {
            Ok(opened) => {
                let stat = opened.stat().map_err(|error| self.absent(path, &error))?;
                if stat.kind == Kind::Directory {
                    return Err(Absent::Directory);
                }
                if let Some(&known) = self.memory().by_identity.get(&stat.identity) {
                    return Ok(known);
                }
                if stat.kind != Kind::File {
                    return Err(Absent::Denied("not a regular file".into()));
                }
                (stat, parse::read(&*opened, stat.len, symbol))
            }
            Err(error) => {
                let parsed = unreadable(error)?;
                let stat = self.fs.stat(path).map_err(|error| self.absent(path, &error))?;
                if let Some(&known) = self.memory().by_identity.get(&stat.identity) {
                    return Ok(known);
                }
                (stat, parsed)
            }
        };
        let Parsed { image, problem, tables, defines } = parsed;
        let asked = symbol.map(|symbol| (Name::from(symbol), defines));
        let file = File { path: real, identity: stat.identity, len: stat.len, image, problem, tables, asked };
        let mut memory = self.remember();
        // Another thread may have come by another name in the meantime; the first one stays.
        if let Some(&known) = memory.by_identity.get(&stat.identity) {
            return Ok(known);
        }
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let id = FileId(u32::try_from(files.len()).expect("fewer than four billion files"));
        files.push(Arc::new(file));
        memory.by_identity.insert(stat.identity, id);
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

/// Where a way leads that is gone from memory.
enum Walked {
    To(VPath),
    /// A directory on the way was listed and does not have the next part.
    Nowhere,
    Unsure,
}

/// Is this a name that native files have? Looking at names first is what makes a scan fast.
pub fn is_native_name(name: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 4] = [b".so", b".dylib", b".pyd", b".dll"];
    if ENDINGS.iter().any(|ending| name.len() > ending.len() && name.ends_with(ending)) {
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
        for name in ["a.so", "liba.so.1", "liba.so.5.0.0", "a.dylib", "a.pyd", "a.dll", "a.cpython-311-darwin.so"] {
            assert!(is_native_name(name.as_bytes()), "{name}");
        }
        for name in [".so", "a.so.py", "a.sock", "a.py", "liba.so.1.hmac", "a.solution", "so"] {
            assert!(!is_native_name(name.as_bytes()), "{name}");
        }
    }
}
