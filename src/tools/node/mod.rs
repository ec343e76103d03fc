//! What Node.js, and programs that have it inside (Electron), say of compiled modules.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("Node.js", include_str!("messages.toml"));
