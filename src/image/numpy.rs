//! How native code asks for NumPy's C API, as plain data.
//!
//! No loader sees this capi_edge: the code imports a Python module, takes a capsule out of it and calls through that. How it
//! asks is told by the texts in its body; the order of the tests, and what each kind does with each NumPy, was measured
//! on some six hundred modules.

use super::RustTraits;

/// A release of NumPy, major and minor.
pub type NumpyRelease = (u16, u16);

/// The texts by which code asks for NumPy's C API; what they mean together is a [`Binding`].
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
    /// `numpy._core.multiarray failed to import`, which those for NumPy 2 say.
    pub failed_2: bool,
    pub pybind11: bool,
    /// Words of rust-numpy.
    pub rust: bool,
    /// `numpy.corenumpy._core`: Rust puts its texts side by side without an end.
    pub rust_both: bool,
    /// The oldest NumPy that the API asked for came with: `1.23`.
    pub minimum: Option<String>,
    /// The C-API version that the code compares with, read out of its instructions.
    pub feature: Option<u8>,
}

/// How a file asks for NumPy's C API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// `import_array` of headers before 2.0, and the C-API version that it wants, where its code could be read.
    Headers1 {
        /// Those before 1.16 ask for another module.
        before_1_16: bool,
        feature: Option<u8>,
        /// In a module of pybind11, whose start may go on when `import_array` fails: it crashes at first use then.
        in_pybind11: bool,
    },
    /// `import_array` of headers from 2.0 on, and the oldest NumPy that has what they use.
    Headers2 { minimum: Option<NumpyRelease>, in_pybind11: bool },
    /// Cython's declarations, whose types are checked and no function is called.
    CythonTypes { knows_2: bool },
    /// pybind11 before 2.12, or from there on.
    Pybind11 { knows_2: bool },
    /// rust-numpy before 0.22, or from there on; its version where the file says it.
    RustNumpy { knows_2: bool, version: Option<String> },
}

impl Binding {
    /// Tells how a file asks by the texts in its body; none where it does not ask.
    pub fn of(texts: &NumpyTexts, rust: Option<&RustTraits>) -> Option<Binding> {
        if texts.capsule && texts.umath_2 {
            let minimum = texts.minimum.as_deref().and_then(numpy_release);
            return Some(Binding::Headers2 { minimum, in_pybind11: texts.pybind11 });
        }
        if texts.capsule && texts.umath_1 {
            let (feature, in_pybind11) = (texts.feature, texts.pybind11);
            return Some(Binding::Headers1 { before_1_16: false, feature, in_pybind11 });
        }
        if let Some(rust) = rust {
            let version = rust.crates.get("numpy").cloned();
            let is_user = texts.rust || version.is_some() || texts.capsule && (texts.multiarray_1 || texts.core_2);
            let told = version.as_deref().and_then(numpy_release).map(|version| version >= (0, 22));
            let knows_2 = told.unwrap_or(texts.rust_both || texts.core_2);
            return is_user.then_some(Binding::RustNumpy { knows_2, version });
        }
        if texts.capsule && texts.pybind11 {
            return Some(Binding::Pybind11 { knows_2: !texts.multiarray_1 });
        }
        if texts.capsule && texts.multiarray_1 {
            return Some(Binding::Headers1 { before_1_16: true, feature: None, in_pybind11: false });
        }
        let says = |failed: bool| failed && !texts.capsule && !texts.umath_2;
        match () {
            // Modules built for NumPy 2 keep the older sentence where their declarations are old.
            () if says(texts.failed_2) => Some(Binding::CythonTypes { knows_2: true }),
            () if says(texts.failed_1) => Some(Binding::CythonTypes { knows_2: false }),
            () => None,
        }
    }

    /// Does it ask when it is imported, or only when it is first used?
    pub fn asks_at_import(&self) -> bool {
        matches!(self, Binding::Headers1 { .. } | Binding::Headers2 { .. } | Binding::CythonTypes { .. })
    }

    /// May it be that the import goes on where the API is not given, and the first use crashes?
    pub fn may_go_on(&self) -> bool {
        matches!(self, Binding::Headers1 { in_pybind11: true, .. } | Binding::Headers2 { in_pybind11: true, .. })
    }

    /// `import` or `first use`.
    pub fn asks_at(&self) -> &'static str {
        if self.asks_at_import() { "import" } else { "first use" }
    }

    /// Was it made for NumPy 1 alone, so that it gives up when NumPy 2 answers?
    pub fn refuses_2(&self) -> bool {
        matches!(self, Binding::Headers1 { .. } | Binding::CythonTypes { knows_2: false })
    }

    /// The Python modules that it imports to get at the API, the next where the one before is not there. `abi` is that
    /// of the NumPy that is there, 1 or 2: newer pybind11 and rust-numpy ask for its version first.
    pub fn asks_for(&self, abi: Option<u8>) -> &'static [&'static str] {
        match self {
            Binding::Headers1 { before_1_16: true, .. } => &["numpy.core.multiarray"],
            Binding::Headers1 { before_1_16: false, .. } => &["numpy.core._multiarray_umath"],
            Binding::Headers2 { .. } => &["numpy._core._multiarray_umath", "numpy.core._multiarray_umath"],
            Binding::CythonTypes { .. } => &["numpy"],
            Binding::Pybind11 { knows_2 } | Binding::RustNumpy { knows_2, .. } => match abi {
                _ if !knows_2 => &["numpy.core.multiarray"],
                Some(1) => &["numpy.core.multiarray"],
                _ => &["numpy._core.multiarray"],
            },
        }
    }

    /// What a person is told.
    pub fn phrase(&self) -> String {
        match self {
            Binding::Headers1 { before_1_16: true, .. } => "C headers of NumPy before 1.16".into(),
            Binding::Headers1 { feature: Some(feature), .. } => {
                format!("C headers of NumPy 1, C-API version {feature:#x}")
            }
            Binding::Headers1 { feature: None, .. } => "C headers of NumPy 1".into(),
            Binding::Headers2 { minimum: Some((major, minor)), .. } => {
                format!("C headers of NumPy 2, for {major}.{minor} and later")
            }
            Binding::Headers2 { minimum: None, .. } => "C headers of NumPy 2".into(),
            Binding::CythonTypes { knows_2: false } => "Cython's types of NumPy 1".into(),
            Binding::CythonTypes { knows_2: true } => "Cython's types of NumPy 2".into(),
            Binding::Pybind11 { knows_2: false } => "pybind11 before 2.12".into(),
            Binding::Pybind11 { knows_2: true } => "pybind11 2.12 or later".into(),
            Binding::RustNumpy { version: Some(version), .. } => format!("rust-numpy {version}"),
            Binding::RustNumpy { knows_2: false, .. } => "rust-numpy before 0.22".into(),
            Binding::RustNumpy { knows_2: true, .. } => "rust-numpy 0.22 or later".into(),
        }
    }
}

/// What code that asks for NumPy's C API gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Answer {
    /// The API.
    Given,
    /// The API, by way of a module that NumPy 2 keeps for older code alone and never imports itself.
    ThroughShim,
    /// It cannot be told what is there.
    Unknown,
    /// There is no NumPy, or its extension is gone.
    NoProvider,
    /// NumPy is there, and a Python module on the way is not.
    NoModule,
    /// The code was built for NumPy 1, and NumPy 2 is there.
    OtherAbi,
    /// The code asks for a newer API than is there.
    TooOld,
}

impl Answer {
    /// The word used in every output.
    pub fn word(self) -> &'static str {
        match self {
            Answer::Given => "given",
            Answer::ThroughShim => "through-shim",
            Answer::Unknown => "unknown",
            Answer::NoProvider => "no-provider",
            Answer::NoModule => "no-module",
            Answer::OtherAbi => "other-abi",
            Answer::TooOld => "too-old",
        }
    }

    /// What a person is told.
    pub fn phrase(self) -> &'static str {
        match self {
            Answer::Given => "is given NumPy's C API",
            Answer::ThroughShim => "is given NumPy's C API through a module for older code",
            Answer::Unknown => "gets what cannot be told from here",
            Answer::NoProvider => "finds no NumPy",
            Answer::NoModule => "finds NumPy without a module on the way",
            Answer::OtherAbi => "was built for NumPy 1, and meets NumPy 2",
            Answer::TooOld => "requires a newer NumPy",
        }
    }

    /// Does the code get nothing?
    pub fn fails(self) -> bool {
        matches!(self, Answer::NoProvider | Answer::NoModule | Answer::OtherAbi | Answer::TooOld)
    }
}

/// `(1, 23)` of `1.23`, `1.23.5`, `0.20.0`, `2.1.0rc1`.
pub fn numpy_release(text: &str) -> Option<NumpyRelease> {
    let digits = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count();
    let mut numbers = text.split('.').map(|part| part[..digits(part)].parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests;
