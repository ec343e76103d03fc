//! What conda-build says of the native files that it packs.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("conda-build", include_str!("messages.toml"));
