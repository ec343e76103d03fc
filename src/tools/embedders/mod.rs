//! What programs say that load Python as a library and do not find one.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("the program that embeds Python", include_str!("messages.toml"));
