//! What PyInstaller prints of native files, and its warn-*.txt.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "PyInstaller", messages: include_str!("messages.toml") };
