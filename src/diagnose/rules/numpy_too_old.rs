//! Code asks for a newer C API than the NumPy that is installed has.

use crate::command::Remedy;
use crate::command::templates::PIP_UPGRADE_FROM;
use crate::diagnose::numpy::{answered, by_owner, fails_at, finding, provider, spoken, who};
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::image::Answer;
use crate::rule::RuleId;
use crate::survey::numpy::{oldest_with, wanted};

pub(super) static RULE: Rule = Rule {
    id: RuleId::NUMPY_TOO_OLD,
    title: "requires a newer NumPy",
    severity: Severity::Error,
    why: "NumPy's C API grows with most releases. Code that was compiled for the API of a newer one checks for it when it is \
          imported and gives up: “module was compiled against NumPy C-API version 0x… but the running NumPy has C-API \
          version 0x…”.",
    remedy: "Upgrade NumPy.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(provider) = provider(facts) else { return };
    let all = by_owner(facts, |capi_edge| capi_edge.binding.asks_at_import());
    for (owner, capi_edges) in answered(facts, Answer::TooOld) {
        let wanted = capi_edges.iter().filter_map(|capi_edge| wanted(&capi_edge.binding)).max();
        let Some((major, minor)) = wanted.and_then(oldest_with) else { continue };
        // Where the package's other modules make do with what is there, it uses this one only where it can.
        let is_whole = all.get(&owner).is_some_and(|all| all.len() == capi_edges.len());
        let severity = if is_whole { Severity::Error } else { Severity::Warning };
        let mut finding = finding(facts, &RULE, severity, &capi_edges);
        finding.subject = format!("numpy>={major}.{minor}");
        finding.message = format!(
            "{} requires the C API of NumPy {major}.{minor}, but {} is installed: {}",
            who(facts, owner, &capi_edges),
            spoken(provider),
            fails_at(&capi_edges, None)
        );
        finding.remedy =
            Remedy::new("upgrade NumPy").fix(PIP_UPGRADE_FROM.with(&[&"numpy", &format!("{major}.{minor}")]));
        findings.push(finding);
    }
}
