//! What an import does, told for a person and for other rooms.

use super::cause::ImportFailure;

/// What `import NAME` does in a fresh interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOutcome {
    /// The dotted name.
    pub module: String,
    /// Is it a native module? Else a top-level package that holds one.
    pub is_extension: bool,
    pub verdict: ImportVerdict,
    /// The first cause; of a guarded import, what was refused on the way. None where it simply loads.
    pub failure: Option<ImportFailure>,
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
}
