//! What stops a scan, and nothing else: whatever is wrong with a single file is a finding.

use std::fmt;

/// Why there is nothing to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong, with the path it is wrong with.
    pub what: String,
    /// What to type instead, or to look at.
    pub remedy: String,
    /// What was named is there, and nothing native is in it.
    pub is_nothing: bool,
}

impl Error {
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Error {
        Error { what: what.into(), remedy: remedy.into(), is_nothing: false }
    }

    /// There is nothing that could fail to load.
    pub fn nothing(what: impl Into<String>, remedy: impl Into<String>) -> Error {
        Error { is_nothing: true, ..Error::new(what, remedy) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.remedy)
    }
}

impl std::error::Error for Error {}
