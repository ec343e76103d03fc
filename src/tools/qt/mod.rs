//! What Qt says when it gets no platform plugin, and OpenMP's runtimes when there are two.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("Qt and OpenMP", include_str!("messages.toml"));
