//! Who asks for NumPy's C API, package by package: what four rules judge, each its part.

use std::collections::BTreeMap;

use super::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::{DistributionId, Kind};
use crate::image::Name;
use crate::scan::{Binding, Provider};
use crate::world::FileId;

/// What is known of NumPy in an environment.
pub struct Numpy {
    pub provider: Option<Provider>,
    /// Every file that asks, by path.
    pub consumers: Vec<(FileId, Binding)>,
}

impl Numpy {
    pub(super) fn of(facts: &Facts) -> Numpy {
        Numpy { provider: facts.scan.numpy(), consumers: facts.scan.numpy_consumers() }
    }
}

/// Can it be told which NumPy an import would find? Not of a wheel or a single file, and not of a bundle, whose Python
/// modules may lie within its program.
pub(super) fn is_told(facts: &Facts) -> bool {
    matches!(facts.scan.target.kind, Kind::Venv | Kind::Conda | Kind::Prefix | Kind::SitePackages)
}

/// The NumPy that answers, where it can be told: whoever asks first whether it can reads no file in vain.
pub(super) fn answering<'a>(facts: &'a Facts) -> Option<&'a Provider> {
    let provider = is_told(facts).then(|| facts.numpy().provider.as_ref()).flatten();
    provider.filter(|provider| provider.extension.is_some())
}

/// The consumers that a rule is about, by the distribution that brought them.
pub(super) fn by_owner<'a>(
    facts: &'a Facts,
    is_wanted: impl Fn(&Binding) -> bool,
) -> BTreeMap<DistributionId, Vec<(FileId, &'a Binding)>> {
    let mut by_owner = BTreeMap::<DistributionId, Vec<(FileId, &Binding)>>::new();
    for (file, binding) in facts.numpy().consumers.iter().filter(|(_, binding)| is_wanted(binding)) {
        if let Some(owner) = facts.owner(*file).filter(|_| facts.is_loadable(*file)) {
            by_owner.entry(owner).or_default().push((*file, binding));
        }
    }
    by_owner
}

/// One finding about the files of one distribution. `severity` is what it is where an import of them counts; imports that
/// a package makes only where they may fail make it a warning, unless it has no other module to make do with.
pub(super) fn finding(facts: &Facts, rule: &'static Rule, severity: Severity, files: &[(FileId, &Binding)]) -> Finding {
    let imports: Vec<usize> = files.iter().flat_map(|(file, _)| facts.imports_loading(*file)).copied().collect();
    let modules = facts.modules(&imports);
    let owner = facts.owner(files[0].0);
    let has_others =
        facts.numpy().consumers.iter().filter(|(file, _)| facts.owner(*file) == owner).count() > files.len();
    let is_guarded = |&import: &usize| facts.optional(import).is_some();
    let is_optional = has_others && !modules.is_empty() && modules.iter().all(is_guarded);
    let severity = if is_optional { severity.min(Severity::Warning) } else { severity };
    let mut finding = Finding::about(facts, rule, severity, files[0].0);
    finding.files = files.iter().map(|(file, _)| facts.path(*file)).collect();
    let mut phrases: Vec<String> = files.iter().map(|(_, binding)| binding.phrase()).collect();
    phrases.sort();
    phrases.dedup();
    let told = phrases.iter().map(|phrase| Evidence::Header { name: "asks by", value: Name::from(phrase) });
    finding.evidence.extend(told);
    // Only what fails at once is a broken import; the rest fails when somebody calls it.
    if severity == Severity::Error && files.iter().any(|(_, binding)| binding.asks_at_import()) {
        finding = finding.breaking(facts, &imports);
    }
    finding
}

/// `pandas 2.1.4`, and how many files of it where there are several.
pub(super) fn who(facts: &Facts, owner: DistributionId, files: &[(FileId, &Binding)]) -> String {
    let distribution = facts.scan.distributions.get(owner);
    let name = format!("{} {}", distribution.name, distribution.version);
    match files {
        [(file, _)] => format!("{} of {}", facts.path(*file), name.trim_end()),
        files => format!("{} ({} files)", name.trim_end(), files.len()),
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
