//! A library that an import needs is found nowhere.

use crate::diagnose::{Facts, Finding, Rule, Severity};

pub(super) const RULE: Rule =
    Rule { id: "library-missing", title: "library not found", severity: Severity::Error, why: "", remedy: "", check };

fn check(_facts: &Facts, _findings: &mut Vec<Finding>) {}
