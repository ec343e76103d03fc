//! Facts → findings.
//!
//! A [`Rule`] is a `const` in a table with a function pointer: its words (title, why, remedy) are fields, so that help,
//! JSON, the terminal and the documentation share one sentence. To add a rule: one new file in `rules/`, its entry in
//! [`RULES`] and its name in [`crate::rule`].
//!
//! Severity follows reach: what an import brings in and cannot load is an error; a plugin that nothing importable
//! reaches is information.

mod bundling;
mod dylib;
mod facts;
mod finding;
mod fold;
mod foresight;
mod imports;
pub mod install_name;
mod missing;
mod near_symbol;
pub mod nuitka;
mod numpy;
pub mod policy;
pub mod reach;
mod remedies;
mod rules;
mod source;
mod stable_abi;
mod verdict;
mod windows;

pub use bundling::{Stops, stops_at};
pub use dylib::origin;
pub use facts::Facts;
pub use finding::{Evidence, Finding, Severity};
pub use foresight::refusal;
pub use remedies::{Shipped, shipped, shipped_name};
pub use rules::RULES;
pub(crate) use rules::since_musl;
pub use source::{Line, Sources, Spelled};
pub use verdict::{BrokenImports, settled};

use crate::rule::RuleId;

/// One way in which an environment can be broken.
pub struct Rule {
    /// The name that a person types: `dylens explain library-missing`.
    pub id: RuleId,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// The worst that it can be.
    pub severity: Severity,
    /// What happens and why, in a few sentences; with the source of the rule.
    pub why: &'static str,
    /// What mends it, in general.
    pub remedy: &'static str,
    /// Looks for it.
    pub check: fn(&Facts, &mut Vec<Finding>),
}

/// Asks one rule.
pub fn ask(rule: &Rule, facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    (rule.check)(facts, &mut findings);
    findings
}

/// Puts the most important finding first.
pub fn ranked(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| a.rank().cmp(&b.rank()));
    findings
}
