//! Code that knows only NumPy 1 reaches NumPy 2 through a module that is there for its sake alone.

use crate::diagnose::numpy::{answering, by_owner, finding, spoken, who};
use crate::diagnose::{Evidence, Facts, Finding, Remedy, Rule, Severity};
use crate::discover::Tool;
use crate::scan::Binding;

pub(super) static RULE: Rule = Rule {
    id: "numpy-shim",
    title: "reaches NumPy 2 through numpy.core.multiarray",
    severity: Severity::Error,
    why: "rust-numpy before 0.22 and pybind11 before 2.12 import the module numpy.core.multiarray at first use. In NumPy 2 \
          that is a small Python file that NumPy itself never imports: bundlers (Nuitka, PyInstaller) leave it out, and \
          the program dies with “No module named 'numpy.core.multiarray'”. With the file, rust-numpy before 0.22 works, \
          but reads NumPy 2's types wrongly: the size of a dtype is 0.",
    remedy: "Upgrade the package, go back to NumPy 1, or name the module to the bundler.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(provider) = answering(facts).filter(|provider| provider.abi == Some(2)) else { return };
    let is_old = |binding: &Binding| {
        matches!(binding, Binding::RustNumpy { knows_2: false, .. } | Binding::Pybind11 { knows_2: false })
    };
    for (owner, files) in by_owner(facts, is_old) {
        let is_rust = files.iter().any(|(_, binding)| matches!(binding, Binding::RustNumpy { .. }));
        let severity = match (provider.has_shim, is_rust) {
            (false, _) => Severity::Error,
            (true, true) => Severity::Warning,
            (true, false) => Severity::Info,
        };
        let mut finding = finding(facts, &RULE, severity, &files);
        let who = who(facts, owner, &files);
        finding.subject = "numpy.core.multiarray".into();
        finding.message = match (provider.has_shim, is_rust) {
            (false, _) => format!(
                "{who} imports numpy.core.multiarray at its first use of an array, and {} has no such file: it fails there",
                spoken(provider)
            ),
            (true, true) => format!(
                "{who} knows only NumPy 1: with {} it works through numpy.core.multiarray, reads some types wrongly, and \
                 bundlers leave that module out",
                spoken(provider)
            ),
            (true, false) => format!(
                "{who} knows only NumPy 1: with {} it works through numpy.core.multiarray, which bundlers leave out",
                spoken(provider)
            ),
        };
        finding.remedy = remedy(facts, provider.has_shim);
        finding.evidence.push(Evidence::File {
            path: facts.scan.shown(&provider.folder.join("core/multiarray.py")),
            what: if provider.has_shim { "serves older code" } else { "is not there" },
        });
        findings.push(finding);
    }
}

fn remedy(facts: &Facts, has_shim: bool) -> Remedy {
    if !has_shim {
        let command = Some("python -m pip install --force-reinstall --no-deps numpy".into());
        return Remedy { text: "bring the file back".into(), command };
    }
    match facts.scan.target.wishes.tool {
        Some(Tool::Nuitka(_)) => Remedy {
            text: "upgrade the package; or name the module to Nuitka".into(),
            command: Some("--include-module=numpy.core.multiarray".into()),
        },
        Some(Tool::PyInstaller(_)) => Remedy {
            text: "upgrade the package; or name the module to PyInstaller".into(),
            command: Some("--hidden-import numpy.core.multiarray".into()),
        },
        _ => Remedy {
            text: "upgrade the package, or go back to NumPy 1".into(),
            command: Some("python -m pip install 'numpy<2'".into()),
        },
    }
}
