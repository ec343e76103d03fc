//! What glibc's loader says, also through Python.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "glibc's loader", messages: include_str!("messages.toml") };
