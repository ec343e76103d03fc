//! A library asks for an executable stack, which newer loaders refuse.

use crate::command::Remedy;
use crate::command::templates::CLEAR_EXECSTACK;
use crate::diagnose::remedies::argument;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::image::Name;
use crate::rule::RuleId;
use crate::world::System;

pub(super) static RULE: Rule = Rule {
    id: RuleId::EXECUTABLE_STACK,
    title: "requires an executable stack",
    severity: Severity::Error,
    why: "A library whose PT_GNU_STACK is executable makes the whole process's stack executable. From glibc 2.41 on dlopen \
          refuses it where the program itself does not ask for one: “cannot enable executable stack as shared object \
          requires: Invalid argument”. Mostly it is an assembler file without a .note.GNU-stack section.",
    remedy: "Clear the flag; the code hardly ever needs it.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let System::Glibc(system) = &facts.survey.world.host.system else { return };
    if system.version.is_none_or(|version| version < (2, 41)) {
        return;
    }
    let program = facts.python().file.map(|file| facts.survey.world.file(file));
    if program.is_some_and(|program| program.image.as_ref().is_some_and(|image| image.executable_stack)) {
        return;
    }
    for (_, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
        if !content.image.as_ref().is_some_and(|image| image.executable_stack && facts.fits(image)) {
            continue;
        }
        let imports = facts.imports_loading(file);
        let severity = if facts.modules(imports).is_empty() { Severity::Info } else { Severity::Error };
        let mut finding = Finding::about(facts, &RULE, severity, file).breaking(facts, imports);
        finding.message = format!("{} requires an executable stack, which this glibc refuses", finding.file);
        finding.remedy = Remedy::new("clear the flag").fix(CLEAR_EXECSTACK.with(&[&argument(facts, &content.path)]));
        finding.evidence.push(Evidence::Header { name: "PT_GNU_STACK", value: Name::from("RWE") });
        findings.push(finding);
    }
}
