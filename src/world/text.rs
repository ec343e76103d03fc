//! Worlds as text, for the tests: the program itself does not have this (feature `testing`).
//!
//! ```text
//! //* LD_LIBRARY_PATH=/e
//! //- /a/ext.so elf x86_64 needs:libz.so,libc.so.6 runpath:$ORIGIN/libs defines:PyInit_ext
//! //- /a/libs/libz.so elf x86_64 soname:libz.so.1
//! //- /a/__init__.py
//! import ctypes
//! //- /a/libs/libz.so.1 -> libz.so
//! //- /a/empty/
//! ```
//!
//! A line that starts with `//-` opens a file: an ELF image by its headers, a link, a directory, or text up to the next
//! such line. A line that starts with `//*` sets something of the machine. Images become real bytes
//! ([`crate::parse::elf::write`]) and pass through the same reader as a library on disk.
//!
//! Words after `elf` and a processor: `needs:`, `auxiliary:`, `filter:`, `defines:`, `takes:` (symbols of others; a `?` makes one weak), `versions:` (defined), `wants:FILE@VERSION`
//! (a `?` behind it makes it weak): lists between commas; `soname:`, `rpath:`, `runpath:`, `interp:`; the flags
//! `program`, `pie`, `object`, `execstack`, `nodeflib`, `noopen`, `calls` (what it takes are calls); `isa:` (bits of
//! `GNU_PROPERTY_X86_ISA_1_NEEDED`); `says:` (texts in the body, `~` for a blank); `cut:N` leaves
//! N bytes of the file.
//!
//! Words after `macho` and a processor (`arm64+x86_64` is a universal file of two equal slices; ` | ` begins another slice
//! with other words): `needs:`, `weak:`, `reexport:`, `upward:`, `lazy:`, `rpath:`, `defines:`, `takes:` (`SYMBOL@LIBRARY`,
//! `SYMBOL@self`, `SYMBOL@program`, `SYMBOL@weak`; `SYMBOL` alone is looked up flat), `interposes:` (symbols as in `takes:`,
//! which the file puts its own in the place of): lists between commas; `id:`, `env:` (`LC_DYLD_ENVIRONMENT`), `minos:`, `sdk:`, `platform:`; the flags `bundle`,
//! `program`, `object`, `unsigned`, `stale` (edited after it was signed), `flat` (no two-level namespace), `opcodes` (binds by
//! opcodes, as before macOS 12, each ordinal behind its symbol as lld writes them); `cut:N`.
//!
//! Words after `pe` and a processor: `needs:`, `delay:` (in this order in the file, as linkers write them), `defines:`, `forwards:` (`NAME=DLL.NAME`),
//! `takes:` (`SYMBOL@DLL`, `#12@DLL`): lists between commas; `id:` (the DLL's own name), `pdb:`, `says:`; the flags `program`, `object`,
//! `managed`; `overlay:N` (so many bytes behind the last section); `cut:N`.
//!
//! Other contents: `empty`, `locked` (may not be read), `lfs`, `hex:…`.

mod macho;
mod pe;

use crate::image::{
    Arch, DF_1_NODEFLIB, DF_1_NOOPEN, DF_1_PIE, Format, Image, ImageKind, Import, Name, Need, NeedKind, Origin,
    VersionNeed,
};
use crate::parse::elf;
use crate::vfs::{Memory, VPath};

/// A world as it was written.
#[derive(Debug, Default)]
pub struct Text {
    pub files: Memory,
    /// The settings of the machine, `NAME=VALUE`, in order.
    pub settings: Vec<(String, String)>,
}

/// Reads a world.
///
/// # Errors
/// Says the line and what is wrong with it.
pub fn read(text: &str) -> Result<Text, String> {
    let mut world = Text { files: Memory::new(), settings: Vec::new() };
    let mut open: Option<(VPath, String)> = None;
    for (number, line) in text.lines().enumerate() {
        let failed = |what: &str| format!("line {}: {what}: {line}", number + 1);
        let (is_setting, words) = match (line.strip_prefix("//*"), line.strip_prefix("//-")) {
            (Some(rest), _) => (true, rest.trim()),
            (_, Some(rest)) => (false, rest.trim()),
            _ => {
                if let Some((_, body)) = &mut open {
                    body.push_str(line);
                    body.push('\n');
                }
                continue;
            }
        };
        if let Some((path, body)) = open.take() {
            world.files.file(&path, body.into_bytes());
        }
        if is_setting {
            let (name, value) = words.split_once('=').ok_or_else(|| failed("no = in a setting"))?;
            world.settings.push((name.into(), value.into()));
            continue;
        }
        let (path, what) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let path = VPath::new(path);
        let what = what.trim();
        match what.split_whitespace().next() {
            None if path.as_bytes().ends_with(b"/") => world.files.directory(&path.folded()),
            None => open = Some((path, String::new())),
            Some("->") => world.files.symlink(&path, &VPath::new(what[2..].trim())),
            Some("empty") => world.files.file(&path, Vec::new()),
            Some("locked") => world.files.locked_file(&path),
            Some("lfs") => {
                world.files.file(&path, b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n".into())
            }
            Some("elf") => world.files.file(&path, image(what).map_err(|what| failed(&what))?),
            Some("pe") => world.files.file(&path, pe::file(&what[2..]).map_err(|what| failed(&what))?),
            Some("macho") => world.files.file(&path, macho::file(&what[5..]).map_err(|what| failed(&what))?),
            Some(word) if word.starts_with("hex:") => {
                world.files.file(&path, hex(&word[4..]).ok_or_else(|| failed("odd hex"))?);
            }
            Some(_) => return Err(failed("unknown contents")),
        }
    }
    if let Some((path, body)) = open {
        world.files.file(&path, body.into_bytes());
    }
    Ok(world)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

fn image(words: &str) -> Result<Vec<u8>, String> {
    let mut words = words.split_whitespace().skip(1);
    let arch = Arch::named(words.next().unwrap_or_default()).ok_or("unknown processor")?;
    let mut image = Image::new(Format::Elf, arch);
    let (mut symbols, mut versions, mut cut, mut body) = (Vec::new(), Vec::new(), None, Vec::new());
    let (mut imports, mut extras) = (Vec::new(), elf::Extras::default());
    for word in words {
        let (key, value) = word.split_once(':').unwrap_or((word, ""));
        let list = || value.split(',').filter(|item| !item.is_empty());
        match key {
            "needs" => image.needs.extend(list().map(|name| need(name, NeedKind::Normal))),
            "auxiliary" => image.needs.extend(list().map(|name| need(name, NeedKind::Weak))),
            "soname" => image.identity = Some(Name::from(value)),
            "rpath" => image.rpath = Some(Name::from(value)),
            "runpath" => image.runpath = Some(Name::from(value)),
            "interp" => image.interpreter = Some(Name::from(value)),
            "filter" => image.needs.extend(list().map(|name| need(name, NeedKind::Reexport))),
            "defines" => symbols.extend(list().map(Name::from)),
            "takes" => imports.extend(list().map(taken)),
            "says" => body.extend(said(value)),
            "versions" => versions.extend(list().map(Name::from)),
            "wants" => {
                for item in list() {
                    let (from, version) = item.split_once('@').ok_or("wants: FILE@VERSION")?;
                    let (version, weak) = version.strip_suffix('?').map_or((version, false), |version| (version, true));
                    image.versions.push(VersionNeed { from: Name::from(from), version: Name::from(version), weak });
                }
            }
            "program" => image.kind = ImageKind::Program,
            "pie" => {
                image.kind = ImageKind::Program;
                image.flags |= DF_1_PIE;
            }
            "object" => image.kind = ImageKind::Inert,
            "execstack" => image.executable_stack = true,
            "nodeflib" => image.flags |= DF_1_NODEFLIB,
            "noopen" => image.flags |= DF_1_NOOPEN,
            "tls" => extras.static_tls = value.parse().map_err(|_| "tls: wants a number of bytes")?,
            "calls" => extras.calls = true,
            "isa" => extras.x86_isa = value.parse().map_err(|_| "isa: wants a number")?,
            "cut" => cut = Some(value.parse::<usize>().map_err(|_| "cut: wants a number")?),
            _ => return Err(format!("unknown word {key}")),
        }
    }
    let mut bytes = elf::write(&image, &symbols, &imports, &versions, extras);
    bytes.extend(body);
    if let Some(len) = cut {
        bytes.truncate(len);
    }
    Ok(bytes)
}

/// A symbol that is taken from elsewhere; a `?` behind it makes it weak.
fn taken(text: &str) -> Import {
    let (symbol, is_weak) = text.strip_suffix('?').map_or((text, false), |symbol| (symbol, true));
    Import { symbol: Name::from(symbol), origin: Origin::Flat, is_weak }
}

/// The bytes of texts between commas, each with its end; `~` stands for a blank.
fn said(list: &str) -> Vec<u8> {
    list.split(',').flat_map(|text| [text.replace('~', " ").into_bytes(), vec![0]].concat()).collect()
}

fn need(name: &str, kind: NeedKind) -> Need {
    Need { name: Name::from(name), kind }
}
