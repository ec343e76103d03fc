//! What Python code does when it runs: a small abstract interpreter of the code at the top of modules.
//!
//! [`ModuleSource`] reads a module; [`run()`] goes through its statements in order, keeps what the names are bound to in a
//! [`Heap`], and asks for everything else through [`Outside`]: what an import of a name does, what loading a library does,
//! what lies on the disk. So guards, flags (`HAS_X = False` in a handler), functions that module code calls, loops over
//! names, and exceptions that are raised again are answered by one mechanism. Nothing is executed, nothing is read.
//!
//! # What it knows, and what it does not
//!
//! - A value is known, or [`PyValue::Unknown`] with its [`Reason`]; nothing is guessed.
//! - **A condition that cannot be decided**: both arms are run, each upon the same state; what they do is told with
//!   [`Certainty::Maybe`], and what they bind differently is unknown afterwards. If one arm ends (raises, returns), the rest
//!   runs with the state of the other, and that it may have ended is kept ([`Ran::may_raise`]).
//! - **A loop over what is not known** runs its body once, as `Maybe`.
//! - **A call of something that is not known** has no effect, returns something unknown, and is assumed to return: an
//!   exception of such a call is never told.
//! - Exceptions other than those of imports and libraries are raised only where they are certain: a name that nothing binds
//!   (`NameError`), a name that a whole namespace lacks (`AttributeError`, `ImportError`), a key that a known dictionary
//!   lacks.
//! - Functions run when code that runs calls them, and not else; so do methods of classes that the code defines. A decorator
//!   other than the well-known ones makes what it decorates unknown.
//!
//! # Limits
//!
//! Every limit is a constant of [`limits`]; what exceeds one is unknown from there on ([`Ending::Unknown`]), never an error.
//! The caller runs this on a thread with a stack of at least [`limits::STACK_BYTES`].

mod compiled;
mod heap;
pub mod limits;
mod names;
mod outside;
mod raised;
mod run;
mod source;
pub mod stdlib;
mod target;
mod value;
mod version;

pub use compiled::CompiledModule;
pub(crate) use compiled::marshal;
pub use heap::{Heap, ModuleBody, ModulePlace};
pub use names::{
    ImplicitImports, NamedImport, Standing, certain_imports, cimported_by_python, cython_imports, cython_includes,
    implicit_imports, named_imports, stands_outside_functions, top,
};
pub use outside::{
    At, Attribute, Certainty, Imported, LibraryCall, LibraryLoad, LibraryName, LibraryOutcome, Listing, Outside,
    PathKind, PathPosition, ProcessChange, Site, SiteModule,
};
pub use raised::{ExceptionClass, Raised};
pub use source::ModuleSource;
pub use target::PythonTarget;
pub use value::{Callable, PyValue, Reason};

use std::sync::Arc;

/// How the code of a module came to its end.
#[derive(Clone, Debug)]
pub enum Ending {
    /// At its last statement.
    Returned,
    /// By an exception that nothing in it caught; `SystemExit` is one.
    Raised(Arc<Raised>),
    /// The process ended then and there: `os._exit`, `os.abort`, a new program in its place.
    Exited(Site),
    /// It was not followed to its end; what it did before was told.
    Unknown(Reason),
}

/// What running a module came to.
#[derive(Clone, Debug)]
pub struct Ran {
    pub ending: Ending,
    /// Exceptions that end it under conditions which cannot be decided; empty where it did not return. At most
    /// [`limits::MAY_RAISE`], the first ones, and only those that imports or libraries are the cause of
    /// ([`Raised::is_of_import`]): what else code complains of is taken as not happening.
    pub may_raise: Vec<Arc<Raised>>,
    /// How many statements ran, and how many of the expressions that they evaluated were unknown.
    pub tally: Tally,
}

/// Figures about one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub statements: usize,
    pub expressions: usize,
    pub unknown: usize,
    /// Calls of functions that the code defines and that were not followed: too deep, too many steps.
    pub unfollowed: usize,
}

/// Runs the code of the module that stands in the heap of `around` under `name`.
///
/// The caller has put it there by [`Heap::begin`], and what it did stays there: the caller removes a module whose code
/// raised ([`Heap::abandon`]), and binds one that ended well in its parent ([`Heap::bind_in_parent`]), as CPython's
/// `importlib` does. A module in the middle of its run is in the heap already, so that circles of imports see what is bound
/// so far.
pub fn run(name: &str, source: &Arc<ModuleSource>, around: &mut dyn Outside) -> Ran {
    run::run(name, source, around)
}

/// Runs the code of a compiled module as [`run()`] does that of a source. Its functions are not followed.
pub fn run_compiled(name: &str, module: &Arc<CompiledModule>, around: &mut dyn Outside) -> Ran {
    run::run_compiled(name, module, around)
}

#[cfg(test)]
mod tests;
