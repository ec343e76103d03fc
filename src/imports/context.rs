//! What all simulated processes of one environment share: where imports lead, what sources say, what code may ask.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::beside::{self, SourceBeside, SourceLanguage};
use super::bundled::BundledModules;
use super::cause::NativeRefusal;
use super::compiled::NativeFacts;
use super::editable;
use super::find::{ModuleFinder, ModuleSpec};
use super::path::ImportPath;
use super::standard;
use super::state::ProcessState;
use super::target;
use crate::python::{CompiledModule, ModuleSource, PythonTarget, Standing, limits, named_imports, stdlib};
use crate::vfs::VPath;
use crate::world::{FileId, World};

/// A source that one asks to be parsed, and others wait for.
type ParsedOnce = Arc<OnceLock<Option<Arc<ModuleSource>>>>;

/// What is known of an environment before anything is imported.
pub struct ImportContext<'w> {
    pub world: &'w World,
    pub path: ImportPath,
    pub finder: ModuleFinder<'w>,
    pub target: PythonTarget,
    /// Versions of the installed distributions, by their normalized names.
    pub distributions: BTreeMap<String, String>,
    pub facts: &'w dyn NativeFacts,
    /// Everything outside of these folders is unknown: the environment is another machine's. Empty where nothing is.
    pub known: Vec<VPath>,
    /// Native modules that the loader or Python refuses for what was found in the files themselves.
    pub faults: FxHashMap<FileId, NativeRefusal>,
    /// Other distributions may be there, which nobody looked at: a name that is not found may be one of theirs.
    pub has_others: bool,
    /// The modules that fail and that a native file names in its constants.
    pub named: FxHashMap<FileId, Vec<NamedModule>>,
    /// The modules in the archives of a bundle.
    pub bundled: Option<BundledModules<'w>>,
    /// Set where nobody waits for the answers any more.
    pub given_up: Option<&'w AtomicBool>,
    /// Who asks for a source while it is parsed waits for it.
    sources: Mutex<FxHashMap<VPath, ParsedOnce>>,
    compiled: Mutex<FxHashMap<VPath, Option<Arc<CompiledModule>>>>,
    /// The sources of native modules, by the native files.
    beside: Mutex<FxHashMap<VPath, Option<Arc<SourceBeside>>>>,
    standard: Mutex<FxHashMap<String, Arc<StandardModule>>>,
    /// What the interpreter's standard library lacks.
    lacking: OnceLock<FxHashSet<&'static str>>,
    /// The interpreter as every process has it at first; none within where it is to be started anew each time.
    pub(super) started: OnceLock<Option<ProcessState>>,
}

/// A module that a native file names in its constants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedModule {
    pub name: String,
    /// Is it imported when the file is initialized, and neither tried there nor imported by a function later?
    pub is_certain: bool,
}

/// An extension module of the standard library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardExtension {
    /// Its name, as that of the file in `lib-dynload`.
    pub name: Arc<str>,
    pub path: VPath,
}

/// What the import of a module of the standard library brings in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StandardModule {
    pub extensions: Vec<StandardExtension>,
    /// The first module that it wants and that this installation lacks; itself, where it is not there.
    pub missing: Option<Arc<str>>,
}

/// Sources of the standard library that are read to know which extension modules one of its modules brings in.
const MOST_STANDARD: usize = 2_000;

/// What is known by a name, made where it is asked for first. Two that ask at once may both make it; one of these is kept.
fn once<K, Q, V>(known: &Mutex<FxHashMap<K, V>>, name: &Q, make: impl FnOnce() -> V) -> V
where
    K: Borrow<Q> + Eq + Hash,
    Q: ToOwned<Owned = K> + Eq + Hash + ?Sized,
    V: Clone,
{
    let known = || known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known().get(name) {
        return known.clone();
    }
    let made = make();
    known().entry(name.to_owned()).or_insert(made).clone()
}

impl<'w> ImportContext<'w> {
    /// Reads the import path of the world's interpreter.
    pub fn new(
        world: &'w World,
        prefix: &VPath,
        distributions: BTreeMap<String, String>,
        facts: &'w dyn NativeFacts,
        known: Vec<VPath>,
    ) -> ImportContext<'w> {
        let python = world.host.python.clone().unwrap_or_default();
        ImportContext {
            world,
            path: ImportPath::new(world.fs(), &python),
            finder: ModuleFinder::new(world.fs(), &python.suffixes),
            target: target::target(&world.host, &python, prefix),
            distributions,
            facts,
            known,
            faults: FxHashMap::default(),
            has_others: false,
            named: FxHashMap::default(),
            bundled: None,
            given_up: None,
            sources: Mutex::default(),
            compiled: Mutex::default(),
            beside: Mutex::default(),
            standard: Mutex::default(),
            lacking: OnceLock::new(),
            started: OnceLock::new(),
        }
    }

    /// Does nobody wait for the answers any more?
    pub fn is_given_up(&self) -> bool {
        self.given_up.is_some_and(|given_up| given_up.load(Ordering::Relaxed))
    }

    /// The source of a file, parsed once; none where it cannot be read.
    pub fn source(&self, path: &VPath) -> Option<Arc<ModuleSource>> {
        self.parsed(path, || {
            let bytes = self.world.fs().read(path, limits::SOURCE_BYTES).ok()?;
            Some(ModuleSource::parse(&bytes))
        })
    }

    fn parsed(&self, path: &VPath, parse: impl FnOnce() -> Option<ModuleSource>) -> Option<Arc<ModuleSource>> {
        let known = once(&self.sources, path, Arc::default);
        known.get_or_init(|| parse().map(Arc::new)).clone()
    }

    /// The source that a native module of this name was compiled from, where it lies beside it.
    pub fn beside(&self, module: &str, native: &VPath) -> Option<Arc<SourceBeside>> {
        once(&self.beside, native, || beside::find(self, module, native).map(Arc::new))
    }

    /// The code that a native module runs when it is initialized, parsed once; none where its source does not tell.
    pub(super) fn initializer(&self, beside: &SourceBeside) -> Option<Arc<ModuleSource>> {
        if beside.language != SourceLanguage::Cython {
            return self.source(&beside.path).filter(|source| source.unreadable().is_none());
        }
        self.parsed(&beside.path, || {
            let parsed = ModuleSource::parse(&beside.code(self.world.fs())?);
            parsed.unreadable().is_none().then_some(parsed)
        })
    }

    /// The code of a compiled module, read once; none where it cannot be read.
    pub fn compiled(&self, spec: &ModuleSpec) -> Option<Arc<CompiledModule>> {
        let path = match spec {
            ModuleSpec::Bytecode { path, .. } => path,
            ModuleSpec::Bundled { name, .. } => return self.bundled.as_ref()?.code(name),
            _ => return None,
        };
        once(&self.compiled, path, || {
            let bytes = self.world.fs().read(path, limits::SOURCE_BYTES).ok()?;
            CompiledModule::read_file(&bytes).map(Arc::new)
        })
    }

    /// Is a module of the standard library that is nowhere found surely not there?
    pub fn lacks_standard(&self, name: &str) -> bool {
        match &self.bundled {
            Some(bundled) => bundled.lacks(name),
            None => self.lacking.get_or_init(|| standard::lacking(self)).contains(name),
        }
    }

    /// Does the import of a module of the standard library end because this installation lacks a module?
    pub fn fails_as_standard(&self, name: &str) -> bool {
        let is_whole = || self.lacking.get_or_init(|| standard::lacking(self)).is_empty();
        self.bundled.is_none() && !is_whole() && self.standard_module(name).missing.is_some()
    }

    /// The module of a whole name, as `sys.meta_path` would find it; `folders` are those of the package around it, or `sys.path`.
    pub fn find(&self, name: &str, folders: &[VPath]) -> Option<ModuleSpec> {
        let tail = name.rsplit('.').next().unwrap_or(name);
        let by = |is_first: bool| {
            let finders = self.path.finders.iter().filter(move |finder| finder.is_first == is_first);
            finders.filter_map(|finder| editable::find(finder, &self.finder, name)).next()
        };
        let bundled =
            self.bundled.as_ref().and_then(|bundled| bundled.find(name).or_else(|| bundled.find_in(tail, folders)));
        let found = bundled.or_else(|| by(true)).or_else(|| self.finder.find(tail, folders));
        found.or_else(|| by(false))
    }

    /// Does it lie in the standard library, and not in its site folder?
    pub fn is_standard(&self, spec: &ModuleSpec) -> bool {
        let python = self.world.host.python.as_ref();
        let Some(library) = python.and_then(|python| python.library.as_ref()) else { return false };
        let is_site = |part: &[u8]| part == b"site-packages" || part == b"dist-packages";
        let is_in =
            |path: &VPath| path.below(library).is_some_and(|below| !below.split(|&byte| byte == b'/').any(is_site));
        spec.path().is_some_and(is_in) || matches!(spec, ModuleSpec::Namespace(portions) if portions.iter().all(is_in))
    }

    /// Is there a module of this name, as far as folders tell?
    pub fn has_module(&self, name: &str) -> bool {
        let mut folders = self.path.folders.clone();
        for end in name.match_indices('.').map(|(end, _)| end).chain([name.len()]) {
            let Some(spec) = self.find(&name[..end], &folders) else { return false };
            folders = spec.folders().unwrap_or_default();
        }
        true
    }

    /// What a module of the standard library brings in, by the statements at the top of its source and of those that these
    /// import.
    pub fn standard_module(&self, name: &str) -> Arc<StandardModule> {
        once(&self.standard, name, || Arc::new(self.find_standard(name)))
    }

    fn find_standard(&self, name: &str) -> StandardModule {
        let python = self.world.host.python.as_ref();
        let folders: Vec<VPath> =
            python.into_iter().flat_map(|python| python.library.iter().chain(&python.lib_dynload)).cloned().collect();
        let (mut found, mut seen, mut open) = (Vec::new(), FxHashSet::default(), vec![name.to_owned()]);
        let mut missing = None;
        while let Some(name) = open.pop() {
            if seen.len() > MOST_STANDARD || !seen.insert(name.clone()) || stdlib::is_builtin(&name) {
                continue;
            }
            let mut below = folders.clone();
            let mut spec = None;
            for part in name.split('.') {
                spec = self.finder.find(part, &below);
                below = spec.as_ref().and_then(ModuleSpec::folders).unwrap_or_default();
            }
            match spec {
                Some(ModuleSpec::Extension { path, .. }) => {
                    found.push(StandardExtension { name: name.as_str().into(), path });
                }
                Some(ModuleSpec::Source { path, package }) => {
                    let bytes = self.world.fs().read(&path, limits::SOURCE_BYTES).unwrap_or_default();
                    let package = if package.is_some() {
                        &name[..]
                    } else {
                        name.rsplit_once('.').map_or("", |(package, _)| package)
                    };
                    let imports = named_imports(&bytes);
                    let certain = imports.iter().filter(|import| import.standing == Standing::Top && !import.is_call);
                    open.extend(certain.filter_map(|import| import.absolute(package)));
                }
                None if missing.is_none() && self.bundled.is_none() && self.lacks_standard(&name) => {
                    missing = Some(Arc::from(name));
                }
                _ => {}
            }
        }
        found.reverse();
        StandardModule { extensions: found, missing }
    }

    /// May something be said of this path?
    pub fn knows(&self, path: &VPath) -> bool {
        self.known.is_empty()
            || self.known.iter().any(|folder| path.starts_with(folder))
            || path.starts_with(&VPath::new(target::PROGRAM_FOLDER))
    }
}
