//! A library is found only because Python code loads it, or a package that has it, beforehand.

use crate::command::Remedy;
use crate::diagnose::missing::{Missing, missing};
use crate::diagnose::{Evidence, Facts, Finding, Line, Rule, Severity, Spelled};
use crate::image::Name;
use crate::loader;
use crate::rule::RuleId;
use crate::vfs::VPath;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::LIBRARY_PRELOADED,
    title: "resolved only through a preload",
    severity: Severity::Info,
    why: "A name that the process has already is satisfied without any search. Packages rely on it: they import a \
          package that has the library, or load it with ctypes, before they import the module that needs it. It works, \
          and it stops working for tools that follow search paths alone (auditwheel, PyInstaller, Nuitka).",
    remedy: "No action needed. Tell a bundler or a repair tool about it: exclude the library there, or include the package \
             that has it.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for (name, missing) in missing(facts) {
        let Some((provider, line)) = preloader(facts, &name, &missing) else { continue };
        let Some((first, need, imports)) = missing.wanted.first() else { continue };
        let mut finding = Finding::about(facts, &RULE, Severity::Info, *first);
        let shown = facts.path(provider);
        let place = facts.survey.shown(&line.path);
        let name = missing.spelled(facts).unwrap_or(name);
        finding.subject = name.to_string();
        finding.node = facts.survey.graph.name(&name).or(finding.node);
        finding.files = missing.wanted.iter().map(|(file, _, _)| facts.path(*file)).collect();
        finding.files.dedup();
        finding.message = format!(
            "{name} is not on the search path of {}; {place}:{} loads {shown} first",
            finding.file, line.number
        );
        finding.remedy = Remedy::new(
            "no action needed; where a repair tool or bundler asks for it, exclude it or include its package",
        );
        finding.evidence = vec![
            Evidence::Line { path: place, number: line.number, text: line.text },
            Evidence::File { path: shown, what: "has the name" },
            Evidence::Need { file: *first, need: *need, import: imports.first().copied().unwrap_or(0) },
        ];
        findings.push(finding);
    }
}

/// The file that has a missing name, and the line of Python that brings it into the process before it is needed.
pub(super) fn preloader(facts: &Facts, name: &Name, missing: &Missing) -> Option<(FileId, Line)> {
    // The system's own copy is what code asks for by this name, and not another package's.
    if (loader::traits(&facts.survey.world.host.system).is_redistributable)(name) {
        return None;
    }
    let importers = importers(facts, missing);
    facts.providers(name).iter().filter(|&&provider| facts.is_loadable(provider)).find_map(|&provider| {
        let line = importers.iter().find_map(|&importer| evidence(facts, importer, name, provider))?;
        Some((provider, line))
    })
}

/// The files whose packages' code runs before the name is missed: those that are imported, and those that miss it.
fn importers(facts: &Facts, missing: &Missing) -> Vec<FileId> {
    let imported = missing.imports().into_iter().map(|import| facts.survey.imports[import].file);
    let mut files: Vec<FileId> = imported.chain(missing.wanted.iter().map(|(file, _, _)| *file)).collect();
    files.sort_by_cached_key(|&file| facts.path(file));
    files.dedup();
    files
}

fn evidence(facts: &Facts, importer: FileId, name: &Name, provider: FileId) -> Option<Line> {
    let folder = facts.package_folder(importer)?;
    let path = facts.survey.world.file(provider).path.clone();
    if let Some(line) = facts.sources.loading(&folder, &Spelled::of(path.file_name(), name)) {
        return Some(line);
    }
    // Importing a package loads its modules, and with them what they need.
    let importer_path = facts.survey.world.file(importer).path.clone();
    let module = facts.python().module_name(importer_path.file_name());
    let before = facts.sources.run_before(&folder, &importer_path, module);
    let bringing: Vec<usize> = facts.modules(facts.imports_loading(provider));
    let others = bringing.iter().filter_map(|&import| facts.package_folder(facts.survey.imports[import].file));
    let mut packages: Vec<VPath> = facts.package_folder(provider).into_iter().chain(others).collect();
    packages.retain(|package| *package != folder);
    packages.sort();
    packages.dedup();
    packages.iter().find_map(|package| before.importing(package.file_name())).or_else(|| {
        // A module of the same package that brings the library in, imported earlier.
        bringing.iter().map(|&import| facts.survey.imports[import].file).find_map(|file| {
            let path = facts.survey.world.file(file).path.clone();
            let is_sibling = file != importer && facts.package_folder(file).as_ref() == Some(&folder);
            before.importing_module(&path, is_sibling.then(|| facts.python().module_name(path.file_name()))??)
        })
    })
}
