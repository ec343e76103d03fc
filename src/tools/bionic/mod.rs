//! What Android's loader says, also through Termux' Python.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "Android's loader", messages: include_str!("messages.toml") };
