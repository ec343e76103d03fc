//! What rust-numpy says where it does not get NumPy's C API.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("rust-numpy", include_str!("messages.toml"));
