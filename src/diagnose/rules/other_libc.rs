//! A file is linked against the C library that this system does not have.

use crate::command::Remedy;
use crate::command::templates::PIP_BINARY_ALONE;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::world::System;

pub(super) static RULE: Rule = Rule {
    id: "other-libc",
    title: "built for the other C library",
    severity: Severity::Error,
    why: "musl and glibc are different systems to a loader: a musl build needs libc.musl-….so.1 or plain libc.so, a name \
          under which glibc's development files keep a linker script (“invalid ELF header”); a glibc build needs symbols \
          that musl does not have (“Error relocating …: symbol not found”).",
    remedy: "Install the wheel for this system: manylinux for glibc, musllinux for musl.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let (other, wheel) = match facts.survey.world.host.system {
        System::Glibc(_) => ("musl", "manylinux"),
        System::Musl(_) => ("glibc", "musllinux"),
        System::Dyld(_) | System::Windows(_) | System::Unknown => return,
    };
    let here = facts.survey.world.host.system.word();
    for (_, file, _, owner) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref().filter(|image| facts.fits(image)) else { continue };
        if !facts.is_of_other_libc(image) {
            continue;
        }
        let imports = facts.imports_loading(file);
        let reach = facts.modules(imports).len();
        let severity = if reach > 0 { Severity::Error } else { Severity::Info };
        let mut finding = Finding::about(facts, &RULE, severity, file).breaking(facts, imports);
        let need =
            image.needs.iter().position(|need| need.name.starts_with(b"libc.") || need.name.starts_with(b"ld-linux"));
        finding.subject = need.map_or_else(String::new, |need| image.needs[need].name.to_string());
        finding.message = format!("{} is built for {other}, this interpreter runs on {here}", finding.file);
        let pinned = facts.survey.distributions.get(owner).pinned();
        finding.remedy = Remedy::new(format!("install the {wheel} wheel")).fix(PIP_BINARY_ALONE.with(&[&pinned]));
        let import = imports.first().copied().unwrap_or(0);
        finding.evidence.extend(need.map(|need| Evidence::Need { file, need, import }));
        findings.push(finding);
    }
}
