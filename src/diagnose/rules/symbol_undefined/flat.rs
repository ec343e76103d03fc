//! Symbols that a file for macOS looks up in everything that is loaded, and that nothing there defines.
//!
//! The linker marks a symbol so where it found it in none of the libraries that it was given (`-undefined dynamic_lookup`,
//! which Python's build tools pass for the sake of Python's own symbols): the library was missing from that build, or was
//! made for another processor. Installing the same wheel again changes nothing, and no other package belongs to it.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use crate::bind::demangled;
use crate::command::Remedy;
use crate::command::templates::PIP_UPGRADE;
use crate::diagnose::remedies::reinstall;
use crate::diagnose::{Evidence, Facts, Finding, Severity};
use crate::discover::{DistributionId, Kind, normalized};
use crate::image::{Format, Name};
use crate::survey::FlatSymbols;
use crate::vfs::VPath;
use crate::world::FileId;

use super::{RULE, more};

/// Packages whose libraries others look up without naming them, once they are imported.
const HOSTS: [&str; 8] = ["torch", "tensorflow", "jaxlib", "pyarrow", "vtk", "paddlepaddle", "mxnet", "mpi4py"];
/// Packages that bring OpenMP's run-time library and load it when they are imported.
const OPENMP_HOSTS: [&str; 6] = ["scikit-learn", "lightgbm", "xgboost", "faiss-cpu", "llvm-openmp", "intel-openmp"];

pub(super) fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let mut by_file = BTreeMap::<VPath, Vec<FlatSymbols>>::new();
    for lacking in facts.survey.unbound_flat() {
        let root = facts.survey.imports[lacking.import].file;
        if facts.is_loadable(root) && facts.is_loadable(lacking.file) {
            by_file.entry(facts.path(lacking.file)).or_default().push(lacking);
        }
    }
    // What one build left out of many files is one thing to tell.
    let mut causes = Vec::<Vec<Lacking>>::new();
    for lacking in by_file.into_values().filter_map(|lacking| judge(facts, &lacking)) {
        match causes.iter_mut().find(|told| told[0].is_same(facts, &lacking)) {
            Some(told) => told.push(lacking),
            None => causes.push(vec![lacking]),
        }
    }
    findings.extend(causes.iter().map(|files| finding(facts, files)));
}

/// Who defines a symbol, though not in the process of the import.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Provider {
    /// A file that the import does not load.
    NotLoaded(FileId),
    /// A file for another processor.
    OtherArch(FileId),
}

/// What one file lacks.
struct Lacking {
    file: FileId,
    imports: Vec<usize>,
    names: Vec<Name>,
    /// The one of them that tells most, and who defines it.
    told: Name,
    provider: Option<Provider>,
    severity: Severity,
    context: String,
}

impl Lacking {
    /// Does another file of the same package lack something for the same reason?
    fn is_same(&self, facts: &Facts, other: &Lacking) -> bool {
        let cause = |it: &Lacking| (facts.owner(it.file), it.provider, it.severity, it.context.clone());
        cause(self) == cause(other)
    }
}

/// All that one file lacks; none where another file may bring it in time.
fn judge(facts: &Facts, lacking: &[FlatSymbols]) -> Option<Lacking> {
    let file = lacking.first()?.file;
    let mut imports: Vec<usize> = lacking.iter().map(|lacking| lacking.import).collect();
    imports.sort_unstable();
    imports.dedup();
    let mut seen = FxHashSet::default();
    let names: Vec<&Name> =
        lacking.iter().flat_map(|lacking| &lacking.symbols).filter(|name| seen.insert(*name)).collect();
    let providers = providers(facts, &names);
    // What a package brings or requires may be imported by its code before.
    let is_related =
        |name: &&Name| matches!(providers.get(*name), Some(&Provider::NotLoaded(by)) if related(facts, file, by));
    let names: Vec<&Name> = names.into_iter().filter(|name| !is_related(name)).collect();
    let is_elsewhere = |name: &&&Name| matches!(providers.get(**name), Some(Provider::NotLoaded(_)));
    let told = (*names.iter().find(|name| !is_elsewhere(name)).or(names.first())?).clone();
    let provider = providers.get(&told).copied();
    let (severity, context) = severity(facts, file, &imports, &names, provider);
    let names = names.into_iter().cloned().collect();
    Some(Lacking { file, imports, names, told, provider, severity, context })
}

/// One finding for what files of one package lack for one reason.
fn finding(facts: &Facts, files: &[Lacking]) -> Finding {
    let first = &files[0];
    let imports: Vec<usize> = files.iter().flat_map(|lacking| lacking.imports.iter().copied()).collect();
    let mut seen = FxHashSet::default();
    let names: Vec<&Name> = files.iter().flat_map(|lacking| &lacking.names).filter(|name| seen.insert(*name)).collect();

    let mut finding = Finding::about(facts, &RULE, first.severity, first.file).breaking(facts, &imports);
    finding.files = files.iter().map(|lacking| facts.path(lacking.file)).collect();
    let who = match files.len() {
        1 => format!("{} needs", finding.file),
        2 => format!("{} and 1 more file need", finding.file),
        count => format!("{} and {} more files need", finding.file, count - 1),
    };
    let told = &first.told;
    finding.subject = demangled(told).unwrap_or_else(|| told.to_string());
    finding.message = format!(
        "{who} {}{}, which no library loaded by the import defines{}{} (dyld: symbol not found in flat namespace \
        '{told}')",
        finding.subject,
        more(names.len()),
        reason(facts, first.provider),
        first.context
    );
    finding.remedy = remedy(facts, first.file);
    if let Some(Provider::NotLoaded(by) | Provider::OtherArch(by)) = first.provider {
        finding.evidence.push(Evidence::File { path: facts.path(by), what: "defines it" });
    }
    let symbols = names.iter().take(20).map(|name| Evidence::Header { name: "symbol", value: (*name).clone() });
    finding.evidence.extend(symbols);
    finding
}

/// Why nothing defines it.
fn reason(facts: &Facts, provider: Option<Provider>) -> String {
    match provider {
        None => "; the library that it belongs to was not linked".into(),
        Some(Provider::NotLoaded(by)) => {
            format!("; {} defines it, but this import does not load that", facts.path(by))
        }
        Some(Provider::OtherArch(by)) => {
            let arch = facts.survey.world.file(by).image.as_ref().map(|image| image.arch_word()).unwrap_or_default();
            format!("; {} defines it, but only for {arch}", facts.path(by))
        }
    }
}

/// Which file of the environment defines each of these symbols: the first by path, those for this processor before others.
fn providers(facts: &Facts, names: &[&Name]) -> BTreeMap<Name, Provider> {
    let symbols: Vec<&[u8]> = names.iter().map(|name| &***name).collect();
    let mut files: Vec<(bool, VPath, FileId)> = Vec::new();
    for (_, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
        if let Some(image) = content.image.as_ref().filter(|image| image.format == Format::MachO) {
            files.push((!facts.fits(image), facts.path(file), file));
        }
    }
    files.sort();
    let mut providers = BTreeMap::new();
    for (is_other, _, file) in files {
        let Some(has) = facts.survey.world.exports(file, &symbols) else { continue };
        for (name, _) in names.iter().zip(has).filter(|(_, has)| *has) {
            let provider = if is_other { Provider::OtherArch(file) } else { Provider::NotLoaded(file) };
            providers.entry((*name).clone()).or_insert(provider);
        }
    }
    providers
}

/// Does a file's distribution bring the provider itself, or require the one that does, over however many others?
fn related(facts: &Facts, file: FileId, provider: FileId) -> bool {
    let (Some(owner), Some(other)) = (facts.owner(file), facts.owner(provider)) else { return false };
    let mut reached = BTreeSet::<DistributionId>::new();
    let mut open = vec![owner];
    while let Some(id) = open.pop() {
        if !reached.insert(id) {
            continue;
        }
        let required = |name: &str| facts.survey.requires(id, name);
        open.extend(facts.survey.distributions.iter().filter(|(_, it)| required(&it.name)).map(|(id, _)| id));
    }
    reached.contains(&other)
}

/// How bad it is, and the words for what softens it.
fn severity(
    facts: &Facts,
    file: FileId,
    imports: &[usize],
    names: &[&Name],
    provider: Option<Provider>,
) -> (Severity, String) {
    if let Some(Provider::NotLoaded(_)) = provider {
        return (Severity::Warning, String::new());
    }
    let is_part = facts.survey.is_apart() || facts.survey.target.kind == Kind::Wheel;
    let absent = facts.absent_requirements(file);
    if let Some(package) = absent.iter().find(|package| is_part && may_define(package, names)) {
        return (Severity::Warning, format!("; {package}, which may define it, was not given"));
    }
    if facts.modules(imports).is_empty() {
        return (Severity::Warning, "; only code of its own package can load it, as its name is no module's".into());
    }
    (if facts.survey.is_apart() { Severity::Warning } else { Severity::Error }, String::new())
}

/// Could a package that is not at hand define one of these symbols? It is known for that, or bears the symbol's name.
fn may_define(package: &str, names: &[&Name]) -> bool {
    /// Shorter names stand in many symbols by chance.
    const FEWEST: usize = 3;
    let package = normalized(package);
    let stem =
        package.strip_prefix("python-").or(package.strip_prefix("py")).unwrap_or(&package).trim_start_matches('-');
    let is_named = |name: &&&Name| name.text().to_lowercase().contains(stem);
    let is_openmp = |name: &&&Name| name.starts_with(b"_omp_") || name.starts_with(b"___kmpc_");
    if OPENMP_HOSTS.contains(&&*package) && names.iter().all(|name| is_openmp(&name)) {
        return true;
    }
    HOSTS.contains(&&*package) || stem.len() >= FEWEST && names.iter().any(|name| is_named(&name))
}

fn remedy(facts: &Facts, file: FileId) -> Remedy {
    let owner = facts.owner(file).map(|owner| (owner, facts.survey.distributions.get(owner)));
    let Some((owner, distribution)) = owner.filter(|(_, distribution)| distribution.metadata.is_some()) else {
        return Remedy::new("build the file again and link the library that defines the symbol");
    };
    if facts.survey.target.bundle.is_some() {
        return reinstall(facts, owner);
    }
    let name = &distribution.name;
    let text =
        format!("install another release of {name}, or build it from source with the library that defines the symbol");
    match facts.survey.target.kind {
        Kind::Wheel => Remedy::new(text),
        _ if distribution.installer == "conda" => Remedy::new(text),
        _ => Remedy::new(text).fix(PIP_UPGRADE.with(&[name])),
    }
}

#[cfg(test)]
mod tests {
    use super::may_define;
    use crate::image::Name;

    #[test]
    fn a_package_may_define_what_bears_its_name_or_what_it_is_known_for() {
        let symbol = Name::from("__ZN6vtksys18SystemToolsManagerC1Ev");
        for (package, expected) in
            [("vtk", true), ("torch", true), ("py_vtksys", true), ("numpy", false), ("py", false)]
        {
            assert_eq!(may_define(package, &[&symbol]), expected, "{package}");
        }
        let (openmp, other) = (Name::from("___kmpc_barrier"), Name::from("_je_sdallocx"));
        assert!(may_define("scikit-learn", &[&openmp]));
        assert!(!may_define("scikit-learn", &[&openmp, &other]), "that is lacking all the same");
    }
}
