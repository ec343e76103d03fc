//! What cibuildwheel says when a step of its own ends in no wheel.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("cibuildwheel", include_str!("messages.toml"));
