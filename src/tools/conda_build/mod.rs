//! What conda-build says of the native files that it packs.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "conda-build", messages: include_str!("messages.toml") };
