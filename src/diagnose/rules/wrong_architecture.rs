//! A file is made for another processor, word size or system.

use super::recorded_file_missing::has_other_file;
use crate::diagnose::remedies::reinstall;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::Role;
use crate::discover::role::importable_as;
use crate::image::{Format, Name};
use crate::rule::RuleId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::WRONG_ARCHITECTURE,
    title: "built for another platform",
    severity: Severity::Error,
    why: "A process loads only what is made for its own processor and word size. glibc passes a file for another one over \
          silently, so the error reads “cannot open shared object file: No such file or directory”, although the file is \
          there. Windows says “%1 is not a valid Win32 application”.",
    remedy: "Install the build for this machine.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    // Without an interpreter and without files for this kind of system, nobody says what would be right.
    let host = &facts.survey.world.host;
    let Some(arch) = host.arch else { return };
    let arch = arch.word(host.system.format().unwrap_or(Format::Elf));
    for (_, file, role, owner) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref().filter(|image| !facts.fits(image)) else { continue };
        let name = match (role, importable_as(&content.path, facts.python())) {
            (Role::Module(name), _) => Some(name.clone()),
            // Python takes the file by its name; what it exports cannot be asked in a foreign format.
            (_, Some((_, name))) if image.format != Format::Elf && !has_other_file(facts, &content.path) => Some(name),
            _ => None,
        };
        let imports: Vec<usize> = facts.imports_loading(file).to_vec();
        let severity = if name.is_some() { Severity::Error } else { Severity::Info };
        let mut finding = Finding::about(facts, &RULE, severity, file).breaking(facts, &imports);
        let made_for = match image.format {
            Format::Elf => image.arch.to_string(),
            format => format!("{} ({format})", image.arch_word()),
        };
        finding.message = match &name {
            Some(name) => {
                format!("import {name} fails: {} is made for {made_for}, the interpreter is {arch}", finding.file)
            }
            None => format!("{} is made for {made_for}, the interpreter is {arch}", finding.file),
        };
        finding.subject = made_for.clone();
        finding.remedy = reinstall(facts, owner);
        finding.evidence.push(Evidence::Header { name: "machine", value: Name::from(&made_for) });
        findings.push(finding);
    }
}
