//! What a simulated process has in it: all that an import changes, but for native files.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::cause::{ImportFailure, LoadedBy, ShadowedCopy};
use crate::python::{Heap, Raised};
use crate::vfs::VPath;
use crate::world::FileId;

/// An interpreter, and all that imports have done to it so far. A copy of it is a point to go back to.
#[derive(Clone, Default)]
pub(super) struct ProcessState {
    pub heap: Heap,
    /// `sys.path`.
    pub folders: Vec<VPath>,
    /// Folders that code puts there under a condition that cannot be decided.
    pub possible_folders: Vec<VPath>,
    /// Top-level packages whose code has installed a finder: their names may lead anywhere.
    pub finders: FxHashSet<String>,
    /// Code has loaded a library that is not known: it may define anything.
    pub has_unknown_library: bool,
    /// A finder that the start of the interpreter installs may lead anywhere.
    pub has_unknown_finder: bool,
    /// The modules that are being run, the outermost first.
    pub running: Vec<Arc<str>>,
    /// What failed, by the token of the exception that was raised for it.
    pub records: Vec<Record>,
    /// Exceptions of the code's own, by the address of the first of their chain, each kept alive.
    pub raised: FxHashMap<usize, (Arc<Raised>, u32)>,
    /// Of the failures that each module has caught, the words and the record.
    pub caught: FxHashMap<Arc<str>, Vec<(String, u32)>>,
    /// Extension modules of the standard library that are loaded.
    pub standard: FxHashSet<Arc<str>>,
    /// Modules whose import failed, also where that was caught.
    pub failed: Vec<String>,
    /// Records of native parts that were refused, in order.
    pub refused: Vec<u32>,
    pub has_exited: bool,
    /// What ends a module under a condition that cannot be decided, by the tokens of exceptions.
    pub possible: Vec<u32>,
    /// Modules whose code this reader did not understand to its end: what they did for their submodules is not known.
    pub astray: FxHashSet<Arc<str>>,
    /// Who brought each native file in.
    pub loaders: FxHashMap<FileId, LoadedBy>,
    /// Libraries that another copy answers for.
    pub shadowed: Vec<ShadowedCopy>,
    /// Native modules: their code may register more modules than any file tells (pybind11's `def_submodule`).
    pub natives: FxHashSet<Arc<str>>,
    /// Native modules that Cython compiled and whose source is known.
    pub cython: FxHashSet<Arc<str>>,
    /// Which module imported which.
    pub edges: FxHashMap<Arc<str>, FxHashSet<Arc<str>>>,
    /// Modules during whose run something was refused, or may have been raised.
    pub doubtful: FxHashSet<Arc<str>>,
}

/// Something that failed.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub failure: ImportFailure,
    /// Is it certain, as far as this room can tell?
    pub is_certain: bool,
}
