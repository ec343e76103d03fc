//! What py2app and macholib print.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "py2app", messages: include_str!("messages.toml") };
