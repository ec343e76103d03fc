//! What bundlers make of a program: its folder, its one file or its `.app`, told by their own marks.
//!
//! The program is the main image, and the only interpreter there is: its loader, its search paths and its folder decide.
//! Python modules lie within the program, or in an archive beside it; their names are listed, nothing is unpacked or run.

mod app;
mod codes;
mod cx_freeze;
mod modules;
mod nested;
mod nuitka;
mod pyinstaller;
mod pyz;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use super::python::{suffixes_of, tag_of};
use super::{Kind, Machine, Note, Target, system, target, windows};
use bstr::ByteSlice;

use crate::command::Remedy;
use crate::error::Error;
use crate::image::{Format, Image, Name};
use crate::tools::Bundler;
use crate::vfs::{FileSystem, Kind as FileKind, VPath};
use crate::world::{Host, Python, System};

pub use codes::Codes;
pub use modules::Modules;
pub(super) use nested::below;
pub(crate) use nuitka::names_in;

/// How the parts of a bundle lie together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Folder,
    /// One file, which unpacks itself when it starts.
    OneFile,
    /// An application bundle of macOS.
    App,
}

/// A program with all that it needs, as a bundler made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    pub bundler: Bundler,
    /// What the bundle tells of the bundler's version: `6 or later`. Most tell nothing.
    pub version: Option<&'static str>,
    pub form: Form,
    /// The main program.
    pub program: VPath,
    /// The folder that modules are imported from and libraries lie in.
    pub contents: VPath,
    /// The Python modules that are no files.
    pub modules: Modules,
}

impl fmt::Display for Bundle {
    /// `one-file bundle of PyInstaller 6 or later`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match self.form {
            Form::Folder => "one-folder bundle",
            Form::OneFile => "one-file bundle",
            Form::App => "application bundle",
        };
        write!(f, "{form} of {}", self.bundler.word())?;
        self.version.map_or(Ok(()), |version| write!(f, " {version}"))
    }
}

impl Bundle {
    /// The parts without which the program does not start: what it opens itself, and the archive of Python's own modules.
    fn notes<'a>(&self, fs: &dyn FileSystem, opens: impl Iterator<Item = &'a VPath>) -> Vec<Note> {
        let is_gone = |path: &&VPath| fs.stat(path).is_err();
        let remedy = Remedy::new(format!("build it again with {}", self.bundler.word()));
        let library = opens.filter(is_gone).map(|path| {
            let name = path.file_name().as_bstr();
            let what = format!("{name} is missing: the program opens it by its full path, and cannot start");
            Note::new(path, what, remedy.clone())
        });
        let base = self.contents.join(pyinstaller::BASE);
        let needs_base = self.bundler == Bundler::PYINSTALLER && is_gone(&&base);
        let what = "base_library.zip is missing, with the modules that Python itself needs: the program cannot start";
        library.chain(needs_base.then(|| Note::new(&base, what.into(), remedy.clone()))).collect()
    }
}

/// What a bundler's marks tell of a folder or a file: all that makes a target of it.
struct RecognizedBundle {
    fs: Arc<dyn FileSystem>,
    /// What is shown as the whole.
    root: VPath,
    bundle: Bundle,
    python: Python,
    /// What the program itself adds to the loader's search path when it starts: to `LD_LIBRARY_PATH`; on Windows by
    /// `SetDllDirectory` or `AddDllDirectory`.
    library_path: Vec<VPath>,
}

/// The bundle that a folder is, or is the inner part of; none where no bundler made it.
///
/// # Errors
/// Where a bundler made it and its archive is damaged.
pub(super) fn folder(fs: &Arc<dyn FileSystem>, machine: &Machine, root: &VPath) -> Result<Option<Target>, Error> {
    let found = match app::around(&**fs, root) {
        Some(app) => app::find(fs, &app)?,
        None => in_folder(fs, root)?,
    };
    Ok(found.map(|found| found.target(machine)))
}

fn in_folder(fs: &Arc<dyn FileSystem>, root: &VPath) -> Result<Option<RecognizedBundle>, Error> {
    if let Some(found) = pyinstaller::folder(fs, root)? {
        return Ok(Some(found));
    }
    if let Some(found) = cx_freeze::folder(fs, root) {
        return Ok(Some(found));
    }
    Ok(nuitka::folder(fs, root))
}

/// The bundle that a program is, or is the program of; none where no bundler made it.
///
/// # Errors
/// Where a bundler made it and its archive is damaged.
pub(super) fn program(fs: &Arc<dyn FileSystem>, machine: &Machine, file: &VPath) -> Result<Option<Target>, Error> {
    if !is_program(&**fs, file) {
        return Ok(None);
    }
    let packed = match pyinstaller::one_file(fs, file)? {
        Some(found) => Some(found),
        None => nuitka::one_file(fs, file)?,
    };
    if let Some(found) = packed {
        return Ok(Some(found.target(machine)));
    }
    let above = file.parent().unwrap_or_else(|| VPath::new("/"));
    let around = folder(fs, machine, &above)?;
    Ok(around.filter(|target| target.bundle.as_ref().is_some_and(|bundle| bundle.program == *file)))
}

impl RecognizedBundle {
    fn target(self, machine: &Machine) -> Target {
        let fs = &*self.fs;
        let image = target::image(fs, &self.bundle.program);
        let (mut host, is_foreign) = host(fs, machine, image.as_ref(), self.python);
        match &mut host.system {
            System::Windows(windows) => {
                windows.is_bundle = true;
                windows.added = [self.library_path, packed_libraries(fs, &self.bundle)].concat();
            }
            System::Glibc(_) | System::Musl(_) if !self.library_path.is_empty() => {
                let own = self.library_path.iter().map(|path| path.as_bytes());
                let all: Vec<&[u8]> = own.chain(host.library_path.as_deref()).collect();
                host.library_path = Some(Name::from(&all.join(&b':')));
            }
            _ => {}
        }
        let walk = vec![self.root.clone()];
        let notes = self.bundle.notes(fs, host.python.iter().flat_map(|python| &python.opens));
        let target = Target::new(&self.fs, Kind::Bundle, &self.root, host);
        Target { walk, notes, bundle: Some(self.bundle), is_foreign, ..target }
    }
}

/// The host of a program, and whether it is another machine than this one: where the loader that it asks for is not here.
fn host(fs: &dyn FileSystem, machine: &Machine, image: Option<&Image>, python: Python) -> (Host, bool) {
    let is_here = |path: &[u8]| fs.stat(&VPath::new(path)).is_ok();
    let Some(image) = image else {
        let python = Python { executable: None, ..python };
        return (Host { python: Some(python), ..Host::default() }, true);
    };
    let arch = Some(image.arch);
    match image.format {
        Format::MachO => (target::mac(fs, machine, image, python), !is_here(b"/usr/lib/dyld")),
        Format::Elf => {
            let interpreter = image.interpreter.as_ref();
            let is_musl = interpreter.is_some_and(|name| memchr::memmem::find(name, b"ld-musl-").is_some());
            match interpreter.filter(|name| is_here(name)) {
                Some(name) => {
                    let system = system::system(fs, machine, Some(name));
                    (Host { arch, python: Some(python), ..system::host(fs, machine, system) }, false)
                }
                None => {
                    let system = system::bare(is_musl, arch);
                    (Host { arch, python: Some(python), system, ..Host::default() }, true)
                }
            }
        }
        Format::Pe => {
            let windows = windows::system(fs, machine, None);
            let is_foreign = windows.system32.is_none();
            (Host { arch, python: Some(python), system: System::Windows(windows), ..Host::default() }, is_foreign)
        }
    }
}

/// The folders of DLLs that delvewheel laid beside packages. The code that has them searched lies within the program.
fn packed_libraries(fs: &dyn FileSystem, bundle: &Bundle) -> Vec<VPath> {
    let entries = fs.list(&bundle.contents).unwrap_or_default().into_iter();
    let folders =
        entries.filter(|entry| entry.kind == FileKind::Directory && entry.name.as_bytes().ends_with(b".libs"));
    let mut folders: Vec<VPath> = folders.map(|entry| bundle.contents.join(&entry.name)).collect();
    folders.sort();
    folders
}

/// How programs begin: ELF, Mach-O of 64 bits, universal, PE.
fn is_program(fs: &dyn FileSystem, file: &VPath) -> bool {
    // Windows does not mind case.
    let name = file.file_name().to_ascii_lowercase();
    let is_library = [&b".dll"[..], b".pyd", b".dylib", b".so"].iter().any(|ending| name.ends_with(ending));
    let begins = |magic: &[u8]| {
        magic.starts_with(b"MZ") || matches!(magic, b"\x7fELF" | b"\xcf\xfa\xed\xfe" | b"\xca\xfe\xba\xbe")
    };
    !is_library
        && fs.stat(file).is_ok_and(|stat| stat.kind == FileKind::File)
        && fs.read(file, 4).is_ok_and(|magic| begins(&magic))
}

fn is_exe(name: &[u8]) -> bool {
    name.to_ascii_lowercase().ends_with(b".exe")
}

/// The programs of a folder, the one that is called like the folder first. A folder of many is no bundle.
fn programs(fs: &dyn FileSystem, folder: &VPath) -> Vec<VPath> {
    const MOST: usize = 16;
    let stem = folder.file_name().split(|&byte| byte == b'.').next().unwrap_or_default().to_vec();
    let is_named = |name: &[u8]| {
        let ending = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
        ending.len() == name.len() || is_exe(name) || ending == b"bin" || ending.len() > 4
    };
    let entries = fs.list(folder).unwrap_or_default();
    let files = entries.into_iter().filter(|entry| entry.kind == FileKind::File && is_named(entry.name.as_bytes()));
    let mut programs: Vec<VPath> = files.map(|entry| folder.join(&entry.name)).collect();
    if programs.len() > 2 * MOST {
        return Vec::new();
    }
    // What was copied from Windows has lost that mark, or never had it.
    let is_marked = |path: &VPath| is_exe(path.file_name()) || fs.stat(path).is_ok_and(|stat| stat.is_executable);
    programs.retain(|path| is_program(fs, path) && is_marked(path));
    let is_own = |path: &VPath| path.file_name().split(|&byte| byte == b'.').next() == Some(&stem[..]);
    programs.sort_by_cached_key(|path| (!is_own(path), path.clone()));
    if programs.len() > MOST { Vec::new() } else { programs }
}

/// The endings of the extension modules in these folders and those below: by the first that bears a tag, else by version.
fn suffixes(fs: &dyn FileSystem, folders: &[VPath], python: &Python) -> Vec<Name> {
    /// Modules that lie deeper than any other are not the only ones.
    const MOST_FOLDERS: usize = 400;
    let mut folders: VecDeque<VPath> = folders.iter().cloned().collect();
    for _ in 0..MOST_FOLDERS {
        let Some(folder) = folders.pop_front() else { break };
        let mut entries = fs.list(&folder).unwrap_or_default();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let names: Vec<VPath> = entries.iter().map(|entry| entry.name.clone()).collect();
        if let Some(tag) = names.iter().find_map(|name| tag_of(name.as_bytes()).filter(|tag| tag.ends_with(".so"))) {
            return suffixes_of(&tag);
        }
        if names.iter().any(|name| name.as_bytes().to_ascii_lowercase().ends_with(b".pyd")) {
            return windows_suffixes(&names);
        }
        let below = entries.into_iter().filter(|entry| entry.kind == FileKind::Directory);
        folders.extend(below.map(|entry| folder.join(&entry.name)));
    }
    super::python::plain_suffixes(python)
}

/// `.cp311-win_amd64.pyd`, where a module bears it, and `.pyd`.
fn windows_suffixes(names: &[VPath]) -> Vec<Name> {
    let tagged = names.iter().find_map(|name| {
        let stem = name.as_bytes().strip_suffix(b".pyd")?;
        let at = stem.iter().rposition(|&byte| byte == b'.')?;
        stem[at..].starts_with(b".cp").then(|| Name::from(&[&stem[at..], b".pyd"].concat()))
    });
    tagged.into_iter().chain([Name::from(".pyd")]).collect()
}

/// The version in the name of Python's library: `libpython3.11.so.1.0`, `python311.dll`, `python3.11`.
fn version_in(name: &str) -> Option<(u16, u16)> {
    let rest = name.split("python").nth(1)?;
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let first = digits(rest);
    match first.len() {
        1 => Some((first.parse().ok()?, digits(rest[1..].strip_prefix('.')?).parse().ok()?)),
        _ => Some((first.get(..1)?.parse().ok()?, first.get(1..)?.parse().ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn python_s_version_stands_in_the_name_of_its_library() {
        for name in ["libpython3.11.so.1.0", "libpython3.11.dylib", "python311.dll", "lib/python3.11/lib-dynload"] {
            assert_eq!(version_in(name), Some((3, 11)), "{name}");
        }
        assert_eq!(version_in("python38.dll"), Some((3, 8)));
        for name in ["Python", "libpython.so", "python3.dll", "perl"] {
            assert_eq!(version_in(name), None, "{name}");
        }
    }
}
