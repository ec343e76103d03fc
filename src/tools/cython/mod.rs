//! What modules that Cython compiled say where another module is not as it was when they were built.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("Cython", include_str!("messages.toml"));
