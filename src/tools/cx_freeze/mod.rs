//! What cx_Freeze prints.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("cx_Freeze", include_str!("messages.toml"));
