//! What compiled code imports when it is initialized, by names in its constants.

use super::cause::ImportCause;
use crate::world::FileId;

/// What is known of the imports of compiled code.
pub trait CompiledImports: Sync {
    /// What a native module imports to get at NumPy's C API when it is initialized.
    fn numpy(&self, file: FileId) -> Option<CapiImport>;

    /// Which of these modules, given by their dotted names, a native module names as a whole text.
    fn names(&self, file: FileId, modules: &[&str]) -> Vec<bool>;
}

/// The import of NumPy's C API by compiled code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapiImport {
    /// The modules that hold it; the next one is tried where the one before is not there.
    pub modules: Vec<String>,
    /// Why it is refused although the module is there, and the words for it.
    pub refusal: Option<(ImportCause, String)>,
}
