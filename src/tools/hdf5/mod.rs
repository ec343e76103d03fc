//! What HDF5 and h5py say where two releases of the library come together.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("HDF5", include_str!("messages.toml"));
