//! What builds say that do not find a library, a tool or a compiler before they compile anything.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "the configuration", messages: include_str!("messages.toml") };
