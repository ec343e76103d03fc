//! What kinds of failure there are where no native file is to blame: the last error of a log is one of them.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("the build", include_str!("messages.toml"));
