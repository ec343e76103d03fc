//! What linkers and compilers print, also through setuptools, rustc and cargo.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "the linker", messages: include_str!("messages.toml") };
