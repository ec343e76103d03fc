//! What the body of a file tells of the tools that made it, as plain data.

use std::collections::BTreeMap;

/// What the body of a file tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    pub rust: Option<RustTraits>,
    pub numpy: NumpyTexts,
}

/// The texts by which code asks for NumPy's C API; what they mean together is [`crate::scan::Binding`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumpyTexts {
    /// `_ARRAY_API` or `_UFUNC_API`: the capsules that hold the API.
    pub capsule: bool,
    /// `numpy._core._multiarray_umath`, where NumPy 2 keeps it.
    pub umath_2: bool,
    /// `numpy.core._multiarray_umath`, where NumPy 1 kept it.
    pub umath_1: bool,
    /// `numpy.core.multiarray`, which older code asks for.
    pub multiarray_1: bool,
    /// `numpy._core`, with whatever behind it.
    pub core_2: bool,
    /// `numpy.core.multiarray failed to import`, which Cython's declarations for NumPy 1 say.
    pub failed_1: bool,
    pub pybind11: bool,
    /// Words of rust-numpy.
    pub rust: bool,
    /// `numpy.corenumpy._core`: Rust puts its texts side by side without an end.
    pub rust_both: bool,
    /// The oldest NumPy that the API asked for came with: `1.23`.
    pub minimum: Option<String>,
}

/// What rustc left in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustTraits {
    /// The strongest sign.
    pub sign: RustSign,
    /// The compiler's own words: `1.95.0 (59807616e 2026-04-14)`.
    pub rustc: Option<String>,
    /// The commit that the compiler was built from, in 40 digits.
    pub commit: Option<String>,
    /// Crates named in paths of sources, with their versions; only those that matter for Python.
    pub crates: BTreeMap<&'static str, String>,
}

/// By what Rust code was recognized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RustSign {
    /// Paths of the standard library: `library/core/src/…`.
    Library,
    /// `rustc version …` in the ELF section `.comment`.
    Comment,
    /// Paths of the compiler's build: `/rustc/<commit>/…`.
    Commit,
}

impl RustSign {
    /// What a person is told.
    pub fn phrase(self) -> &'static str {
        match self {
            RustSign::Commit => "paths of the compiler's build (/rustc/<commit>/…)",
            RustSign::Comment => "the compiler's note (.comment)",
            RustSign::Library => "paths of Rust's standard library",
        }
    }
}
