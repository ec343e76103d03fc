//! The state of a simulated interpreter: `sys.modules`, and what stands in the modules.

use std::sync::Arc;

use super::outside::Attribute;
use super::value::PyValue;

/// What a module of `sys.modules` is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleBody {
    /// Python source that runs or ran: its names are known.
    Source,
    /// A package without an `__init__`: it has no names but its submodules.
    Namespace,
    /// Of the standard library: not run; what this room has a model of is known.
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

/// `sys.modules` and everything that the modules hold.
#[derive(Debug, Default)]
pub struct Heap {}

impl Heap {
    pub fn new() -> Heap {
        Heap::default()
    }

    /// Puts a module into `sys.modules`, with `__name__`, `__file__`, `__path__`, `__package__` bound. Source and namespace
    /// packages, standard and native ones alike; [`super::run`] then runs source.
    pub fn begin(&mut self, place: &ModulePlace) {
        let _ = place;
    }

    /// Is it in `sys.modules`, run or running; and of what kind?
    pub fn loaded(&self, name: &str) -> Option<ModuleBody> {
        let _ = name;
        None
    }

    /// Takes a module whose code raised out of `sys.modules`; what it imported stays.
    pub fn abandon(&mut self, name: &str) {
        let _ = name;
    }

    /// Binds a submodule that was imported in its parent (`a.b.c` as `c` of `a.b`).
    pub fn bind_in_parent(&mut self, name: &str) {
        let _ = name;
    }

    /// Binds a name in a module.
    pub fn bind(&mut self, module: &str, name: &str, value: PyValue) {
        let _ = (module, name, value);
    }

    /// What a name in a module is bound to now. `Absent` only where all of its names are known.
    pub fn attribute(&self, module: &str, name: &str) -> Attribute {
        let _ = (module, name);
        Attribute::Absent
    }

    /// The folders in which submodules of a package are looked for, as its code may have changed them; none where that is
    /// not known, or it is no package.
    pub fn search_of(&self, package: &str) -> Option<Vec<Arc<str>>> {
        let _ = package;
        None
    }
}
