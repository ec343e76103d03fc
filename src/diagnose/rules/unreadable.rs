//! A file or folder may not be read.

use crate::command::Remedy;
use crate::command::templates::READABLE;
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::discover::Kind;
use crate::image::Problem;
use crate::rule::RuleId;
use crate::vfs::VPath;
use crate::world::Absent;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UNREADABLE,
    title: "cannot be read",
    severity: Severity::Warning,
    why: "What may not be read can neither be imported nor inspected; a loader skips such a file.",
    remedy: "Make it readable for the user who runs Python.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for (folder, why) in &facts.survey.unreadable {
        findings.push(finding(facts, folder, why));
    }
    for (_, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
        if let Some(Problem::Unreadable(why)) = &content.problem {
            let imports = facts.imports_blocked_by(file);
            let mut finding = finding(facts, &content.path, why).breaking(facts, &imports);
            finding.node = facts.survey.graph.file(file);
            if finding.breaks > 0 {
                finding.severity = Severity::Error;
            }
            findings.push(finding);
        }
    }
    for item in facts.broken_items() {
        if let Err(Absent::Denied(why)) = &item.found {
            findings.push(finding(facts, &item.path, why));
        }
    }
}

fn finding(facts: &Facts, path: &VPath, why: &str) -> Finding {
    let shown = facts.survey.shown(path);
    let mut finding = Finding::at(&RULE, Severity::Warning, shown.clone(), VPath::new(path.file_name()).to_string());
    finding.message = format!("{shown} cannot be read: {why}");
    // What lies in a wheel has no mode to change: its bytes are at fault.
    finding.remedy = match facts.survey.target.kind == Kind::Wheel && path.starts_with(&facts.survey.target.root) {
        true => Remedy::new("download the wheel again"),
        false => Remedy::new("make it readable").fix(READABLE.with(&[path])),
    };
    finding
}
