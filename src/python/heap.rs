//! The state of a simulated interpreter: `sys.modules`, and what stands in the modules.

mod fork;

use std::sync::Arc;

use ruff_python_ast::name::Name;
use rustc_hash::FxHashMap;

use super::compiled::CompiledModule;
use super::outside::{Attribute, SiteModule};
use super::source::ModuleSource;
use super::value::{PyValue, Reason};

pub(super) use fork::Trail;

/// What a module of `sys.modules` is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleBody {
    /// Python source that runs or ran: its names are known.
    Source,
    /// A package without an `__init__`: it has no names but its submodules.
    Namespace,
    /// Of the standard library: it need not be run; what this room has a model of is known, also where its source ran.
    Standard,
    /// Native, or source that is not followed: its names are asked of [`Outside::attribute`](super::Outside::attribute).
    Opaque,
}

/// A module that is about to run.
#[derive(Clone, Debug)]
pub struct ModulePlace {
    /// Its absolute name.
    pub name: Arc<str>,
    /// `__file__`.
    pub file: Option<Arc<str>>,
    /// `__path__`, for a package: where its submodules are looked for.
    pub search: Option<Vec<Arc<str>>>,
    pub body: ModuleBody,
}

/// The number of a namespace in the heap: of a module, a class, a call, an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamespaceId(u32);

/// The number of an object in the heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(u32);

/// What is bound to names.
#[derive(Clone, Debug, Default)]
pub(super) struct Namespace {
    pub names: FxHashMap<Name, PyValue>,
    /// Why it may hold other names too; none where it holds these and no others.
    pub open: Option<Reason>,
}

/// What can be changed in place.
#[derive(Clone, Debug)]
pub(super) enum HeapObject {
    List(Vec<PyValue>),
    Set(Vec<PyValue>),
    Dict(Vec<(PyValue, PyValue)>),
    /// An instance of a class that code defined ([`PyValue::Callable`]) and its attributes.
    Instance {
        class: PyValue,
        attributes: NamespaceId,
    },
    /// What `globals()`, `vars(module)`, `module.__dict__` return.
    Names(NamespaceId),
    /// An iterator: what it still yields, the next one last.
    Iterator(Vec<PyValue>),
    /// Changed in a way that is not known.
    Lost(Reason),
}

#[derive(Clone, Debug)]
pub(super) struct ModuleEntry {
    pub site: Arc<SiteModule>,
    pub body: ModuleBody,
    pub namespace: NamespaceId,
    pub is_package: bool,
    /// The source that runs or ran.
    pub source: Option<Arc<ModuleSource>>,
    /// The compiled code that runs or ran.
    pub compiled: Option<Arc<CompiledModule>>,
    /// What code put in its place (`sys.modules[name] = …`).
    pub replaced: Option<PyValue>,
}

impl ModuleEntry {
    /// Has it functions by which others give it names (`setattr(module, name, value)`, `global name`)? Compiled code calls
    /// such, and nobody sees it. Of a compiled module it is told name by name, for its code is not followed everywhere.
    pub fn may_gain(&self, name: &str) -> bool {
        self.source.as_ref().is_some_and(|source| source.binds_in_functions())
            || self.compiled.as_ref().is_some_and(|compiled| compiled.may_bind(name))
    }
}

/// `sys.modules` and everything that the modules hold.
#[derive(Clone, Debug, Default)]
pub struct Heap {
    modules: FxHashMap<Arc<str>, ModuleEntry>,
    namespaces: Vec<Namespace>,
    objects: Vec<HeapObject>,
    trail: Trail,
    /// What the process has of its own: variables that code set, flags.
    process: Option<NamespaceId>,
    /// The modules that code found when it asked `sys.modules` whether they are there.
    asked: Vec<Arc<str>>,
    /// How many modules run, each imported by the one before.
    running: usize,
    /// How deep their expressions and blocks lie in each other, and their calls.
    pub(super) depth: usize,
    pub(super) calls: usize,
}

impl Heap {
    pub fn new() -> Heap {
        Heap::default()
    }

    /// Puts a module into `sys.modules`, with `__name__`, `__file__`, `__path__`, `__package__` bound: source before
    /// [`super::run`], all others as they are.
    pub fn begin(&mut self, place: &ModulePlace) {
        self.process();
        let entry = self.entry(place);
        self.modules.insert(place.name.clone(), entry);
    }

    /// The namespace of a module, with what is bound in it before it runs.
    fn entry(&mut self, place: &ModulePlace) -> ModuleEntry {
        let namespace = self.namespace();
        let is_package = place.search.is_some();
        let file = place.file.clone().unwrap_or_default();
        let site = Arc::new(SiteModule { name: place.name.clone(), file });
        let package =
            if is_package { &*place.name } else { place.name.rsplit_once('.').map_or("", |(above, _)| above) };
        self.set(namespace, "__name__", PyValue::Str(place.name.clone()));
        self.set(namespace, "__package__", PyValue::text(package));
        self.set(namespace, "__doc__", PyValue::Unknown(Reason::Construct));
        for name in ["__spec__", "__loader__", "__builtins__", "__cached__", "__annotations__"] {
            self.set(namespace, name, PyValue::Unknown(Reason::Construct));
        }
        if let Some(file) = &place.file {
            self.set(namespace, "__file__", PyValue::Str(file.clone()));
        }
        if let Some(search) = &place.search {
            let folders = search.iter().cloned().map(PyValue::Str).collect();
            let folders = self.new_object(HeapObject::List(folders));
            self.set(namespace, "__path__", folders);
        }
        if matches!(place.body, ModuleBody::Standard | ModuleBody::Opaque) {
            self.namespaces[namespace.0 as usize].open = Some(Reason::Opaque);
        }
        ModuleEntry { site, body: place.body, namespace, is_package, source: None, compiled: None, replaced: None }
    }

    /// Is it in `sys.modules`, run or running; and of what kind?
    pub fn loaded(&self, name: &str) -> Option<ModuleBody> {
        self.modules.get(name).map(|entry| entry.body)
    }

    /// As [`Heap::loaded`], for code that asks `sys.modules` itself; an import is no question.
    pub(super) fn is_loaded_to_who_asks(&mut self, name: &str) -> bool {
        let is_there = self.modules.contains_key(name);
        if is_there {
            self.asked.push(name.into());
        }
        is_there
    }

    /// The modules that code found since when it asked `sys.modules` whether they are there.
    pub fn take_asked(&mut self) -> Vec<Arc<str>> {
        std::mem::take(&mut self.asked)
    }

    /// Takes a module whose code raised out of `sys.modules`; what it imported stays.
    pub fn abandon(&mut self, name: &str) {
        self.modules.remove(name);
    }

    /// Binds a submodule that was imported in its parent (`a.b.c` as `c` of `a.b`).
    pub fn bind_in_parent(&mut self, name: &str) {
        if let Some((parent, child)) = name.rsplit_once('.') {
            let value = self.module_value(name);
            self.bind(parent, child, value);
        }
    }

    /// Binds a name in a module.
    pub fn bind(&mut self, module: &str, name: &str, value: PyValue) {
        if let Some(entry) = self.modules.get(module) {
            let namespace = entry.namespace;
            self.set(namespace, name, value);
        }
    }

    /// What a name in a module is bound to now. `Absent` only where all of its names are known.
    pub fn attribute(&self, module: &str, name: &str) -> Attribute {
        let Some(entry) = self.modules.get(module) else { return Attribute::Unknown(Reason::Opaque) };
        match self.get(entry.namespace, name) {
            Some(PyValue::Unknown(reason)) => Attribute::Unknown(*reason),
            Some(value) => Attribute::Known(value.clone()),
            None => match self.open_to(entry.namespace, name) {
                Some(reason) => Attribute::Unknown(reason),
                None if entry.may_gain(name) => Attribute::Unknown(Reason::Call),
                None => Attribute::Absent,
            },
        }
    }

    /// The folders in which submodules of a package are looked for, as its code may have changed them; none where that is
    /// not known, or it is no package.
    pub fn search_of(&self, package: &str) -> Option<Vec<Arc<str>>> {
        let entry = self.modules.get(package)?;
        let folders = self.get(entry.namespace, "__path__")?;
        self.items(folders)?.iter().map(|folder| folder.as_path().cloned()).collect()
    }

    /// The source of a module is about to run.
    pub(super) fn set_source(&mut self, name: &str, source: &Arc<ModuleSource>) {
        if let Some(entry) = self.modules.get_mut(name) {
            entry.source = Some(source.clone());
        }
    }

    /// The code of a compiled module is about to run.
    pub(super) fn set_compiled(&mut self, name: &str, compiled: &Arc<CompiledModule>) {
        if let Some(entry) = self.modules.get_mut(name) {
            entry.compiled = Some(compiled.clone());
        }
    }

    /// One more module runs, within those that run; false where they are too many.
    pub(super) fn enter(&mut self) -> bool {
        let may = self.running < super::limits::IMPORT_DEPTH;
        self.running += usize::from(may);
        may
    }

    pub(super) fn leave(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    /// What stands in `sys.modules` under a name.
    pub(super) fn module_value(&self, name: &str) -> PyValue {
        let replaced = self.modules.get(name).and_then(|entry| entry.replaced.clone());
        replaced.unwrap_or_else(|| PyValue::Module(name.into()))
    }

    /// `sys.modules[name] = value`, for a module that is there or one that only code knows of.
    pub(super) fn replace_module(&mut self, name: &str, value: PyValue) {
        let is_itself = matches!(&value, PyValue::Module(module) if **module == *name);
        let entry = match self.modules.get(name) {
            Some(entry) => entry.clone(),
            None => self.entry(&ModulePlace { name: name.into(), file: None, search: None, body: ModuleBody::Opaque }),
        };
        self.change_module(name, Some(ModuleEntry { replaced: (!is_itself).then_some(value), ..entry }));
    }

    /// `del sys.modules[name]`.
    pub(super) fn take_module(&mut self, name: &str) {
        self.change_module(name, None);
    }

    pub(super) fn module(&self, name: &str) -> Option<&ModuleEntry> {
        self.modules.get(name)
    }

    pub(super) fn namespace(&mut self) -> NamespaceId {
        self.namespaces.push(Namespace::default());
        NamespaceId(self.namespaces.len() as u32 - 1)
    }

    /// The namespace of what the process has of its own.
    pub(super) fn process(&mut self) -> NamespaceId {
        match self.process {
            Some(process) => process,
            None => {
                let process = self.namespace();
                self.process = Some(process);
                process
            }
        }
    }

    /// As [`process`](Self::process), where anything was kept in it.
    pub(super) fn known_process(&self) -> Option<NamespaceId> {
        self.process
    }

    pub(super) fn get(&self, namespace: NamespaceId, name: &str) -> Option<&PyValue> {
        self.namespaces[namespace.0 as usize].names.get(name)
    }

    /// Why a namespace may hold names that are not known; none where it holds no others.
    pub(super) fn open(&self, namespace: NamespaceId) -> Option<Reason> {
        self.namespaces[namespace.0 as usize].open
    }

    /// Why a namespace may hold a name that is not known to be bound; none where it does not.
    pub(super) fn open_to(&self, namespace: NamespaceId, name: &str) -> Option<Reason> {
        self.open(namespace).filter(|reason| *reason != Reason::Star || !name.starts_with('_'))
    }

    pub(super) fn names(&self, namespace: NamespaceId) -> impl Iterator<Item = (&Name, &PyValue)> {
        self.namespaces[namespace.0 as usize].names.iter()
    }

    pub(super) fn object(&self, key: ObjectKey) -> &HeapObject {
        &self.objects[key.0 as usize]
    }

    pub(super) fn new_object(&mut self, object: HeapObject) -> PyValue {
        self.objects.push(object);
        PyValue::Object(ObjectKey(self.objects.len() as u32 - 1))
    }

    /// The items of a list, tuple, or set.
    pub(in crate::python) fn items<'a>(&'a self, value: &'a PyValue) -> Option<&'a [PyValue]> {
        match value {
            PyValue::Tuple(items) => Some(items),
            PyValue::Object(key) => match self.object(*key) {
                HeapObject::List(items) | HeapObject::Set(items) => Some(items),
                _ => None,
            },
            _ => None,
        }
    }
}
