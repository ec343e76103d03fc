//! Code asks for NumPy's C API, and nobody is there to answer.

use crate::command::Remedy;
use crate::command::templates::{PIP_INSTALL, PIP_REINSTALL};
use crate::diagnose::numpy::{
    answered, asks_at_import, at_import, failing_line, fails_at, finding, lack, provider, who,
};
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::image::Answer;
use crate::rule::RuleId;
use crate::tools::Bundler;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NUMPY_MISSING,
    title: "NumPy's C API has no provider",
    severity: Severity::Error,
    why: "Compiled code takes NumPy's C API out of a capsule in NumPy's own extension (numpy/_core/_multiarray_umath, before \
          2.0 numpy/core/…). No linker and no loader knows of it. Without NumPy, C and Cython code fails when it is \
          imported, “numpy.core.multiarray failed to import”; Rust and pybind11 code loads and fails at its first use, \
          “Failed to access NumPy array API capsule”.",
    remedy: "Install NumPy.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for (owner, capi_edges) in answered(facts, Answer::NoProvider) {
        // Packages that do not require NumPy, and ask for it only when they are handed an array, do without.
        let requires = facts.survey.requires(owner, "numpy");
        let line = failing_line(facts, &capi_edges);
        let is_needed = requires || asks_at_import(&capi_edges) || line.is_some();
        let severity = if is_needed { Severity::Error } else { Severity::Info };
        let mut finding = finding(facts, &RULE, severity, &capi_edges);
        let what = lack(facts);
        finding.subject = "numpy".into();
        let fails = fails_at(&capi_edges, line.as_ref());
        finding.message = format!("{} uses NumPy's C API, but {what}: {fails}", who(facts, owner, &capi_edges));
        if let Some((line, _)) = line {
            finding = at_import(facts, finding, &capi_edges, line);
        }
        let command = match provider(facts) {
            Some(_) => PIP_REINSTALL,
            None => PIP_INSTALL,
        };
        let install = || Remedy::new("install NumPy").fix(command.with(&[&"numpy"]));
        finding.remedy = match (&facts.survey.target.bundle, provider(facts)) {
            (Some(bundle), Some(provider)) => bundled(bundle.bundler, provider.extension_name()),
            (Some(bundle), None) => bundled(bundle.bundler, "numpy"),
            (None, _) => install(),
        };
        findings.push(finding);
    }
}

/// What makes the bundler of a bundle take a module along.
fn bundled(bundler: Bundler, module: &str) -> Remedy {
    let text = format!("build the bundle again, and name the module to {}", bundler.word());
    Remedy::new(text).fix(bundler.module(module))
}
