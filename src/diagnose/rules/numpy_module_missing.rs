//! NumPy is there, and a Python module on the way to its C API is not.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::command::templates::PIP_REINSTALL;
use crate::diagnose::numpy::{
    answered, at_import, by_owner, failing_line, fails_at, finding, is_whole, name_to_bundler, provider, spoken, who,
};
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::DistributionId;
use crate::image::Answer;
use crate::rule::RuleId;
use crate::survey::{CapiEdge, Provider};

pub(super) static RULE: Rule = Rule {
    id: RuleId::NUMPY_MODULE_MISSING,
    title: "module for NumPy C API missing",
    severity: Severity::Error,
    why: "Compiled code gets at NumPy's C API by importing a Python module: numpy.core.multiarray (older pybind11, \
          rust-numpy and C code), numpy._core.multiarray, or the extension itself, which NumPy's own packages come before. \
          Bundlers that follow import statements alone leave out what only compiled code imports, and the program dies with \
          “No module named 'numpy.core.multiarray'”.",
    remedy: "Reinstall NumPy, or include the module in the bundle.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(provider) = provider(facts) else { return };
    for (owner, capi_edges) in answered(facts, Answer::NoModule) {
        let mut by_module = BTreeMap::<&str, Vec<&CapiEdge>>::new();
        for capi_edge in capi_edges {
            by_module.entry(capi_edge.missing.unwrap_or(capi_edge.asks_for)).or_default().push(capi_edge);
        }
        for (module, capi_edges) in by_module {
            let mut finding = finding(facts, &RULE, Severity::Error, &capi_edges);
            finding.subject = module.into();
            finding.message = format!(
                "{} uses NumPy's C API through {module}, but {} has no such module: {}",
                who(facts, owner, &capi_edges),
                spoken(provider),
                fails_at(&capi_edges, None)
            );
            findings.push(mended(facts, provider, finding, module));
        }
    }
    if is_whole(facts) {
        return;
    }
    for (owner, capi_edges) in by_owner(facts, |capi_edge| !capi_edge.answer.fails()) {
        findings.extend(imported(facts, provider, owner, &capi_edges));
    }
}

/// Python code asks for a module of NumPy that is not there, though compiled code gets what it wants.
fn imported(facts: &Facts, provider: &Provider, owner: DistributionId, capi_edges: &[&CapiEdge]) -> Option<Finding> {
    let (line, module) = failing_line(facts, capi_edges)?;
    let finding = finding(facts, &RULE, Severity::Error, capi_edges);
    let mut finding = at_import(facts, finding, capi_edges, line.clone());
    finding.subject = module.clone();
    finding.message = format!(
        "{} imports {module} ({}:{}), but {} has no such module: its import fails",
        facts.survey.distributions.get(owner).pinned().replace("==", " "),
        facts.survey.shown(&line.path),
        line.number,
        spoken(provider)
    );
    Some(mended(facts, provider, finding, &module))
}

/// Says what brings a module back.
fn mended(facts: &Facts, provider: &Provider, mut finding: Finding, module: &str) -> Finding {
    finding.remedy = name_to_bundler(facts, "reinstall NumPy", module)
        .unwrap_or_else(|| Remedy::new("reinstall NumPy").fix(PIP_REINSTALL.with(&[&"numpy"])));
    let path = facts.survey.shown(&provider.file_of(module));
    finding.evidence.push(Evidence::File { path, what: "is not there" });
    finding
}
