//! The environment itself is not as Python expects it.

use crate::diagnose::{Facts, Finding, Remedy, Rule, Severity};
use crate::discover::Kind;
use crate::vfs::VPath;

pub(super) static RULE: Rule = Rule {
    id: "environment-damaged",
    title: "the environment is damaged",
    severity: Severity::Warning,
    why: "A virtual environment is a folder with a pyvenv.cfg that says where its interpreter lives (PEP 405). Without \
          that, or with an interpreter that has moved, Python cannot start from it, and dylens judges without knowing \
          which interpreter would import the modules. Several wheels are judged as if one were installed after the \
          other: a file that two of them bring is the later one's.",
    remedy: "Make the environment anew, or upgrade it in place.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for note in &facts.scan.target.notes {
        let subject = VPath::new(note.path.file_name()).to_string();
        let mut finding = Finding::at(&RULE, Severity::Warning, facts.scan.shown(&note.path), subject);
        finding.message.clone_from(&note.what);
        let text = match facts.scan.target.kind {
            Kind::Wheel => "look at them one by one",
            _ => "make it anew",
        };
        finding.remedy = Remedy { text: text.into(), command: Some(note.remedy.clone()) };
        findings.push(finding);
    }
}
