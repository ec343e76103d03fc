//! Symbol → provider, as the loader of the process binds it.
//!
//! A [`LoadedProcess`] is what a process has loaded, in order, and how each part of it was opened; a [`Binder`] goes
//! through the loader's scopes for each symbol that an object wants by its relocations, a [`DyldBinder`] asks the image that
//! each import names, and a [`DllBinder`] the DLL. Each loader's rule is a file of its own: [`glibc`](self) and [`musl`](self) differ in versions,
//! visibility and kinds.
//!
//! This room knows nothing of the disk: it asks the [`crate::world::World`].

mod binder;
mod demangle;
mod dyld;
mod glibc;
mod interposing;
mod musl;
mod process;
mod rules;
mod static_tls;
mod system_symbols;
mod windows;

pub use binder::{Binder, BoundSymbol, Failure, Settled, Status, is_fatal};
pub use demangle::demangled;
pub use dyld::{DyldBinder, origin};
pub use process::{Dlopen, LoadedObject, LoadedProcess, Mode, Session, SessionMark};
pub use rules::{bind, taken, unbound};
pub use static_tls::{STATIC_TLS_ROOM, StaticTlsFailure};
pub use system_symbols::{is_python_name, may_be_of_the_system};
pub use windows::{DllBinder, DllSymbol};
