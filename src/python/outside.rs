//! What running code asks of everything outside of it, and tells it.

use std::sync::Arc;

use super::heap::Heap;
use super::raised::Raised;
use super::target::PythonTarget;
use super::value::{PyValue, Reason};

/// The module that does something.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct SiteModule {
    /// Its absolute name.
    pub name: Arc<str>,
    /// `__file__`; empty where it has none.
    pub file: Arc<str>,
}

/// Where in the code something is done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Site {
    /// The module whose text does it: for a function that another module calls, the module that defines it.
    pub module: Arc<SiteModule>,
    /// From 1; 0 where it is no line of source.
    pub line: u32,
}

/// Does it happen whenever this module runs?
///
/// It is relative to the run of this one module ([`super::run()`]): what an import that may happen does, its module tells as
/// `Always` again, and the implementer knows of the import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    Always,
    /// It happens or not: the condition of `line` could not be decided.
    Maybe {
        because: Reason,
        line: u32,
    },
}

/// Where and how surely.
#[derive(Clone, Debug)]
pub struct At {
    pub site: Site,
    pub certainty: Certainty,
}

/// What importing a name came to.
#[derive(Clone, Debug)]
pub enum Imported {
    /// It stands in `sys.modules`, that is in [`Outside::heap`], under the whole name that was asked for. It may be in the
    /// middle of its run. `may_raise` is what importing it raises under conditions that cannot be decided.
    Module {
        may_raise: Option<Arc<Raised>>,
    },
    Raises(Arc<Raised>),
    /// Not to be told: taken as imported, with unknown names, and nothing is raised.
    Unknown(Reason),
}

/// What a name in a namespace is bound to.
#[derive(Clone, Debug)]
pub enum Attribute {
    Known(PyValue),
    /// Nothing binds it.
    Absent,
    Unknown(Reason),
}

/// By what a library is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LibraryCall {
    /// `ctypes.CDLL`, `ctypes.cdll[…]`, `.cdll.NAME`, `.cdll.LoadLibrary`.
    Cdll,
    /// `ctypes.PyDLL`, `ctypes.pydll`: the same search, the GIL is kept.
    PyDll,
    /// `ctypes.WinDLL`, `ctypes.windll`, `ctypes.OleDLL`, `ctypes.oledll`.
    WinDll,
    /// `_ctypes.dlopen`, `_ctypes.LoadLibrary`, `win32api.LoadLibrary`, `kernel32.LoadLibraryExW`, ….
    Raw,
    /// `ffi.dlopen` of cffi.
    Cffi,
}

/// What is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LibraryName {
    /// As it is handed to the loader.
    Known(Arc<str>),
    /// The program itself: `CDLL(None)`.
    Program,
    Unknown(Reason),
}

#[derive(Clone, Debug)]
pub struct LibraryLoad {
    pub call: LibraryCall,
    pub name: LibraryName,
    /// `mode`, as the flags of dlopen that the target has; none where none is given, or it is unknown. RTLD_GLOBAL is 0x100
    /// on Linux and 0x8 on macOS.
    pub mode: Option<i64>,
    /// `mode` has RTLD_GLOBAL, written as such or as its number.
    pub is_global: bool,
    /// `winmode` of `CDLL`, the flags of `LoadLibraryEx`; none where none is given.
    pub winmode: Option<i64>,
}

#[derive(Clone, Debug)]
pub enum LibraryOutcome {
    Loaded,
    Raises(Arc<Raised>),
    /// Taken as loaded: nothing is raised.
    Unknown(Reason),
}

/// Where in `sys.path` something is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPosition {
    /// Before the item of this index.
    At(usize),
    End,
}

/// How code changes the process.
#[derive(Clone, Debug)]
pub enum ProcessChange {
    /// `os.add_dll_directory(path)`; none where the path is unknown.
    AddDllDirectory(Option<Arc<str>>),
    /// `os.environ[name] = value`; a value of none removes it. A change of `PATH` counts for Windows' search.
    Variable { name: Option<Arc<str>>, value: Option<PyValue> },
    /// `sys.setdlopenflags(flags)`, from now on for every extension module; `is_global` as in [`LibraryLoad`].
    DlopenFlags { flags: Option<i64>, is_global: Option<bool> },
    /// One more entry of `sys.path`; none where it is unknown.
    SearchPath { entry: Option<Arc<str>>, position: PathPosition },
    /// An entry of `sys.path` is taken away; none where it cannot be told which, or what is left.
    SearchPathWithout(Option<Arc<str>>),
    /// `site.addsitedir(path)`: an entry of `sys.path`, and the `.pth` files in it.
    SiteDirectory(Option<Arc<str>>),
    /// A finder is put into `sys.meta_path` or a hook into `sys.path_hooks`: names may lead anywhere from now on.
    Finder(PyValue),
    /// `sys.modules[name] = …`: a module is there that was not imported.
    Module(Arc<str>),
    /// `os.chdir`; none where it is unknown.
    WorkingDirectory(Option<Arc<str>>),
    /// `multiprocessing`, `subprocess`, `os.system`: another program is started. Nothing is known of what it does.
    Subprocess,
}

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    Missing,
    File,
    Directory,
}

/// The entries of a folder.
#[derive(Clone, Debug)]
pub enum Listing {
    /// Names without the folder, in the order in which they shall be met (sorted, for lack of a better one).
    Entries(Vec<(Arc<str>, PathKind)>),
    /// There is no such folder.
    Missing,
    /// Outside of what was looked at.
    Unknown,
}

/// Everything that running code meets. The simulator of a process implements it.
///
/// Paths are text with `/` or, where the target is Windows, also `\`; they are as the code put them together, so that `..` and
/// doubled slashes may be in them, and may be relative.
pub trait Outside {
    /// The state of the simulated interpreter: `sys.modules` and everything in the modules. Keep one for each process.
    fn heap(&mut self) -> &mut Heap;

    fn target(&self) -> &PythonTarget;

    /// Imports a module by its absolute dotted name, as `importlib.import_module` does: parents first, what is in the heap
    /// already is answered from there ([`Heap::loaded`]). The implementer finds the file, calls [`Heap::begin`] and
    /// [`super::run()`] (nothing where it has no source), then [`Heap::bind_in_parent`] or [`Heap::abandon`].
    /// Asked again for every statement, also where the module is there.
    fn import(&mut self, name: &str, at: &At) -> Imported;

    /// A name of a module that has no source here and that this room has no model for.
    fn attribute(&mut self, module: &str, name: &str) -> Attribute {
        let _ = (module, name);
        Attribute::Unknown(Reason::Opaque)
    }

    /// Loads a library into the process.
    fn load_library(&mut self, load: &LibraryLoad, at: &At) -> LibraryOutcome;

    /// `ctypes.util.find_library(name)`: the name or path that it returns, `Some(None)` where it finds nothing, none where
    /// that cannot be told.
    fn find_library(&mut self, name: &str) -> Option<Option<Arc<str>>> {
        let _ = name;
        None
    }

    fn change(&mut self, change: ProcessChange, at: &At);

    /// `sys.path` as it stands; none where it is not known.
    fn search_path(&mut self) -> Option<Vec<Arc<str>>> {
        None
    }

    /// `os.path.exists`, `isfile`, `isdir`, links followed; none outside of what was looked at.
    fn path_kind(&mut self, path: &str) -> Option<PathKind>;

    /// `os.listdir`, `glob`, `iterdir`, `os.walk`.
    fn list(&mut self, path: &str) -> Listing;

    /// The path with every link followed (`os.path.realpath`, `Path.resolve`); none where it is unknown.
    fn real_path(&mut self, path: &str) -> Option<Arc<str>> {
        let _ = path;
        None
    }

    /// The text of a file that code reads (`open(path).read()`), at most [`super::limits::TEXT_BYTES`]; `Some(None)` where
    /// there is no such file, none where it is unknown.
    fn read_text(&mut self, path: &str) -> Option<Option<Arc<str>>> {
        let _ = path;
        None
    }

    /// Does `importlib.util.find_spec(name)` find something, without importing it (its parents are imported by this)?
    fn find_spec(&mut self, name: &str, at: &At) -> Option<bool>;

    /// `importlib.metadata.version(name)`; `Some(None)` where no such distribution is installed.
    fn distribution_version(&mut self, name: &str) -> Option<Option<Arc<str>>>;

    /// Code caught an exception and went on: what was refused here is guarded. Raised again, it is not told here.
    fn caught(&mut self, raised: &Arc<Raised>, at: &At) {
        let _ = (raised, at);
    }
}
