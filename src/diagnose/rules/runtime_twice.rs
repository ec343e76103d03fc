//! Two copies of one runtime come into one process.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::loader;
use crate::rule::RuleId;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::RUNTIME_TWICE,
    title: "duplicate runtime library",
    severity: Severity::Warning,
    why: "Some libraries keep state for the whole process: a thread pool (OpenMP), random numbers and error queues \
          (OpenSSL), exceptions and streams (libstdc++), an event loop (Qt). Two files with one soname (on Windows, one file \
          name): the copy that is loaded first serves all. Two with different names (repair tools add a hash): both are loaded, each with a \
          state of its own; with OpenMP that can hang or crash.",
    remedy: "Mostly harmless. Where it is not: import the package whose copy should win first, or install packages that \
             share one copy (conda-forge).",
    check,
};

/// The start of the library's name, hash or version cut off, and what a person calls the runtime.
const FAMILIES: [(&str, &str); 13] = [
    ("libiomp5md", "OpenMP"),
    ("vcomp140", "OpenMP"),
    ("Qt5Core", "Qt"),
    ("Qt6Core", "Qt"),
    ("libgomp", "OpenMP"),
    ("libiomp5", "OpenMP"),
    ("libomp", "OpenMP"),
    ("libcrypto", "OpenSSL"),
    ("libssl", "OpenSSL's TLS"),
    ("libstdc++", "the C++ runtime"),
    ("libQt5Core", "Qt"),
    ("libQt6Core", "Qt"),
    ("libtbb", "TBB"),
];

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let mut in_one = BTreeMap::<Vec<FileId>, (&str, Vec<usize>)>::new();
    let mut in_all = BTreeMap::<&str, BTreeMap<FileId, Vec<usize>>>::new();
    for (index, import) in facts.survey.imports.iter().enumerate().filter(|&(index, _)| facts.is_module(index)) {
        let mut copies = BTreeMap::<&str, Vec<FileId>>::new();
        for &file in &import.loads.loads {
            if let Some(family) = family(facts, file) {
                copies.entry(family).or_default().push(file);
                in_all.entry(family).or_default().entry(file).or_default().push(index);
            }
        }
        for (family, files) in copies.into_iter().filter(|(_, files)| files.len() > 1) {
            in_one.entry(files).or_insert((family, Vec::new())).1.push(index);
        }
    }
    for (files, (family, imports)) in &in_one {
        findings.push(finding(facts, Severity::Warning, family, files, imports));
    }
    for (family, copies) in in_all {
        let mut files: Vec<FileId> = copies.keys().copied().collect();
        files.sort_by_key(|&file| facts.path(file));
        let is_told = in_one.values().any(|(told, _)| *told == family);
        // The system's copy alone, or one that all share, is as it should be.
        if files.len() > 1 && !is_told {
            findings.push(finding(facts, Severity::Info, family, &files, &[]));
        }
    }
}

fn family(facts: &Facts, file: FileId) -> Option<&'static str> {
    let path = facts.survey.world.file(file).path.clone();
    let name = path.file_name();
    FAMILIES.iter().find_map(|(start, family)| {
        let rest = name.strip_prefix(start.as_bytes())?;
        matches!(rest.first(), Some(b'.' | b'-')).then_some(*family)
    })
}

fn finding(facts: &Facts, severity: Severity, family: &str, files: &[FileId], imports: &[usize]) -> Finding {
    let mut paths: Vec<_> = files.iter().map(|&file| facts.path(file)).collect();
    let world = &facts.survey.world;
    let traits = loader::traits(&world.host.system);
    let name = |file: &FileId| loader::known_as(&world.host.system, &world.file(*file));
    let shares_name = files.iter().all(|file| name(file).is_some() && name(file) == name(&files[0]));
    let mut finding = Finding::about(facts, &RULE, severity, files[0]);
    // In one import the order of loading is known; across imports it is the person's.
    if imports.is_empty() {
        paths.sort();
    }
    let list: Vec<String> = paths.iter().map(ToString::to_string).collect();
    let wins = match (imports.is_empty(), shares_name) {
        (_, true) => format!(
            "they share a {}, so the copy loaded first ({}) serves all",
            traits.library_name,
            if imports.is_empty() { "by whichever is imported first" } else { &list[0] }
        ),
        (false, false) => format!("both are loaded, {} first; each keeps a state of its own", list[0]),
        (true, false) => "imported together, each keeps a state of its own".into(),
    };
    finding.subject = family.to_owned();
    let scope = match imports.first() {
        Some(&import) => match &facts.survey.imports[import].kind {
            crate::survey::ImportKind::Module(name) => format!("import {name} loads"),
            _ => "one import loads".into(),
        },
        None => "the environment has".into(),
    };
    finding.message = format!("{scope} {} copies of {family}: {}; {wins}", list.len(), list.join(", "));
    finding.remedy = Remedy::new("no action needed unless it hangs or crashes; then let all share one copy");
    finding.evidence = paths.iter().map(|path| Evidence::File { path: path.clone(), what: "a copy" }).collect();
    finding.file = paths[0].clone();
    finding.files = paths;
    finding
}
