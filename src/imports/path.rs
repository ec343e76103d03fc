//! `sys.path` and `sys.meta_path` as `site` leaves them when the interpreter has started.

use crate::discover::{EditableFinder, editable, is_pth_for_windows, pth_folder};
use crate::vfs::{FileSystem, Kind, VPath};
use crate::world::Python;

/// Where imports are looked for, in order.
#[derive(Clone, Debug, Default)]
pub struct ImportPath {
    /// `sys.path`: the standard library, then each site folder with what its `.pth` files add.
    pub folders: Vec<VPath>,
    /// The finders of editable installs, on `sys.meta_path`.
    pub finders: Vec<EditableFinder>,
    /// Lines of `.pth` files that are Python code, in the order in which they run.
    pub code: Vec<SiteCode>,
}

/// A line of a `.pth` file that runs when the interpreter starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteCode {
    pub file: VPath,
    /// Counted from 1.
    pub line: u32,
    pub text: String,
    /// The site folder that is being read: `sitedir` of the code.
    pub site: VPath,
}

/// How deep `site.addsitedir` may nest.
const MOST_NESTED: usize = 8;
/// Bytes of a `.pth` file that are read.
const LONGEST_PTH: usize = 1 << 20;

impl ImportPath {
    /// Reads the site folders of an interpreter.
    pub fn new(fs: &dyn FileSystem, python: &Python) -> ImportPath {
        let mut path = ImportPath::default();
        path.folders.extend(python.library.clone());
        path.folders.extend(python.lib_dynload.clone());
        let is_library =
            |folder: &VPath| Some(folder) == python.library.as_ref() || Some(folder) == python.lib_dynload.as_ref();
        // What `.pth` files add is read anew, as code in them decides too.
        let sites: Vec<&VPath> = python.path.iter().filter(|folder| !is_library(folder) && is_site(folder)).collect();
        for site in &sites {
            path.add_site(fs, site, 0);
        }
        if sites.is_empty() {
            for folder in python.path.iter().filter(|folder| !is_library(folder)) {
                path.add_site(fs, folder, 0);
            }
        }
        path
    }

    /// `site.addsitedir`: the folder, then what its `.pth` files say, in the order of their names.
    pub fn add_site(&mut self, fs: &dyn FileSystem, site: &VPath, depth: usize) {
        if depth > MOST_NESTED || self.folders.contains(site) {
            return;
        }
        self.folders.push(site.clone());
        let Ok(mut entries) = fs.list(site) else { return };
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        // Python 3.13 and later pass over hidden files, earlier ones too in their security releases.
        let is_pth = |name: &[u8]| name.ends_with(b".pth") && !name.starts_with(b".");
        for entry in entries.iter().filter(|entry| is_pth(entry.name.as_bytes())) {
            self.add_pth(fs, site, &site.join(&entry.name), depth);
        }
    }

    fn add_pth(&mut self, fs: &dyn FileSystem, site: &VPath, file: &VPath, depth: usize) {
        let Ok(bytes) = fs.read(file, LONGEST_PTH) else { return };
        let text = String::from_utf8_lossy(&bytes);
        let is_for_windows = is_pth_for_windows(&text);
        for (line, number) in text.lines().zip(1..) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            if !(line.starts_with("import ") || line.starts_with("import\t")) {
                self.add_folder(fs, &pth_folder(fs, site, line.trim_end(), is_for_windows));
                continue;
            }
            if makes_namespace(line) {
                continue;
            }
            for nested in editable::added_sites(line) {
                self.add_site(fs, &nested, depth + 1);
            }
            match editable::finder(fs, site, line) {
                Some(finder) => self.finders.push(finder),
                None => self.code.push(SiteCode {
                    file: file.clone(),
                    line: number,
                    text: line.trim().to_owned(),
                    site: site.clone(),
                }),
            }
        }
    }

    fn add_folder(&mut self, fs: &dyn FileSystem, path: &VPath) {
        let real = fs.real(path).unwrap_or_else(|_| path.folded());
        let is_there = fs.stat(&real).is_ok_and(|stat| matches!(stat.kind, Kind::Directory | Kind::File));
        if is_there && !self.folders.contains(&real) {
            self.folders.push(real);
        }
    }
}

/// Does a line make a namespace package of a folder beside it, as setuptools wrote it into `-nspkg.pth` (`setuptools/namespaces.py`)?
/// The search for modules finds that folder as one by itself.
fn makes_namespace(line: &str) -> bool {
    line.contains("sys._getframe(1).f_locals['sitedir']") && line.contains("types.ModuleType(")
}

/// Is this a folder whose `.pth` files `site` reads?
fn is_site(folder: &VPath) -> bool {
    matches!(folder.file_name(), b"site-packages" | b"dist-packages")
}
