//! What delvewheel prints.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("delvewheel", include_str!("messages.toml"));
