//! What maturin prints.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "maturin", messages: include_str!("messages.toml") };
