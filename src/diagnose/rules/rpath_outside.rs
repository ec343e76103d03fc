//! A search path leads out of the environment.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::command::templates::SET_RPATH;
use crate::diagnose::remedies::{argument, unpacked};
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::image::Name;
use crate::loader::{Resolution, Step};
use crate::rule::RuleId;
use crate::vfs::VPath;
use crate::world::{FileId, World};

pub(super) static RULE: Rule = Rule {
    id: RuleId::RPATH_OUTSIDE,
    title: "RPATH points outside the environment",
    severity: Severity::Warning,
    why: "An absolute DT_RPATH or DT_RUNPATH, or one that climbs out with “..”, is mostly left over from the machine that \
          built the file. It is harmless while nothing is there; where something is, a library of that machine is loaded \
          instead of the one that was tested, and on other machines it is missing.",
    remedy: "Write a path that starts at $ORIGIN, or remove the entry.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let mut by_entry = BTreeMap::<(bool, Name), Vec<FileId>>::new();
    for (_, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(image) = &content.image else { continue };
        let Some(list) = image.runpath.as_ref().or(image.rpath.as_ref()) else { continue };
        for entry in list.split(|&byte| byte == b':').filter(|entry| !entry.is_empty()) {
            if let Some(directory) = outside(facts, &content.path, entry) {
                let decides = decides(facts, file, &directory);
                by_entry.entry((decides, Name::from(entry))).or_default().push(file);
            }
        }
    }
    for ((decides, entry), files) in by_entry {
        findings.push(finding(facts, decides, &entry, &files));
    }
}

/// The directory that an entry means, where that is neither in the environment nor its interpreter's.
fn outside(facts: &Facts, path: &VPath, entry: &[u8]) -> Option<VPath> {
    let origin = path.parent()?;
    let text = entry.to_vec();
    let replaced = [&b"${ORIGIN}"[..], b"$ORIGIN"].iter().find_map(|token| {
        let rest = text.strip_prefix(*token)?;
        Some(VPath::new([origin.as_bytes(), rest].concat()))
    });
    let directory = replaced.unwrap_or_else(|| VPath::new(&text)).folded();
    // Relative to the working directory, or with a token that only the loader knows.
    if !directory.is_absolute() || entry.contains(&b'$') && !entry.starts_with(b"$") {
        return None;
    }
    let own =
        facts.python().library.iter().filter_map(|library| library.parent()).any(|lib| directory.starts_with(&lib));
    let walked = std::iter::once(&facts.survey.target.root).chain(&facts.survey.target.walk);
    let is_inside = walked.into_iter().any(|root| directory.starts_with(root));
    // A library that stands alone is shown relative to its folder; where that lies is nobody's fault.
    (!is_inside && !own && !facts.survey.is_single()).then_some(directory)
}

/// Does the loader take a library from there?
fn decides(facts: &Facts, file: FileId, directory: &VPath) -> bool {
    let world: &World = &facts.survey.world;
    let Some(node) = facts.survey.graph.file(file) else { return false };
    let real = |directory: &VPath| world.directory(directory).map(|directory| directory.path().clone());
    facts.survey.graph.needs(node).iter().any(|(_, edge)| match &edge.resolution {
        Resolution::Found { opened, step: Step::Rpath | Step::Runpath, .. } => {
            opened.parent().is_some_and(|parent| real(&parent) == real(directory))
        }
        _ => false,
    })
}

fn finding(facts: &Facts, decides: bool, entry: &Name, files: &[FileId]) -> Finding {
    let severity = if decides { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::about(facts, &RULE, severity, files[0]);
    finding.files = files.iter().map(|&file| facts.path(file)).collect();
    finding.subject = entry.to_string();
    let who = finding.who(files.len());
    finding.message = match decides {
        true => {
            let takes = if files.len() > 1 { "take" } else { "takes" };
            format!("{who} {takes} libraries from {entry}, outside the environment")
        }
        false => {
            let has = if files.len() > 1 { "have" } else { "has" };
            format!("{who} {has} the search path {entry}, outside the environment; nothing is loaded from there")
        }
    };
    let command = SET_RPATH.with(&[&argument(facts, &facts.survey.world.file(files[0]).path)]);
    finding.remedy = Remedy::new(format!("write a path that starts at $ORIGIN{}", unpacked(facts))).fix(command);
    finding.evidence.push(Evidence::Header { name: "rpath", value: entry.clone() });
    finding
}
