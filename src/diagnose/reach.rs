//! Which Python modules an import brings in, module by module through their sources. Never run.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::imports::{every_statement, statements};
use crate::graph::Presence;
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
    let source = String::from_utf8_lossy(&source);
    let certain: BTreeSet<usize> = statements(&source).into_iter().map(|statement| statement.number).collect();
    let mut imports = Vec::new();
    for statement in every_statement(&source) {
        for named in statement.modules {
            if let Some(module) = absolute(&named.module, package) {
                let (number, is_certain) = (statement.number, certain.contains(&statement.number));
                imports.push(Import { module, names: named.names, number, is_certain });
            }
        }
    }
    imports
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

/// `a.b.c` of `..c` in the package `a.b.x`; none of what climbs out, and of what is no name.
fn absolute(module: &str, package: &str) -> Option<String> {
    let below = module.trim_start_matches('.');
    let dots = module.len() - below.len();
    let mut parts: Vec<&str> = Vec::new();
    if dots > 0 {
        parts = package.split('.').filter(|part| !part.is_empty()).collect();
        parts.truncate(parts.len().checked_sub(dots - 1)?);
    }
    parts.extend(below.split('.').filter(|part| !part.is_empty()));
    let is_name = |part: &&str| part.chars().all(|c| c == '_' || c.is_alphanumeric());
    (!parts.is_empty() && parts.iter().all(is_name)).then(|| parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::absolute;

    #[test]
    fn relative_names_start_at_the_package() {
        assert_eq!(absolute("x.y", "a.b").as_deref(), Some("x.y"));
        assert_eq!(absolute(".x", "a.b").as_deref(), Some("a.b.x"));
        assert_eq!(absolute(".", "a.b").as_deref(), Some("a.b"));
        assert_eq!(absolute("..", "a.b").as_deref(), Some("a"));
        assert_eq!(absolute("...x", "a.b").as_deref(), Some("x"));
        assert_eq!(absolute("....x", "a.b"), None);
        assert_eq!(absolute("a-b", ""), None);
    }
}
