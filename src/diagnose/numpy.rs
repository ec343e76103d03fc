//! Who asks for NumPy's C API, package by package: what the rules on NumPy judge, each its part.

use std::collections::{BTreeMap, BTreeSet};

use super::imports;
use super::source::Line;
use super::{Evidence, Facts, Finding, Rule, Severity};
use crate::command::Remedy;
use crate::discover::DistributionId;
use crate::graph::Presence;
use crate::image::{Answer, Name};
use crate::python::NamedImport;
use crate::survey::{CapiEdge, Provider};
use crate::vfs::VPath;

/// The capi_edges that a rule is about, by the distribution that brought who asks.
pub(super) fn by_owner<'a>(
    facts: &'a Facts,
    is_wanted: impl Fn(&CapiEdge) -> bool,
) -> BTreeMap<DistributionId, Vec<&'a CapiEdge>> {
    let mut by_owner = BTreeMap::<DistributionId, Vec<&CapiEdge>>::new();
    for capi_edge in facts.survey.numpy.capi_edges.iter().filter(|capi_edge| is_wanted(capi_edge)) {
        if let Some(owner) = facts.owner(capi_edge.file).filter(|_| facts.is_loadable(capi_edge.file)) {
            by_owner.entry(owner).or_default().push(capi_edge);
        }
    }
    by_owner
}

/// Those that get a certain answer.
pub(super) fn answered<'a>(facts: &'a Facts, answer: Answer) -> BTreeMap<DistributionId, Vec<&'a CapiEdge>> {
    by_owner(facts, |capi_edge| capi_edge.answer == answer)
}

/// One finding about the files of one distribution. `severity` is what it is where an import of them counts; imports that
/// a package makes only where they may fail make it a warning, unless it has no other module to make do with.
pub(super) fn finding(facts: &Facts, rule: &'static Rule, severity: Severity, capi_edges: &[&CapiEdge]) -> Finding {
    let imports: Vec<usize> =
        capi_edges.iter().flat_map(|capi_edge| facts.imports_loading(capi_edge.file)).copied().collect();
    let modules = facts.modules(&imports);
    let owner = facts.owner(capi_edges[0].file);
    let all = facts.survey.numpy.capi_edges.iter().filter(|capi_edge| facts.owner(capi_edge.file) == owner).count();
    let is_guarded = |&import: &usize| facts.optional(import).is_some();
    let is_optional = all > capi_edges.len() && !modules.is_empty() && modules.iter().all(is_guarded);
    let severity = if is_optional { severity.min(Severity::Warning) } else { severity };
    let mut finding = Finding::about(facts, rule, severity, capi_edges[0].file);
    finding.files = capi_edges.iter().map(|capi_edge| facts.path(capi_edge.file)).collect();
    let mut phrases: Vec<String> = capi_edges.iter().map(|capi_edge| capi_edge.binding.phrase()).collect();
    phrases.sort();
    phrases.dedup();
    let told = phrases.iter().map(|phrase| Evidence::Header { name: "asks by", value: Name::from(phrase) });
    finding.evidence.extend(told);
    // Only what fails at once is a broken import; the rest fails when somebody calls it.
    if severity == Severity::Error && asks_at_import(capi_edges) {
        finding = finding.breaking(facts, &imports);
    }
    finding
}

/// Does a distribution say what it requires, and NumPy not among it? Then only a program that hands it arrays needs NumPy,
/// and imports it itself.
pub(super) fn does_without(facts: &Facts, owner: DistributionId) -> bool {
    let distribution = facts.survey.distributions.get(owner);
    !distribution.version.is_empty() && !facts.survey.requires(owner, "numpy")
}

/// Does no Python code of the packages name NumPy, so that only the compiled code asks for it?
pub(super) fn is_hidden(facts: &Facts, capi_edges: &[&CapiEdge]) -> bool {
    let mut folders: Vec<VPath> =
        capi_edges.iter().filter_map(|capi_edge| facts.package_folder(capi_edge.file)).collect();
    folders.sort();
    folders.dedup();
    let names = |folder: &VPath| facts.sources.imports_package(folder, "numpy");
    // A module beside the packages has no code of its own; what lies in a folder of libraries has none either.
    !folders.is_empty() && !folders.iter().any(names)
}

/// Does any of them ask when it is imported?
pub(super) fn asks_at_import(capi_edges: &[&CapiEdge]) -> bool {
    capi_edges.iter().any(|capi_edge| capi_edge.at_import)
}

/// What happens to code that gets nothing; `line` is that of Python code which asks for NumPy before.
pub(super) fn fails_at(capi_edges: &[&CapiEdge], line: Option<&(Line, String)>) -> &'static str {
    // Modules that may go on decide only where no other is there.
    let goes_on = capi_edges.iter().all(|capi_edge| capi_edge.binding.may_go_on() || !capi_edge.at_import);
    match (line.is_some() || asks_at_import(capi_edges), goes_on && line.is_none()) {
        (true, false) => "its import fails",
        (true, true) => "its import fails, or goes on and it crashes at its first use of an array",
        (false, _) => "it loads, and fails at its first use of an array",
    }
}

/// Says of a finding that Python code fails first, and where.
pub(super) fn at_import(facts: &Facts, mut finding: Finding, capi_edges: &[&CapiEdge], line: Line) -> Finding {
    let path = facts.survey.shown(&line.path);
    finding.evidence.push(Evidence::Line { path, number: line.number, text: line.text });
    let imports: Vec<usize> =
        capi_edges.iter().flat_map(|capi_edge| facts.imports_loading(capi_edge.file)).copied().collect();
    finding.severity = Severity::Error;
    finding.breaking(facts, &imports)
}

/// `pandas 2.1.4`, and how many files of it where there are several.
pub(super) fn who(facts: &Facts, owner: DistributionId, capi_edges: &[&CapiEdge]) -> String {
    let distribution = facts.survey.distributions.get(owner);
    let name = format!("{} {}", distribution.name, distribution.version);
    match capi_edges {
        [capi_edge] => format!("{} of {}", facts.path(capi_edge.file), name.trim_end()),
        capi_edges => format!("{} ({} files)", name.trim_end(), capi_edges.len()),
    }
}

/// `NumPy 2.1`
pub(super) fn spoken(provider: &Provider) -> String {
    match (provider.release, provider.abi) {
        (Some((major, minor)), _) => format!("NumPy {major}.{minor}"),
        (None, Some(abi)) => format!("NumPy {abi}"),
        (None, None) => "NumPy".into(),
    }
}

/// The NumPy that is there.
pub(super) fn provider<'a>(facts: &Facts<'a>) -> Option<&'a Provider> {
    facts.survey.numpy.provider.as_ref()
}

/// What is missing where NumPy's C API has no provider.
pub(super) fn lack(facts: &Facts) -> String {
    match provider(facts) {
        Some(provider) => {
            format!("{} has no extension module _multiarray_umath", facts.survey.shown(&provider.folder))
        }
        None => "NumPy is not installed".into(),
    }
}

/// The very option that makes a bundler take a module along: the one that made the bundle, else the one which was asked
/// about; none where there is neither.
pub(super) fn name_to_bundler(facts: &Facts, first: &str, module: &str) -> Option<Remedy> {
    if let Some(bundle) = &facts.survey.target.bundle {
        let text = format!("build the bundle again, and name the module to {}", bundle.bundler.word());
        return Some(Remedy::new(text).fix(bundle.bundler.module(module)));
    }
    let bundler = facts.survey.target.overrides.tool?.bundler()?;
    let text = format!("{first}; or name the module to {}", bundler.word());
    Some(Remedy::new(text).fix(bundler.module(module)))
}

/// The line of Python code by which the import of a distribution's packages fails for want of NumPy or one of its modules,
/// and the module that it wants; none where every line that certainly runs gets what it imports.
pub(super) fn failing_line(facts: &Facts, capi_edges: &[&CapiEdge]) -> Option<(Line, String)> {
    // Before a module runs the `__init__.py` of every package that it is in.
    let mut packages = BTreeMap::<VPath, BTreeSet<VPath>>::new();
    for capi_edge in capi_edges {
        let Some(top) = facts.package_folder(capi_edge.file) else { continue };
        let path = facts.survey.world.file(capi_edge.file).path.clone();
        let above = std::iter::successors(path.parent(), VPath::parent).take_while(|folder| folder.starts_with(&top));
        packages.entry(top.clone()).or_default().extend(above);
    }
    let lacking = |named: &NamedImport| lacking(facts, named);
    let fs = facts.survey.world.fs();
    packages.iter().find_map(|(top, folders)| imports::first(fs, top, folders, &lacking))
}

/// The module of NumPy that a statement asks for in vain.
fn lacking(facts: &Facts, named: &NamedImport) -> Option<String> {
    let (is_absent, module) = (|name: &str| facts.survey.python_module(name) == Presence::Absent, &*named.module);
    if named.level > 0 || module != "numpy" && !module.starts_with("numpy.") {
        return None;
    }
    match provider(facts) {
        None => return is_absent("numpy").then(|| "numpy".to_owned()),
        Some(Provider { lacks: Some(lacks), .. }) => return Some((*lacks).to_owned()),
        Some(_) => {}
    }
    let outer = module.match_indices('.').map(|(at, _)| &module[..at]).chain([module]);
    if let Some(absent) = outer.into_iter().find(|name| is_absent(name)) {
        return Some(absent.to_owned());
    }
    // NumPy 2 names its old package among all its names, and fetches it when they are taken.
    let takes_core = module == "numpy" && named.taken.iter().flatten().any(|name| matches!(&**name, "*" | "core"));
    (takes_core && is_absent("numpy.core")).then(|| "numpy.core".to_owned())
}

/// Is NumPy whole, as far as other packages' Python code is known to ask? Where it is, no source need be read.
pub(super) fn is_whole(facts: &Facts) -> bool {
    const ASKED_FOR: [&str; 4] = ["numpy", "numpy.core", "numpy.core.multiarray", "numpy.core.umath"];
    let is_absent = |name: &&str| facts.survey.python_module(name) == Presence::Absent;
    provider(facts).is_none_or(|provider| provider.lacks.is_none()) && !ASKED_FOR.iter().any(is_absent)
}
