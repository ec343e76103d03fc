//! Where the finders of editable installs lead.

use super::find::{ModuleFinder, ModuleSpec};
use crate::discover::EditableFinder;
use crate::vfs::VPath;

/// The module of this dotted name, where the finder of an editable install knows it.
pub(super) fn find(editable: &EditableFinder, finder: &ModuleFinder, name: &str) -> Option<ModuleSpec> {
    if let Some(path) = editable.modules.get(name) {
        return spec(finder, path);
    }
    // A package that only its modules tell of.
    let start = format!("{name}.");
    let below = editable.modules.range(start.clone()..).next().filter(|(module, _)| module.starts_with(&start))?;
    let depth = below.0[start.len()..].matches('.').count() + 1;
    let folder = std::iter::successors(below.1.parent(), VPath::parent).nth(depth - 1)?;
    Some(ModuleSpec::Namespace(vec![folder]))
}

/// What a path of a finder leads to.
fn spec(finder: &ModuleFinder, path: &VPath) -> Option<ModuleSpec> {
    let name = path.file_name();
    let folder = path.parent()?;
    if name.ends_with(b".py") {
        let package = (name == b"__init__.py").then(|| folder.clone());
        return finder.has_file(&folder, name).then(|| ModuleSpec::Source { path: path.clone(), package });
    }
    if name.ends_with(b".so") || name.ends_with(b".pyd") {
        return finder.has_file(&folder, name).then(|| ModuleSpec::Extension { path: path.clone(), package: None });
    }
    finder.find(std::str::from_utf8(name).ok()?, &[folder])
}
