//! What CPython says when it does not get a module.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "Python", messages: include_str!("messages.toml") };
