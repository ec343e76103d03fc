//! The values that code computes with.

use std::sync::Arc;

use super::raised::{ExceptionClass, Raised};

/// Why something is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The source could not be parsed: damaged, or newer than the parser.
    Syntax,
    /// A limit of [`super::limits`].
    Limit,
    /// A statement, an expression, or an operation that is not modeled.
    Construct,
    /// A call of a function that is not known or not modeled.
    Call,
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
    Object(u32),
    /// A `pathlib` path, as its `str`.
    Path(Arc<str>),
    /// A module, by the name under which it stands in the heap.
    Module(Arc<str>),
    /// A thing of the standard library or a builtin that this room knows, by its whole name: `os.path.join`.
    Standard(&'static str),
    /// The class of an exception, builtin or defined by the code.
    ExceptionClass(Arc<ExceptionClass>),
    /// An exception, raised or only made.
    Exception(Arc<Raised>),
    /// Something callable that code defined, or a bound method.
    Callable(Arc<super::value::Callable>),
    /// A library that `ctypes` or cffi loaded.
    Library,
    Unknown(Reason),
}

/// Placeholder of what code defined; opaque to other rooms.
#[derive(Debug)]
pub struct Callable;

impl PyValue {
    pub fn text(text: impl Into<Arc<str>>) -> PyValue {
        PyValue::Str(text.into())
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            PyValue::Str(text) => Some(text),
            _ => None,
        }
    }

    pub fn is_known(&self) -> bool {
        !matches!(self, PyValue::Unknown(_))
    }
}
