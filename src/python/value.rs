//! The values that code computes with.

use std::sync::Arc;

use super::compiled::CompiledModule;
use super::compiled::marshal::Code;
use super::heap::{NamespaceId, ObjectKey};
use super::raised::{ExceptionClass, Raised};
use super::source::ModuleSource;

/// Why something is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The source could not be parsed: damaged, or newer than the parser.
    Syntax,
    /// A limit of [`super::limits`].
    Limit,
    /// A statement, an expression, or an operation that is not modeled.
    Construct,
    /// A call of a function that is not known or not modeled.
    Call,
    /// Nothing is there: an empty place in the stack of compiled code.
    Empty,
    /// What `from … import *` may have brought; of names that are nowhere bound only public ones.
    Star,
    /// A name or attribute of a module without source, or of one that could not be followed.
    Opaque,
    /// A fact about the target that is not known, an environment variable among them.
    Target,
    /// A path outside of what was looked at.
    Path,
    /// The arms of an undecided condition left different values.
    Arms,
    /// Handed in by the implementer of [`Outside`](super::Outside).
    Outside,
}

/// A value; cheap to clone.
///
/// What can be changed in place (lists, dictionaries, instances) lies in the [`Heap`](super::Heap), and the value names it,
/// so that two names of one list are one list.
#[derive(Clone, Debug)]
pub enum PyValue {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    Bytes(Arc<[u8]>),
    Tuple(Arc<[PyValue]>),
    /// A list, dictionary, set, or instance in the heap.
    Object(ObjectKey),
    /// A `pathlib` path, as its `str`.
    Path(Arc<str>),
    /// A module, by the name under which it stands in the heap.
    Module(Arc<str>),
    /// A thing of the standard library or a builtin that this room knows, by its whole name: `os.path.join`.
    Standard(&'static str),
    /// The class of an exception: builtin, or defined by the code.
    ExceptionClass(Arc<ExceptionClass>),
    /// An exception, raised or only made.
    Exception(Arc<Raised>),
    /// Something that code defined and that can be called.
    Callable(Arc<Callable>),
    /// A library that `ctypes` or cffi loaded.
    Library,
    Unknown(Reason),
}

/// Something that can be called.
#[derive(Debug)]
pub enum Callable {
    Function(FunctionValue),
    Compiled(CompiledFunction),
    Class(ClassValue),
    /// A method, what it is bound to, and the class in which it stands.
    Method {
        on: PyValue,
        function: PyValue,
        class: PyValue,
    },
    /// A method of a text, list, dictionary, path, …, by its name.
    Native {
        on: PyValue,
        name: Arc<str>,
    },
    /// `functools.partial`.
    Partial {
        function: PyValue,
        positional: Vec<PyValue>,
        named: Vec<(Arc<str>, PyValue)>,
    },
}

/// A `def` or `lambda`, with what it closes over.
#[derive(Debug)]
pub struct FunctionValue {
    pub(super) name: Arc<str>,
    pub(super) source: Arc<ModuleSource>,
    /// Where the `def` or `lambda` begins in the source, in bytes.
    pub(super) start: u32,
    pub(super) module: Arc<super::outside::SiteModule>,
    /// The namespace of its module.
    pub(super) globals: NamespaceId,
    /// The namespaces of the functions around it, the innermost first.
    pub(super) closure: Vec<NamespaceId>,
    /// The values of the defaults, as they stand in the parameters.
    pub(super) defaults: Vec<(Arc<str>, PyValue)>,
    pub(super) kind: FunctionKind,
}

/// A function of compiled code.
#[derive(Debug)]
pub struct CompiledFunction {
    pub(super) compiled: Arc<CompiledModule>,
    pub(super) code: Arc<Code>,
    pub(super) module: Arc<super::outside::SiteModule>,
    /// The namespace of its module.
    pub(super) globals: NamespaceId,
}

/// How a function is bound, and what a call of it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    Plain,
    Static,
    Class,
    Property,
    /// A generator under `contextlib.contextmanager`.
    ContextManager,
}

/// A class that code defined.
#[derive(Debug)]
pub struct ClassValue {
    pub(super) name: Arc<str>,
    pub(super) namespace: NamespaceId,
    pub(super) bases: Vec<PyValue>,
    /// Are all names of the class and its bases known? Not under an unknown base, metaclass, or decorator.
    pub(super) is_whole: bool,
    /// What it is as an exception.
    pub(super) exception: Option<Arc<ExceptionClass>>,
}

impl PyValue {
    pub fn text(text: impl Into<Arc<str>>) -> PyValue {
        PyValue::Str(text.into())
    }

    pub fn tuple(items: impl IntoIterator<Item = PyValue>) -> PyValue {
        PyValue::Tuple(items.into_iter().collect())
    }

    /// A function or method that goes by its name.
    pub(super) fn native(on: &PyValue, name: &str) -> PyValue {
        PyValue::Callable(Arc::new(Callable::Native { on: on.clone(), name: name.into() }))
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            PyValue::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string or of a path: what `os.fspath` returns.
    pub fn as_path(&self) -> Option<&Arc<str>> {
        match self {
            PyValue::Str(text) | PyValue::Path(text) => Some(text),
            _ => None,
        }
    }

    /// The number of an `int` or `bool`.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            PyValue::Int(number) => Some(*number),
            PyValue::Bool(bit) => Some(i64::from(*bit)),
            _ => None,
        }
    }

    pub fn is_known(&self) -> bool {
        !matches!(self, PyValue::Unknown(_))
    }

    /// Why it is unknown.
    pub(super) fn reason(&self) -> Reason {
        match self {
            PyValue::Unknown(reason) => *reason,
            _ => Reason::Construct,
        }
    }

    /// Are both one value, as far as can be told without the heap? Objects in the heap are one where they are the same.
    pub(super) fn is_same(&self, other: &PyValue) -> bool {
        match (self, other) {
            (PyValue::None, PyValue::None) | (PyValue::Library, PyValue::Library) => true,
            (PyValue::Bool(a), PyValue::Bool(b)) => a == b,
            (PyValue::Int(a), PyValue::Int(b)) => a == b,
            (PyValue::Float(a), PyValue::Float(b)) => a.to_bits() == b.to_bits(),
            (PyValue::Str(a), PyValue::Str(b)) | (PyValue::Path(a), PyValue::Path(b)) => a == b,
            (PyValue::Module(a), PyValue::Module(b)) => a == b,
            (PyValue::Bytes(a), PyValue::Bytes(b)) => a == b,
            (PyValue::Tuple(a), PyValue::Tuple(b)) => {
                Arc::ptr_eq(a, b) || a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.is_same(b))
            }
            (PyValue::Object(a), PyValue::Object(b)) => a == b,
            (PyValue::Standard(a), PyValue::Standard(b)) => a == b,
            (PyValue::ExceptionClass(a), PyValue::ExceptionClass(b)) => a == b,
            (PyValue::Exception(a), PyValue::Exception(b)) => Arc::ptr_eq(a, b),
            (PyValue::Callable(a), PyValue::Callable(b)) => Arc::ptr_eq(a, b),
            (PyValue::Unknown(a), PyValue::Unknown(b)) => a == b,
            _ => false,
        }
    }
}

impl From<bool> for PyValue {
    fn from(bit: bool) -> PyValue {
        PyValue::Bool(bit)
    }
}

impl From<Option<bool>> for PyValue {
    /// None is a fact about the target that is not known.
    fn from(bit: Option<bool>) -> PyValue {
        bit.map_or(PyValue::Unknown(Reason::Target), PyValue::Bool)
    }
}
