//! What builds say that do not find a library, a tool or a compiler before they compile anything.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("the configuration", include_str!("messages.toml"));
