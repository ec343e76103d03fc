//! Which Python modules an import brings in, module by module through their sources. Never run.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::graph::Presence;
use crate::python::{NamedImport, certain_imports, named_imports};
use crate::survey::Survey;
use crate::vfs::VPath;

/// Longer sources are tables.
const MOST_BYTES: usize = 1 << 20;
/// More than any program imports.
const MOST_MODULES: usize = 50_000;

/// A module that a statement names.
pub struct Import {
    /// Dotted and whole: what is relative is told from where it stands.
    pub module: String,
    /// What is taken out of it, which may be modules too.
    names: Vec<String>,
    /// The line, counted from 1.
    pub number: usize,
    /// No condition, function or `try` is around it: it runs when its module is imported.
    pub is_certain: bool,
}

/// Which module imports another, and in which line of its source.
#[derive(Clone, Debug)]
pub struct Importer {
    pub name: String,
    pub path: VPath,
    pub number: usize,
}

/// The modules that come in when these are imported, each with who imports it first: those that are there and those that
/// are not. `follows` says which imports of which modules count.
pub fn reached(
    scan: &Survey,
    roots: impl IntoIterator<Item = String>,
    follows: impl Fn(&str, &Import) -> bool,
) -> BTreeMap<String, Option<Importer>> {
    let mut reached = BTreeMap::<String, Option<Importer>>::new();
    let mut queue: VecDeque<(String, Option<Importer>)> = roots.into_iter().map(|root| (root, None)).collect();
    while let Some((name, importer)) = queue.pop_front() {
        if reached.len() > MOST_MODULES || reached.contains_key(&name) {
            continue;
        }
        reached.insert(name.clone(), importer);
        let Presence::Present(path) = scan.python_module(&name) else { continue };
        for import in imports_of(scan, &name, &path).iter().filter(|import| follows(&name, import)) {
            let by = Importer { name: name.clone(), path: path.clone(), number: import.number };
            queue.extend(import.brings(scan).into_iter().map(|module| (module, Some(by.clone()))));
        }
    }
    reached
}

/// The imports in the source of a module; none where its file is no source.
pub fn imports_of(scan: &Survey, name: &str, path: &VPath) -> Vec<Import> {
    if !path.as_bytes().ends_with(b".py") {
        return Vec::new();
    }
    let is_package = path.file_name() == b"__init__.py";
    let package = if is_package { name } else { name.rsplit_once('.').map_or("", |(package, _)| package) };
    let source = scan.world.fs().read(path, MOST_BYTES).unwrap_or_default();
    let certain: BTreeSet<u32> = certain_imports(&source).into_iter().map(|import| import.line).collect();
    let statements = named_imports(&source).into_iter().filter(|import| !import.is_call);
    let import = |import: NamedImport| {
        let names = import.taken.iter().flatten().map(ToString::to_string).collect();
        let is_certain = certain.contains(&import.line);
        Some(Import { module: import.absolute(package)?, names, number: import.line as usize, is_certain })
    };
    statements.filter_map(import).collect()
}

impl Import {
    /// The modules that it brings in: the packages on the way, the module, and what of its names are modules.
    pub fn brings(&self, scan: &Survey) -> Vec<String> {
        let ends = self.module.match_indices('.').map(|(at, _)| at).chain([self.module.len()]);
        let mut modules: Vec<String> = ends.map(|end| self.module[..end].to_owned()).collect();
        let within = self.names.iter().map(|name| format!("{}.{name}", self.module));
        modules.extend(within.filter(|module| matches!(scan.python_module(module), Presence::Present(_))));
        modules
    }
}
