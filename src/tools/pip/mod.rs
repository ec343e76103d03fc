//! What pip says of wheels.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("pip", include_str!("messages.toml"));
