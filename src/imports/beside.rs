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
use crate::python::{ImplicitImports, cimported_by_python, cython_imports, cython_includes, implicit_imports, limits};
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
        Some(cython_imports(&source, &mut self.included(fs)).into_bytes())
    }

    /// Reads the files that a source includes, no more of them altogether than of any source.
    fn included(&self, fs: &dyn FileSystem) -> impl FnMut(&str) -> Option<Vec<u8>> {
        let folder = self.path.parent().unwrap_or_default();
        let mut left = limits::SOURCE_BYTES;
        move |name: &str| {
            let source = fs.read(&folder.join(name), left).ok().filter(|_| left > 0)?;
            // Many small files cost more than their length.
            left -= source.len().max(4096).min(left);
            Some(source)
        }
    }

    /// What comes in with the module of this name besides what its code imports: what it takes by `cimport`, here and in its
    /// declarations (`a.pxd`).
    pub fn implicit_imports(&self, fs: &dyn FileSystem, module: &str) -> ImplicitImports {
        let is_package = self.path.file_name().starts_with(b"__init__.");
        let package = if is_package { module } else { module.rsplit_once('.').map_or("", |(package, _)| package) };
        let mut implicit = ImplicitImports::default();
        let mut add = |source: &[u8]| {
            let ImplicitImports { cimported, perhaps } = implicit_imports(source, package);
            implicit.cimported.extend(cimported);
            implicit.perhaps.extend(perhaps);
        };
        let source = fs.read(&self.path, limits::SOURCE_BYTES).unwrap_or_default();
        if self.language == SourceLanguage::Cython {
            let mut included = self.included(fs);
            cython_includes(&source).iter().filter_map(|name| included(name)).for_each(|source| add(&source));
            add(&source);
        }
        let path = self.path.as_bytes();
        let stem = path.rsplitn(2, |&byte| byte == b'.').last().unwrap_or(path);
        let declared = VPath::new([stem, b".pxd"].concat());
        add(&fs.read(&declared, limits::SOURCE_BYTES).unwrap_or_default());
        if self.language == SourceLanguage::CythonPython {
            implicit.cimported.extend(cimported_by_python(&source));
        }
        implicit
    }
}
