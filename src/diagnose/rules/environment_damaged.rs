//! The environment itself is not as Python expects it.

use crate::diagnose::{Facts, Finding, Remedy, Rule, Severity};
use crate::vfs::VPath;

pub(super) static RULE: Rule = Rule {
    id: "environment-damaged",
    title: "the environment is damaged",
    severity: Severity::Warning,
    why: "A virtual environment is a folder with a pyvenv.cfg that says where its interpreter lives (PEP 405). Without \
          that, or with an interpreter that has moved, Python cannot start from it, and dylens judges without knowing \
          which interpreter would import the modules.",
    remedy: "Make the environment anew, or upgrade it in place.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for note in &facts.scan.target.notes {
        let subject = VPath::new(note.path.file_name()).to_string();
        let mut finding = Finding::at(&RULE, Severity::Warning, facts.scan.shown(&note.path), subject);
        finding.message.clone_from(&note.what);
        finding.remedy = Remedy { text: "make it anew".into(), command: Some(note.remedy.clone()) };
        findings.push(finding);
    }
}
