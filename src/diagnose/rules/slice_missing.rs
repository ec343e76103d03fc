//! A wheel promises a processor that a module of it is not made for.

use std::collections::BTreeSet;

use crate::diagnose::remedies::reinstall;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::Role;
use crate::image::{Arch, Format, Name};
use crate::rule::RuleId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SLICE_MISSING,
    title: "wheel lacks a promised architecture",
    severity: Severity::Warning,
    why: "The tag macosx_…_universal2 promises files for both kinds of Mac, x86_64 and arm64. A module with one slice \
          installs on the other kind as well, and its import fails there: “mach-o file, but is an incompatible \
          architecture”. Builds on one machine forget the other slice where a compiler or a library has only one.",
    remedy: "Build both slices (ARCHFLAGS='-arch arm64 -arch x86_64', cargo for both targets and lipo), or tag the wheel for one.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for (_, file, role, owner) in facts.files() {
        let content = facts.survey.world.file(file);
        let is_mach_o = content.image.as_ref().is_some_and(|image| image.format == Format::MachO);
        let Role::Module(module) = role else { continue };
        let promised: BTreeSet<Arch> = facts.tags(owner).iter().flat_map(|tag| tag.mac_archs()).copied().collect();
        let has: BTreeSet<Arch> = content.archs().collect();
        let missing: Vec<String> = promised.difference(&has).map(|arch| arch.word(Format::MachO)).collect();
        // A file for none of the processors is told by another rule.
        if !is_mach_o || missing.is_empty() || promised.is_disjoint(&has) {
            continue;
        }
        let mut finding = Finding::about(facts, &RULE, Severity::Warning, file);
        finding.subject = missing.join(", ");
        finding.message = format!(
            "{} has no slice for {}, which the wheel's tag promises: import {module} fails on such Macs",
            finding.file, finding.subject
        );
        finding.remedy = reinstall(facts, owner);
        finding.remedy.text = "take a wheel for this one processor, or have both slices built".into();
        let words: Vec<String> = has.iter().map(|arch| arch.word(Format::MachO)).collect();
        finding.evidence.push(Evidence::Header { name: "has", value: Name::from(&words.join(", ")) });
        findings.push(finding);
    }
}
