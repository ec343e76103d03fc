//! A file is called like an extension module, and has not the function that Python would call.

use crate::diagnose::remedies::reinstall;
use crate::diagnose::{Evidence, Facts, Finding, Line, Rule, Severity};
use crate::discover::Role;
use crate::rule::RuleId;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::INIT_FUNCTION_MISSING,
    title: "module has no init function",
    severity: Severity::Error,
    why: "Python calls PyInit_NAME of the file NAME.….so (PEP 489), from 3.15 on PyModExport_NAME before it (PEP 793); \
          names that are not ASCII are spelled in punycode (PyInitU_). A file \
          that was renamed, or built for another name, defines another: “dynamic module does not define module export \
          function”. Files that ctypes or cffi open have none and need none, whatever they are called; nor does a file that code loads \
          by its path under another name (ExtensionFileLoader).",
    remedy: "Give the file the name that it was built for, or build it for its name.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let python = facts.python();
    for (_, file, role, owner) in facts.files() {
        let path = facts.survey.world.file(file).path.clone();
        let Some(stem) = python.module_name(path.file_name()).filter(|_| *role == Role::Library) else { continue };
        if !facts.is_loadable(file) {
            continue;
        }
        let wanted = python.init_function(stem);
        let others = facts.survey.init_functions(file);
        // It has what it is called after, and lies where Python does not import from: a copy. A package that is one compiled
        // file is imported by the name of its folder.
        let folder = path.parent().filter(|_| stem == "__init__");
        let of_package = folder.map(|folder| python.init_function(&String::from_utf8_lossy(folder.file_name())));
        if [Some(&wanted), of_package.as_ref()]
            .into_iter()
            .flatten()
            .any(|own| others.iter().any(|name| **name == *own.as_bytes()))
        {
            continue;
        }
        let is_plain = path.file_name().len() == stem.len() + 3;
        let imported = imported(facts, file, stem);
        // A library called as libraries are is one, whatever else it has inside.
        let is_likely = imported.is_some() || !others.is_empty() && !is_plain;
        // The package's sources are read for few files: most are libraries.
        if !is_likely || imported.is_none() && is_loaded_by_path(facts, file) {
            continue;
        }
        let severity = if imported.is_some() { Severity::Error } else { Severity::Warning };
        let mut finding = Finding::about(facts, &RULE, severity, file);
        finding.subject.clone_from(&wanted);
        let has = match &others[..] {
            [] => String::new(),
            [first, ..] => format!(" (it defines {first})"),
        };
        finding.message = match &imported {
            Some(line) => format!(
                "{} has no function {wanted}{has}: {}:{} imports it, and fails",
                finding.file,
                facts.survey.shown(&line.path),
                line.number
            ),
            None => format!("{} has no function {wanted}{has}: Python cannot import it by its name", finding.file),
        };
        finding.breaks = usize::from(imported.is_some());
        finding.remedy = reinstall(facts, owner);
        if let Some(Line { path, number, text }) = imported {
            finding.evidence.push(Evidence::Line { path: facts.survey.shown(&path), number, text });
        }
        finding.evidence.extend(others.into_iter().take(5).map(|value| Evidence::Header { name: "defines", value }));
        findings.push(finding);
    }
}

/// Does code of a file's package load modules by their path, whatever they are called?
fn is_loaded_by_path(facts: &Facts, file: FileId) -> bool {
    const WAYS: [&[u8]; 4] = [b"ExtensionFileLoader", b"spec_from_file_location", b"create_dynamic", b"load_dynamic"];
    facts.package_folder(file).is_some_and(|folder| facts.sources.mentioned(&folder, &WAYS).contains(&true))
}

/// The line that imports the file outright, where nothing else has that name.
fn imported(facts: &Facts, file: FileId, stem: &str) -> Option<Line> {
    let path = facts.survey.world.file(file).path.clone();
    let folder = path.parent()?;
    let fs = facts.survey.world.fs();
    let has_other = [folder.join(format!("{stem}.py")), folder.join(stem)].iter().any(|other| fs.stat(other).is_ok());
    let package = facts.package_folder(file).filter(|_| !has_other)?;
    facts.sources.outright_import(&package, &path, stem)
}
