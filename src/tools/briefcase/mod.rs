//! What Briefcase says of what it packs and signs.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("Briefcase", include_str!("messages.toml"));
