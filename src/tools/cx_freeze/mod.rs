//! What cx_Freeze prints.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "cx_Freeze", messages: include_str!("messages.toml") };
