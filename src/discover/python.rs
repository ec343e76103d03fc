//! The interpreter of an environment, told from its files: base prefix, version, import path, suffixes.

use super::{Note, editable, windows};
use crate::command::Remedy;
use crate::command::templates::VENV_UPGRADE;
use crate::image::Name;
use crate::vfs::{FileSystem, Kind, VPath};
use crate::world::Python;

/// Is a folder a virtual or a conda environment, by the mark that each leaves?
pub(super) fn is_environment(fs: &dyn FileSystem, folder: &VPath) -> bool {
    ["pyvenv.cfg", "conda-meta"].iter().any(|mark| fs.stat(&folder.join(mark)).is_ok())
}

/// Is a folder an installation of Python, with its program and its standard library?
pub(super) fn is_prefix(fs: &dyn FileSystem, folder: &VPath) -> bool {
    executable(fs, folder, None).is_some() && library(fs, folder, None).is_some()
}

/// `pyvenv.cfg`, as far as it decides what is imported (PEP 405).
#[derive(Debug, Default)]
pub(super) struct VenvConfig {
    pub home: Option<VPath>,
    pub has_system_packages: bool,
    /// Made on Windows: its paths start with a drive.
    pub is_windows: bool,
    pub version: Option<(u16, u16)>,
}

/// Reads `pyvenv.cfg`; what is wrong with it becomes a note.
pub(super) fn venv_config(fs: &dyn FileSystem, root: &VPath, notes: &mut Vec<Note>) -> VenvConfig {
    let path = root.join("pyvenv.cfg");
    let mut config = VenvConfig::default();
    let again = || Remedy::new("recreate it").fix(VENV_UPGRADE.with(&[root]));
    let bytes = match fs.read(&path, 1 << 16) {
        Ok(bytes) => bytes,
        Err(error) => {
            notes.push(Note::new(&path, format!("pyvenv.cfg cannot be read: {error}"), again()));
            return config;
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    for line in text.lines() {
        let Some((key, value)) = line.split_once('=') else { continue };
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "home" if windows::has_drive(value) => {
                (config.home, config.is_windows) = (Some(windows::path(value)), true);
            }
            "home" if !value.is_empty() => config.home = Some(VPath::new(value)),
            "include-system-site-packages" => config.has_system_packages = value.eq_ignore_ascii_case("true"),
            "version" | "version_info" => config.version = version(value),
            _ => {}
        }
    }
    match &config.home {
        None => notes.push(Note::new(
            &path,
            "pyvenv.cfg names no home: Python does not know which interpreter this environment belongs to".into(),
            again(),
        )),
        // Of an environment that was brought from Windows to another system, home stayed there.
        Some(home) if fs.stat(home).is_err() && !(config.is_windows && root.as_bytes().starts_with(b"/")) => notes
            .push(Note::new(
                &path,
                format!("pyvenv.cfg says that the interpreter is in {home}, which does not exist"),
                again(),
            )),
        Some(_) => {}
    }
    config
}

/// The first two numbers of a version.
pub(super) fn version(text: &str) -> Option<(u16, u16)> {
    let mut parts = text.split('.');
    let minor = parts.nth(1)?;
    let major = text.split('.').next()?;
    let minor = minor.trim_end_matches(|c: char| !c.is_ascii_digit());
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The interpreter of a prefix: the program behind `bin/python3`, links followed.
pub(super) fn executable(fs: &dyn FileSystem, prefix: &VPath, version: Option<(u16, u16)>) -> Option<VPath> {
    let mut names = Vec::new();
    if let Some((major, minor)) = version {
        names.push(format!("bin/python{major}.{minor}"));
    }
    names.extend(["bin/python3", "bin/python", "python.exe", "Scripts/python.exe"].map(str::to_owned));
    names.iter().find_map(|name| {
        let real = fs.real(&prefix.join(name)).ok()?;
        (fs.stat(&real).ok()?.kind == Kind::File).then_some(real)
    })
}

/// The folder `lib/python3.X` of a prefix: the newest, or that of the given version.
pub(super) fn library(fs: &dyn FileSystem, prefix: &VPath, wanted: Option<(u16, u16)>) -> Option<(VPath, Version)> {
    let lib = prefix.join("lib");
    if let Some(found) = windows::library(fs, prefix, wanted) {
        return Some(found);
    }
    let mut found: Vec<(VPath, Version)> = fs
        .list(&lib)
        .ok()?
        .iter()
        .filter_map(|entry| {
            let name = entry.name.to_string();
            let number = name.strip_prefix("python").or_else(|| name.strip_prefix("pypy"))?;
            let free_threaded = number.ends_with('t');
            let number = version(number)?;
            let path = lib.join(&entry.name);
            (fs.stat(&path).ok()?.kind == Kind::Directory).then_some((path, Version { number, free_threaded }))
        })
        .collect();
    found.sort_by_key(|(_, version)| (version.number, !version.free_threaded));
    match wanted {
        Some(wanted) => found.into_iter().rfind(|(_, version)| version.number == wanted),
        None => found.pop(),
    }
}

/// What the name of `lib/python3.13t` tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Version {
    pub number: (u16, u16),
    pub free_threaded: bool,
}

/// The endings of extension modules, best first: from the names in `lib-dynload`, else from `_sysconfigdata`, else from
/// what modules are called.
pub(super) fn suffixes(fs: &dyn FileSystem, library: &VPath, python: &Python) -> Vec<Name> {
    let names = |directory: &VPath| -> Vec<VPath> {
        let mut names: Vec<VPath> =
            fs.list(directory).unwrap_or_default().into_iter().map(|entry| entry.name).collect();
        names.sort();
        names
    };
    let in_dynload = names(&library.join("lib-dynload")).iter().find_map(|name| tag_of(name.as_bytes()));
    let tag = in_dynload.or_else(|| {
        let data = names(library).into_iter().find(|name| name.as_bytes().starts_with(b"_sysconfigdata_"))?;
        let text = fs.read(&library.join(&data), 1 << 20).ok()?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let value = text.split("'EXT_SUFFIX': '").nth(1)?.split('\'').next()?.to_owned();
        tag_of(format!("x{value}").as_bytes())
    });
    tag.map_or_else(|| plain_suffixes(python), |tag| suffixes_of(&tag))
}

/// `.cpython-311-x86_64-linux-gnu.so` or `.cp311-win_amd64.pyd` of a module's file name; none for a name without an ABI tag.
pub(crate) fn tag_of(name: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(name).ok()?;
    let is_windows = text.ends_with(".pyd");
    let windows =
        || is_windows.then(|| text.find(".cp").filter(|&at| text[at + 3..].starts_with(|c: char| c.is_ascii_digit())));
    let at = text.find(".cpython-").or_else(|| text.find(".pypy3")).or_else(|| text.find(".graalpy"));
    let at = at.or_else(|| windows().flatten())?;
    (text.ends_with(".so") || is_windows).then(|| text[at..].to_owned())
}

/// What CPython's `_PyImport_DynLoadFiletab` holds for a tag.
pub(crate) fn suffixes_of(tag: &str) -> Vec<Name> {
    let mut suffixes = vec![Name::from(tag)];
    if tag.ends_with(".pyd") {
        suffixes.push(Name::from(".pyd"));
        return suffixes;
    }
    // A debug build also takes what was made for the same version without debugging (`ALT_SOABI`, since 3.8).
    suffixes.extend(without_debug(tag).map(|tag| Name::from(&tag)));
    // A free-threaded build has no stable ABI before 3.15, whose files are called abi3t.
    if !is_free_threaded(tag) && tag.starts_with(".cpython") {
        suffixes.push(Name::from(".abi3.so"));
    }
    suffixes.push(Name::from(".so"));
    suffixes
}

/// `.cpython-311-x86_64-linux-gnu.so` of a debug build's `.cpython-311d-x86_64-linux-gnu.so`.
fn without_debug(tag: &str) -> Option<String> {
    let (version, system) = tag.strip_prefix(".cpython-")?.split_once('-')?;
    Some(format!(".cpython-{}-{system}", version.strip_suffix('d')?))
}

/// `.cpython-313t-…`, `.cp313t-…`
pub(crate) fn is_free_threaded(tag: &str) -> bool {
    let place = usize::from(!tag.ends_with(".pyd") || tag.starts_with(".cpython-"));
    tag.split('-').nth(place).is_some_and(|abi| abi.trim_end_matches('d').ends_with('t'))
}

pub(super) fn plain_suffixes(python: &Python) -> Vec<Name> {
    match python.version {
        // Without a tag to go by, any ending of that version counts that a Linux build is known to have.
        Some((major, minor)) if !python.free_threaded => [
            format!(".cpython-{major}{minor}-x86_64-linux-gnu.so"),
            format!(".cpython-{major}{minor}-aarch64-linux-gnu.so"),
            format!(".cpython-{major}{minor}-x86_64-linux-musl.so"),
            format!(".cpython-{major}{minor}-aarch64-linux-musl.so"),
            ".abi3.so".into(),
            ".so".into(),
        ]
        .iter()
        .map(Name::from)
        .collect(),
        _ => vec![Name::from(".abi3.so"), Name::from(".so")],
    }
}

/// What the `.pth` files of a site folder add to the import path (`site.addpackage`): lines that are paths; lines that
/// start with `import` are code and are not run. Editable finders written by setuptools are read as text.
pub(super) fn pth_paths(fs: &dyn FileSystem, site: &VPath) -> Vec<VPath> {
    let Ok(mut entries) = fs.list(site) else { return Vec::new() };
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let mut paths = Vec::new();
    for entry in entries {
        let name = entry.name.as_bytes();
        let is_finder = name.starts_with(b"__editable__") && name.ends_with(b"_finder.py");
        if !name.ends_with(b".pth") && !is_finder {
            continue;
        }
        let Ok(bytes) = fs.read(&site.join(name), 1 << 20) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<VPath> = if is_finder {
            mapped(&text)
        } else {
            let is_path = |line: &&str| !line.is_empty() && !line.starts_with(['#']) && !line.starts_with("import");
            let lines: Vec<&str> = text.lines().map(str::trim).filter(is_path).collect();
            let is_for_windows = is_pth_for_windows(&text);
            lines.iter().map(|line| pth_folder(fs, site, line, is_for_windows)).collect()
        };
        let real = |path: VPath| {
            let real = fs.real(&path).ok()?;
            (fs.stat(&real).ok()?.kind == Kind::Directory).then_some(real)
        };
        paths.extend(lines.into_iter().filter_map(real).filter(|path| path != site));
    }
    paths
}

/// Is a `.pth` file for Windows? One line that says so tells of all.
pub(crate) fn is_pth_for_windows(text: &str) -> bool {
    text.lines().any(|line| line.contains('\\') && !line.starts_with("import"))
}

/// A line of a `.pth` file as a path.
pub(crate) fn pth_folder(fs: &dyn FileSystem, site: &VPath, line: &str, is_for_windows: bool) -> VPath {
    if is_for_windows { spelled(fs, site, line) } else { site.join(line) }
}

/// A line of a `.pth` file for Windows as a path: with its separators, and spelled as the folders spell it.
fn spelled(fs: &dyn FileSystem, site: &VPath, line: &str) -> VPath {
    let line = windows::path(line);
    if line.is_absolute() {
        return line;
    }
    line.parts().fold(site.clone(), |folder, part| {
        let path = folder.join(part);
        if fs.stat(&path).is_ok() {
            return path;
        }
        let entries = fs.list(&folder).unwrap_or_default();
        let same = entries.into_iter().find(|entry| entry.name.as_bytes().eq_ignore_ascii_case(part));
        same.map_or(path, |entry| folder.join(&entry.name))
    })
}

/// The folders that setuptools' editable finders lead to packages in.
fn mapped(text: &str) -> Vec<VPath> {
    let paths = editable::mapping(text).into_iter().map(|(_, path)| windows::path(&path));
    paths.filter(VPath::is_absolute).filter_map(|path| path.parent()).collect()
}
