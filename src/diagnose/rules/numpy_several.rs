//! Several NumPys lie on the import path, and the first wins.

use crate::command::Remedy;
use crate::diagnose::numpy::{provider, spoken};
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::rule::RuleId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NUMPY_SEVERAL,
    title: "multiple NumPy installations",
    severity: Severity::Info,
    why: "Python imports the first numpy that it finds along sys.path: the environment's own folders, what .pth files add, the \
          user's site. Packages that were installed for another one of them meet the first, whatever its ABI.",
    remedy: "Keep one NumPy in each environment.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(provider) = provider(facts).filter(|_| facts.survey.is_import_path_known()) else { return };
    let others = &facts.survey.numpy.others;
    let Some(second) = others.first() else { return };
    let file = facts.survey.shown(provider.extension.as_ref().unwrap_or(&provider.folder));
    let mut finding = Finding::at(&RULE, Severity::Info, file, "numpy".into());
    finding.node = provider.file.and_then(|file| facts.survey.graph.file(file));
    finding.message = format!(
        "import numpy finds {} in {}; {} later on sys.path is ignored",
        spoken(provider),
        facts.survey.shown(&provider.folder),
        facts.survey.shown(second)
    );
    finding.remedy = Remedy::new("keep one NumPy in the environment");
    let passed = others.iter().map(|folder| Evidence::File { path: facts.survey.shown(folder), what: "is ignored" });
    finding.evidence.extend(passed);
    findings.push(finding);
}
