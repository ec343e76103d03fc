//! The compiled code of a bundle's modules, in whichever archive the bundler put it.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{Bundle, pyinstaller, pyz};
use crate::tools::Bundler;
use crate::vfs::{FileSystem, VPath};

/// What a `.pyc` file begins with: its magic, flags, and what the source was.
const HEAD: usize = 16;
/// More than the code of any module, and than any archive of modules.
const MOST_BYTES: usize = 256 << 20;

/// Where code is looked for, opened once.
pub struct Codes {
    pyz: Option<pyz::Archive>,
    zips: Vec<ZipArchive<Cursor<Vec<u8>>>>,
    /// What the bootloader runs as modules before any script.
    bootstrap: Vec<(String, Vec<u8>)>,
    /// The programs' own scripts.
    scripts: Vec<(String, Vec<u8>)>,
}

impl Codes {
    /// Opens the archives of a bundle. What cannot be read has no code.
    pub fn of(fs: &dyn FileSystem, bundle: &Bundle) -> Codes {
        let mut codes = Codes { pyz: None, zips: Vec::new(), bootstrap: Vec::new(), scripts: Vec::new() };
        // Nuitka's modules are no bytecode, but for those that are not told apart.
        if bundle.bundler == Bundler::PYINSTALLER
            && let Ok(Some(archive)) = pyinstaller::archive(fs, &bundle.program)
        {
            let bytes = |kind: u8| {
                let entries = archive.entries.iter().filter(move |entry| entry.kind == kind);
                entries.filter_map(|entry| Some((entry.name.clone(), archive.bytes(fs, &bundle.program, entry).ok()?)))
            };
            codes.pyz = bytes(b'z').next().and_then(|(_, bytes)| pyz::Archive::read(bytes));
            // All of them together, as a program may claim any number of them.
            let mut left = MOST_BYTES;
            let mut has_room = |(_, bytes): &(String, Vec<u8>)| {
                left = left.saturating_sub(bytes.len());
                left > 0
            };
            codes.bootstrap = bytes(b'm').take_while(&mut has_room).collect();
            codes.scripts = bytes(b's').take_while(has_room).collect();
        }
        let zips = bundle.modules.archives.iter().filter(|path| **path != bundle.program);
        let open = |path: &VPath| ZipArchive::new(Cursor::new(fs.read(path, MOST_BYTES).ok()?)).ok();
        codes.zips = zips.filter_map(open).collect();
        codes
    }

    /// The modules that PyInstaller's bootloader runs before any script (`pyi_launch_import_modules`), as [`Self::scripts`].
    pub fn bootstrap(&self) -> impl Iterator<Item = (String, &[u8], u16)> {
        self.with_magic(&self.bootstrap)
    }

    /// The scripts that the program runs, in order: the name of each, its code, and Python's magic.
    pub fn scripts(&self) -> impl Iterator<Item = (String, &[u8], u16)> {
        self.with_magic(&self.scripts)
    }

    fn with_magic<'c>(
        &self,
        codes: &'c [(String, Vec<u8>)],
    ) -> impl Iterator<Item = (String, &'c [u8], u16)> + use<'c> {
        let python = self.pyz.as_ref().map_or(0, pyz::Archive::python);
        codes.iter().map(move |(name, code)| (name.clone(), &code[..], python))
    }

    /// Is a module in an archive a package? None where that is not told.
    pub fn is_package(&mut self, name: &str) -> Option<bool> {
        if let Some(pyz) = self.pyz.as_ref().filter(|pyz| pyz.has(name)) {
            return Some(pyz.is_package(name));
        }
        let stem = name.replace('.', "/");
        let has = |zip: &mut ZipArchive<_>, file: &str| zip.index_for_name(file).is_some();
        self.zips.iter_mut().find_map(|zip| {
            let is_package = has(zip, &format!("{stem}/__init__.pyc"));
            (is_package || has(zip, &format!("{stem}.pyc"))).then_some(is_package)
        })
    }

    /// The code of a module in an archive as `marshal` wrote it, and Python's magic; none where it has none that can be read.
    pub fn bytes(&mut self, name: &str) -> Option<(Vec<u8>, u16)> {
        if let Some(pyz) = self.pyz.as_ref().filter(|pyz| pyz.has(name)) {
            return Some((pyz.code(name)?, pyz.python()));
        }
        let stem = name.replace('.', "/");
        let files = [format!("{stem}/__init__.pyc"), format!("{stem}.pyc")];
        let file = files.iter().find_map(|file| self.member(file))?;
        let magic = u16::from_le_bytes(file.get(..2)?.try_into().ok()?);
        Some((file.get(HEAD..)?.to_vec(), magic))
    }

    /// The member of an archive.
    fn member(&mut self, file: &str) -> Option<Vec<u8>> {
        for zip in &mut self.zips {
            let Ok(member) = zip.by_name(file) else { continue };
            let mut bytes = Vec::new();
            member.take(MOST_BYTES as u64).read_to_end(&mut bytes).ok()?;
            return Some(bytes);
        }
        None
    }
}
