//! What NumPy and code that was built for it say.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("NumPy", include_str!("messages.toml"));
