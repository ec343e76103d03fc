//! What to look at: from the path that a person gave to a [`Target`].
//!
//! Nothing is executed: `pyvenv.cfg` is read, symbolic links are followed, file names tell the rest. Only
//! [`machine`] reads the environment of the process.

pub mod bundle;
mod distribution;
pub mod editable;
mod here;
mod infer;
#[allow(clippy::disallowed_methods, reason = "it reads the environment of all rooms")]
pub mod machine;
mod nested;
mod note;
mod python;
mod requirement;
mod requirement_lines;
pub mod role;
mod root;
mod system;
mod target;
pub mod tool;
mod wheel;
mod windows;
mod zipped;

pub use bundle::Bundle;
pub use distribution::{Distribution, DistributionId, Distributions};
pub(crate) use distribution::{is_metadata, read_conda, read_metadata};
pub use editable::EditableFinder;
pub use here::{Nearby, environment};
pub use infer::Item;
pub(crate) use infer::infer_host;
pub use machine::Machine;
pub use nested::nested_environments;
pub use note::Note;
pub(crate) use python::{is_free_threaded, is_pth_for_windows, pth_folder, tag_of};
pub use requirement::{MarkerTarget, Requirement, normalized};
pub use requirement_lines::RequirementLines;
pub use role::Role;
pub(crate) use root::is_archive_name;
pub use target::{Kind, Overrides, Request, Target, discover};
pub use tool::{TOOLS, Tool};
pub(crate) use wheel::is_wheel_name;
pub use wheel::{Tag, Wheel};
