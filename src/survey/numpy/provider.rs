//! The NumPy that answers: which one an import finds, what it offers, and what it lacks.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::discover::Distribution;
use crate::graph::Presence;
use crate::image::{NumpyRelease, numpy_release};
use crate::survey::Survey;
use crate::vfs::VPath;
use crate::world::FileId;

/// A NumPy that could answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The folder `numpy`.
    pub folder: VPath,
    /// None where nothing tells it.
    pub release: Option<NumpyRelease>,
    /// 1 or 2; of a NumPy without its extension by its release.
    pub abi: Option<u8>,
    /// The extension that holds the capsules; none where it is gone.
    pub extension: Option<VPath>,
    pub file: Option<FileId>,
    /// The C-API version that its own header tells (`NPY_API_VERSION`).
    pub api: Option<u8>,
    /// The first of the modules that NumPy itself cannot do without which is not there.
    pub lacks: Option<&'static str>,
}

impl Provider {
    /// The C-API version that it offers.
    pub fn feature(&self) -> Option<u8> {
        self.api.or_else(|| feature(self.release?))
    }

    /// Where the source of one of its modules lies: a package's name leads to its `__init__.py`.
    pub fn file_of(&self, module: &str) -> VPath {
        let below = module.strip_prefix("numpy").unwrap_or(module).replace('.', "/");
        let is_package = matches!(module, "numpy" | "numpy.core" | "numpy._core");
        let ending = if is_package { "/__init__.py" } else { ".py" };
        self.folder.join(format!("{below}{ending}").trim_start_matches('/'))
    }

    /// The dotted name of the extension that holds the capsules.
    pub fn extension_name(&self) -> &'static str {
        if self.abi == Some(1) { "numpy.core._multiarray_umath" } else { "numpy._core._multiarray_umath" }
    }
}

/// What NumPy's own import runs through before anybody gets its C API.
const OWN_1: [&str; 4] = ["numpy.core", "numpy.core._multiarray_umath", "numpy.core.multiarray", "numpy.core.umath"];
const OWN_2: [&str; 4] =
    ["numpy._core", "numpy._core._multiarray_umath", "numpy._core.multiarray", "numpy._core.umath"];

/// The C-API version of a release; the newest known one's for those after it.
pub fn feature(release: NumpyRelease) -> Option<u8> {
    known(release).map(|row| row.2)
}

/// The first release with a C-API version.
pub fn oldest_with(feature: u8) -> Option<NumpyRelease> {
    releases().iter().filter(|row| row.2 >= feature).map(|row| row.0).min()
}

/// The ABI of a release, 1 or 2.
fn abi(release: NumpyRelease) -> Option<u8> {
    known(release).map(|row| row.1)
}

/// The newest known release that is not newer.
fn known(release: NumpyRelease) -> Option<&'static (NumpyRelease, u8, u8)> {
    releases().iter().filter(|row| row.0 <= release).max_by_key(|row| row.0)
}

/// Release, ABI and C-API version.
fn releases() -> &'static [(NumpyRelease, u8, u8)] {
    #[derive(Deserialize)]
    struct Table {
        release: Vec<ReleaseRow>,
    }
    #[derive(Deserialize)]
    struct ReleaseRow {
        version: String,
        abi: u8,
        feature: u8,
    }
    static RELEASES: OnceLock<Vec<(NumpyRelease, u8, u8)>> = OnceLock::new();
    RELEASES.get_or_init(|| {
        let table: Table =
            toml::from_str(include_str!("../../../assets/numpy-abi.toml")).expect("the table that ships");
        let row = |row: ReleaseRow| Some((numpy_release(&row.version)?, row.abi, row.feature));
        table.release.into_iter().filter_map(row).collect()
    })
}

impl Survey {
    /// The NumPy that `import numpy` finds.
    pub(super) fn provider(&self) -> Option<Provider> {
        let python = self.world.host.python.as_ref()?;
        python.path.iter().find_map(|base| self.provider_in(&base.join("numpy")))
    }

    fn provider_in(&self, folder: &VPath) -> Option<Provider> {
        let is_there = match &self.target.bundle {
            Some(bundle) => bundle.contents.join("numpy") == *folder && self.has_bundled_numpy(),
            None => self.world.fs().stat(&folder.join("__init__.py")).is_ok(),
        };
        if !is_there {
            return None;
        }
        let extension = |within: &str| {
            let place = folder.join(within);
            let is_it = |path: &VPath| {
                path.parent().as_ref() == Some(&place) && path.file_name().starts_with(b"_multiarray_umath.")
            };
            let found = self.items.iter().filter(|item| is_it(&item.path));
            found.filter_map(|item| Some((item.path.clone(), *item.found.as_ref().ok()?))).next()
        };
        let (new, old) = (extension("_core"), extension("core"));
        let site = folder.parent()?;
        let is_metadata = |it: &&Distribution| {
            it.name == "numpy" && it.metadata.as_ref().and_then(VPath::parent).as_ref() == Some(&site)
        };
        let distribution = self.distributions.iter().map(|(_, it)| it).find(is_metadata);
        let release = distribution.map(|it| it.version.clone()).or_else(|| self.version_in(folder));
        let release = release.as_deref().and_then(numpy_release);
        let abi = match (&new, &old) {
            (Some(_), _) => Some(2),
            (None, Some(_)) => Some(1),
            (None, None) => release.and_then(abi),
        };
        let (extension, file) = new.or(old).unzip();
        let mut provider = Provider {
            folder: folder.clone(),
            release,
            abi,
            extension,
            file,
            api: self.api_in(folder, abi),
            lacks: None,
        };
        provider.lacks = self.lacking(&provider);
        Some(provider)
    }

    /// Does a bundle have the package itself? Where it does not tell, what lies in the package's folder does.
    fn has_bundled_numpy(&self) -> bool {
        match self.python_module("numpy") {
            Presence::Present(_) => true,
            Presence::Absent => false,
            Presence::Unknown => self.items.iter().any(|item| item.path.file_name().starts_with(b"_multiarray_umath.")),
        }
    }

    /// The folders of NumPys that an import passes over, because another comes first.
    pub(super) fn other_numpys(&self, first: Option<&Provider>) -> Vec<VPath> {
        let bases = self.world.host.python.iter().flat_map(|python| &python.path);
        let mut folders: Vec<VPath> = bases.map(|base| base.join("numpy")).collect();
        folders.retain(|folder| self.world.fs().stat(&folder.join("__init__.py")).is_ok());
        folders.retain(|folder| first.is_none_or(|first| first.folder != *folder));
        folders.dedup();
        folders
    }

    /// `1.26.4` of a line `version = "1.26.4"` in NumPy's `version.py`.
    fn version_in(&self, folder: &VPath) -> Option<String> {
        let text = self.world.fs().read(&folder.join("version.py"), 1 << 16).ok()?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let told = |line: &str| {
            let (name, value) = line.split_once('=')?;
            let name = name.split(':').next().unwrap_or_default().trim();
            let value = value.trim().trim_matches(['"', '\'']);
            let is_version =
                matches!(name, "version" | "short_version") && value.starts_with(|c: char| c.is_ascii_digit());
            is_version.then(|| value.to_owned())
        };
        text.lines().find_map(told)
    }

    /// `0x12` of `#define NPY_API_VERSION 0x00000012` in the header that NumPy ships.
    fn api_in(&self, folder: &VPath, abi: Option<u8>) -> Option<u8> {
        let within = if abi == Some(1) { "core" } else { "_core" };
        let header = folder.join(within).join("include/numpy/_numpyconfig.h");
        let text = self.world.fs().read(&header, 1 << 16).ok()?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let value = text.lines().find_map(|line| line.strip_prefix("#define NPY_API_VERSION 0x"))?;
        u8::try_from(u32::from_str_radix(value.trim(), 16).ok()?).ok()
    }

    fn lacking(&self, provider: &Provider) -> Option<&'static str> {
        let own = if provider.abi == Some(1) { OWN_1 } else { OWN_2 };
        let is_there = |name: &str| match (&provider.extension, name == provider.extension_name()) {
            (extension, true) => extension.is_some(),
            _ => self.python_module(name) != Presence::Absent,
        };
        own.into_iter().find(|name| !is_there(name))
    }
}

#[cfg(test)]
mod tests {
    use super::feature;

    #[test]
    fn every_release_has_a_c_api_version_and_newer_ones_that_of_the_newest() {
        assert_eq!(feature((1, 26)), Some(0x11));
        assert_eq!(feature((2, 0)), Some(0x12));
        assert_eq!(feature((2, 99)), Some(0x16));
        assert_eq!(feature((1, 3)), None);
    }
}
