//! A library is there, and another copy of its name answers for it.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::diagnose::verdict::{evidence_of, loaded_by};
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::imports::{ImportOutcome, ImportVerdict, ShadowedCopy};
use crate::rule::RuleId;
use crate::vfs::VPath;

pub(super) static RULE: Rule = Rule {
    id: RuleId::LIBRARY_SHADOWED,
    title: "library shadowed by another copy",
    severity: Severity::Info,
    why: "A process has one library of each name (soname, install name, on Windows file name): the copy that is loaded first \
          answers for all that need the name later, whatever their search paths find (_dl_map_object in elf/dl-load.c). Here \
          both copies differ, and the one that answers has every symbol that is taken from it.",
    remedy: "No action needed. Where the two behave differently, let both packages share one copy.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let mut told = BTreeMap::<(&VPath, &VPath), (&ImportOutcome, Vec<&ShadowedCopy>)>::new();
    for row in facts.outcomes.rows.iter().filter(|row| row.verdict != ImportVerdict::Fails) {
        for shadowed in row.shadowed.iter().filter(|shadowed| differ(facts, shadowed)) {
            let (_, all) = told.entry((&shadowed.path, &shadowed.earlier.path)).or_insert_with(|| (row, Vec::new()));
            if all.iter().all(|known| known.by != shadowed.by) {
                all.push(shadowed);
            }
        }
    }
    findings.extend(told.into_values().filter_map(|(row, shadowed)| finding(facts, row, &shadowed)));
}

/// What repair tools have put into several packages is one library, byte by byte.
fn differ(facts: &Facts, shadowed: &ShadowedCopy) -> bool {
    let world = &facts.survey.world;
    match (world.open(&shadowed.path), world.open(&shadowed.earlier.path)) {
        (Ok(own), Ok(other)) => {
            let (own, other) = (world.file(own), world.file(other));
            own.len != other.len || own.image != other.image
        }
        _ => false,
    }
}

fn finding(facts: &Facts, row: &ImportOutcome, shadowed: &[&ShadowedCopy]) -> Option<Finding> {
    let first = shadowed.first()?;
    let file = facts.survey.world.open(&first.by).ok()?;
    let mut finding = Finding::about(facts, &RULE, Severity::Info, file);
    let shown = |path: &VPath| facts.survey.shown(path);
    let (own, copy) = (shown(&first.path), shown(&first.earlier.path));
    finding.subject.clone_from(&first.earlier.library);
    let who = loaded_by(facts, &first.earlier).map_or_else(String::new, |who| format!(", {who}"));
    let more = match shadowed.len() {
        1 => String::new(),
        count => format!(" and {} more files", count - 1),
    };
    finding.message = format!(
        "in import {}, {}{more} uses {} of {copy}{who}, not of {own}",
        row.module,
        finding.file,
        match first.symbols {
            1 => "1 symbol".to_owned(),
            count => format!("{count} symbols"),
        },
    );
    finding.remedy = Remedy::new("no action needed unless they behave differently; then let both share one copy");
    finding.evidence = evidence_of(facts, &first.earlier);
    finding.evidence.push(Evidence::File { path: own, what: "found by its own search path" });
    finding.files = shadowed.iter().map(|it| shown(&it.by)).collect();
    Some(finding)
}
