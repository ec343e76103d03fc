//! What pip says of wheels.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "pip", messages: include_str!("messages.toml") };
