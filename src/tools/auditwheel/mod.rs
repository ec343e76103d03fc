//! What auditwheel prints.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("auditwheel", include_str!("messages.toml"));
