//! What compiled code imports when it is initialized, by names in its constants.
//!
//! Cython, and C that is written by hand, import modules by their whole dotted names, which stand in the constants as texts of
//! their own. A name alone is evidence, no certainty: so it is asked for only where the module that it names is known to fail
//! ([`super::ImportContext::named`]), and it is the import of that module in the very process that decides.

use super::cause::ImportCause;
use crate::world::FileId;

/// What is known of native modules besides what their loader is asked.
pub trait NativeFacts: Sync {
    /// What a native module imports to get at NumPy's C API when it is initialized.
    fn numpy(&self, file: FileId) -> Option<CapiImport>;

    /// Does a native module, imported first in a fresh interpreter, load this library?
    fn loads_alone(&self, module: FileId, library: FileId) -> bool;

    /// The file that a need gets (by place in [`crate::image::Image::needs`]) where its module is imported first in a fresh
    /// interpreter; none where it gets none.
    fn provider(&self, by: FileId, need: usize) -> Option<FileId>;
}

/// The import of NumPy's C API by compiled code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapiImport {
    /// The modules that hold it; the next one is tried where the one before is not there.
    pub modules: Vec<String>,
    /// Why it is refused although the module is there, and the words for it.
    pub refusal: Option<(ImportCause, String)>,
    /// Is it imported when the module is initialized? Where that cannot be told, the module may do without.
    pub is_certain: bool,
}
