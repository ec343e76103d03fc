//! What programs that py2exe made say when a native module in them does not load.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("py2exe", include_str!("messages.toml"));
