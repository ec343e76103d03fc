//! What glibc's loader says, also through Python.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("glibc's loader", include_str!("messages.toml"));
