//! What auditwheel prints.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "auditwheel", messages: include_str!("messages.toml") };
