//! What maturin prints.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("maturin", include_str!("messages.toml"));
