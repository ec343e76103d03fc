//! The Python sources of a package: which line names a library, which imports a module. Never run.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aho_corasick::AhoCorasick;
use bstr::ByteSlice;
use memchr::memmem;
use rustc_hash::FxHashMap;

use crate::python::{NamedImport, Standing, named_imports, top};
use crate::vfs::{Kind, VPath};
use crate::world::World;

/// A line of Python source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub path: VPath,
    /// Counted from 1.
    pub number: usize,
    pub text: String,
}

impl Line {
    /// A line of a source.
    pub(super) fn of(path: VPath, source: &[u8], number: usize) -> Line {
        let line = source.split(|&byte| byte == b'\n').nth(number.saturating_sub(1)).unwrap_or_default();
        Line { path, number, text: String::from_utf8_lossy(line).trim().to_owned() }
    }
}

/// How Python code may spell a library.
pub struct Spelled {
    /// As a file: `libcudart.so.12`, `libcudart.so` (a pattern follows), `libx{` (a number is filled in).
    names: Vec<Vec<u8>>,
    /// As a bare name in quotes: `"libx"`.
    bare: Vec<Vec<u8>>,
}

impl Spelled {
    /// The spellings of a library by its file's name and the name that is asked for.
    pub fn of(file_name: &[u8], name: &[u8]) -> Spelled {
        let end = memmem::find(name, b".so").unwrap_or(name.len());
        let bare = &name[..end];
        let mut names = vec![file_name.to_vec(), name[..name.len().min(end + 3)].to_vec()];
        let start = bare.trim_end_with(|c| c.is_ascii_digit());
        if start.len() < bare.len() {
            names.push([start, b"{"].concat());
        }
        let is_telling = bare.starts_with(b"lib") && bare.len() > 5;
        let quoted = [b'"', b'\''].map(|quote| [&[quote], bare, &[quote]].concat());
        Spelled { names, bare: if is_telling { quoted.to_vec() } else { Vec::new() } }
    }
}

/// The sources of one folder.
type Folder = Arc<Vec<(VPath, Vec<u8>)>>;

/// Sources, read when first asked for.
pub struct Sources<'a> {
    world: &'a World,
    folders: Mutex<FxHashMap<VPath, Arc<OnceLock<Folder>>>>,
}

/// Longer sources are tables, not code that loads libraries.
const MOST_BYTES: usize = 1 << 20;
/// A folder with more sources than any package has.
const MOST_FILES: usize = 20_000;

impl<'a> Sources<'a> {
    pub(super) fn new(world: &'a World) -> Sources<'a> {
        Sources { world, folders: Mutex::default() }
    }

    /// What `look` finds first in the sources of a folder, `__init__.py` of the upper folders first. Few sources hold one
    /// of the texts at all, and only those are looked at.
    fn among<T: AsRef<[u8]>>(
        &self,
        folder: &VPath,
        texts: &[T],
        look: impl Fn(&VPath, &[u8]) -> Option<Line>,
    ) -> Option<Line> {
        let finders: Vec<memmem::Finder> = texts.iter().map(memmem::Finder::new).collect();
        let sources = self.folder(folder);
        let mut candidates =
            sources.iter().filter(|(_, bytes)| finders.iter().any(|finder| finder.find(bytes).is_some()));
        candidates.find_map(|(path, bytes)| look(path, bytes))
    }

    /// The first line that loads a library: one that names its file, or the start of a name made at run time, in a source
    /// that loads libraries itself; or one that hands its bare name to a function that loads.
    pub fn loading(&self, folder: &VPath, library: &Spelled) -> Option<Line> {
        const LOADERS: [&[u8]; 4] = [b"CDLL", b"LoadLibrary", b"dlopen", b"load_library"];
        const LOADS: [&[u8]; 4] = [b"CDLL", b"load", b"Load", b"dlopen"];
        let spellings: Vec<&Vec<u8>> = library.names.iter().chain(&library.bare).collect();
        self.among(folder, &spellings, |path, bytes| {
            let source_loads = holds(bytes, &LOADERS);
            first_line(path, bytes, |code| {
                (source_loads && holds(code, &library.names)) || (holds(code, &library.bare) && holds(code, &LOADS))
            })
        })
    }

    /// The sources that run before a module is imported: the `__init__.py` of the packages it is in, and what imports
    /// it, up to the line that does. `name` is the module's own; none where it is no module.
    pub fn run_before(&self, folder: &VPath, module: &VPath, name: Option<&str>) -> RunBefore {
        let name = name.map(|stem| Name::new(folder, module, stem));
        let sources = self.folder(folder);
        let parts = sources.iter().enumerate().filter_map(|(place, (path, bytes))| {
            let above = path.parent().unwrap_or_default();
            let is_package = path.file_name() == b"__init__.py" && module.starts_with(&above);
            let mentions = name.as_ref().is_some_and(|name| name.is_mentioned(bytes));
            if !is_package && !mentions {
                return None;
            }
            let package = package_of(folder, path);
            let mut imports = named_imports(bytes);
            let imports_it =
                |import: &NamedImport| name.as_ref().is_some_and(|name| name.is_of(import, &package, path));
            match imports.iter().position(imports_it) {
                Some(end) => imports.truncate(end),
                None if is_package => {}
                None => return None,
            }
            Some(SourceImports { place, package, imports })
        });
        let parts = parts.collect();
        RunBefore { folder: folder.clone(), sources: sources.clone(), parts }
    }

    /// The first line that imports a module without any condition. `stem` is the last part of its name.
    pub fn outright_import(&self, folder: &VPath, module: &VPath, stem: &str) -> Option<Line> {
        self.importing(folder, &Name::new(folder, module, stem), |import| {
            import.standing == Standing::Top && !import.is_call
        })
    }

    /// Where a module is imported only inside a function or a `try`, or by a name in quotes: the first such line; none
    /// where some line imports it outright, or no line imports it at all.
    pub fn guarded_import(&self, folder: &VPath, module: &VPath, stem: &str) -> Option<Line> {
        if self.outright_import(folder, module, stem).is_some() {
            return None;
        }
        let guarded = self.importing(folder, &Name::new(folder, module, stem), |_| true);
        guarded.or_else(|| self.import_by_name(folder, stem.as_bytes()))
    }

    /// Does any source of the folder import a package, or something in it?
    pub fn imports_package(&self, folder: &VPath, package: &str) -> bool {
        let is_it = |import: &NamedImport| import.level == 0 && top(&import.module) == package;
        let has = |bytes: &[u8]| memmem::find(bytes, package.as_bytes()).is_some();
        self.folder(folder).iter().any(|(_, bytes)| has(bytes) && named_imports(bytes).iter().any(is_it))
    }

    /// The first line that imports a package, or something in it: one that runs when its module is imported, else any.
    pub fn package_import(&self, folder: &VPath, package: &str) -> Option<Line> {
        let is_it = |import: &NamedImport| import.level == 0 && !import.is_call && top(&import.module) == package;
        let sources = self.folder(folder);
        let line = |counts: &dyn Fn(&NamedImport) -> bool| {
            let naming = sources.iter().filter(|(_, bytes)| memmem::find(bytes, package.as_bytes()).is_some());
            naming.into_iter().find_map(|(path, bytes)| {
                let import = named_imports(bytes).into_iter().find(|import| is_it(import) && counts(import))?;
                Some(Line::of(path.clone(), bytes, import.line as usize))
            })
        };
        line(&|import| import.standing == Standing::Top).or_else(|| line(&|_| true))
    }

    /// The first statement that imports a module and counts.
    fn importing(&self, folder: &VPath, module: &Name, counts: impl Fn(&NamedImport) -> bool) -> Option<Line> {
        let sources = self.folder(folder);
        sources.iter().filter(|(_, bytes)| module.is_mentioned(bytes)).find_map(|(path, bytes)| {
            let package = package_of(folder, path);
            let is_it = |import: &NamedImport| counts(import) && module.is_of(import, &package, path);
            let import = named_imports(bytes).into_iter().find(is_it)?;
            Some(Line::of(path.clone(), bytes, import.line as usize))
        })
    }

    /// The first line that has a module's dotted name in quotes, or its start before what is filled in at run time, in a
    /// source that imports by name.
    fn import_by_name(&self, folder: &VPath, module: &[u8]) -> Option<Line> {
        const IMPORTERS: [&[u8]; 2] = [b"import_module", b"__import__"];
        let start = module.trim_end_with(|c| c.is_ascii_digit());
        let spellings = [[b".", module, b"\""].concat(), [b".", module, b"'"].concat(), [b".", start, b"{"].concat()];
        self.among(folder, &spellings, |path, bytes| {
            holds(bytes, &IMPORTERS).then(|| first_line(path, bytes, |code| holds(code, &spellings))).flatten()
        })
    }

    /// Which of these texts any source of the folder holds: all are looked for in one pass, and nothing is kept of it.
    pub fn mentioned(&self, folder: &VPath, texts: &[&[u8]]) -> Vec<bool> {
        let mut found = vec![false; texts.len()];
        // Texts so many and so long that no automaton holds them are taken to be named: nothing is said of them.
        let Ok(automaton) = AhoCorasick::new(texts) else { return vec![true; texts.len()] };
        self.each(folder, &mut |_, bytes| {
            for hit in automaton.find_overlapping_iter(&bytes) {
                found[hit.pattern().as_usize()] = true;
            }
        });
        found
    }

    /// The sources of a folder. Who asks while another reads waits for the same.
    fn folder(&self, folder: &VPath) -> Folder {
        let slot =
            self.folders.lock().unwrap_or_else(PoisonError::into_inner).entry(folder.clone()).or_default().clone();
        slot.get_or_init(|| self.read(folder)).clone()
    }

    fn read(&self, folder: &VPath) -> Folder {
        let mut files = Vec::new();
        self.each(folder, &mut |path, bytes| files.push((path, bytes)));
        // What is imported first stands first: the upper folders, and in each the package's own file.
        let depth = |path: &VPath| path.parts().count();
        files.sort_by_cached_key(|(path, _): &(VPath, Vec<u8>)| {
            (depth(path), path.file_name() != b"__init__.py", path.clone())
        });
        Arc::new(files)
    }

    /// Reads one source after the other.
    fn each(&self, folder: &VPath, visit: &mut dyn FnMut(VPath, Vec<u8>)) {
        let mut folders = vec![folder.clone()];
        let mut left = MOST_FILES;
        while let Some(folder) = folders.pop() {
            for entry in self.world.fs().list(&folder).unwrap_or_default() {
                let name = entry.name.as_bytes();
                match entry.kind {
                    Kind::Directory if name != b"__pycache__" => folders.push(folder.join(name)),
                    Kind::File if name.ends_with(b".py") && left > 0 => {
                        left -= 1;
                        let path = folder.join(name);
                        if let Ok(bytes) = self.world.fs().read(&path, MOST_BYTES) {
                            visit(path, bytes);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// A module by which statements may import it.
struct Name {
    /// From the outermost package on.
    dotted: String,
    /// The folder that it lies in.
    beside: VPath,
}

impl Name {
    fn new(folder: &VPath, module: &VPath, stem: &str) -> Name {
        let beside = module.parent().unwrap_or_default();
        Name { dotted: join(&dotted(folder, &beside), stem), beside }
    }

    fn stem(&self) -> &str {
        self.dotted.rsplit('.').next().unwrap_or(&self.dotted)
    }

    fn is_mentioned(&self, source: &[u8]) -> bool {
        memmem::find(source, self.stem().as_bytes()).is_some()
    }

    /// Is it what a statement imports, in this source of a package? Code that puts its own folder on the import path finds what
    /// lies beside it by its last name alone.
    fn is_of(&self, import: &NamedImport, package: &str, source: &VPath) -> bool {
        let is_beside =
            || import.level == 0 && *import.module == *self.stem() && source.parent().as_ref() == Some(&self.beside);
        is_beside() || names(import, package, |name| name == self.dotted)
    }
}

/// Does a statement name a module that is wanted, or one in it?
fn names(import: &NamedImport, package: &str, is_wanted: impl Fn(&str) -> bool) -> bool {
    let Some(base) = import.absolute(package) else { return false };
    is_wanted(&base) || import.taken.iter().flatten().any(|taken| is_wanted(&join(&base, taken)))
}

fn join(package: &str, name: &str) -> String {
    if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") }
}

/// The package that a folder is, told from the outermost one.
fn dotted(top: &VPath, folder: &VPath) -> String {
    let above = top.parent().unwrap_or_default();
    let below = folder.below(&above).unwrap_or_default();
    String::from_utf8_lossy(below).trim_matches('/').replace('/', ".")
}

/// The package that the relative names of a source begin at.
fn package_of(top: &VPath, source: &VPath) -> String {
    dotted(top, &source.parent().unwrap_or_default())
}

/// The sources, or their beginnings, that run before a module is imported.
pub struct RunBefore {
    folder: VPath,
    sources: Folder,
    parts: Vec<SourceImports>,
}

/// What is imported by the code of one of the sources.
struct SourceImports {
    place: usize,
    package: String,
    imports: Vec<NamedImport>,
}

impl RunBefore {
    /// The first line that imports a package, or something in it.
    pub fn importing(&self, package: &[u8]) -> Option<Line> {
        let package = String::from_utf8_lossy(package);
        self.first(|import, own, _| names(import, own, |name| top(name) == package))
    }

    /// The first line that imports a module.
    pub fn importing_module(&self, module: &VPath, stem: &str) -> Option<Line> {
        let name = Name::new(&self.folder, module, stem);
        self.first(|import, package, path| name.is_of(import, package, path))
    }

    fn first(&self, is_it: impl Fn(&NamedImport, &str, &VPath) -> bool) -> Option<Line> {
        self.parts.iter().find_map(|SourceImports { place, package, imports }| {
            let (path, bytes) = &self.sources[*place];
            let import = imports.iter().find(|import| is_it(import, package, path))?;
            Some(Line::of(path.clone(), bytes, import.line as usize))
        })
    }
}

/// The first line of code that fits; comments are no code.
fn first_line(path: &VPath, bytes: &[u8], fits: impl Fn(&[u8]) -> bool) -> Option<Line> {
    bytes.split(|&byte| byte == b'\n').enumerate().find_map(|(index, line)| {
        let code = line.split(|&byte| byte == b'#').next().unwrap_or_default();
        let text = || String::from_utf8_lossy(line).trim().to_owned();
        fits(code).then(|| Line { path: path.clone(), number: index + 1, text: text() })
    })
}

/// Does a text hold one of these?
fn holds<T: AsRef<[u8]>>(text: &[u8], words: &[T]) -> bool {
    words.iter().any(|word| memmem::find(text, word.as_ref()).is_some())
}
