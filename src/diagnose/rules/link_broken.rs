//! A symbolic link with a native file's name leads nowhere, or in a circle.

use crate::command::Remedy;
use crate::diagnose::remedies::reinstall;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::role::importable_as;
use crate::rule::RuleId;
use crate::vfs::VPath;
use crate::world::Absent;

pub(super) static RULE: Rule = Rule {
    id: RuleId::LINK_BROKEN,
    title: "link target not found",
    severity: Severity::Error,
    why: "A loader follows links; one whose target is missing counts as no file. A circle of links is worse: glibc \
          gives up the rest of that search path (ELOOP), musl the whole search.",
    remedy: "Reinstall the package, or recreate the link.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for item in facts.broken_items() {
        let shown = facts.survey.shown(&item.path);
        let what = match item.found.as_ref().err() {
            Some(Absent::Dangling { target }) => format!("{shown} is a link to {target}, which does not exist"),
            Some(Absent::Loop) => format!("{shown} is a circular link"),
            _ => continue,
        };
        let module = importable_as(&item.path, facts.python()).map(|(_, module)| module);
        let imports: Vec<usize> = facts
            .unmet()
            .iter()
            .filter(|((file, need), _)| {
                let content = facts.survey.world.file(*file);
                content.image.as_ref().is_some_and(|image| *image.needs[*need].name == *item.path.file_name())
            })
            .flat_map(|(_, imports)| imports.iter().copied())
            .collect();
        let is_tagged = crate::discover::tag_of(item.path.file_name()).is_some();
        let module = module.filter(|_| is_tagged);
        let severity = match (&module, facts.modules(&imports).len()) {
            (None, 0) => Severity::Info,
            (None, _) | (Some(_), _) => Severity::Error,
        };
        let subject = VPath::new(item.path.file_name()).to_string();
        let mut finding = Finding::at(&RULE, severity, shown.clone(), subject).breaking(facts, &imports);
        finding.message = match &module {
            Some(module) => format!("import {module} fails: {what}"),
            None => what,
        };
        finding.breaks = finding.breaks.max(usize::from(module.is_some()));
        let owner =
            facts.survey.distributions.iter().find(|(_, distribution)| distribution.recorded.contains(&item.path));
        finding.node = facts.survey.graph.name(item.path.file_name());
        finding.remedy = match owner {
            Some((owner, _)) => reinstall(facts, owner),
            None => Remedy::new("recreate the link, or remove it"),
        };
        finding.evidence.push(Evidence::File { path: shown, what: "link target not found" });
        findings.push(finding);
    }
}
