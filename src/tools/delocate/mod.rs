//! What delocate prints.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("delocate", include_str!("messages.toml"));
