//! NumPy's C API: how a file asks for it, and which NumPy is there to answer.
//!
//! No loader sees this bond: the code imports a Python module, takes a capsule out of it and calls through that. How it
//! asks is told by the texts in its body; the order of the tests, and what each kind does with each NumPy, was measured
//! on some six hundred modules.

use std::sync::OnceLock;

use rayon::prelude::*;
use serde::Deserialize;

use super::Scan;
use crate::discover::{Distribution, Role};
use crate::graph::Node;
use crate::image::{NumpyTexts, RustTraits};
use crate::vfs::VPath;
use crate::world::FileId;

/// How a file asks for NumPy's C API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// `import_array` of headers before 2.0.
    Headers1,
    /// `import_array` of headers from 2.0 on, and the oldest NumPy that has what they use.
    Headers2 { minimum: Option<Release> },
    /// Cython's declarations for NumPy 1, whose types are checked and no function is called.
    CythonTypes1,
    /// pybind11 before 2.12, or from there on.
    Pybind11 { knows_2: bool },
    /// rust-numpy before 0.22, or from there on; its version where the file says it.
    RustNumpy { knows_2: bool, version: Option<String> },
}

/// A release of NumPy, major and minor.
pub type Release = (u16, u16);

impl Binding {
    /// Tells how a file asks by the texts in its body; none where it does not ask.
    pub fn of(texts: &NumpyTexts, rust: Option<&RustTraits>) -> Option<Binding> {
        if texts.capsule && texts.umath_2 {
            let minimum = texts.minimum.as_deref().and_then(release);
            return Some(Binding::Headers2 { minimum });
        }
        if texts.capsule && texts.umath_1 {
            return Some(Binding::Headers1);
        }
        if let Some(rust) = rust {
            let version = rust.crates.get("numpy").cloned();
            let is_user = texts.rust || version.is_some() || texts.capsule && (texts.multiarray_1 || texts.core_2);
            let told = version.as_deref().and_then(release).map(|version| version >= (0, 22));
            let knows_2 = told.unwrap_or(texts.rust_both || texts.core_2);
            return is_user.then_some(Binding::RustNumpy { knows_2, version });
        }
        if texts.capsule && texts.pybind11 {
            return Some(Binding::Pybind11 { knows_2: !texts.multiarray_1 });
        }
        (!texts.capsule && texts.failed_1 && !texts.umath_2).then_some(Binding::CythonTypes1)
    }

    /// Does it ask when it is imported, or only when it is first used?
    pub fn asks_at_import(&self) -> bool {
        matches!(self, Binding::Headers1 | Binding::Headers2 { .. } | Binding::CythonTypes1)
    }

    /// What a person is told.
    pub fn phrase(&self) -> String {
        match self {
            Binding::Headers1 => "C headers of NumPy 1".into(),
            Binding::Headers2 { minimum: Some((major, minor)) } => {
                format!("C headers of NumPy 2, for {major}.{minor} and later")
            }
            Binding::Headers2 { minimum: None } => "C headers of NumPy 2".into(),
            Binding::CythonTypes1 => "Cython's types of NumPy 1".into(),
            Binding::Pybind11 { knows_2: false } => "pybind11 before 2.12".into(),
            Binding::Pybind11 { knows_2: true } => "pybind11 2.12 or later".into(),
            Binding::RustNumpy { version: Some(version), .. } => format!("rust-numpy {version}"),
            Binding::RustNumpy { knows_2: false, .. } => "rust-numpy before 0.22".into(),
            Binding::RustNumpy { knows_2: true, .. } => "rust-numpy 0.22 or later".into(),
        }
    }
}

/// A NumPy that could answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The folder `numpy`.
    pub folder: VPath,
    /// None where nothing tells it.
    pub release: Option<Release>,
    /// 1 or 2; of a NumPy without its extension by its release.
    pub abi: Option<u8>,
    /// The extension that holds the capsules; none where it is gone.
    pub extension: Option<VPath>,
    /// `numpy/core/multiarray.py` is there: in NumPy 2 only for the sake of older code.
    pub has_shim: bool,
}

impl Provider {
    /// The C-API version that it offers.
    pub fn feature(&self) -> Option<u8> {
        feature(self.release?)
    }
}

/// `(1, 23)` of `1.23`, `1.23.5`, `0.20.0`.
fn release(text: &str) -> Option<Release> {
    let mut numbers = text.split('.').map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// The C-API version of a release; the newest known one's for those after it.
pub fn feature(release: Release) -> Option<u8> {
    let known = releases().iter().filter(|(known, _, _)| *known <= release);
    known.max_by_key(|(known, _, _)| *known).map(|(_, _, feature)| *feature)
}

/// The ABI of a release, 1 or 2.
fn abi(release: Release) -> Option<u8> {
    let known = releases().iter().filter(|(known, _, _)| *known <= release);
    known.max_by_key(|(known, _, _)| *known).map(|(_, abi, _)| *abi)
}

/// Release, ABI and C-API version.
fn releases() -> &'static [(Release, u8, u8)] {
    #[derive(Deserialize)]
    struct Table {
        release: Vec<Row>,
    }
    #[derive(Deserialize)]
    struct Row {
        version: String,
        abi: u8,
        feature: u8,
    }
    static RELEASES: OnceLock<Vec<(Release, u8, u8)>> = OnceLock::new();
    RELEASES.get_or_init(|| {
        let table: Table = toml::from_str(include_str!("../../assets/numpy-abi.toml")).expect("the table that ships");
        let row = |row: Row| Some((self::release(&row.version)?, row.abi, row.feature));
        table.release.into_iter().filter_map(row).collect()
    })
}

impl Scan {
    /// How a file asks for NumPy's C API; none where it does not, or is NumPy's own. Reads the file's constants, once.
    pub fn numpy_binding(&self, file: FileId) -> Option<Binding> {
        let is_own = self.world.file(file).path.parts().any(|part| part == b"numpy" || part == b"numpy.libs");
        if is_own {
            return None;
        }
        let traits = self.world.traits(file);
        Binding::of(&traits.numpy, traits.rust.as_ref())
    }

    /// Every file that asks for NumPy's C API, by path: modules, and libraries of packages that require NumPy.
    pub fn numpy_consumers(&self) -> Vec<(FileId, Binding)> {
        /// The library that asks for a package (pyarrow's `libarrow_python`) is small beside those that compute.
        const MOST_BYTES: u64 = 32 << 20;
        let requires_numpy = |owner: &Distribution| owner.requires.iter().any(|name| name == "numpy");
        let files = self.graph.nodes().filter_map(|(_, node)| match node {
            Node::File { file, role: Role::Module(_), .. } => Some(*file),
            Node::File { file, role: Role::Library, owner } => {
                let is_likely =
                    requires_numpy(self.distributions.get(*owner)) && self.world.file(*file).len <= MOST_BYTES;
                is_likely.then_some(*file)
            }
            _ => None,
        });
        let files: Vec<FileId> = files.collect();
        let asks = |&file: &FileId| Some((file, self.numpy_binding(file)?));
        let mut consumers: Vec<(FileId, Binding)> = files.par_iter().filter_map(asks).collect();
        consumers.sort_by_cached_key(|(file, _)| self.world.file(*file).path.clone());
        consumers
    }

    /// The NumPy that `import numpy` finds.
    pub fn numpy(&self) -> Option<Provider> {
        let python = self.world.host.python.as_ref()?;
        python.path.iter().find_map(|base| self.provider(&base.join("numpy")))
    }

    fn provider(&self, folder: &VPath) -> Option<Provider> {
        let exists = |name: &str| self.world.fs().stat(&folder.join(name)).is_ok();
        if !exists("__init__.py") {
            return None;
        }
        let extension = |within: &str| {
            let place = folder.join(within);
            let is_it = |path: &&VPath| {
                path.parent().as_ref() == Some(&place) && path.file_name().starts_with(b"_multiarray_umath.")
            };
            self.items.iter().filter(|item| item.found.is_ok()).map(|item| &item.path).find(is_it).cloned()
        };
        let (new, old) = (extension("_core"), extension("core"));
        let site = folder.parent()?;
        let is_metadata = |it: &&Distribution| {
            it.name == "numpy" && it.metadata.as_ref().and_then(VPath::parent).as_ref() == Some(&site)
        };
        let distribution = self.distributions.iter().map(|(_, it)| it).find(is_metadata);
        let release = distribution.and_then(|it| release(&it.version));
        let abi = match (&new, &old) {
            (Some(_), _) => Some(2),
            (None, Some(_)) => Some(1),
            (None, None) => release.and_then(abi),
        };
        let has_shim = exists("core/multiarray.py");
        Some(Provider { folder: folder.clone(), release, abi, extension: new.or(old), has_shim })
    }
}

#[cfg(test)]
mod tests {
    use super::{Binding, feature, release};
    use crate::image::{NumpyTexts, RustSign, RustTraits};

    fn texts(set: impl Fn(&mut NumpyTexts)) -> NumpyTexts {
        let mut texts = NumpyTexts::default();
        set(&mut texts);
        texts
    }

    fn rust(version: Option<&str>) -> RustTraits {
        let crates = version.map(|version| ("numpy", version.to_owned())).into_iter().collect();
        RustTraits { sign: RustSign::Library, rustc: None, commit: None, crates }
    }

    #[test]
    fn headers_are_told_by_the_module_that_they_name() {
        let one = texts(|texts| (texts.capsule, texts.umath_1) = (true, true));
        assert_eq!(Binding::of(&one, None), Some(Binding::Headers1));
        let mut two = NumpyTexts { umath_2: true, core_2: true, minimum: Some("1.23".into()), ..one.clone() };
        assert_eq!(Binding::of(&two, None), Some(Binding::Headers2 { minimum: Some((1, 23)) }));
        two.capsule = false;
        assert_eq!(Binding::of(&two, None), None);
    }

    #[test]
    fn rust_and_pybind11_are_told_apart_by_whether_they_know_numpy_2() {
        let old = texts(|texts| (texts.capsule, texts.multiarray_1) = (true, true));
        let knows = |texts: &NumpyTexts, version| match Binding::of(texts, Some(&rust(version))) {
            Some(Binding::RustNumpy { knows_2, .. }) => Some(knows_2),
            _ => None,
        };
        assert_eq!(knows(&old, Some("0.20.0")), Some(false));
        assert_eq!(knows(&old, Some("0.22.1")), Some(true));
        assert_eq!(knows(&old, None), Some(false));
        assert_eq!(knows(&NumpyTexts { rust_both: true, ..old.clone() }, None), Some(true));
        assert_eq!(knows(&NumpyTexts::default(), None), None);
        let pybind11 = NumpyTexts { pybind11: true, ..old };
        assert_eq!(Binding::of(&pybind11, None), Some(Binding::Pybind11 { knows_2: false }));
        let newer = NumpyTexts { multiarray_1: false, core_2: true, ..pybind11 };
        assert_eq!(Binding::of(&newer, None), Some(Binding::Pybind11 { knows_2: true }));
    }

    #[test]
    fn cython_s_types_are_told_by_what_they_say_when_numpy_is_gone() {
        let types = texts(|texts| (texts.failed_1, texts.multiarray_1) = (true, true));
        assert_eq!(Binding::of(&types, None), Some(Binding::CythonTypes1));
        // Modules built for NumPy 2 keep the sentence where their declarations are old.
        assert_eq!(Binding::of(&NumpyTexts { umath_2: true, ..types }, None), None);
        assert_eq!(Binding::of(&texts(|texts| texts.multiarray_1 = true), None), None);
    }

    #[test]
    fn every_release_has_a_c_api_version_and_newer_ones_that_of_the_newest() {
        assert_eq!(feature((1, 26)), Some(0x11));
        assert_eq!(feature((2, 0)), Some(0x12));
        assert_eq!(feature((2, 99)), Some(0x16));
        assert_eq!(feature((1, 3)), None);
        assert_eq!(release("1.23.5"), Some((1, 23)));
        assert_eq!(release("x"), None);
    }
}
