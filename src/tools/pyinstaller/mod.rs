//! What PyInstaller prints of native files, and its warn-*.txt.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("PyInstaller", include_str!("messages.toml"));
