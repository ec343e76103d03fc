//! NumPy is there, and a Python module on the way to its C API is not.

use std::collections::BTreeMap;

use crate::diagnose::numpy::{answered, fails_at, finding, name_to_bundler, provider, spoken, who};
use crate::diagnose::{Evidence, Facts, Finding, Remedy, Rule, Severity};
use crate::image::Answer;
use crate::scan::Bond;

pub(super) static RULE: Rule = Rule {
    id: "numpy-module-missing",
    title: "a Python module on the way to NumPy's C API is gone",
    severity: Severity::Error,
    why: "Compiled code gets at NumPy's C API by importing a Python module: numpy.core.multiarray (older pybind11, \
          rust-numpy and C code), numpy._core.multiarray, or the extension itself, which NumPy's own packages come before. \
          Bundlers that follow import statements alone leave out what only compiled code imports, and the program dies with \
          “No module named 'numpy.core.multiarray'”.",
    remedy: "Bring the module back: reinstall NumPy, or name the module to the bundler.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(provider) = provider(facts) else { return };
    for (owner, bonds) in answered(facts, Answer::NoModule) {
        let mut by_module = BTreeMap::<&str, Vec<&Bond>>::new();
        for bond in bonds {
            by_module.entry(bond.missing.unwrap_or(bond.asks_for)).or_default().push(bond);
        }
        for (module, bonds) in by_module {
            let mut finding = finding(facts, &RULE, Severity::Error, &bonds);
            finding.subject = module.into();
            finding.message = format!(
                "{} asks for NumPy's C API by way of {module}, and {} has no such module: {}",
                who(facts, owner, &bonds),
                spoken(provider),
                fails_at(&bonds)
            );
            finding.remedy = name_to_bundler(facts, "bring the module back", module).unwrap_or(Remedy {
                text: "bring the module back".into(),
                command: Some("python -m pip install --force-reinstall --no-deps numpy".into()),
            });
            finding
                .evidence
                .push(Evidence::File { path: facts.scan.shown(&provider.file_of(module)), what: "is not there" });
            findings.push(finding);
        }
    }
}
