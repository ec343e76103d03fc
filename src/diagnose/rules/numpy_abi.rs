//! Code that was built for NumPy 1 meets NumPy 2.

use crate::command::Remedy;
use crate::command::templates::NUMPY_1;
use crate::diagnose::numpy::{answered, fails_at, finding, provider, spoken, who};
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::image::Answer;
use crate::rule::RuleId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NUMPY_ABI,
    title: "built for NumPy 1, NumPy 2 is installed",
    severity: Severity::Error,
    why: "NumPy 2.0 changed the layout of its types. Code compiled with headers before 2.0 checks for that when it is \
          imported and gives up: “A module that was compiled using NumPy 1.x cannot be run in NumPy 2…”, \
          “numpy.dtype size changed, may indicate binary incompatibility”. Code compiled with headers of 2.0 or later \
          runs with both.",
    remedy: "Upgrade the package to a release built for NumPy 2, or go back to NumPy 1.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(provider) = provider(facts) else { return };
    for (owner, capi_edges) in answered(facts, Answer::OtherAbi) {
        let mut finding = finding(facts, &RULE, Severity::Error, &capi_edges);
        let distribution = facts.survey.distributions.get(owner);
        finding.subject = distribution.name.clone();
        finding.message = format!(
            "{} was built for NumPy 1, but {} is installed: {}",
            who(facts, owner, &capi_edges),
            spoken(provider),
            fails_at(&capi_edges, None)
        );
        finding.remedy =
            Remedy::new(format!("upgrade {} to a release built for NumPy 2, or go back to NumPy 1", distribution.name))
                .fix(Ok(NUMPY_1.command()));
        findings.push(finding);
    }
}
