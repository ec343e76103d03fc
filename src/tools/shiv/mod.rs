//! What Shiv says where it makes an archive.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { unpacks: &["/.shiv/"], ..ToolFacts::new("Shiv", include_str!("messages.toml")) };
