//! What delvewheel prints.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "delvewheel", messages: include_str!("messages.toml") };
