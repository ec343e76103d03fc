//! What poetry says of packages that it builds.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("poetry", include_str!("messages.toml"));
