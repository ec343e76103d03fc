//! What several formats say of a scan: how many there are of what, which imports fail, the places that were tried.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::diagnose::install_name::InstallName;
use crate::diagnose::{Finding, Severity};
use crate::discover::Role;
use crate::graph::{Node, NodeId};
use crate::image::{Format, Name};
use crate::imports::ImportVerdict;
use crate::loader::{Probe, Verdict};
use crate::printable::bounded;
use crate::scan::Scan;
use crate::survey::{ImportKind, ImportOf};
use crate::vfs::VPath;
use crate::world::{FileId, System};

/// How many there are.
pub struct Counts {
    pub modules: usize,
    /// Modules whose import will fail.
    pub failing: usize,
    /// Modules whose import will fail where their package does without.
    pub optional: usize,
    pub libraries: usize,
    /// Native files of the environment.
    pub files: usize,
    /// Distributions with native files.
    pub distributions: usize,
    /// Errors; those that have one cause count as one.
    pub causes: usize,
}

impl Counts {
    pub fn of(scan: &Scan) -> Counts {
        let optional = match scan.outcomes.rows.is_empty() {
            true => optional(scan),
            false => {
                let accused = accused(scan);
                fails(scan).filter(|module| !accused.contains(module)).count()
            }
        };
        let failing = failing_modules(scan).len();
        let files = || scan.graph.nodes().filter(|(_, node)| matches!(node, Node::File { .. }));
        let is_library = |node: &Node| matches!(node, Node::File { role: Role::Library, .. });
        let has_files = |&&node: &&NodeId| !scan.graph.contents(node).is_empty();
        Counts {
            modules: scan.modules() + unseen(scan),
            failing: failing + unseen(scan),
            optional,
            libraries: files().filter(|(_, node)| is_library(node)).count(),
            files: files().count(),
            distributions: scan.graph.distributions().iter().filter(has_files).count(),
            causes: by_cause(scan, Severity::Error).len(),
        }
    }
}

/// The findings of a severity by their causes: those that share one are together, in the order of the first.
pub(super) fn by_cause(scan: &Scan, severity: Severity) -> Vec<Vec<&Finding>> {
    let mut causes: Vec<Vec<&Finding>> = Vec::new();
    for finding in scan.findings.iter().filter(|finding| finding.severity == severity) {
        let shared = finding.shared_cause();
        let is_same =
            |cause: &&mut Vec<&Finding>| (cause[0].rule.id, cause[0].shared_cause()) == (finding.rule.id, shared);
        match shared.and_then(|_| causes.iter_mut().find(is_same)) {
            Some(cause) => cause.push(finding),
            None => causes.push(vec![finding]),
        }
    }
    causes
}

/// The imports of modules, with their places.
fn modules(scan: &Scan) -> impl Iterator<Item = (usize, &ImportOf)> {
    scan.imports.iter().enumerate().filter(|(_, import)| import.module().is_some())
}

/// The native modules whose import fails by an error, as every face counts and marks them.
pub fn failing_modules(scan: &Scan) -> BTreeSet<&str> {
    if scan.outcomes.rows.is_empty() {
        return failing(scan).into_iter().filter_map(ImportOf::module).collect();
    }
    let accused = accused(scan);
    fails(scan).filter(|module| accused.contains(module)).collect()
}

/// The native modules whose import was simulated and fails.
fn fails(scan: &Scan) -> impl Iterator<Item = &str> {
    let rows = scan.outcomes.rows.iter().filter(|row| row.is_extension && row.verdict == ImportVerdict::Fails);
    rows.map(|row| row.module.as_str())
}

/// What fails by an error.
fn accused(scan: &Scan) -> FxHashSet<&str> {
    let errors = scan.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.flat_map(|finding| &finding.broken).map(String::as_str).collect()
}

/// The imports that an error says will fail, where none was simulated. One that fails only where its package does without is not among them.
fn failing(scan: &Scan) -> Vec<&ImportOf> {
    let breaks = |finding: &&Finding| finding.severity == Severity::Error && finding.breaks > 0;
    let errors = || scan.findings.iter().filter(breaks);
    let files: FxHashSet<&VPath> = errors().flat_map(|finding| finding.files.iter().chain([&finding.file])).collect();
    let accused: FxHashSet<usize> = errors().flat_map(|finding| finding.imports.iter().copied()).collect();
    let fails =
        |(index, import): &(usize, &ImportOf)| accused.contains(index) || files.contains(&own_file(scan, import));
    modules(scan).filter(fails).map(|(_, import)| import).collect()
}

/// How many modules cannot be imported though the loader never gets to see a file of theirs: gone, or for another
/// Python.
fn unseen(scan: &Scan) -> usize {
    let is_unseen = |finding: &&Finding| {
        let names_none = finding.imports.is_empty() && finding.broken.is_empty();
        finding.severity == Severity::Error && finding.breaks > 0 && names_none
    };
    scan.findings.iter().filter(is_unseen).map(|finding| finding.breaks).sum()
}

/// How many imports fail only where their packages do without.
fn optional(scan: &Scan) -> usize {
    let unmet = modules(scan).filter(|(_, import)| !import.loads.unmet.is_empty());
    let failing: FxHashSet<&VPath> = failing(scan).into_iter().map(|import| &import.opened).collect();
    unmet.filter(|(_, import)| !failing.contains(&import.opened) && is_warned_of(scan, import)).count()
}

fn is_warned_of(scan: &Scan, import: &ImportOf) -> bool {
    scan.findings.iter().any(|finding| {
        finding.severity == Severity::Warning
            && finding
                .imports
                .iter()
                .any(|&index| scan.imports.get(index).is_some_and(|other| other.file == import.file))
    })
}

/// The imports that a finding breaks, by their names; packages first, as these are what people import.
pub(super) fn broken_by(scan: &Scan, finding: &Finding) -> Vec<String> {
    if !finding.broken.is_empty() {
        return finding.broken_packages_first().into_iter().cloned().collect();
    }
    let imports = finding.imports.iter().filter_map(|&index| scan.imports.get(index));
    imports.map(|import| import_name(scan, import)).collect()
}

fn own_file(scan: &Scan, import: &ImportOf) -> VPath {
    scan.shown(&scan.world.file(import.file).path)
}

/// What an import is called: the dotted name of a module, the path of everything else.
pub(super) fn import_name(scan: &Scan, import: &ImportOf) -> String {
    match &import.kind {
        ImportKind::Module(name) => name.clone(),
        ImportKind::Interpreter => "the interpreter".into(),
        ImportKind::Program | ImportKind::Alone => scan.shown(&import.opened).to_string(),
    }
}

/// Where a probe looked, as it is shown.
pub(super) fn located(scan: &Scan, probe: &Probe) -> Option<VPath> {
    // `$ORIGIN/../lib` stands for a folder that a person knows by its plain name.
    probe.path.as_ref().map(|path| scan.shown(&path.folded()))
}

/// The system that judges: `glibc 2.36`.
pub(super) fn system(scan: &Scan) -> String {
    match &scan.world.host.system {
        System::Glibc(glibc) => match glibc.version {
            Some((major, minor)) => format!("glibc {major}.{minor}"),
            None => "glibc".into(),
        },
        // What runs on a Mac depends on its processor and its release, as on Linux on the C library's.
        System::Dyld(dyld) => {
            let release = dyld.release.map_or_else(String::new, |release| format!(" {release}"));
            let arch = scan.world.host.arch.map_or_else(String::new, |arch| format!(" {}", arch.word(Format::MachO)));
            format!("macOS{release}{arch}")
        }
        System::Windows(_) => {
            let arch = scan.world.host.arch.map_or_else(String::new, |arch| format!(" {}", arch.word(Format::Pe)));
            format!("Windows{arch}")
        }
        _ => scan.system_word().into(),
    }
}

/// Why nothing is said of what loads; none where it is judged.
pub(super) fn not_judged(scan: &Scan) -> Option<String> {
    Some(format!("not judged: {}", scan.target.why_unjudged()?))
}

/// Not all is known of what is shown.
pub(super) const STOPPED_EARLY: &str = "stopped early: not everything was read";

/// What it means that there is no finding.
pub(super) fn nothing_found(scan: &Scan) -> String {
    match not_judged(scan) {
        Some(sentence) => sentence,
        None if scan.is_partial => STOPPED_EARLY.to_owned(),
        None => "Nothing is wrong.".to_owned(),
    }
}

/// How many modules would fail, or that nobody knows.
pub(super) fn would_fail(scan: &Scan, counts: &Counts) -> String {
    match scan.target.unjudged() {
        Some(_) => "not judged".to_owned(),
        None => format!("{} would fail", counts.failing),
    }
}

/// By which mechanism a place was tried for a file, with the file whose header it is.
pub fn mechanism(scan: &Scan, by: FileId, probe: &Probe) -> String {
    let name = Name::from(scan.world.file(by).path.file_name()).to_string();
    probe.step.of(stem(&name))
}

/// A name without what stands in the name of every module's file.
fn stem(name: &str) -> &str {
    let end = [".cpython-", ".abi3.", ".cp3", ".pypy3"].iter().filter_map(|ending| name.find(ending)).min();
    &name[..end.unwrap_or(name.len())]
}

/// Lines for the places that were tried for a file: mechanism, path, verdict, in columns; at most `most`, the telling
/// ones first to stay.
pub(super) fn lines(scan: &Scan, by: FileId, probes: &[Probe], most: usize) -> Vec<String> {
    let kept = telling(probes, most);
    let cells: Vec<(String, String, String)> = kept
        .iter()
        .map(|&index| {
            let probe = &probes[index];
            let path = located(scan, probe).map_or_else(|| "-".to_owned(), bounded);
            (bounded(mechanism(scan, by, probe)), path, bounded(probe.verdict.phrase()))
        })
        .collect();
    let steps = cells.iter().map(|(step, _, _)| step.chars().count()).max().unwrap_or_default();
    let paths = cells.iter().map(|(_, path, _)| path.chars().count().min(72)).max().unwrap_or_default();
    let mut lines: Vec<String> =
        cells.iter().map(|(step, path, verdict)| format!("{step:steps$}  {path:paths$}  {verdict}")).collect();
    if probes.len() > kept.len() {
        lines.push(format!("and {} more", probes.len() - kept.len()));
    }
    lines
}

/// The places worth showing, in order: those where something was, then the first of each step, then the rest; last
/// those that were tried before, and those made for one kind of processor.
fn telling(probes: &[Probe], most: usize) -> Vec<usize> {
    let (mut steps, mut paths) = (FxHashSet::default(), FxHashSet::default());
    let mut ranked: Vec<(u8, usize)> = probes
        .iter()
        .enumerate()
        .map(|(index, probe)| {
            let is_variant = probe.path.as_ref().is_some_and(|path| path.to_string().contains("/glibc-hwcaps/"));
            let is_again = probe.path.as_ref().is_some_and(|path| !paths.insert(path.folded()));
            let rank = match &probe.verdict {
                Verdict::Missing if is_variant || is_again => 3,
                Verdict::Missing => 2 - u8::from(steps.insert(probe.step)),
                _ => 0,
            };
            (rank, index)
        })
        .collect();
    ranked.sort();
    let mut kept: Vec<usize> = ranked.into_iter().take(most).map(|(_, index)| index).collect();
    kept.sort();
    kept
}

/// What a node is called in a list: a module by its dotted name, a distribution with its version.
pub(super) fn title(scan: &Scan, node: NodeId) -> String {
    match scan.graph.node(node) {
        Node::File { role: Role::Module(name), .. } => name.clone(),
        Node::Distribution(_) => distribution_title(scan, node),
        _ => scan.label(node),
    }
}

/// `numpy 1.26.4`
pub(super) fn distribution_title(scan: &Scan, node: NodeId) -> String {
    let Node::Distribution(id) = scan.graph.node(node) else { return scan.label(node) };
    let distribution = scan.distributions.get(*id);
    format!("{} {}", distribution.name, distribution.version).trim_end().to_owned()
}

/// The install name of a node's file, where it is not the file's own.
pub(super) fn nonstandard(scan: &Scan, node: NodeId) -> Option<InstallName> {
    InstallName::nonstandard(scan, scan.file_of(node)?)
}
