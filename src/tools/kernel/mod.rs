//! What kernels say of programs that they do not start, through shells, container runtimes and Python.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("the kernel", include_str!("messages.toml"));
