//! The source of a compiled module, where it lies beside it.
//!
//! Packages that Cython or mypyc have compiled mostly install what was compiled, too: `a.py` or `a.pyx` in the folder of
//! `a.cpython-312-….so`. When such a module is initialized it does what its source says, so that runs instead of a guess by
//! the names in the constants.
//!
//! - A `.pyx` is Cython's, and no Python: of it count the import statements that nothing may pass over ([`cython_imports`]).
//! - A `.py` runs as it stands, where the native file shows that it was compiled; else it may be written by hand for those
//!   who have no compiler.

use super::context::ImportContext;
use crate::python::{cython_imports, limits};
use crate::vfs::{FileSystem, VPath};
use crate::world::text_finder;

/// The source that a native module was compiled from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceBeside {
    pub path: VPath,
    pub language: SourceLanguage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceLanguage {
    /// Python, compiled by mypyc.
    Python,
    /// Python, compiled by Cython: the module `cython` is the compiler's own.
    CythonPython,
    /// Cython's own.
    Cython,
}

/// More files than any source includes.
const MOST_INCLUDED: usize = 200;

/// The name that every module made by Cython has in its constants (`__Pyx_…`, Cython/Utility/ModuleSetupCode.c).
const CYTHON_MARK: &str = "cython_runtime";

/// The attribute of the shared module that a shim of mypyc asks for (`exported_name`, mypyc/namegen.py).
fn mypyc_mark(module: &str) -> String {
    format!("init_{}", module.replace("___", "___3_").replace('.', "___"))
}

/// The source of a native module of this name.
pub(super) fn find(context: &ImportContext, module: &str, native: &VPath) -> Option<SourceBeside> {
    let folder = native.parent()?;
    let stem = native.file_name().split(|&byte| byte == b'.').next().filter(|stem| !stem.is_empty())?;
    let named = |ending: &[u8]| {
        let name = [stem, ending].concat();
        context.finder.has_file(&folder, &name).then(|| folder.join(&name))
    };
    if let Some(path) = named(b".pyx") {
        return Some(SourceBeside { path, language: SourceLanguage::Cython });
    }
    let path = named(b".py")?;
    let finder = text_finder(&[CYTHON_MARK, &mypyc_mark(module)])?;
    let language = match *context.world.texts(context.world.open(native).ok()?, &finder) {
        [true, _] => SourceLanguage::CythonPython,
        [_, true] => SourceLanguage::Python,
        _ => return None,
    };
    Some(SourceBeside { path, language })
}

impl SourceBeside {
    /// The Python code that runs when the module is initialized, as far as the source tells; none where it cannot be read.
    pub fn code(&self, fs: &dyn FileSystem) -> Option<Vec<u8>> {
        let source = fs.read(&self.path, limits::SOURCE_BYTES).ok()?;
        if self.language != SourceLanguage::Cython {
            return Some(source);
        }
        let folder = self.path.parent().unwrap_or_default();
        let mut left = MOST_INCLUDED;
        let mut included = |name: &str| {
            left = left.checked_sub(1)?;
            fs.read(&folder.join(name), limits::SOURCE_BYTES).ok()
        };
        Some(cython_imports(&source, &mut included).into_bytes())
    }
}
