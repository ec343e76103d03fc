//! Name → module, as Python's `PathFinder` and `FileFinder` would find it.
//!
//! In each folder a package comes before a module, and among the endings extension modules before source before bytecode
//! (`_bootstrap_external._get_supported_file_loaders`). A folder without `__init__` is a portion of a namespace package,
//! which counts only where no later folder has a package or a module of that name (PEP 420).

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::image::Name;
use crate::vfs::{FileSystem, Kind, VPath};

/// A module as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModuleSpec {
    /// An extension module; a package's own `__init__` may be one.
    Extension { path: VPath, package: Option<VPath> },
    /// Python source.
    Source { path: VPath, package: Option<VPath> },
    /// Bytecode without its source.
    Bytecode { path: VPath, package: Option<VPath> },
    /// A module of a bundle, in an archive.
    Bundled { name: Arc<str>, archive: VPath, package: Option<Vec<VPath>> },
    /// A namespace package, and its portions.
    Namespace(Vec<VPath>),
}

impl ModuleSpec {
    /// The folders in which submodules are looked for; none of a module that is no package.
    pub fn folders(&self) -> Option<Vec<VPath>> {
        match self {
            ModuleSpec::Extension { package, .. }
            | ModuleSpec::Source { package, .. }
            | ModuleSpec::Bytecode { package, .. } => package.clone().map(|folder| vec![folder]),
            ModuleSpec::Bundled { package, .. } => package.clone(),
            ModuleSpec::Namespace(portions) => Some(portions.clone()),
        }
    }

    /// The file that is loaded; none of a namespace package.
    pub fn path(&self) -> Option<&VPath> {
        match self {
            ModuleSpec::Extension { path, .. }
            | ModuleSpec::Source { path, .. }
            | ModuleSpec::Bytecode { path, .. }
            | ModuleSpec::Bundled { archive: path, .. } => Some(path),
            ModuleSpec::Namespace(_) => None,
        }
    }
}

/// What a folder has, by name.
type Listing = Arc<FxHashMap<VPath, Kind>>;

/// Finds modules; remembers what folders hold.
pub struct ModuleFinder<'w> {
    fs: &'w dyn FileSystem,
    /// The endings of extension modules, best first.
    suffixes: Vec<Name>,
    listings: Mutex<FxHashMap<VPath, Option<Listing>>>,
}

impl<'w> ModuleFinder<'w> {
    /// Finds modules in these files. `suffixes` are the endings of extension modules, best first.
    pub fn new(fs: &'w dyn FileSystem, suffixes: &[Name]) -> ModuleFinder<'w> {
        ModuleFinder { fs, suffixes: suffixes.to_vec(), listings: Mutex::default() }
    }

    /// The first module of this last part of a name in these folders, in order.
    pub fn find(&self, tail: &str, folders: &[VPath]) -> Option<ModuleSpec> {
        let mut portions = Vec::new();
        for folder in folders {
            match self.find_in(folder, tail) {
                Some(ModuleSpec::Namespace(found)) => portions.extend(found),
                Some(spec) => return Some(spec),
                None => {}
            }
        }
        (!portions.is_empty()).then_some(ModuleSpec::Namespace(portions))
    }

    fn find_in(&self, folder: &VPath, tail: &str) -> Option<ModuleSpec> {
        let listing = self.listing(folder)?;
        let is_folder = self.is_folder(folder, &listing, tail.as_bytes());
        let package = folder.join(tail);
        if is_folder
            && let Some(inner) = self.listing(&package)
            && let Some(spec) = self.file_in(&package, &inner, "__init__", Some(&package))
        {
            return Some(spec);
        }
        let spec = self.file_in(folder, &listing, tail, None);
        spec.or_else(|| is_folder.then(|| ModuleSpec::Namespace(vec![package])))
    }

    /// The file of a stem with one of the endings.
    fn file_in(&self, folder: &VPath, listing: &Listing, stem: &str, package: Option<&VPath>) -> Option<ModuleSpec> {
        let package = || package.cloned();
        let has = |ending: &[u8]| {
            let name = [stem.as_bytes(), ending].concat();
            let kind = listing.get(name.as_slice())?;
            let path = folder.join(&name);
            let is_file = match kind {
                Kind::File => true,
                Kind::Symlink => self.fs.stat(&path).is_ok_and(|stat| stat.kind == Kind::File),
                Kind::Directory | Kind::Other => false,
            };
            is_file.then_some(path)
        };
        if let Some(path) = self.suffixes.iter().find_map(|suffix| has(suffix)) {
            return Some(ModuleSpec::Extension { path, package: package() });
        }
        if let Some(path) = has(b".py") {
            return Some(ModuleSpec::Source { path, package: package() });
        }
        has(b".pyc").map(|path| ModuleSpec::Bytecode { path, package: package() })
    }

    fn is_folder(&self, folder: &VPath, listing: &Listing, name: &[u8]) -> bool {
        match listing.get(name) {
            Some(Kind::Directory) => true,
            Some(Kind::Symlink) => self.fs.stat(&folder.join(name)).is_ok_and(|stat| stat.kind == Kind::Directory),
            _ => false,
        }
    }

    /// What a folder holds; none where there is no such folder.
    fn listing(&self, folder: &VPath) -> Option<Listing> {
        let listings = || self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = listings().get(folder) {
            return known.clone();
        }
        let listed = self.fs.list(folder).ok();
        let listed =
            listed.map(|entries| Arc::new(entries.into_iter().map(|entry| (entry.name, entry.kind)).collect()));
        listings().entry(folder.clone()).or_insert(listed).clone()
    }

    /// Is there a file of this name in a folder?
    pub fn has_file(&self, folder: &VPath, name: &[u8]) -> bool {
        self.listing(folder).is_some_and(|listing| listing.contains_key(name))
    }
}
