//! What an import does, told for a person and for other rooms.

use super::cause::{ImportFailure, ShadowedCopy};
use crate::vfs::VPath;

/// What `import NAME` does in a fresh interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOutcome {
    /// The dotted name.
    pub module: String,
    /// Is it a native module? Else a top-level package that holds one.
    pub is_extension: bool,
    pub verdict: ImportVerdict,
    /// The first cause; of a guarded import, what was refused on the way. None where it simply loads.
    #[doc(hidden)]
    pub failure: Option<ImportFailure>,
    /// Where it fails, and nobody who uses its package misses it: why.
    #[doc(hidden)]
    pub harmless: Option<Harmless>,
    /// Libraries that it needs and that another copy answers for, as an import before has loaded that.
    #[doc(hidden)]
    pub shadowed: Vec<ShadowedCopy>,
    /// Where it fails: the package after whose import it loads.
    pub loads_after: Option<String>,
}

#[doc(hidden)]
impl ImportOutcome {
    /// An import that nothing is known to keep from loading.
    pub fn loads(module: &str, is_extension: bool) -> ImportOutcome {
        ImportOutcome {
            module: module.to_owned(),
            is_extension,
            verdict: ImportVerdict::Loads,
            failure: None,
            harmless: None,
            shadowed: Vec::new(),
            loads_after: None,
        }
    }

    /// How it ends, and by way of what; none where it loads.
    pub fn words(&self) -> Option<String> {
        let way = self.failure.as_ref()?.because.join(" → ");
        match self.verdict {
            ImportVerdict::Fails => Some(format!("fails: {way}")),
            ImportVerdict::Unknown => Some(format!("may fail: {way}")),
            ImportVerdict::Guarded => Some(format!("loads without {way}")),
            ImportVerdict::Loads => None,
        }
    }

    /// Does it fail, and somebody miss it?
    pub fn is_missed(&self) -> bool {
        self.verdict == ImportVerdict::Fails && self.harmless.is_none()
    }
}

/// Why nobody misses a module that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Harmless {
    /// The code that imports it goes on without it: the first such line.
    Caught { file: VPath, line: u32 },
    /// No code of its package imports it, or only its tests do.
    Unasked,
    /// What fails is Python code that wants a module of another distribution, and its package loads without.
    Optional,
    /// Its own code raises where this package has not been imported before, and loads after it.
    After { package: String },
}

/// The four ends of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImportVerdict {
    Loads,
    /// It succeeds, and a native part was refused and caught on the way.
    Guarded,
    Unknown,
    Fails,
}

impl ImportVerdict {
    /// The word of the fixed output.
    pub fn as_str(self) -> &'static str {
        match self {
            ImportVerdict::Loads => "loads",
            ImportVerdict::Guarded => "guarded",
            ImportVerdict::Unknown => "unknown",
            ImportVerdict::Fails => "fails",
        }
    }

    /// Does the import surely succeed, whatever native parts were refused on the way?
    pub(crate) fn is_success(self) -> bool {
        matches!(self, ImportVerdict::Loads | ImportVerdict::Guarded)
    }
}

/// What every import does: of each importable native module, and of each top-level package that holds one. Nothing where it
/// was not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// By name.
    pub rows: Vec<ImportOutcome>,
    /// What it does to import the libraries for ctypes or cffi that are named as extension modules, and packages that hold
    /// no others, by name. No person imports the libraries: they count on no face.
    pub libraries: Vec<ImportOutcome>,
    /// Of a bundle, what the scripts of its program do, in order, up to the first that fails.
    pub programs: Vec<ImportOutcome>,
}

impl Outcomes {
    /// What the import of a module does; none where it was not asked.
    pub fn of(&self, module: &str) -> Option<&ImportOutcome> {
        let place = self.rows.binary_search_by(|row| row.module.as_str().cmp(module)).ok()?;
        self.rows.get(place)
    }

    /// The outcome of every name that Python's import system finds in a native file, and of the packages around, by name.
    pub fn importable(&self) -> Vec<&ImportOutcome> {
        let mut all: Vec<&ImportOutcome> = self.rows.iter().chain(&self.libraries).collect();
        all.sort_by(|one, other| one.module.cmp(&other.module));
        all
    }
}
