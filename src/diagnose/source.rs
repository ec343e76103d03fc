//! Python sources as text: what a package's code names or imports before a module is loaded. Never run.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aho_corasick::AhoCorasick;
use bstr::ByteSlice;
use memchr::memmem;
use rustc_hash::FxHashMap;

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

    /// The first line that fits, in the sources that hold a text.
    fn find(&self, folder: &VPath, fits: impl Fn(&[u8]) -> bool, mention: &[u8]) -> Option<Line> {
        self.among(folder, &[mention], |path, bytes| first_line(path, bytes, &fits))
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
    /// it, up to the line that does.
    pub fn run_before(&self, folder: &VPath, module: &VPath, name: Option<&[u8]>) -> RunBefore {
        let mut parts = Vec::new();
        let finder = name.map(memmem::Finder::new);
        for (path, bytes) in self.folder(folder).iter() {
            let above = path.parent().unwrap_or_default();
            let is_package = path.file_name() == b"__init__.py" && module.starts_with(&above);
            let mentions = finder.as_ref().is_some_and(|finder| finder.find(bytes).is_some());
            let name = name.filter(|_| mentions);
            let importing = name.and_then(|name| first_line(path, bytes, |code| imports_module(code, name)));
            let end = match importing {
                Some(line) => line_start(bytes, line.number),
                None if is_package => bytes.len(),
                None => continue,
            };
            parts.push((path.clone(), bytes[..end].to_vec()));
        }
        RunBefore(parts)
    }

    /// The first line that imports a module of this name without any condition.
    pub fn outright_import(&self, folder: &VPath, module: &[u8]) -> Option<Line> {
        let is_indented = |code: &[u8]| code.first().is_some_and(u8::is_ascii_whitespace);
        self.find(folder, |code| !is_indented(code) && imports_module(code, module), module)
    }

    /// Where a module is imported only inside a function or a `try`, or by a name in quotes: the first such line; none
    /// where some line imports it outright, or no line imports it at all.
    pub fn guarded_import(&self, folder: &VPath, module: &[u8]) -> Option<Line> {
        if self.outright_import(folder, module).is_some() {
            return None;
        }
        let guarded = self.find(folder, |code| imports_module(code, module), module);
        guarded.or_else(|| self.import_by_name(folder, module))
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

/// The sources, or their beginnings, that run before a module is imported.
pub struct RunBefore(Vec<(VPath, Vec<u8>)>);

impl RunBefore {
    /// The first line that imports a package, or something in it.
    pub fn importing(&self, package: &[u8]) -> Option<Line> {
        self.0.iter().find_map(|(path, bytes)| first_line(path, bytes, |code| imports(code, package)))
    }

    /// The first line that imports a module of this name.
    pub fn importing_module(&self, module: &[u8]) -> Option<Line> {
        self.0.iter().find_map(|(path, bytes)| first_line(path, bytes, |code| imports_module(code, module)))
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

/// Where a line starts, counted from 1.
fn line_start(bytes: &[u8], number: usize) -> usize {
    if number == 1 {
        return 0;
    }
    memchr::memchr_iter(b'\n', bytes).nth(number - 2).map_or(bytes.len(), |at| at + 1)
}

/// Is this line of code an `import` of the package, or of something in it?
fn imports(code: &[u8], package: &[u8]) -> bool {
    let code = code.trim_ascii();
    if let Some(rest) = code.strip_prefix(b"from ") {
        let rest = rest.trim_ascii_start();
        if let Some(rest) = rest.strip_prefix(package) {
            return ends(rest);
        }
        // `from . import package`
        let Some(at) = memmem::find(rest, b" import ") else { return false };
        return rest.starts_with(b".") && names(&rest[at + 8..], package, ends);
    }
    code.strip_prefix(b"import ").is_some_and(|rest| names(rest, package, ends))
}

/// Is this line of code an import of a module of this name, whatever package it is in?
fn imports_module(code: &[u8], module: &[u8]) -> bool {
    let code = code.trim_ascii();
    let is_last = |path: &[u8]| path.rsplit(|&byte| byte == b'.').next() == Some(module);
    if let Some(rest) = code.strip_prefix(b"from ") {
        let Some(at) = memmem::find(rest, b" import ") else { return false };
        return is_last(rest[..at].trim_ascii()) || names(&rest[at + 8..], module, ends);
    }
    let Some(rest) = code.strip_prefix(b"import ") else { return false };
    rest.split(|&byte| byte == b',').any(|item| {
        let item = item.trim_ascii();
        is_last(item.split(|&byte| byte == b' ').next().unwrap_or_default())
    })
}

/// Does a name end here?
fn ends(rest: &[u8]) -> bool {
    rest.first().is_none_or(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'))
}

/// Is the package one of the names between commas?
fn names(list: &[u8], package: &[u8], ends: impl Fn(&[u8]) -> bool) -> bool {
    list.split(|&byte| byte == b',').any(|item| {
        let item = item.trim_ascii();
        let item = item.strip_prefix(b"(").unwrap_or(item).trim_ascii_start();
        item.strip_prefix(package).is_some_and(&ends)
    })
}

#[cfg(test)]
mod tests {
    use super::{imports, imports_module};

    #[test]
    fn an_import_is_known_in_all_its_spellings() {
        for code in [
            "import torch",
            "import torch.cuda",
            "from torch import nn",
            "  from torch.utils import x",
            "import os, torch",
            "from . import torch",
            "from .. import (torch, x)",
            "import torch as t",
        ] {
            assert!(imports(code.as_bytes(), b"torch"), "{code}");
        }
        for code in
            ["import torchvision", "from torchaudio import x", "torch.load()", "from x import torch", "# import torch"]
        {
            assert!(!imports(code.split('#').next().unwrap_or_default().as_bytes(), b"torch"), "{code}");
        }
    }

    #[test]
    fn a_module_is_known_by_its_last_name() {
        for code in [
            "from numba.np.ufunc import tbbpool as lib",
            "import a.tbbpool",
            "from .tbbpool import x",
            "from . import a, tbbpool",
        ] {
            assert!(imports_module(code.as_bytes(), b"tbbpool"), "{code}");
        }
        for code in ["from .tbbpools import x", "tbbpool.start()", "from tbbpool.x import y"] {
            assert!(!imports_module(code.as_bytes(), b"tbbpool"), "{code}");
        }
    }
}
