//! Compiled code asks for NumPy, and no Python code of its package names it: bundlers leave it out.

use crate::diagnose::numpy::{by_owner, does_without, finding, is_hidden, name_to_bundler, who};
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::rule::RuleId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NUMPY_HIDDEN,
    title: "only compiled code uses NumPy",
    severity: Severity::Warning,
    why: "Bundlers follow the import statements of Python code. Where only a compiled module asks for NumPy (rustworkx), they \
          build without a word and leave NumPy out: the program dies with “No module named 'numpy'” at the first use of an array. \
          A package that does not require NumPy (tokenizers) gets arrays only from a program that imports NumPy itself: that is \
          information. Judged where a bundler is asked about (--for), since nothing else minds.",
    remedy: "Name numpy to the bundler.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    if facts.survey.target.overrides.tool.is_none() || facts.survey.target.bundle.is_some() {
        return;
    }
    for (owner, capi_edges) in by_owner(facts, |_| true) {
        if !is_hidden(facts, &capi_edges) {
            continue;
        }
        let Some(remedy) = name_to_bundler(facts, "keep NumPy in the bundle", "numpy") else { continue };
        let is_optional = does_without(facts, owner);
        let severity = if is_optional { Severity::Info } else { Severity::Warning };
        let mut finding = finding(facts, &RULE, severity, &capi_edges);
        finding.subject = "numpy".into();
        finding.message = format!(
            "{} uses NumPy's C API, but no Python code of its package imports numpy: bundlers leave it out{}",
            who(facts, owner, &capi_edges),
            if is_optional {
                "; the package does not require NumPy, and needs it only where it gets arrays"
            } else {
                ""
            }
        );
        finding.remedy = remedy;
        findings.push(finding);
    }
}
