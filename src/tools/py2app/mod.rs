//! What py2app and macholib print.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("py2app", include_str!("messages.toml"));
