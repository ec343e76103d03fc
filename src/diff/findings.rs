//! Findings: what is wrong now and was not, and the other way round.

use std::collections::BTreeMap;

use super::{Change, Kind, Sides, key, unhashed};
use crate::diagnose::{Finding, Severity};
use crate::rule::RuleId;
use crate::scan::Scan;
use crate::vfs::VPath;

/// What makes two findings the same: the rule, the file and what is wrong with it; never the words.
type Same = (RuleId, String, String);

pub(super) fn compare(sides: &Sides, changes: &mut Vec<Change>) {
    let (before, mut after) = (by_sameness(sides.before), by_sameness(sides.after));
    for (same, was) in before {
        let is = after.remove(&same);
        match is {
            None => changes.push(change(&same, Some(was), None)),
            Some(is) if is.severity != was.severity => changes.push(change(&same, Some(was), Some(is))),
            Some(_) => {}
        }
    }
    let keys = keys(sides.after);
    let fresh: Vec<(Vec<String>, String, Change)> = after
        .into_iter()
        .map(|(same, is)| {
            let files = is.files.iter().chain([&is.file]).map(|file| key_of(&keys, file)).collect();
            (files, same.2.clone(), change(&same, None, Some(is)))
        })
        .collect();
    // A need of which a finding tells, of whichever of its files, follows from that: one regression counts once.
    let is_told = |it: &Change| {
        let (file, need) = (unhashed(&it.subject), unhashed(&it.about));
        let is_of_need = it.kind == Kind::Provider && it.regression.is_some();
        let mut of_need =
            fresh.iter().filter(|(files, subject, _)| is_of_need && *subject == need && files.contains(&file));
        of_need.any(|(.., finding)| finding.regression >= it.regression)
    };
    for change in changes.iter_mut().filter(|change| is_told(change)) {
        (change.regression, change.follows) = (None, true);
    }
    changes.extend(fresh.into_iter().map(|(.., change)| change));
}

/// Between how bad a finding is and its message.
const COLON: &str = ": ";

/// The message of what a change tells of a finding, without how bad that is.
pub fn message(told: &str) -> &str {
    let is_severity =
        |word: &str| [Severity::Error, Severity::Warning, Severity::Info].iter().any(|it| it.word() == word);
    told.split_once(COLON).filter(|(word, _)| is_severity(word)).map_or(told, |(_, message)| message)
}

fn change(same: &Same, was: Option<&Finding>, is: Option<&Finding>) -> Change {
    let told = |finding: &Finding| format!("{}{COLON}{}", finding.severity.word(), finding.message);
    let (rule, file, _) = same;
    let severity = |finding: Option<&Finding>| finding.map(|finding| finding.severity);
    let is_worse = severity(is) > severity(was);
    Change {
        about: rule.to_string(),
        // Information never hurts.
        regression: severity(is).filter(|severity| is_worse && *severity > Severity::Info),
        is_mended: severity(is) < severity(was),
        ..Change::new(Kind::Finding, file.clone(), was.map(told), is.map(told))
            .at(was.and_then(|finding| finding.node), is.and_then(|finding| finding.node))
    }
}

/// The findings of a scan; of several that are the same the worst.
fn by_sameness(scan: &Scan) -> BTreeMap<Same, &Finding> {
    let keys = keys(scan);
    let mut findings = BTreeMap::new();
    // The worst come first.
    for finding in &scan.findings {
        findings.entry((finding.rule.id, key_of(&keys, &finding.file), unhashed(&finding.subject))).or_insert(finding);
    }
    findings
}

/// By what the files of a scan are known in another.
fn keys(scan: &Scan) -> BTreeMap<VPath, String> {
    scan.graph.nodes().filter_map(|(node, _)| Some((scan.path_of(node)?, unhashed(&key(scan, node))))).collect()
}

fn key_of(keys: &BTreeMap<VPath, String>, file: &VPath) -> String {
    keys.get(file).cloned().unwrap_or_else(|| file.to_string())
}
