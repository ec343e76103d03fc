//! What dyld says, also through Python.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "dyld", messages: include_str!("messages.toml") };
