//! A file needs thread-local storage in a place where `dlopen` cannot put any more.

use std::collections::BTreeMap;

use crate::bind::STATIC_TLS_ROOM;
use crate::diagnose::remedies::reinstall;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::image::Name;
use crate::loader;
use crate::rule::RuleId;
use crate::survey::StaticTls;
use crate::vfs::VPath;
use crate::world::System;

pub(super) static RULE: Rule = Rule {
    id: RuleId::STATIC_TLS,
    title: "no room for static TLS",
    severity: Severity::Error,
    why: "Thread-local storage that code reaches at a fixed distance from the thread's pointer (initial-exec, \
          DF_STATIC_TLS) lies in a block that each thread has from its start. What dlopen brings in has to fit into the \
          1664 bytes that glibc keeps there: “cannot allocate memory in static TLS block” (_dl_try_allocate_static_tls in \
          elf/dl-reloc.c). musl keeps none: “initial-exec TLS resolves to dynamic definition”.",
    remedy: "Build without -ftls-model=initial-exec, or load the library when the program starts (LD_PRELOAD).",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let traits = loader::traits(&facts.survey.world.host.system);
    if !traits.checks_symbols || !traits.binding.is_by_scope() || facts.survey.record.is_some() {
        return;
    }
    let mut by_file = BTreeMap::<VPath, Vec<StaticTls>>::new();
    for failure in facts.survey.static_tls_failures() {
        by_file.entry(facts.path(failure.file)).or_default().push(failure);
    }
    findings.extend(by_file.into_values().map(|failures| finding(facts, &failures)));
}

fn finding(facts: &Facts, failures: &[StaticTls]) -> Finding {
    let StaticTls { file, owner, wanted, .. } = failures[0];
    let mut imports: Vec<usize> = failures.iter().map(|failure| failure.import).collect();
    imports.sort_unstable();
    let mut finding = Finding::about(facts, &RULE, Severity::Error, file).breaking(facts, &imports);
    let of = match owner == file {
        true => "of its own".to_owned(),
        false => format!("of {}", facts.path(owner)),
    };
    finding.message = match facts.survey.world.host.system {
        System::Musl(_) => format!(
            "{} uses initial-exec thread-local storage {of}, which musl has no room for after the program's start",
            finding.file
        ),
        _ => format!(
            "{} uses initial-exec thread-local storage {of}; its import wants {wanted} bytes of it, and glibc keeps \
             {STATIC_TLS_ROOM}",
            finding.file
        ),
    };
    finding.remedy = facts.owner(file).map_or_else(Default::default, |owner| reinstall(facts, owner));
    finding.remedy.text = format!(
        "load {} when the program starts (LD_PRELOAD), or install a build without initial-exec storage",
        facts.path(owner)
    );
    finding.evidence.push(Evidence::Header { name: "DT_FLAGS", value: Name::from("STATIC_TLS") });
    finding
}
