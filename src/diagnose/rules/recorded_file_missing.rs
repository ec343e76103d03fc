//! A distribution recorded a native file that is not there.

use rustc_hash::FxHashSet;

use crate::diagnose::remedies::reinstall;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::Kind;
use crate::discover::role::importable_as;
use crate::discover::tag_of;
use crate::rule::RuleId;
use crate::vfs::VPath;
use crate::world::Absent;

pub(super) static RULE: Rule = Rule {
    id: RuleId::RECORDED_FILE_MISSING,
    title: "installed file is missing",
    severity: Severity::Error,
    why: "An installer writes down every file that it puts there (RECORD, PEP 376; conda-meta). A module on that list that \
          is gone ends its import in ModuleNotFoundError; a library that is gone is missed by whoever needs it.",
    remedy: "Reinstall the distribution.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let there: FxHashSet<&VPath> = facts.survey.items.iter().map(|item| &item.path).collect();
    // A partial scan has not seen everything, and a single file is no environment.
    // Bundlers take along what they believe to be needed, and the record whole.
    if facts.survey.is_partial || facts.survey.is_single() || facts.survey.target.kind == Kind::Bundle {
        return;
    }
    for (owner, distribution) in facts.survey.distributions.iter() {
        for path in &distribution.recorded {
            if there.contains(path) || facts.survey.world.open(path) != Err(Absent::Missing) {
                continue;
            }
            // What somebody needs and misses is told where it is missed; so is a build for another Python in its place.
            if facts.survey.graph.name(path.file_name()).is_some() || has_other_build(facts, path) {
                continue;
            }
            let module = importable_as(path, facts.python())
                .filter(|_| tag_of(path.file_name()).is_some() || path.file_name().ends_with(b".abi3.so"));
            let is_module = module.is_some() && !has_other_file(facts, path);
            let severity = if is_module { Severity::Error } else { Severity::Warning };
            let shown = facts.survey.shown(path);
            let subject = VPath::new(path.file_name()).to_string();
            let mut finding = Finding::at(&RULE, severity, shown.clone(), subject);
            finding.node = facts.survey.graph.distributions().get(owner.0).copied();
            finding.message = match module.filter(|_| is_module) {
                Some((_, module)) => {
                    format!("import {module} fails: {} installed {shown}, but the file is missing", distribution.name)
                }
                None => format!("{} installed {shown}, but the file is missing", distribution.name),
            };
            finding.breaks = usize::from(is_module);
            finding.remedy = reinstall(facts, owner);
            finding.evidence.extend(
                distribution
                    .metadata
                    .as_ref()
                    .map(|metadata| Evidence::File { path: facts.survey.shown(metadata), what: "lists it" }),
            );
            findings.push(finding);
        }
    }
}

/// Would the import of a module find another file than this one: another build, or Python source?
pub(super) fn has_other_file(facts: &Facts, path: &VPath) -> bool {
    let Some(folder) = path.parent() else { return false };
    let name = path.file_name();
    let stem = name.split(|&byte| byte == b'.').next().unwrap_or_default();
    let python = facts.python();
    let endings =
        python.suffixes.iter().map(|suffix| suffix.to_vec()).chain([b".py".to_vec(), b"/__init__.py".to_vec()]);
    endings
        .map(|ending| [stem, &ending].concat())
        .filter(|other| other != name)
        .any(|other| facts.survey.world.fs().stat(&folder.join(other)).is_ok())
}

/// Is there a build of the same module for another Python?
fn has_other_build(facts: &Facts, path: &VPath) -> bool {
    let stem = |path: &VPath| path.file_name().split(|&byte| byte == b'.').next().unwrap_or_default().to_vec();
    let is_build = |item: &&VPath| tag_of(item.file_name()).is_some() && stem(item) == stem(path);
    facts.survey.items.iter().map(|item| &item.path).filter(is_build).any(|item| item.parent() == path.parent())
}
