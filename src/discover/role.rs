//! What a native file is to Python: what its import system would load, not what the suffix says.

use crate::image::ImageKind;
use crate::vfs::VPath;
use crate::world::host::is_identifier;
use crate::world::{File, Python};

/// What a native file is to Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// An extension module, with its full dotted name.
    Module(String),
    /// Loaded by others, or by Python code through `ctypes`.
    Library,
    /// A program of its own.
    Program,
}

impl Role {
    /// Tells the role of a file. `defines` asks whether the file defines a symbol for others.
    pub fn of(path: &VPath, file: &File, python: &Python, defines: impl Fn(&str) -> bool) -> Role {
        if file.image.as_ref().is_some_and(|image| image.kind == ImageKind::Program) {
            return Role::Program;
        }
        let Some((stem, name)) = importable_as(path, python) else { return Role::Library };
        // A broken file with a module's full suffix is what the import would stumble over.
        let is_broken = file.image.is_none() || file.problem.is_some();
        let is_tagged = &path.file_name()[stem.len()..] != b".so";
        let exports = || python.export_function(&stem).is_some_and(|function| defines(&function));
        if (is_broken && is_tagged) || defines(&python.init_function(&stem)) || exports() {
            return Role::Module(name);
        }
        Role::Library
    }
}

/// The last part and the whole of the dotted name under which Python's import system would find the file.
pub fn importable_as(path: &VPath, python: &Python) -> Option<(String, String)> {
    let stem = python.module_name(path.file_name())?;
    match python.modules.iter().find(|(file, _)| file == path) {
        Some((_, name)) => Some((stem.to_owned(), name.clone())),
        None => dotted(path, python, stem),
    }
}

/// The dotted name of a module `stem` that lies where this file lies.
pub fn dotted(path: &VPath, python: &Python, stem: &str) -> Option<(String, String)> {
    let directory = path.parent()?;
    // The deepest entry of the path wins: `site-packages` lies below the standard library.
    let root =
        python.path.iter().filter(|root| directory.starts_with(root)).max_by_key(|root| root.as_bytes().len())?;
    Some((stem.to_owned(), dotted_below(root, &directory, stem)?))
}

/// The dotted name of a module `stem` in a folder, where this root is an entry of `sys.path`.
pub fn dotted_below(root: &VPath, directory: &VPath, stem: &str) -> Option<String> {
    let mut name = String::new();
    for part in directory.below(root)?.split(|&byte| byte == b'/').filter(|part| !part.is_empty()) {
        let part = std::str::from_utf8(part).ok()?;
        if !is_identifier(part) {
            return None;
        }
        name.push_str(part);
        name.push('.');
    }
    name.push_str(stem);
    Some(name)
}
