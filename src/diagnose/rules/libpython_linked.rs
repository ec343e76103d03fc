//! An extension module names libpython among its needs.

use std::collections::BTreeMap;

use crate::command::Remedy;
use crate::diagnose::stable_abi::is_python;
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::{DistributionId, Kind, Role};
use crate::image::{Format, Name};
use crate::loader::Resolution;
use crate::rule::RuleId;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::LIBPYTHON_LINKED,
    title: "module linked against libpython",
    severity: Severity::Warning,
    why: "An extension module takes Python's API from the interpreter that imports it, and need not name libpython. \
          Where it does, it loads only with interpreters that bring that very file; with one that has Python built in \
          (Debian's, conda's, python-build-standalone's) it fails, or loads a second Python into the process, and \
          crashes. manylinux forbids it (PEP 513). Programs that embed Python do need it.",
    remedy: "Build without -lpython (setuptools and meson leave it out; CMake: Python_add_library or Python::Module).",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let mut by_owner = BTreeMap::<(Severity, DistributionId), Vec<(FileId, usize)>>::new();
    for (node, file, role, owner) in facts.files() {
        let content = facts.survey.world.file(file);
        // On Windows every module names python3x.dll.
        let Some(image) = content.image.as_ref().filter(|image| image.format != Format::Pe) else { continue };
        let Some(need) = image.needs.iter().position(|need| is_python(&need.name)) else { continue };
        if !matches!(role, Role::Module(_)) {
            continue;
        }
        let needs = facts.survey.graph.needs(node);
        let Some((_, edge)) = needs.into_iter().find(|(_, edge)| edge.need == need) else { continue };
        let is_own = edge.resolution.file().is_some_and(|library| is_interpreter_s(facts, library));
        let severity = match &edge.resolution {
            _ if is_own => Severity::Info,
            // What is not found is told by another rule; a wheel by itself has no interpreter to find.
            Resolution::Missing | Resolution::Refused { .. } if facts.survey.target.kind != Kind::Wheel => continue,
            _ => Severity::Warning,
        };
        by_owner.entry((severity, owner)).or_default().push((file, need));
    }
    for ((severity, owner), files) in by_owner {
        findings.push(finding(facts, severity, owner, &files));
    }
}

/// Has the interpreter loaded this library for itself?
fn is_interpreter_s(facts: &Facts, library: FileId) -> bool {
    let start = facts.survey.imports.iter().find(|import| import.kind == crate::survey::ImportKind::Interpreter);
    start.is_some_and(|start| start.loads.loads.contains(&library))
}

fn finding(facts: &Facts, severity: Severity, owner: DistributionId, files: &[(FileId, usize)]) -> Finding {
    let (file, need) = files[0];
    let name =
        facts.survey.world.file(file).image.as_ref().map_or_else(Name::default, |image| image.needs[need].name.clone());
    let mut finding = Finding::about(facts, &RULE, severity, file);
    finding.files = files.iter().map(|(file, _)| facts.path(*file)).collect();
    finding.subject = name.to_string();
    let who = match files {
        [_] => finding.file.to_string(),
        files => {
            format!("{} ({} files)", facts.survey.distributions.get(owner).pinned().replace("==", " "), files.len())
        }
    };
    let what = match severity {
        Severity::Info => "which this interpreter is: with one that has Python built in it fails",
        _ => "which the interpreter need not be: it fails, or loads a second Python into the process",
    };
    finding.message = format!("{who} is linked against {name}, {what}");
    finding.remedy = Remedy::new("build it without linking libpython");
    let import = facts.imports_loading(file).first().copied();
    finding.evidence.extend(import.map(|import| Evidence::Need { file, need, import }));
    finding
}
