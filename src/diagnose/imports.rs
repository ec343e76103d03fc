//! What an import of a package certainly runs, followed through the statements of Python source that nothing guards
//! ([`certain_imports`]). Never run.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::source::Line;
use crate::python::{NamedImport, certain_imports};
use crate::vfs::{FileSystem, VPath};

/// Longer sources are tables, not code.
const MOST_BYTES: usize = 1 << 20;
/// More sources than any package runs through when it is imported.
const MOST_FILES: usize = 2_000;

/// The first statement for which `wanted` has an answer, of those that imports of packages certainly run: `top` is the
/// folder of the outermost package, `packages` are those of it that are imported.
pub(super) fn first<T>(
    fs: &dyn FileSystem,
    top: &VPath,
    packages: &BTreeSet<VPath>,
    wanted: &dyn Fn(&NamedImport) -> Option<T>,
) -> Option<(Line, T)> {
    let mut walk = Walk { fs, top: top.clone(), seen: FxHashSet::default(), wanted };
    packages.iter().find_map(|package| walk.module(package.join("__init__.py")))
}

struct Walk<'a, T> {
    fs: &'a dyn FileSystem,
    /// The folder of the outermost package.
    top: VPath,
    seen: FxHashSet<VPath>,
    wanted: &'a dyn Fn(&NamedImport) -> Option<T>,
}

impl<T> Walk<'_, T> {
    /// Goes through a module in the order in which it runs.
    fn module(&mut self, path: VPath) -> Option<(Line, T)> {
        if self.seen.len() >= MOST_FILES || !self.seen.insert(path.clone()) {
            return None;
        }
        let bytes = self.fs.read(&path, MOST_BYTES).ok()?;
        for named in certain_imports(&bytes) {
            if let Some(found) = (self.wanted)(&named) {
                return Some((Line::of(path, &bytes, named.line as usize), found));
            }
            for inner in self.inside(&path, &named) {
                if let Some(found) = self.module(inner) {
                    return Some(found);
                }
            }
        }
        None
    }

    /// The sources of the same package that a statement runs, those of upper packages first.
    fn inside(&self, path: &VPath, named: &NamedImport) -> Vec<VPath> {
        let Some((mut folder, rest)) = self.start(path, named) else { return Vec::new() };
        let mut paths = vec![folder.join("__init__.py")];
        for part in rest.split('.').filter(|part| !part.is_empty()) {
            paths.push(folder.join(format!("{part}.py")));
            folder = folder.join(part);
            paths.push(folder.join("__init__.py"));
        }
        for name in named.taken.iter().flatten() {
            paths.push(folder.join(format!("{name}.py")));
            paths.push(folder.join(&**name).join("__init__.py"));
        }
        paths
    }

    /// The folder that a name is looked for in, and what is left of the name; none of what lies in another package.
    fn start<'n>(&self, path: &VPath, named: &'n NamedImport) -> Option<(VPath, &'n str)> {
        if named.level > 0 {
            let mut folder = path.parent()?;
            for _ in 1..named.level {
                folder = folder.parent()?;
            }
            return folder.starts_with(&self.top).then_some((folder, &named.module));
        }
        let (first, rest) = named.module.split_once('.').unwrap_or((&named.module, ""));
        (first.as_bytes() == self.top.file_name()).then(|| (self.top.clone(), rest))
    }
}

#[cfg(test)]
mod tests {
    use super::first;
    use crate::python::NamedImport;
    use crate::vfs::{Memory, VPath};

    #[test]
    fn imports_are_followed_within_the_package_in_the_order_in_which_they_run() {
        let mut memory = Memory::new();
        let mut put = |path: &str, text: &str| memory.file(&VPath::new(path), text.as_bytes().to_vec());
        put("/s/a/__init__.py", "from .b import c\nfrom a.d import e\n");
        put("/s/a/b/__init__.py", "from ..f import g\n");
        put("/s/a/b/c.py", "import os\n");
        put("/s/a/f.py", "def h():\n    import numpy\n");
        put("/s/a/d.py", "import re\nimport numpy.core\n");
        let wanted = |named: &NamedImport| named.module.starts_with("numpy").then(|| named.module.to_string());
        let (line, module) =
            first(&memory, &VPath::new("/s/a"), &[VPath::new("/s/a")].into(), &wanted).expect("a line");
        assert_eq!((line.path.to_string().as_str(), line.number, module.as_str()), ("/s/a/d.py", 2, "numpy.core"));
    }

    #[test]
    fn a_circle_ends() {
        let mut memory = Memory::new();
        memory.file(&VPath::new("/s/a/__init__.py"), b"from . import b\n".to_vec());
        memory.file(&VPath::new("/s/a/b.py"), b"import a\nfrom . import b\n".to_vec());
        assert!(first(&memory, &VPath::new("/s/a"), &[VPath::new("/s/a")].into(), &|_| None::<()>).is_none());
    }
}
