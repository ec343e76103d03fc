//! What `import X` does: Python code and the loader in one simulated process.
//!
//! [`ImportPath`] is `sys.path` as `site` builds it, a [`ModuleFinder`] finds modules on it, and an [`ImportProcess`] is one
//! fresh interpreter: it imports parents first, runs their code effect by effect ([`crate::python`]), and opens native files
//! where the code asks for them; what an earlier import of the same chain has loaded is there for the later ones. What comes
//! of it is an [`ImportOutcome`] with its first cause.
//!
//! Nothing is executed. What cannot be decided from the files is unknown.

mod beside;
mod bundled;
mod cause;
mod compiled;
mod context;
mod editable;
mod find;
mod native;
mod outcome;
mod outside;
mod path;
mod prepared;
mod process;
mod standard;
mod state;
mod target;

pub use crate::python::limits::STACK_BYTES;
pub use beside::{SourceBeside, SourceLanguage};
pub use bundled::BundledModules;
pub use cause::{EarlierCopy, ImportCause, ImportFailure, LoadedBy, NativeRefusal, OtherCopy, ShadowedCopy};
pub use compiled::{CapiImport, NativeFacts};
pub use context::{ImportContext, NamedModule};
pub use find::{ModuleFinder, ModuleSpec};
pub use native::{AnsweredNeed, NativeLoader, OpenAs};
pub use outcome::{Harmless, ImportOutcome, ImportVerdict, Outcomes};
pub use path::{ImportPath, SiteCode};
pub use prepared::prepared;
pub use process::{Checkpoint, ImportEvent, ImportProcess, ImportStep, Touched};
