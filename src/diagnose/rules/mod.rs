//! One file a rule.

mod library_missing;

use super::Rule;

/// Every rule, in the order of reading.
pub const RULES: &[&Rule] = &[&library_missing::RULE];
