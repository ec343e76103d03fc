//! What Python says when Windows does not load a module. Windows tells the reason in the person's language: only the
//! frame is matched, and the sentence where it is English.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("Windows", include_str!("messages.toml"));
