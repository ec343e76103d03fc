//! The loaders: one entry a system. What sets a loader apart is in its entry, and in the folder of its name.

use std::ops::ControlFlow;

use super::process::{Import, ObjectId, Origin, Scope, Simulation, Wanted};
use super::{Ask, Next, Probing, Resolution, Step, Verdict, Visit, dyld, glibc, musl, unjudged, windows};
use crate::command::Shell;
use crate::image::{Image, Machine, Name, NeedKind};
use crate::vfs::VPath;
use crate::world::{Absent, File, FileId, System};

/// How a loader binds symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// In scopes that whole groups of objects share, by name and version.
    Scopes,
    /// As [`Binding::Scopes`], by name, visible or not.
    PlainScopes,
    /// In the one library that the file names with each symbol, or flat in all that is loaded.
    TwoLevel,
    /// In the one DLL that the file names with each symbol, and whatever that forwards to.
    Dlls,
}

impl Binding {
    /// Is a symbol looked for in all that is loaded for all?
    pub fn is_by_scope(self) -> bool {
        matches!(self, Binding::Scopes | Binding::PlainScopes)
    }

    /// Is what was loaded last bound first, so that dependencies are complained of before who needs them? glibc does so
    /// (`dl_open_worker`, elf/dl-open.c); musl goes in the order of loading (`reloc_all`, ldso/dynlink.c).
    pub fn binds_last_first(self) -> bool {
        self == Binding::Scopes
    }
}

/// A release of a system that a person may name as the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldestRelease {
    Glibc,
    Musl,
    MacOs,
    Windows,
}

/// What Python is like on a loader's system.
#[derive(Clone, Copy, Debug)]
pub struct PythonTraits {
    /// `sys.platform`; none of a system that nobody knows.
    pub platform: Option<&'static str>,
    /// So many folders above the standard library is the prefix: two above `lib/python3.11`, one above `Lib`.
    pub library_depth: usize,
    /// The folder of a program that is not at hand is one of its own, which has what Python brings.
    pub has_program_folder: bool,
    /// `os.add_dll_directory` and `ctypes` in the code of packages decide what a search finds.
    pub prepares_searches: bool,
    /// Is its C library musl? None where nobody knows.
    pub musl: Option<bool>,
    /// Processors that `platform.machine()` calls by other names than Linux does.
    pub machines: &'static [(Machine, &'static str)],
}

impl PythonTraits {
    pub(super) const LINUX: PythonTraits = PythonTraits {
        platform: Some("linux"),
        library_depth: 2,
        has_program_folder: false,
        prepares_searches: false,
        musl: Some(false),
        machines: &[],
    };
}

/// What others must know of a loader: its rule for symbols, what Python is like where it loads, and its words.
#[derive(Clone, Copy, Debug)]
pub struct LoaderTraits {
    pub binding: Binding,
    /// A library without a version that is wanted of it ends the load (`DT_VERNEED`).
    pub checks_versions: bool,
    /// A symbol that nothing defines ends the load.
    pub checks_symbols: bool,
    /// What an import brings in is open to all that comes later, whatever was asked for.
    pub imports_are_global: bool,
    /// The setting of paths that are searched first; empty where there is none.
    pub search_variable: &'static str,
    /// What a library is known by in a process.
    pub library_name: &'static str,
    /// The name is that of the file, and no header says another.
    pub is_file_name: bool,
    /// What a name is that no file answers for.
    pub builtin: &'static str,
    pub python: PythonTraits,
    /// The shells in which commands are typed there, the usual one first.
    pub shells: &'static [Shell],
    /// The oldest releases that files are judged for.
    pub releases: &'static [OldestRelease],
    /// Code may part the folders of a path by backslashes.
    pub takes_backslashes: bool,
    /// Of what the system brings, only some is known by name: what is missing may be its own.
    pub is_system_unsure: bool,
    /// Python's error for a missing need names neither that nor who needs it.
    pub hides_missing_needs: bool,
    /// Files that are there are refused for their kind (a program, an object, `DF_1_NOOPEN`), as dylens knows it.
    pub refuses_kinds: bool,
    /// What was linked against another C library is loaded as far as it finds its symbols.
    pub loads_other_libcs: bool,
    /// Is a library of this name what installers put into the system, whoever brings a copy?
    pub is_redistributable: fn(&[u8]) -> bool,
}

impl LoaderTraits {
    /// Are files judged for an oldest release of this kind?
    pub fn judges(&self, release: OldestRelease) -> bool {
        self.releases.contains(&release)
    }
}

/// One system's loader.
pub(super) struct Loader {
    /// Does it serve this system?
    pub serves: fn(&System) -> bool,
    pub traits: LoaderTraits,

    /// What is never searched for: contracts of the system, and what only the system may bring.
    pub at_once: fn(&Name) -> Option<Step>,
    /// The places where it looks for a name, in order.
    pub candidates: fn(&Ask, &mut Visit) -> ControlFlow<()>,
    /// What answers for a path without a file.
    pub known: fn(&Ask, &VPath) -> Option<Resolution>,
    /// What it thinks of the file at a path.
    pub judge: fn(&Ask, Result<FileId, Absent>) -> (Verdict, Next),
    /// What is there although no file of it is, where the search has found nothing.
    pub granted: fn(&Ask, &mut Probing) -> Option<Step>,

    /// Is a library the system's own by this name, though no file of it is at hand?
    pub is_of_system: fn(&System, &Name) -> bool,
    /// How names are compared.
    pub folded: fn(&Name) -> Name,
    /// The file of the loader itself, which is an object of every process.
    pub own_file: fn(&System) -> Option<&VPath>,
    /// An import's search depends on who calls `dlopen`: libpython, or the program that holds the interpreter.
    pub heeds_importer: bool,
    /// An object lies where its file really is, not where the path leads by which it was opened.
    pub follows_links: bool,
    /// What is built in has a path, which the search comes by.
    pub builtin_has_path: bool,
    /// What Python code does before the file at this path is loaded.
    pub prepare: fn(&mut Simulation, &VPath, &mut dyn FnMut(Wanted)),
    /// Satisfies the needs of all objects from one on, and of those that come in thereby.
    pub settle: fn(&mut Simulation, usize, &mut dyn FnMut(Wanted)) -> Import,
    /// Satisfies one need: by what is loaded, else by a search.
    pub satisfy: fn(&mut Simulation, ObjectId, u32, &Name, NeedKind) -> Resolution,
    /// Lets a new object answer to its names, one of which it may have been asked for by.
    pub answer: fn(&mut Simulation, ObjectId, Option<u32>),
    /// What an object's searches depend on.
    pub scopes: ScopesOf,
}

/// Which search paths of an object count for what it brings in, and all that its own searches depend on; by the object, the
/// paths that count for it, its directory and its file.
type ScopesOf = fn(&mut Simulation, ObjectId, Option<Scope>, Origin, &Image) -> (Scope, Scope);

/// Every loader. Where none serves a system, glibc's stands in for it.
pub(super) static LOADERS: [&Loader; 5] =
    [&glibc::LOADER, &musl::LOADER, &dyld::LOADER, &windows::LOADER, &unjudged::LOADER];

/// The traits of a system's loader. Of a system that none serves nothing is checked.
pub fn traits(system: &System) -> &'static LoaderTraits {
    static UNKNOWN: LoaderTraits = LoaderTraits {
        builtin: glibc::LOADER.traits.builtin,
        releases: &[OldestRelease::Glibc, OldestRelease::Musl],
        ..unjudged::LOADER.traits
    };
    let loader = LOADERS.into_iter().find(|loader| (loader.serves)(system));
    loader.map_or(&UNKNOWN, |loader| &loader.traits)
}

/// The name by which a process knows a library that it has loaded; none of a file that says none.
pub fn known_as(system: &System, file: &File) -> Option<Name> {
    let loader = Loader::of(system);
    match loader.traits.is_file_name {
        true => Some((loader.folded)(&Name::from(file.path.file_name()))),
        false => file.image.as_ref()?.identity.clone(),
    }
}

/// Is a library, of whose symbols nothing is at hand, the system's own by this name?
pub fn is_of_system(system: &System, name: &Name) -> bool {
    (Loader::of(system).is_of_system)(system, name)
}

/// A name as the loader of a system compares it.
pub fn folded(system: &System, name: &Name) -> Name {
    (Loader::of(system).folded)(name)
}

impl Loader {
    /// The loader of a system.
    pub fn of(system: &System) -> &'static Loader {
        LOADERS.into_iter().find(|loader| (loader.serves)(system)).unwrap_or(&glibc::LOADER)
    }
}

#[cfg(test)]
mod tests {
    use super::LOADERS;
    use crate::world::{Dyld, Glibc, Musl, System, Windows};

    #[test]
    fn each_system_has_one_loader() {
        let systems = [
            System::Glibc(Glibc::default()),
            System::Musl(Musl::default()),
            System::Dyld(Dyld::default()),
            System::Windows(Windows::default()),
            System::Unjudged,
        ];
        for (place, system) in systems.iter().enumerate() {
            let serving: Vec<usize> = (0..LOADERS.len()).filter(|&at| (LOADERS[at].serves)(system)).collect();
            assert_eq!(serving, [place]);
        }
        assert!(!LOADERS.iter().any(|loader| (loader.serves)(&System::Unknown)));
    }
}
