//! What the tool that was asked about will stumble over.

use crate::diagnose::foresight::complaints;
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::rule::RuleId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::TOOL_COMPLAINS,
    title: "selected tool fails on this file",
    severity: Severity::Error,
    why: "Tools that repair wheels or bundle programs look for libraries by rules of their own, which are not the \
          loader's: they stop, or warn, or leave something out in silence, and the program dies where it is started. Told \
          with --for nuitka, pyinstaller, delocate, auditwheel or delvewheel, after the source of each, with the words that \
          it prints.",
    remedy: "See each finding: mostly an option of the tool, or a library that has to be there where the tool runs.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let told = findings.len();
    for complaint in complaints(facts) {
        // A tool that says the same of several files says it at the first of them.
        let is_same = |finding: &&mut Finding| {
            complaint.prints.is_some() && finding.prints == complaint.prints && finding.remedy == complaint.remedy
        };
        if let Some(same) = findings[told..].iter_mut().find(is_same) {
            let path = facts.path(complaint.file);
            if !same.files.contains(&path) {
                same.files.push(path);
            }
            continue;
        }
        let mut finding = Finding::about(facts, &RULE, complaint.severity, complaint.file);
        finding
            .files
            .extend(complaint.files.iter().filter(|&&file| file != complaint.file).map(|&file| facts.path(file)));
        finding.subject = complaint.subject;
        finding.message = complaint.message;
        finding.prints = complaint.prints;
        finding.remedy = complaint.remedy;
        finding.evidence = complaint.evidence;
        findings.push(finding);
    }
}
