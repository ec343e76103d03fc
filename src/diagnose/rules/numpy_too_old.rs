//! Code asks for a newer C API than the NumPy that is installed has.

use crate::diagnose::numpy::{answering, by_owner, finding, spoken, who};
use crate::diagnose::{Facts, Finding, Remedy, Rule, Severity};
use crate::scan::numpy::{Release, feature};
use crate::scan::{Binding, Provider};

pub(super) static RULE: Rule = Rule {
    id: "numpy-too-old",
    title: "asks for a newer NumPy",
    severity: Severity::Error,
    why: "NumPy's C API grows with most releases. Code that was compiled for the API of a newer one checks for it when it is \
          imported and gives up: “module was compiled against NumPy C-API version 0x… but the running NumPy has C-API \
          version 0x…”.",
    remedy: "Upgrade NumPy.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(provider) = answering(facts) else { return };
    let all = by_owner(facts, |binding| matches!(binding, Binding::Headers2 { .. }));
    for (owner, files) in by_owner(facts, |binding| lacks(provider, binding).is_some()) {
        let wanted = files.iter().filter_map(|(_, binding)| lacks(provider, binding)).max();
        let Some((major, minor)) = wanted else { continue };
        // Where the package's other modules make do with what is there, it uses this one only where it can.
        let is_whole = all.get(&owner).is_some_and(|all| all.len() == files.len());
        let severity = if is_whole { Severity::Error } else { Severity::Warning };
        let mut finding = finding(facts, &RULE, severity, &files);
        finding.subject = format!("numpy>={major}.{minor}");
        finding.message = format!(
            "{} asks for the C API of NumPy {major}.{minor}, and {} is installed: its import fails",
            who(facts, owner, &files),
            spoken(provider)
        );
        finding.remedy = Remedy {
            text: "upgrade NumPy".into(),
            command: Some(format!("python -m pip install --upgrade 'numpy>={major}.{minor}'")),
        };
        findings.push(finding);
    }
}

/// The release that code asks for, where the one that is there offers less.
fn lacks(provider: &Provider, binding: &Binding) -> Option<Release> {
    let Binding::Headers2 { minimum: Some(minimum) } = binding else { return None };
    (feature(*minimum)? > provider.feature()?).then_some(*minimum)
}
