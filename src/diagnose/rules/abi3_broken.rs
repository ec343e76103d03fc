//! A module says that it keeps to Python's stable ABI, and takes what does not belong to it.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::diagnose::stable_abi::{Version, added, claims, promised, taken};
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::{DistributionId, Kind, Role};
use crate::image::Name;
use crate::rule::RuleId;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ABI3_BROKEN,
    title: "abi3 module uses unstable symbols",
    severity: Severity::Warning,
    why: "A module called .abi3.so, or in a wheel tagged cp3x-abi3, promises to load with every Python from 3.x on: \
          it may use only what Py_LIMITED_API of that version offers (PEP 384). Nothing checks it when it is built. A \
          symbol that came with a later version ends the import on the older ones (“undefined symbol”); one that \
          never belonged to the stable ABI works as long as Python happens to have it.",
    remedy: "Build with Py_LIMITED_API (PyO3: the abi3-py3x feature) set to the version of the tag, or tag the wheel for what it needs.",
    check,
};

/// What a module takes beyond its promise, with the version that added it.
type Beyond = Vec<(Name, Option<Version>)>;

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let mut by_owner = BTreeMap::<DistributionId, Vec<(FileId, Beyond)>>::new();
    for (_, file, role, owner) in facts.files() {
        if matches!(role, Role::Module(_)) && claims(facts, file, owner) {
            let beyond = beyond(facts, file, promised(facts, owner));
            if !beyond.is_empty() {
                by_owner.entry(owner).or_default().push((file, beyond));
            }
        }
    }
    for (owner, files) in by_owner {
        findings.push(finding(facts, owner, &files));
    }
}

fn beyond(facts: &Facts, file: FileId, promised: Option<Version>) -> Beyond {
    let is_beyond = |added: Option<Version>| match (added, promised) {
        (Some(added), Some(promised)) => added > promised,
        (Some(_), None) => false,
        (None, _) => true,
    };
    let taken = taken(facts, file, |symbol| is_beyond(added(symbol)));
    let mut beyond: Beyond = taken.into_iter().map(|symbol| (symbol.clone(), added(&symbol))).collect();
    beyond.sort_by(|a, b| {
        (a.1.is_none(), std::cmp::Reverse(a.1), &a.0).cmp(&(b.1.is_none(), std::cmp::Reverse(b.1), &b.0))
    });
    beyond.dedup();
    beyond
}

fn finding(facts: &Facts, owner: DistributionId, files: &[(FileId, Beyond)]) -> Finding {
    // What is installed works here, or another rule says that it does not; a wheel promises it for elsewhere.
    let severity = if facts.survey.target.kind == Kind::Wheel { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::about(facts, &RULE, severity, files[0].0);
    finding.files = files.iter().map(|(file, _)| facts.path(*file)).collect();
    let all: Vec<&(Name, Option<Version>)> = files.iter().flat_map(|(_, beyond)| beyond).collect();
    let newest = all.iter().filter(|(_, added)| added.is_some()).max_by_key(|(_, added)| *added);
    let foreign = all.iter().find(|(_, added)| added.is_none());
    let promise = promised(facts, owner);
    let claim = match promise {
        Some((major, minor)) => format!("is an abi3 module for Python {major}.{minor} and later"),
        None => "is an abi3 module".into(),
    };
    let takes = match (newest, foreign, promise) {
        (Some((symbol, Some((major, minor)))), _, Some((least, low))) => {
            format!("uses {symbol}, added in Python {major}.{minor}: it does not load with Python {least}.{low}")
        }
        (_, Some((symbol, _)), _) => {
            format!("uses {symbol}, which is not in the stable ABI: it loads only where that Python has it")
        }
        _ => "uses symbols outside the stable ABI".into(),
    };
    finding.subject = newest.or(foreign).map_or_else(String::new, |(symbol, _)| symbol.to_string());
    finding.message = match files {
        [_] => format!("{} {claim}, but {takes}", finding.file),
        files => {
            let name = facts.survey.distributions.get(owner).pinned().replace("==", " ");
            format!("{name} ({} files) {claim}, but {takes}", files.len())
        }
    };
    finding.remedy = Remedy::new(match newest.and_then(|(_, added)| *added) {
        Some((major, minor)) => {
            format!("build with Py_LIMITED_API of the promised version, or tag the wheel cp{major}{minor}-abi3")
        }
        None => "build with Py_LIMITED_API, or tag the wheel for one version of Python".into(),
    });
    for (symbol, added) in all.into_iter().take(20) {
        let since = added.map_or_else(|| "no part of it".to_owned(), |(major, minor)| format!("since {major}.{minor}"));
        finding.evidence.push(Evidence::Header { name: "symbol", value: Name::from(&format!("{symbol} ({since})")) });
    }
    finding
}
