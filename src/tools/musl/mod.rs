//! What musl's loader says, also through Python.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("musl's loader", include_str!("messages.toml"));
