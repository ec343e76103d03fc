//! The compiled code of a bundle's modules, wherever the bundler put it.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::bytecode::{self, Told};
use super::{Bundle, Bundler, pyinstaller, pyz};
use crate::vfs::{FileSystem, VPath};
use crate::world::Python;

/// What a `.pyc` file begins with: its magic, flags, and what the source was.
const HEAD: usize = 16;
/// More than the code of any module, and than any archive of modules.
const MOST_BYTES: usize = 256 << 20;

/// Where code is looked for, opened once.
pub struct Codes<'a> {
    fs: &'a dyn FileSystem,
    /// The folders that modules are imported from.
    path: &'a [VPath],
    pyz: Option<pyz::Archive>,
    zips: Vec<ZipArchive<Cursor<Vec<u8>>>>,
    /// The programs' own scripts.
    scripts: Vec<(String, Vec<u8>)>,
}

impl<'a> Codes<'a> {
    /// Opens the archives of a bundle. What cannot be read has no code.
    pub fn of(fs: &'a dyn FileSystem, bundle: &Bundle, python: &'a Python) -> Codes<'a> {
        let mut codes = Codes { fs, path: &python.path, pyz: None, zips: Vec::new(), scripts: Vec::new() };
        // Nuitka's modules are no bytecode, but for those that are not told apart.
        if bundle.bundler == Bundler::PyInstaller
            && let Ok(Some(archive)) = pyinstaller::archive(fs, &bundle.program)
        {
            let bytes = |kind: u8| {
                let entries = archive.entries.iter().filter(move |entry| entry.kind == kind);
                entries.filter_map(|entry| Some((entry.name.clone(), archive.bytes(fs, &bundle.program, entry).ok()?)))
            };
            codes.pyz = bytes(b'z').next().and_then(|(_, bytes)| pyz::Archive::read(bytes));
            // The scripts together, as a program may claim any number of them.
            let mut left = MOST_BYTES;
            let has_room = |(_, bytes): &(String, Vec<u8>)| {
                left = left.saturating_sub(bytes.len());
                left > 0
            };
            codes.scripts = bytes(b's').take_while(has_room).collect();
        }
        let zips = bundle.modules.archives.iter().filter(|path| **path != bundle.program);
        let open = |path: &VPath| ZipArchive::new(Cursor::new(fs.read(path, MOST_BYTES).ok()?)).ok();
        codes.zips = zips.filter_map(open).collect();
        codes
    }

    /// The scripts that the program runs, with what their code tells.
    pub fn scripts(&self) -> Vec<(String, Told)> {
        let python = self.pyz.as_ref().map_or(0, pyz::Archive::python);
        let told = |(name, code): &(String, Vec<u8>)| Some((name.clone(), bytecode::read(code, python)?));
        self.scripts.iter().filter_map(told).collect()
    }

    /// The outermost modules and packages that lie as files.
    pub fn tops(&self) -> Vec<String> {
        let mut tops = Vec::new();
        for folder in self.path {
            for entry in self.fs.list(folder).unwrap_or_default() {
                let name = entry.name.text().into_owned();
                match name.strip_suffix(".pyc") {
                    Some(stem) => tops.push(stem.to_owned()),
                    None if self.fs.stat(&folder.join(&name).join("__init__.pyc")).is_ok() => tops.push(name),
                    None => {}
                }
            }
        }
        tops
    }

    /// What the code of a module tells, and whether it is a package; none where its code is not at hand.
    pub fn module(&mut self, name: &str) -> Option<(Told, bool)> {
        if let Some(pyz) = &self.pyz
            && let Some(code) = pyz.code(name)
        {
            let is_package = pyz.is_package(name);
            // A package without a file of its own has no code.
            let told =
                bytecode::read(&code, pyz.python()).or_else(|| (is_package && code.len() < 8).then(Told::default));
            return told.map(|told| (told, is_package));
        }
        let stem = name.replace('.', "/");
        for (file, is_package) in [(format!("{stem}/__init__.pyc"), true), (format!("{stem}.pyc"), false)] {
            if let Some(told) = self.compiled(&file).and_then(|bytes| {
                let python = u16::from_le_bytes(bytes.get(..2)?.try_into().ok()?);
                bytecode::read(bytes.get(HEAD..)?, python)
            }) {
                return Some((told, is_package));
            }
        }
        None
    }

    /// The first file of this name in the archives and folders.
    fn compiled(&mut self, file: &str) -> Option<Vec<u8>> {
        for zip in &mut self.zips {
            let Ok(member) = zip.by_name(file) else { continue };
            let mut bytes = Vec::new();
            member.take(MOST_BYTES as u64).read_to_end(&mut bytes).ok()?;
            return Some(bytes);
        }
        self.path.iter().find_map(|folder| self.fs.read(&folder.join(file), MOST_BYTES).ok())
    }
}
