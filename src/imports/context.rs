//! What all simulated processes of one environment share: where imports lead, what sources say, what code may ask.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::compiled::CompiledImports;
use super::find::{ModuleFinder, ModuleSpec};
use super::path::ImportPath;
use super::target;
use crate::python::{ModuleSource, PythonTarget, limits};
use crate::vfs::VPath;
use crate::world::World;

/// What is known of an environment before anything is imported.
pub struct ImportContext<'w> {
    pub world: &'w World,
    pub path: ImportPath,
    pub finder: ModuleFinder<'w>,
    pub target: PythonTarget,
    /// Versions of the installed distributions, by their normalized names.
    pub distributions: BTreeMap<String, String>,
    pub compiled: &'w dyn CompiledImports,
    /// Everything outside of these folders is unknown: the environment is another machine's. Empty where nothing is.
    pub known: Vec<VPath>,
    sources: Mutex<FxHashMap<VPath, Option<Arc<ModuleSource>>>>,
}

impl<'w> ImportContext<'w> {
    /// Reads the import path of the world's interpreter.
    pub fn new(
        world: &'w World,
        prefix: &VPath,
        distributions: BTreeMap<String, String>,
        compiled: &'w dyn CompiledImports,
        known: Vec<VPath>,
    ) -> ImportContext<'w> {
        let python = world.host.python.clone().unwrap_or_default();
        ImportContext {
            world,
            path: ImportPath::new(world.fs(), &python),
            finder: ModuleFinder::new(world.fs(), &python.suffixes),
            target: target::target(&world.host, &python, prefix),
            distributions,
            compiled,
            known,
            sources: Mutex::default(),
        }
    }

    /// The source of a file, parsed once; none where it cannot be read.
    pub fn source(&self, path: &VPath) -> Option<Arc<ModuleSource>> {
        let sources = || self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sources().get(path) {
            return known.clone();
        }
        let bytes = self.world.fs().read(path, limits::SOURCE_BYTES).ok();
        let parsed = bytes.map(|bytes| Arc::new(ModuleSource::parse(&bytes)));
        sources().entry(path.clone()).or_insert(parsed).clone()
    }

    /// The module of a top-level name, as `sys.meta_path` would find it.
    pub fn find_top(&self, name: &str, folders: &[VPath]) -> Option<ModuleSpec> {
        let by = |is_first: bool| {
            let finders = self.path.finders.iter().filter(move |finder| finder.is_first == is_first);
            finders.filter_map(|finder| finder.find(&self.finder, name)).next()
        };
        by(true).or_else(|| self.finder.find(name, folders)).or_else(|| by(false))
    }

    /// A module below a package, as `sys.meta_path` would find it.
    pub fn find_below(&self, name: &str, folders: &[VPath]) -> Option<ModuleSpec> {
        let tail = name.rsplit('.').next().unwrap_or(name);
        let by = |is_first: bool| {
            let finders = self.path.finders.iter().filter(move |finder| finder.is_first == is_first);
            finders.filter_map(|finder| finder.find(&self.finder, name)).next()
        };
        by(true).or_else(|| self.finder.find(tail, folders)).or_else(|| by(false))
    }

    /// May something be said of this path?
    pub fn knows(&self, path: &VPath) -> bool {
        self.known.is_empty() || self.known.iter().any(|folder| path.starts_with(folder))
    }
}
