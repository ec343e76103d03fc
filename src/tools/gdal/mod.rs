//! What PROJ, GDAL and their bindings say of the data that they read as they start.

use super::ToolFacts;

pub(super) const FACTS: ToolFacts = ToolFacts::new("PROJ", include_str!("messages.toml"));
