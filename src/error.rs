//! What stops a scan, and nothing else: whatever is wrong with a single file is a finding.

use std::fmt;

use crate::printable::bounded;

/// Why there is nothing to show. Its texts name what was inspected or typed, and are printable and of bounded length all the
/// same: each is a part of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong, with the path it is wrong with.
    pub what: String,
    /// What to type instead, or to look at.
    pub remedy: String,
    /// What the remedy chooses from, a line each.
    pub list: Vec<String>,
    /// What was named is there, and nothing native is in it.
    pub is_nothing: bool,
}

#[doc(hidden)]
impl Error {
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Error {
        let [what, remedy] = [what.into(), remedy.into()].map(bounded);
        Error { what, remedy, list: Vec::new(), is_nothing: false }
    }

    /// With a list that the remedy chooses from.
    pub fn with_list(self, list: impl IntoIterator<Item = String>) -> Error {
        Error { list: list.into_iter().map(bounded).collect(), ..self }
    }

    /// There is nothing that could fail to load.
    pub fn nothing(what: impl Into<String>, remedy: impl Into<String>) -> Error {
        Error { is_nothing: true, ..Error::new(what, remedy) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.remedy)?;
        self.list.iter().try_for_each(|item| write!(f, "\n  {item}"))
    }
}

impl std::error::Error for Error {}
