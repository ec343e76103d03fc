//! What Python's ctypes and cffi say of libraries and functions that code asks for by name.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("ctypes", include_str!("messages.toml"));
