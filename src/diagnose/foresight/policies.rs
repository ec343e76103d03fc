//! The promises that a platform tag for Linux makes (PEP 600, PEP 656), as data.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// Every release of the promises, oldest first: the older, the more systems keep it.
#[derive(Deserialize)]
pub(super) struct Policies {
    release: Vec<Release>,
    /// By release, the libraries that it adds.
    libraries: BTreeMap<String, Vec<String>>,
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
}

#[derive(Deserialize)]
struct Musllinux {
    releases: Vec<String>,
    libraries: Vec<String>,
}

/// The table that ships with dylens.
pub(super) fn policies() -> &'static Policies {
    static POLICIES: OnceLock<Policies> = OnceLock::new();
    let read = || toml::from_str(include_str!("../../../assets/loaders/policies.toml")).expect("the table that ships");
    POLICIES.get_or_init(read)
}

impl Policies {
    /// How many releases there are.
    pub fn len(&self) -> usize {
        self.release.len()
    }

    /// The first release for a processor; none where no wheel for Linux is promised for it.
    pub fn first(&self, processor: &str) -> Option<usize> {
        self.place(self.processors.get(processor)?)
    }

    /// `manylinux_2_17`
    pub fn name(&self, release: usize) -> String {
        format!("manylinux_{}", self.release[release].name.replace('.', "_"))
    }

    /// The release of a platform tag: `manylinux_2_17_x86_64`, `manylinux2014_x86_64`.
    pub fn tagged(&self, platform: &str, processor: &str) -> Option<usize> {
        let base = platform.strip_suffix(processor)?.strip_suffix('_')?;
        (0..self.len())
            .find(|&place| self.name(place) == base || self.release[place].aliases.iter().any(|alias| alias == base))
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.release.iter().position(|release| release.name == name)
    }

    /// Does a release promise this library?
    pub fn has_library(&self, release: usize, library: &str) -> bool {
        let added = self.libraries.iter().find(|(_, added)| added.iter().any(|name| name == library));
        added.and_then(|(name, _)| self.place(name)).is_some_and(|place| place <= release)
    }

    /// Does a release promise this version of symbols (`GLIBC_2.17`) on a processor? What it knows nothing of at all it
    /// does not forbid (`WheelPolicies.versioned_symbols_policy`).
    pub fn has_version(&self, release: usize, processor: &str, version: &str) -> bool {
        let Some((family, number)) = version.split_once('_') else { return true };
        let Some(by_release) = self.versions.get(processor).and_then(|families| families.get(family)) else {
            return true;
        };
        let mut added = by_release.iter().filter_map(|(name, versions)| Some((self.place(name)?, versions)));
        let is_known = added.clone().any(|(place, _)| place <= release);
        !is_known || added.any(|(place, versions)| place <= release && versions.iter().any(|known| known == number))
    }

    /// The newest release of musllinux, which is what a wheel for musl is judged by.
    pub fn musllinux(&self) -> String {
        let newest = self.musllinux.releases.last().map_or("1.2", String::as_str);
        format!("musllinux_{}", newest.replace('.', "_"))
    }

    /// Does musllinux promise this library? musl itself is called after the processor.
    pub fn musllinux_has(&self, library: &str) -> bool {
        library.starts_with("libc.musl-") || self.musllinux.libraries.iter().any(|known| known == library)
    }
}

#[cfg(test)]
mod tests {
    use super::policies;

    #[test]
    fn releases_are_found_by_their_old_names_too() {
        let policies = policies();
        let name = |platform: &str| policies.tagged(platform, "x86_64").map(|release| policies.name(release));
        assert_eq!(name("manylinux_2_17_x86_64").as_deref(), Some("manylinux_2_17"));
        assert_eq!(name("manylinux2014_x86_64").as_deref(), Some("manylinux_2_17"));
        assert_eq!(name("linux_x86_64"), None);
    }

    #[test]
    fn versions_and_libraries_are_promised_from_a_release_on() {
        let policies = policies();
        let at = |platform: &str| policies.tagged(platform, "x86_64").expect("a release");
        let (old, new) = (at("manylinux_2_17_x86_64"), at("manylinux_2_28_x86_64"));
        assert!(
            policies.has_version(old, "x86_64", "GLIBC_2.17") && !policies.has_version(old, "x86_64", "GLIBC_2.27")
        );
        assert!(policies.has_version(new, "x86_64", "GLIBC_2.27"));
        // A family that nothing is known of is not forbidden.
        assert!(policies.has_version(old, "x86_64", "OPENSSL_3.0.0") && policies.has_version(old, "mips", "GLIBC_9.9"));
        assert!(policies.has_library(old, "libexpat.so.1") && !policies.has_library(0, "libexpat.so.1"));
        assert!(!policies.has_library(new, "libssl.so.3"));
        assert_eq!(policies.first("aarch64"), Some(at("manylinux2014_x86_64")));
    }
}
