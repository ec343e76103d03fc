//! What CPython says when it does not get a module.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("Python", include_str!("messages.toml"));
