//! What is wrong with an environment's own configuration; it becomes a finding.

use crate::command::Remedy;
use crate::vfs::VPath;

/// Something about the environment itself that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub path: VPath,
    pub what: String,
    pub remedy: Remedy,
}

impl Note {
    pub fn new(path: &VPath, what: String, remedy: Remedy) -> Note {
        Note { path: path.clone(), what, remedy }
    }
}
