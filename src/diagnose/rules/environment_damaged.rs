//! The environment itself is not as Python expects it.

use crate::command::Remedy;
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::discover::{Distribution, Kind};
use crate::rule::RuleId;
use crate::vfs::VPath;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ENVIRONMENT_DAMAGED,
    title: "environment is damaged",
    severity: Severity::Error,
    why: "A virtual environment is a folder with a pyvenv.cfg that says where its interpreter lives (PEP 405). Without \
          that, or with an interpreter that has moved, Python cannot start from it, and dylens judges without knowing \
          which interpreter would import the modules. Several wheels are judged as if one were installed after the \
          other: a file that two of them bring is the later one's. The program of a bundle opens Python's library by its \
          full path and reads Python's own modules from an archive; without them it does not start. The folder of a \
          distribution's metadata bears its name and version; where METADATA in it says otherwise, METADATA is believed.",
    remedy: "Recreate the environment, or upgrade it in place.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for note in &facts.survey.target.notes {
        let subject = VPath::new(note.path.file_name()).to_string();
        let kind = facts.survey.target.kind;
        // A bundle has notes only of what its program cannot start without.
        let severity = if kind == Kind::Bundle { Severity::Error } else { Severity::Warning };
        let mut finding = Finding::at(&RULE, severity, facts.survey.shown(&note.path), subject);
        finding.message.clone_from(&note.what);
        finding.remedy = note.remedy.clone();
        findings.push(finding);
    }
    findings.extend(facts.survey.distributions.iter().filter_map(|(_, distribution)| misnamed(facts, distribution)));
}

/// The folder of the metadata has another name than the metadata: somebody renamed it, or wants something installed.
fn misnamed(facts: &Facts, distribution: &Distribution) -> Option<Finding> {
    let (name, version) = distribution.misnamed()?;
    let folder = facts.survey.shown(distribution.metadata.as_ref()?);
    let subject = VPath::new(folder.file_name()).to_string();
    let mut finding = Finding::at(&RULE, Severity::Info, folder, subject);
    let said = format!("{} {}", distribution.name, distribution.version);
    finding.message =
        format!("{} is named after {name} {version}, and its METADATA says {}", finding.file, said.trim_end());
    finding.remedy = Remedy::new("reinstall the distribution that METADATA names, or remove the folder");
    Some(finding)
}
