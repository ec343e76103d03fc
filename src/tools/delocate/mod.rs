//! What delocate prints.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "delocate", messages: include_str!("messages.toml") };
