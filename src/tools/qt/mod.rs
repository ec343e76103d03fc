//! What Qt says when it gets no platform plugin, and OpenMP's runtimes when there are two.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts { name: "Qt and OpenMP", messages: include_str!("messages.toml") };
