//! What codesign, macOS' notary and its kernel say of signatures, also through bundlers.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("codesign", include_str!("messages.toml"));
