//! A file is linked against the C library that this system does not have.

use rustc_hash::FxHashSet;

use crate::command::Remedy;
use crate::command::templates::PIP_BINARY_ALONE;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::rule::RuleId;
use crate::world::System;

pub(super) static RULE: Rule = Rule {
    id: RuleId::OTHER_LIBC,
    title: "built for the other C library",
    severity: Severity::Error,
    why: "musl and glibc are different systems to a loader: a musl build needs libc.musl-….so.1 or plain libc.so, a name \
          under which glibc's development files keep a linker script (“invalid ELF header”); a glibc build needs symbols \
          that musl does not have (“Error relocating …: symbol not found”), and loads where it needs none.",
    remedy: "Install the wheel for this system: manylinux for glibc, musllinux for musl.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let (other, wheel) = match facts.survey.world.host.system {
        System::Glibc(_) => ("musl", "manylinux"),
        System::Musl(_) => ("glibc", "musllinux"),
        System::Dyld(_) | System::Windows(_) | System::Unjudged | System::Unknown => return,
    };
    let here = facts.survey.world.host.system.word();
    let failing = failing(facts);
    for (_, file, _, owner) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref().filter(|image| facts.fits(image)) else { continue };
        if !facts.is_of_other_libc(image) {
            continue;
        }
        let imports = facts.imports_loading(file);
        if !imports.is_empty() && failing.as_ref().is_some_and(|failing| !imports.iter().any(|it| failing.contains(it)))
        {
            continue;
        }
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

/// The imports that miss a library: musl takes `libc.so.6` for itself, and loads what was built for glibc where that is all it
/// needs. Symbols that only glibc has are `symbol-undefined`'s. None where it is not musl, or musl is not at hand.
fn failing(facts: &Facts) -> Option<FxHashSet<usize>> {
    let world = &facts.survey.world;
    let System::Musl(system) = &world.host.system else { return None };
    world.open(&system.loader).ok()?;
    let imports = facts.survey.imports.iter().enumerate();
    Some(imports.filter(|(_, import)| !import.loads.unmet.is_empty()).map(|(index, _)| index).collect())
}
