//! What Nuitka prints when it stumbles over native files.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("Nuitka", include_str!("messages.toml"));
