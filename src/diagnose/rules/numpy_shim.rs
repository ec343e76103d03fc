//! Code that knows only NumPy 1 reaches NumPy 2 through a module that is there for its sake alone.

use crate::command::Remedy;
use crate::command::templates::NUMPY_1;
use crate::diagnose::numpy::{answered, finding, name_to_bundler, provider, spoken, who};
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::image::{Answer, Binding};
use crate::rule::RuleId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NUMPY_SHIM,
    title: "uses NumPy 2 through numpy.core",
    severity: Severity::Warning,
    why: "rust-numpy before 0.22 and pybind11 before 2.12 import the module numpy.core.multiarray at first use. In NumPy 2 \
          that is a small Python file that NumPy itself never imports: bundlers (Nuitka, PyInstaller) leave it out, and \
          the program dies with “No module named 'numpy.core.multiarray'”. With the file, rust-numpy before 0.22 works, \
          but reads NumPy 2's types wrongly: the size of a dtype is 0.",
    remedy: "Upgrade the package, go back to NumPy 1, or name the module to the bundler.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(provider) = provider(facts) else { return };
    for (owner, capi_edges) in answered(facts, Answer::ThroughShim) {
        let is_rust = capi_edges.iter().any(|capi_edge| matches!(capi_edge.binding, Binding::RustNumpy { .. }));
        let is_bundled = facts.survey.target.bundle.is_some();
        // The bundle has the module, and pybind11 gets all that it wants from it.
        if is_bundled && !is_rust {
            continue;
        }
        let severity = if is_rust { Severity::Warning } else { Severity::Info };
        let mut finding = finding(facts, &RULE, severity, &capi_edges);
        let (who, spoken) = (who(facts, owner, &capi_edges), spoken(provider));
        finding.subject = "numpy.core.multiarray".into();
        finding.message = match is_rust {
            true if is_bundled => format!(
                "{who} knows only NumPy 1: with {spoken} it works through numpy.core.multiarray, which the bundle has, and \
                 reads some types wrongly"
            ),
            true => format!(
                "{who} knows only NumPy 1: with {spoken} it works through numpy.core.multiarray, reads some types wrongly, \
                 and bundlers leave that module out"
            ),
            false => format!(
                "{who} knows only NumPy 1: with {spoken} it works through numpy.core.multiarray, which bundlers leave out"
            ),
        };
        let by_name = || name_to_bundler(facts, "upgrade the package", "numpy.core.multiarray");
        let again = if is_bundled { ", and build the bundle again" } else { "" };
        finding.remedy = (!is_bundled).then(by_name).flatten().unwrap_or_else(|| {
            Remedy::new(format!("upgrade the package, or go back to NumPy 1{again}")).fix(Ok(NUMPY_1.command()))
        });
        finding.evidence.push(Evidence::File {
            path: facts.survey.shown(&provider.folder.join("core/multiarray.py")),
            what: "serves older code",
        });
        findings.push(finding);
    }
}
