//! The modules of a bundle that lie within its program or in archives.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::find::ModuleSpec;
use crate::discover::Bundle;
use crate::discover::bundle::{Codes, names_in};
use crate::python::CompiledModule;
use crate::tools::Bundler;
use crate::vfs::VPath;
use crate::world::{FileId, Python, World};

/// Finds and reads the modules of one bundle.
pub struct BundledModules<'w> {
    world: &'w World,
    bundle: &'w Bundle,
    /// The folders that modules are imported from.
    path: Vec<VPath>,
    /// Python's own library, which has the modules that are built into it.
    library: Option<FileId>,
    codes: Mutex<Codes>,
    known: Mutex<FxHashMap<String, Option<Arc<CompiledModule>>>>,
    scripts: OnceLock<Vec<(String, Arc<CompiledModule>)>>,
}

/// Modules that a Python since 3.11 has frozen in its library, without a function of their own.
const FROZEN: [&str; 16] = [
    "_collections_abc",
    "_frozen_importlib",
    "_frozen_importlib_external",
    "_sitebuiltins",
    "abc",
    "codecs",
    "genericpath",
    "importlib",
    "io",
    "ntpath",
    "os",
    "posixpath",
    "runpy",
    "site",
    "stat",
    "zipimport",
];

impl<'w> BundledModules<'w> {
    /// Opens the archives of a bundle.
    pub fn open(world: &'w World, bundle: &'w Bundle) -> BundledModules<'w> {
        let python = world.host.python.as_ref();
        let mut path = python.map_or_else(Vec::new, |python| python.path.clone());
        if !path.contains(&bundle.contents) {
            path.push(bundle.contents.clone());
        }
        BundledModules {
            world,
            bundle,
            path,
            library: python.and_then(|python| library(world, bundle, python)),
            codes: Mutex::new(Codes::of(world.fs(), bundle)),
            known: Mutex::default(),
            scripts: OnceLock::new(),
        }
    }

    /// The module of a whole name, where it lies in an archive.
    pub fn find(&self, name: &str) -> Option<ModuleSpec> {
        let modules = &self.bundle.modules;
        let below = format!("{name}.");
        let has_below = || modules.names.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below));
        // What lies in a folder of its name is taken to be its own, whatever the archive says.
        let tail = name.replace('.', "/");
        let is_there = |folder: &VPath| self.world.fs().list(folder).is_ok();
        let folders = || self.path.iter().map(|base| base.join(&tail)).filter(is_there).collect::<Vec<_>>();
        if !modules.names.contains(name) {
            let is_namespace = has_below() && folders().is_empty();
            return is_namespace.then(|| ModuleSpec::Namespace(vec![self.bundle.contents.join(&tail)]));
        }
        let folders = folders();
        let is_package = self.codes.lock().unwrap_or_else(PoisonError::into_inner).is_package(name);
        let is_package = is_package == Some(true) || has_below() || !folders.is_empty();
        let archive = modules.archives.last().cloned().unwrap_or_else(|| self.bundle.program.clone());
        // `__path__` names where it would lie, whether anything lies there or not.
        let package = match folders.is_empty() {
            true => vec![self.bundle.contents.join(&tail)],
            false => folders,
        };
        Some(ModuleSpec::Bundled { name: name.into(), archive, package: is_package.then_some(package) })
    }

    /// The module `tail` in folders that code has put on `sys.path`: PyInstaller finds in its archive what lay in such a folder
    /// (`PyiFrozenFinder`).
    pub fn find_in(&self, tail: &str, folders: &[VPath]) -> Option<ModuleSpec> {
        folders.iter().filter(|folder| **folder != self.bundle.contents).find_map(|folder| {
            let below = std::str::from_utf8(folder.below(&self.bundle.contents)?).ok()?;
            self.find(&format!("{}.{tail}", below.trim_matches('/').replace('/', ".")))
        })
    }

    /// `__file__` of a module in an archive: where it would lie among the bundle's files.
    pub fn file_of(&self, name: &str, is_package: bool) -> VPath {
        let stem = self.bundle.contents.join(name.replace('.', "/"));
        if is_package { stem.join("__init__.pyc") } else { VPath::new(format!("{stem}.pyc")) }
    }

    /// The code of a module in an archive; none where it has none that can be read.
    pub fn code(&self, name: &str) -> Option<Arc<CompiledModule>> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(name) {
            return known.clone();
        }
        let bytes = self.codes.lock().unwrap_or_else(PoisonError::into_inner).bytes(name);
        let code = bytes.and_then(|(bytes, magic)| CompiledModule::read(&bytes, magic)).map(Arc::new);
        known().entry(name.to_owned()).or_insert(code).clone()
    }

    /// The scripts that the program runs, in order, with their code.
    pub fn scripts(&self) -> &[(String, Arc<CompiledModule>)] {
        self.scripts.get_or_init(|| self.read_scripts())
    }

    /// The modules that run before any script, in order, with their code.
    pub fn bootstrap(&self) -> Vec<(String, Arc<CompiledModule>)> {
        let codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        codes.bootstrap().filter_map(compiled).collect()
    }

    fn read_scripts(&self) -> Vec<(String, Arc<CompiledModule>)> {
        let codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        let scripts: Vec<_> = codes.scripts().filter_map(compiled).collect();
        drop(codes);
        if !scripts.is_empty() {
            return scripts;
        }
        // cx_Freeze has them among the modules.
        let mains = self
            .names()
            .filter(|name| name.starts_with("__main__") || name.ends_with("__main__") && !name.contains('.'));
        mains.filter_map(|name| Some((name.to_owned(), self.code(name)?))).collect()
    }

    /// The names of all modules in archives.
    pub fn names(&self) -> impl Iterator<Item = &'w str> + use<'w> {
        self.bundle.modules.names.iter().map(String::as_str)
    }

    /// The main program.
    pub fn program(&self) -> &VPath {
        &self.bundle.program
    }

    /// The tool that made the bundle.
    pub fn bundler(&self) -> Bundler {
        self.bundle.bundler
    }

    /// May the program have a module that is not listed? Nuitka's table names what stays bytecode, and what was left out on
    /// purpose: which of the two cannot be told.
    pub fn may_have(&self, name: &str) -> bool {
        let is_named = || self.world.fs().open(&self.bundle.program).is_ok_and(|program| names_in(&*program, name));
        !self.bundle.modules.is_whole || self.bundle.bundler == Bundler::NUITKA && is_named()
    }

    /// Does the bundle surely lack a module of the standard library that no archive and no folder has: because it is not built
    /// into Python's library either?
    pub fn lacks(&self, name: &str) -> bool {
        let Some(library) = self.library.filter(|_| self.bundle.modules.is_whole && !FROZEN.contains(&name)) else {
            return false;
        };
        !self.world.defines(library, format!("PyInit_{name}").as_bytes())
    }
}

fn compiled((name, code, magic): (String, &[u8], u16)) -> Option<(String, Arc<CompiledModule>)> {
    Some((name, Arc::new(CompiledModule::read(code, magic)?)))
}

/// Python's own library in a bundle.
fn library(world: &World, bundle: &Bundle, python: &Python) -> Option<FileId> {
    if let Some(path) = python.opens.first() {
        return world.open(path).ok();
    }
    let beside = bundle.program.parent().unwrap_or_default();
    let mut found = [&bundle.contents, &beside].into_iter().flat_map(|folder| {
        let entries = world.fs().list(folder).unwrap_or_default().into_iter();
        entries.filter(|entry| entry.name.as_bytes().starts_with(b"libpython3.")).map(|entry| folder.join(&entry.name))
    });
    found.find_map(|path| world.open(&path).ok())
}
