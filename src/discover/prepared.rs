//! What packages for Windows do for their DLLs before a module of theirs is imported: `os.add_dll_directory` and DLLs that
//! are loaded by path, told from the text of their sources.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use super::code::{Call, Surroundings, calls, imports};
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
/// And so many other packages.
const MOST_PACKAGES: usize = 512;

/// What is done before the modules among these files are imported, the upper packages first.
pub(crate) fn prepared<'a>(
    fs: &dyn FileSystem,
    python: &Python,
    files: impl Iterator<Item = &'a VPath>,
) -> Vec<Prepared> {
    let reader = Reader { fs, python, known: RefCell::default() };
    let mut found = Vec::new();
    for path in reader.started() {
        let text = reader.text(&path).unwrap_or_default();
        found.extend(reader.read(&Source { path, text }).into_iter().map(|done| done.before(None)));
    }
    let mut folders = BTreeSet::new();
    for file in files {
        let above = std::iter::successors(file.parent(), VPath::parent);
        folders.extend(above.take_while(|folder| reader.is_package(folder)));
    }
    for folder in folders {
        let mut seen = BTreeSet::new();
        reader.bring(&folder, &mut seen, &mut |done| found.push(done.before(Some(&folder))));
    }
    found
}

struct Reader<'a> {
    fs: &'a dyn FileSystem,
    python: &'a Python,
    known: RefCell<BTreeMap<VPath, Rc<Package>>>,
}

/// A source, read once.
struct Source {
    path: VPath,
    text: String,
}

/// What is known of a package from its text.
struct Package {
    done: Vec<Done>,
    /// The folders of other packages that come in with it.
    others: Vec<VPath>,
}

/// What one line of code does.
struct Done {
    deed: Deed,
    source: VPath,
    line: usize,
}

impl Done {
    /// As it is before the modules of a package are imported; none where it is before any.
    fn before(&self, package: Option<&VPath>) -> Prepared {
        let Done { deed, source, line } = self;
        Prepared { package: package.cloned(), deed: deed.clone(), source: source.clone(), line: *line }
    }
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
    fn sources(&self, folder: &VPath) -> Vec<Source> {
        // What is imported at third hand comes in as well, but loads DLLs too seldom to be followed further.
        const DEEPEST: usize = 2;
        let first = folder.join("__init__.py");
        let mut sources = Vec::new();
        let mut seen = vec![first.clone()];
        let mut queue = VecDeque::from([(first, 0)]);
        while let Some((path, depth)) = queue.pop_front() {
            let Some(text) = self.text(&path) else { continue };
            let modules = if depth < DEEPEST { imported(&text, folder) } else { Vec::new() };
            for module in modules {
                let path = folder.join(format!("{module}.py"));
                if seen.len() < MOST_SOURCES && !seen.contains(&path) && self.fs.stat(&path).is_ok() {
                    seen.push(path.clone());
                    queue.push_back((path, depth + 1));
                }
            }
            sources.push(Source { path, text });
        }
        // What is imported runs before the rest of what imports it.
        sources.reverse();
        sources
    }

    /// Does this folder lie below one that Python imports from?
    fn is_package(&self, folder: &VPath) -> bool {
        !self.python.path.contains(folder) && self.python.path.iter().any(|base| folder.starts_with(base))
    }

    /// Tells what is done when a package is imported: first by the packages that it imports.
    fn bring(&self, folder: &VPath, seen: &mut BTreeSet<VPath>, tell: &mut dyn FnMut(&Done)) {
        if seen.len() >= MOST_PACKAGES || !seen.insert(folder.clone()) {
            return;
        }
        let package = self.package_at(folder);
        for other in &package.others {
            self.bring(other, seen, tell);
        }
        package.done.iter().for_each(tell);
    }

    fn package_at(&self, folder: &VPath) -> Rc<Package> {
        if let Some(known) = self.known.borrow().get(folder) {
            return known.clone();
        }
        let sources = self.sources(folder);
        let done = sources.iter().flat_map(|source| self.read(source)).collect();
        let mut others = Vec::new();
        for source in &sources {
            let names = imports(&source.text);
            let found = names.iter().flat_map(|name| self.folders(name));
            // Its own folders are looked at by themselves, each for what lies in it.
            others.extend(found.filter(|other| !folder.starts_with(other) && !other.starts_with(folder)));
        }
        let mut seen = BTreeSet::new();
        others.retain(|other| seen.insert(other.clone()));
        let package = Rc::new(Package { done, others });
        self.known.borrow_mut().insert(folder.clone(), package.clone());
        package
    }

    /// The folders of packages on the way to a module, the upper first.
    fn folders(&self, module: &str) -> Vec<VPath> {
        let top = module.split('.').next().unwrap_or_default();
        let is_folder = |path: &VPath| self.fs.stat(path).is_ok_and(|stat| stat.kind == Kind::Directory);
        let Some(base) = self.python.path.iter().find(|base| is_folder(&base.join(top))) else { return Vec::new() };
        let steps = module.split('.').scan(base.clone(), |folder, part| {
            *folder = folder.join(part);
            Some(folder.clone())
        });
        steps.take_while(is_folder).collect()
    }

    fn read(&self, Source { path, text }: &Source) -> Vec<Done> {
        let functions: Vec<&'static str> =
            ADDS.into_iter().chain(LOADS).filter(|function| text.contains(function)).collect();
        if functions.is_empty() {
            return Vec::new();
        }
        let mut done = Vec::new();
        for Call { function, line, argument } in calls(text, &path.to_string(), &functions, self) {
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
            done.extend(deeds.into_iter().map(|deed| Done { deed, source: path.clone(), line }));
        }
        done
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
