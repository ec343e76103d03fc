//! What Android's loader says, also through Termux' Python.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("Android's loader", include_str!("messages.toml"));
