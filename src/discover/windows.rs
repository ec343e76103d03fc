//! Python on Windows, told from its files: where the parts of an installation, a virtual environment and a conda prefix lie,
//! and with what its loader is asked.

use super::Machine;
use super::python::{Version, version};
use crate::image::{Arch, Machine as Processor, Name};
use crate::vfs::{FileSystem, VPath};
use crate::world::{Python, Windows};

/// A path as Windows writes it, with the separators of a [`VPath`].
pub(super) fn path(text: &str) -> VPath {
    VPath::new(text.replace('\\', "/"))
}

/// Does this path start with a drive (`C:\…`)?
pub(super) fn has_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic())
}

/// The standard library of a prefix, and the version that its DLL or conda's record tells.
pub(super) fn library(fs: &dyn FileSystem, prefix: &VPath, wanted: Option<(u16, u16)>) -> Option<(VPath, Version)> {
    let library = prefix.join("Lib");
    fs.stat(&library.join("os.py")).ok()?;
    let told = dll_version(fs, prefix).or_else(|| conda_version(fs, prefix));
    let told = told.or_else(|| Some(Version { number: wanted?, free_threaded: false }))?;
    wanted.is_none_or(|wanted| wanted == told.number).then_some((library, told))
}

/// The version in the name of `python311.dll`.
fn dll_version(fs: &dyn FileSystem, folder: &VPath) -> Option<Version> {
    let mut found: Vec<((u16, u16), bool)> =
        fs.list(folder).ok()?.iter().filter_map(|entry| dll(&entry.name)).collect();
    found.sort_unstable();
    // `python3t.dll` beside `python3.dll`: an installation may have both builds, and `python.exe` is the plain one.
    let (number, free_threaded) = found.iter().rfind(|(_, threads)| !threads).or(found.last()).copied()?;
    Some(Version { number, free_threaded })
}

fn dll(name: &VPath) -> Option<((u16, u16), bool)> {
    let name = name.as_bytes().to_ascii_lowercase();
    let stem = std::str::from_utf8(&name).ok()?.strip_prefix("python")?.strip_suffix(".dll")?;
    let digits = stem.trim_end_matches('t');
    let (major, minor) = digits.split_at_checked(1)?;
    Some(((major.parse().ok()?, minor.parse().ok()?), digits.len() < stem.len()))
}

/// The version in the name of `conda-meta/python-3.11.5-….json`.
fn conda_version(fs: &dyn FileSystem, prefix: &VPath) -> Option<Version> {
    let names = fs.list(&prefix.join("conda-meta")).ok()?;
    let number = names.iter().find_map(|entry| version(entry.name.text().strip_prefix("python-")?))?;
    Some(Version { number, free_threaded: false })
}

/// Does `python.exe` in this folder start Python itself, and not (as that of a virtual environment) another `python.exe`?
pub(super) fn is_installation(fs: &dyn FileSystem, folder: &VPath) -> bool {
    dll_version(fs, folder).is_some()
}

/// What the loader is asked with: the system's own DLLs where they are at hand, and conda's `PATH`.
pub(super) fn system(fs: &dyn FileSystem, machine: &Machine, prefix: Option<&VPath>) -> Windows {
    let root = machine.variable("SystemRoot").map(|root| path(&String::from_utf8_lossy(root)));
    let is_there = |path: &VPath| fs.stat(path).is_ok();
    // Activation puts these in front (`conda/activate.py`), and conda's Python searches `PATH`.
    const CONDA: [&str; 5] = ["", "Library/mingw-w64/bin", "Library/usr/bin", "Library/bin", "Scripts"];
    let conda = prefix.filter(|prefix| is_there(&prefix.join("conda-meta")));
    let path = conda.into_iter().flat_map(|prefix| CONDA.map(|folder| prefix.join(folder))).filter(is_there).collect();
    Windows { system32: root.map(|root| root.join("System32")).filter(is_there), path, ..Windows::default() }
}

/// The endings of extension modules (`Python/dynload_win.c`), best first.
pub(crate) fn suffixes(python: &Python, arch: Option<Arch>) -> Option<Vec<Name>> {
    let (major, minor) = python.version?;
    let threads = if python.free_threaded { "t" } else { "" };
    let platform = match arch?.machine {
        Processor::X86_64 => "win_amd64",
        Processor::Aarch64 => "win_arm64",
        Processor::X86 => "win32",
        Processor::Arm => "win_arm32",
        _ => return None,
    };
    Some(vec![Name::from(&format!(".cp{major}{minor}{threads}-{platform}.pyd")), Name::from(".pyd")])
}
