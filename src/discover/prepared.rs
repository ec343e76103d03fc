//! What packages for Windows do for their DLLs before a module of theirs is imported: `os.add_dll_directory` and DLLs that
//! are loaded by path, told from the text of their sources.

use std::collections::{BTreeSet, VecDeque};

use super::code::{Call, Surroundings, calls};
use crate::vfs::{FileSystem, Kind, VPath};
use crate::world::{Deed, Prepared, Python};

/// Functions that add a folder to the search.
const ADDS: [&str; 1] = ["add_dll_directory"];
/// Functions that load a DLL. With an absolute path they search for what it needs as an import would.
const LOADS: [&str; 6] = ["WinDLL", "CDLL", "PyDLL", "LoadLibrary", "LoadLibraryExW", "LoadLibraryW"];
/// Longer sources are tables, not code that loads libraries.
const MOST_BYTES: usize = 1 << 18;
/// Of one package so many sources at most are followed.
const MOST_SOURCES: usize = 32;

/// What is done before the modules among these files are imported, the upper packages first.
pub(crate) fn prepared<'a>(
    fs: &dyn FileSystem,
    python: &Python,
    files: impl Iterator<Item = &'a VPath>,
) -> Vec<Prepared> {
    let reader = Reader { fs, python };
    let mut found = Vec::new();
    for source in reader.started() {
        reader.read(&source, None, &mut found);
    }
    let mut folders = BTreeSet::new();
    for file in files {
        let is_above =
            |folder: &VPath| !python.path.contains(folder) && python.path.iter().any(|base| folder.starts_with(base));
        let above = std::iter::successors(file.parent(), VPath::parent);
        folders.extend(above.take_while(is_above));
    }
    for folder in folders {
        for source in reader.sources(&folder) {
            reader.read(&source, Some(&folder), &mut found);
        }
    }
    found
}

struct Reader<'a> {
    fs: &'a dyn FileSystem,
    python: &'a Python,
}

impl Reader<'_> {
    fn text(&self, source: &VPath) -> Option<String> {
        let bytes = self.fs.read(source, MOST_BYTES).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What every Python that starts runs: the lines of `.pth` files that import a module.
    fn started(&self) -> Vec<VPath> {
        let mut sources = Vec::new();
        for site in &self.python.path {
            let mut names: Vec<VPath> =
                self.fs.list(site).unwrap_or_default().into_iter().map(|entry| entry.name).collect();
            names.retain(|name| name.as_bytes().ends_with(b".pth"));
            names.sort();
            for text in names.iter().filter_map(|name| self.text(&site.join(name))) {
                let modules = text.lines().filter_map(|line| line.strip_prefix("import "));
                let modules = modules.flat_map(|rest| rest.split(';').next().unwrap_or_default().split(','));
                for module in modules.map(str::trim).filter(|module| !module.contains('.')) {
                    let places = self.python.path.iter().map(|base| base.join(format!("{module}.py")));
                    sources.extend(places.into_iter().find(|path| self.fs.stat(path).is_ok()));
                }
            }
        }
        sources
    }

    /// The sources that run when a package is imported: its own, and those beside it which that imports.
    fn sources(&self, folder: &VPath) -> Vec<VPath> {
        let first = folder.join("__init__.py");
        let mut queue = VecDeque::from([first.clone()]);
        let mut seen = vec![first];
        while let Some(source) = queue.pop_front() {
            let Some(text) = self.text(&source) else { continue };
            for module in imported(&text, folder) {
                let path = folder.join(format!("{module}.py"));
                if seen.len() < MOST_SOURCES && !seen.contains(&path) && self.fs.stat(&path).is_ok() {
                    seen.push(path.clone());
                    // What those import in turn comes in as well, but loads DLLs too seldom to be followed further.
                    if source.file_name() == b"__init__.py" {
                        queue.push_back(path);
                    }
                }
            }
        }
        // What is imported runs before the rest of what imports it.
        seen.reverse();
        seen
    }

    fn read(&self, source: &VPath, package: Option<&VPath>, found: &mut Vec<Prepared>) {
        let Some(text) = self.text(source) else { return };
        let functions: Vec<&'static str> =
            ADDS.into_iter().chain(LOADS).filter(|function| text.contains(function)).collect();
        if functions.is_empty() {
            return;
        }
        for Call { function, line, argument } in calls(&text, &source.to_string(), &functions, self) {
            let is_added = ADDS.contains(&function);
            let deed = |path: String| {
                let path = VPath::new(path).folded();
                if !path.is_absolute() {
                    return None;
                }
                let kind = self.fs.stat(&path).ok()?.kind;
                match is_added {
                    true => (kind == Kind::Directory).then_some(Deed::Adds(path)),
                    false => (kind == Kind::File).then_some(Deed::Loads(path)),
                }
            };
            let deeds: Vec<Deed> = match argument {
                Some(paths) => paths.into_iter().filter_map(deed).collect(),
                None if is_added => vec![Deed::AddsUnknown],
                None => Vec::new(),
            };
            let prepared = |deed| Prepared { package: package.cloned(), deed, source: source.clone(), line };
            found.extend(deeds.into_iter().map(prepared));
        }
    }
}

impl Surroundings for Reader<'_> {
    fn list(&self, folder: &str) -> Vec<String> {
        let entries = self.fs.list(&VPath::new(folder).folded()).unwrap_or_default();
        let mut names: Vec<String> = entries.into_iter().map(|entry| entry.name.to_string()).collect();
        names.sort();
        names
    }

    fn package(&self, name: &str) -> Option<String> {
        let folder = name.replace('.', "/");
        let places = self.python.path.iter().map(|base| base.join(&folder));
        let is_folder = |path: &VPath| self.fs.stat(path).is_ok_and(|stat| stat.kind == Kind::Directory);
        places.into_iter().find(is_folder).map(|path| path.to_string())
    }

    fn prefix(&self) -> Option<String> {
        let library = self.python.library.as_ref()?;
        Some(library.parent()?.to_string())
    }
}

/// The modules beside it that a source of a package imports.
fn imported<'t>(text: &'t str, folder: &VPath) -> Vec<&'t str> {
    let package = String::from_utf8_lossy(folder.file_name()).into_owned();
    let mut modules = Vec::new();
    for line in text.lines().map(str::trim) {
        let names = |list: &'t str| {
            list.trim_start_matches('(').split(',').map(|item| item.trim().split(' ').next().unwrap_or_default())
        };
        let Some(rest) = line.strip_prefix("from ") else {
            let own = line.strip_prefix("import ").and_then(|rest| rest.strip_prefix(&format!("{package}.")));
            modules.extend(own.map(|rest| rest.split([' ', '.', ',']).next().unwrap_or_default()));
            continue;
        };
        let Some((from, list)) = rest.split_once(" import ") else { continue };
        let from = from.trim();
        match from.strip_prefix('.').or_else(|| from.strip_prefix(&package)) {
            Some("") => modules.extend(names(list)),
            Some(rest) => modules.push(rest.trim_start_matches('.').split('.').next().unwrap_or_default()),
            None => {}
        }
    }
    modules.retain(|module| !module.is_empty() && module.chars().all(|c| c == '_' || c.is_alphanumeric()));
    modules
}
