//! What setuptools says of a setup.py that was written for another release of it, or of Cython.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("setuptools", include_str!("messages.toml"));
