//! What linkers and compilers print, also through setuptools, rustc and cargo.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("the linker", include_str!("messages.toml"));
