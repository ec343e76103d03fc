//! The promises that a platform tag for Linux makes (PEP 600, PEP 656), as data.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::discover::tool::Version;

/// Every release of the promises, oldest first: the older, the more systems keep it.
#[derive(Deserialize)]
pub(super) struct Policies {
    release: Vec<Release>,
    /// By release, the libraries that it adds.
    libraries: BTreeMap<String, Vec<String>>,
    /// The libraries that were added to all releases later, and the auditwheel that did it.
    library_since: BTreeMap<String, String>,
    /// The families of versions that it did not look at from the beginning.
    family_since: BTreeMap<String, String>,
    forbidden: Vec<Forbidden>,
    /// By processor, its first release.
    processors: BTreeMap<String, String>,
    /// By processor and family (`GLIBC`), by release the versions that it adds.
    versions: BTreeMap<String, BTreeMap<String, BTreeMap<String, Vec<String>>>>,
    musllinux: Musllinux,
}

#[derive(Deserialize)]
struct Release {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    /// The first auditwheel that knows it.
    since: Option<String>,
}

/// Symbols of a promised library that not every system has.
#[derive(Deserialize)]
struct Forbidden {
    library: String,
    since: String,
    /// The first release that allows them; none does where it is not told.
    until: Option<String>,
    symbols: Vec<String>,
}

#[derive(Deserialize)]
struct Musllinux {
    releases: Vec<String>,
    libraries: Vec<String>,
    forbidden: Vec<Forbidden>,
}

/// The table that ships with dylens.
pub(super) fn policies() -> &'static Policies {
    static POLICIES: OnceLock<Policies> = OnceLock::new();
    let read = || toml::from_str(include_str!("../../../assets/loaders/policies.toml")).expect("the table that ships");
    POLICIES.get_or_init(read)
}

/// What one version of auditwheel knows of the tags for one processor and C library; its releases are numbered from the
/// oldest one on, which has the strictest promises.
pub(super) struct Known {
    policies: &'static Policies,
    version: Version,
    processor: String,
    is_musl: bool,
    /// Places in the table; of musllinux only the newest release counts.
    releases: Vec<usize>,
}

impl Policies {
    /// What a version knows; none where no tag promises anything for the processor.
    pub fn known(&'static self, version: Version, processor: &str, is_musl: bool) -> Option<Known> {
        let is_since = |since: &Option<String>| since.as_deref().is_none_or(|since| is_reached(since, version));
        let first = self.place(self.processors.get(processor)?)?;
        let releases = match is_musl {
            true => vec![self.musllinux.releases.len().checked_sub(1)?],
            false => (first..self.release.len()).filter(|&place| is_since(&self.release[place].since)).collect(),
        };
        let processor = processor.to_owned();
        (!releases.is_empty()).then_some(Known { policies: self, version, processor, is_musl, releases })
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.release.iter().position(|release| release.name == name)
    }
}

/// Is a version at least the one that a table names?
fn is_reached(since: &str, version: Version) -> bool {
    since.parse::<Version>().is_ok_and(|since| version >= since)
}

impl Known {
    /// How many releases there are; at least one.
    pub fn len(&self) -> usize {
        self.releases.len()
    }

    /// `manylinux_2_17_x86_64`, or `linux_x86_64` where there is no such release.
    pub fn tag(&self, release: Option<usize>) -> String {
        let name = match (release.map(|release| self.releases[release]), self.is_musl) {
            (None, _) => "linux".to_owned(),
            (Some(place), true) => format!("musllinux_{}", self.policies.musllinux.releases[place].replace('.', "_")),
            (Some(place), false) => format!("manylinux_{}", self.policies.release[place].name.replace('.', "_")),
        };
        format!("{name}_{}", self.processor)
    }

    /// The release of a platform tag: `manylinux_2_17_x86_64`, `manylinux2014_x86_64`.
    pub fn tagged(&self, platform: &str) -> Option<usize> {
        let base = platform.strip_suffix(&self.processor)?.strip_suffix('_')?;
        let is_alias = |release: usize| {
            let place = self.releases[release];
            !self.is_musl && self.policies.release[place].aliases.iter().any(|alias| alias == base)
        };
        (0..self.len()).find(|&release| self.tag(Some(release)) == platform || is_alias(release))
    }

    /// Does a release promise this library? musl itself is called after the processor.
    pub fn has_library(&self, release: usize, library: &str) -> bool {
        if self.is_musl {
            let known = &self.policies.musllinux.libraries;
            return library.starts_with("libc.musl-") || known.iter().any(|known| known == library);
        }
        let added = self.policies.libraries.iter().find(|(_, added)| added.iter().any(|name| name == library));
        let since = self.policies.library_since.get(library);
        since.is_none_or(|since| is_reached(since, self.version))
            && added
                .and_then(|(name, _)| self.policies.place(name))
                .is_some_and(|place| place <= self.releases[release])
    }

    /// Does a release promise this version of symbols (`GLIBC_2.17`)? Families that no release knows are not forbidden
    /// (`WheelPolicies.versioned_symbols_policy`).
    pub fn has_version(&self, release: usize, version: &str) -> bool {
        let Some((family, number)) = version.split_once('_') else { return true };
        let families = self.policies.versions.get(&self.processor).filter(|_| !self.is_musl);
        let Some(by_release) = families.and_then(|families| families.get(family)) else { return true };
        let since = self.policies.family_since.get(family);
        let is_known = since.is_none_or(|since| is_reached(since, self.version));
        let added = by_release.iter().find(|(_, versions)| versions.iter().any(|known| known == number));
        let place = added.and_then(|(name, _)| self.policies.place(name));
        !is_known || place.is_some_and(|place| place <= self.releases[release])
    }

    /// Does a release forbid a symbol of a library that it promises?
    pub fn forbids(&self, release: usize, library: &str, symbol: &str) -> bool {
        let forbidden = if self.is_musl { &self.policies.musllinux.forbidden } else { &self.policies.forbidden };
        let release = self.releases[release];
        let allowed_from = |it: &Forbidden| it.until.as_ref().and_then(|until| self.policies.place(until));
        forbidden.iter().any(|it| {
            it.library == library
                && is_reached(&it.since, self.version)
                && allowed_from(it).is_none_or(|allowed| release < allowed)
                && it.symbols.iter().any(|known| known == symbol)
        })
    }

    /// Does any release forbid symbols of this library?
    pub fn forbids_any(&self, library: &str) -> bool {
        let forbidden = if self.is_musl { &self.policies.musllinux.forbidden } else { &self.policies.forbidden };
        forbidden.iter().any(|it| it.library == library)
    }
}

#[cfg(test)]
mod tests;
