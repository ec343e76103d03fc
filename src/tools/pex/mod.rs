//! What Pex says where what is in an archive does not fit the interpreter.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { unpacks: &["/.pex/", "/pex/installed_wheels/", "/pex/unzipped_pexes/", "/pex/venvs/"], ..ToolFacts::new("Pex", include_str!("messages.toml")) };
