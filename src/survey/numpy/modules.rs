//! Where `import` would find a Python module, told from file names alone.

use crate::discover::bundle::names_in;
use crate::discover::{Bundle, Kind};
use crate::graph::Presence;
use crate::survey::Survey;
use crate::tools::Bundler;
use crate::vfs::{Kind as EntryKind, VPath};

impl Survey {
    /// Can it be told which Python modules an import would find? Not of a wheel or a single file, which others are
    /// installed beside, and of a bundle only where it lists what lies within its program and its archives.
    pub fn is_import_path_known(&self) -> bool {
        match &self.target.bundle {
            Some(bundle) => bundle.modules.is_whole,
            None => matches!(self.target.kind, Kind::Venv | Kind::Conda | Kind::Prefix | Kind::SitePackages),
        }
    }

    /// Is there a module of this dotted name, as `importlib` looks for it: the first entry of the path that has its
    /// outermost package decides, and what lies within that package.
    pub fn python_module(&self, name: &str) -> Presence {
        if let Some(bundle) = &self.target.bundle {
            return self.bundled_module(bundle, name);
        }
        let absent = if self.is_import_path_known() { Presence::Absent } else { Presence::Unknown };
        let Some(python) = &self.world.host.python else { return absent };
        let mut parts = name.split('.');
        let top = parts.next().unwrap_or_default();
        let mut found = python.path.iter().find_map(|base| self.module_in(base, top));
        for part in parts {
            found = found.filter(is_package).and_then(|path| self.module_in(&path.parent()?, part));
        }
        found.map_or(absent, Presence::Present)
    }

    /// As [`Survey::python_module`], of a bundle: a module lies within the program, in an archive, or as a file in its package's
    /// folder, whatever its package is.
    fn bundled_module(&self, bundle: &Bundle, name: &str) -> Presence {
        let modules = &bundle.modules;
        if let Some(archive) = modules.archives.last().filter(|_| modules.names.contains(name)) {
            return Presence::Present(archive.clone());
        }
        let (package, stem) = name.rsplit_once('.').unwrap_or(("", name));
        let below = package.replace('.', "/");
        let paths = self.world.host.python.iter().flat_map(|python| &python.path);
        if let Some(found) = paths.into_iter().find_map(|base| self.module_in(&base.join(&below), stem)) {
            return Presence::Present(found);
        }
        // Nuitka's table names what stays bytecode, and what was left out on purpose: which of the two cannot be told.
        let is_named = bundle.bundler == Bundler::NUITKA
            && self.world.fs().open(&bundle.program).is_ok_and(|program| names_in(&*program, name));
        match modules.is_whole && !is_named {
            true => Presence::Absent,
            false => Presence::Unknown,
        }
    }

    /// The file of a module in a folder: a package comes first, then an extension, then source, then compiled source.
    fn module_in(&self, folder: &VPath, name: &str) -> Option<VPath> {
        let fs = self.world.fs();
        let is_file = |path: &VPath| fs.stat(path).is_ok_and(|stat| stat.kind == EntryKind::File);
        let suffixes = self.world.host.python.iter().flat_map(|python| &python.suffixes);
        let mut endings: Vec<Vec<u8>> = suffixes.map(|suffix| suffix.to_vec()).collect();
        endings.extend([b".py".to_vec(), b".pyc".to_vec()]);
        let within = |folder: &VPath, stem: &str| {
            endings.iter().map(|ending| folder.join([stem.as_bytes(), ending].concat())).find(is_file)
        };
        within(&folder.join(name), "__init__").or_else(|| within(folder, name))
    }
}

/// Does a module's file make it a package?
fn is_package(path: &VPath) -> bool {
    path.file_name().starts_with(b"__init__.")
}
