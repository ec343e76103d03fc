//! What the body of a file tells of the tools that made it, as plain data.

use std::collections::BTreeMap;

use super::NumpyTexts;

/// What the body of a file tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    pub rust: Option<RustTraits>,
    pub numpy: NumpyTexts,
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
