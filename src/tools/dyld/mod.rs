//! What dyld says, also through Python.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("dyld", include_str!("messages.toml"));
