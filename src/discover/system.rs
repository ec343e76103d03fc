//! The loader that an interpreter is started by, and what it is configured with: told from files, never asked.

use std::collections::BTreeSet;

use crate::discover::Machine;
use crate::image::{Arch, Name};
use crate::parse;
use crate::vfs::{FileSystem, VPath};
use crate::world::{Glibc, Host, LdCache, Musl, System};

/// Where loaders lie on systems that follow the ABI documents, for environments whose interpreter is not known; and the
/// processor of each.
const LOADERS: [(&str, &str); 8] = [
    ("/lib64/ld-linux-x86-64.so.2", "x86_64"),
    ("/lib/ld-linux-aarch64.so.1", "aarch64"),
    ("/lib/ld-linux-armhf.so.3", "armv7l"),
    ("/lib64/ld64.so.2", "ppc64le"),
    ("/lib/ld64.so.1", "s390x"),
    ("/lib/ld-linux-riscv64-lp64d.so.1", "riscv64"),
    ("/lib/ld-musl-x86_64.so.1", "x86_64"),
    ("/lib/ld-musl-aarch64.so.1", "aarch64"),
];

/// The system of an interpreter, by the loader that it asks for.
pub(super) fn system(fs: &dyn FileSystem, machine: &Machine, interpreter: Option<&Name>) -> System {
    let loader = match interpreter {
        Some(name) => Some(VPath::new(&**name)),
        None => LOADERS.iter().map(|(path, _)| VPath::new(path)).find(|path| fs.stat(path).is_ok()),
    };
    loader.map_or(System::Unknown, |loader| configured_by(fs, machine, loader))
}

fn configured_by(fs: &dyn FileSystem, machine: &Machine, loader: VPath) -> System {
    match loader.file_name().strip_prefix(b"ld-musl-") {
        Some(rest) => System::Musl(musl(fs, &loader, rest)),
        None => System::Glibc(glibc(fs, machine, loader)),
    }
}

/// The system of this machine that runs what is made for a C library and a processor; none where it has no such loader.
pub(super) fn system_for(fs: &dyn FileSystem, machine: &Machine, is_musl: bool, arch: Option<Arch>) -> Option<System> {
    let mut loaders = loaders(is_musl, arch).map(VPath::new);
    loaders.find(|path| fs.stat(path).is_ok()).map(|loader| configured_by(fs, machine, loader))
}

/// The libraries that wheels may expect of every system with glibc (PEP 600, by the policies of auditwheel), besides its
/// loader.
const GRANTED: [&str; 24] = [
    "libanl.so.1",
    "libatomic.so.1",
    "libexpat.so.1",
    "libmvec.so.1",
    "libz.so.1",
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libm.so.6",
    "libdl.so.2",
    "librt.so.1",
    "libc.so.6",
    "libnsl.so.1",
    "libutil.so.1",
    "libpthread.so.0",
    "libresolv.so.2",
    "libX11.so.6",
    "libXext.so.6",
    "libXrender.so.1",
    "libICE.so.6",
    "libSM.so.6",
    "libGL.so.1",
    "libgobject-2.0.so.0",
    "libgthread-2.0.so.0",
    "libglib-2.0.so.0",
];

/// A system of which nothing is known but its C library: no directory of this machine is one of its own.
pub(crate) fn bare(is_musl: bool, arch: Option<Arch>) -> System {
    let loader = loaders(is_musl, arch).next().map(VPath::new).unwrap_or_default();
    if is_musl {
        return System::Musl(Musl { loader, directories: Vec::new() });
    }
    let own = loaders(false, arch).filter_map(|loader| loader.rsplit('/').next());
    let granted = GRANTED.into_iter().chain(own).map(Name::from).collect();
    System::Glibc(Glibc { loader, granted, ..Glibc::default() })
}

/// Is a system's loader for this processor, and for this C library where that is known? So is what is no such system.
pub(crate) fn is_loader_for(system: &System, is_musl: Option<bool>, arch: Option<Arch>) -> bool {
    let (own, loader) = match system {
        System::Glibc(glibc) => (false, &glibc.loader),
        System::Musl(musl) => (true, &musl.loader),
        _ => return true,
    };
    // A loader of another name is none that could be told.
    let is_known = loaders(own, None).any(|known| *known == *loader.text());
    is_musl.is_none_or(|is_musl| is_musl == own)
        && (!is_known || loaders(own, arch).any(|known| *known == *loader.text()))
}

/// The loaders of a C library, for one processor or for all.
fn loaders(is_musl: bool, arch: Option<Arch>) -> impl Iterator<Item = &'static str> {
    let is_wanted = move |(_, processor): &&(&str, &str)| arch.is_none_or(|arch| arch.to_string() == **processor);
    LOADERS.iter().filter(is_wanted).map(|(path, _)| *path).filter(move |path| path.contains("/ld-musl-") == is_musl)
}

/// A host of this machine's: with what its environment has a loader do, and the tool that installs packages.
pub(super) fn host(fs: &dyn FileSystem, machine: &Machine, system: System) -> Host {
    Host {
        system,
        library_path: machine.variable("LD_LIBRARY_PATH").map(Name::from),
        preload: preload(fs, machine),
        packager: packager(fs),
        ..Host::default()
    }
}

/// What `LD_PRELOAD` and `/etc/ld.so.preload` name.
fn preload(fs: &dyn FileSystem, machine: &Machine) -> Vec<Name> {
    let variable = machine.variable("LD_PRELOAD").unwrap_or_default().to_vec();
    let file = fs.read(&VPath::new("/etc/ld.so.preload"), 1 << 16).unwrap_or_default();
    let is_separator = |byte: &u8| matches!(byte, b' ' | b':' | b'\n' | b'\t');
    let named = variable.split(is_separator).chain(file.split(is_separator));
    named.filter(|name| !name.is_empty()).map(Name::from).collect()
}

/// The tool that installs packages here, as `/etc/os-release` tells (`os-release(5)`).
fn packager(fs: &dyn FileSystem) -> String {
    const FAMILIES: [(&str, &str); 8] = [
        ("debian", "apt"),
        ("ubuntu", "apt"),
        ("fedora", "dnf"),
        ("rhel", "dnf"),
        ("centos", "dnf"),
        ("rocky", "dnf"),
        ("amzn", "dnf"),
        ("alpine", "apk"),
    ];
    let read = |path: &str| fs.read(&VPath::new(path), 1 << 16).ok();
    let text = read("/etc/os-release").or_else(|| read("/usr/lib/os-release")).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let ids = text.lines().filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")));
    let ids: Vec<&str> = ids.flat_map(|ids| ids.trim_matches('"').split(' ')).collect();
    let family = ids.iter().find_map(|id| FAMILIES.iter().find(|(name, _)| name == id));
    family.map_or_else(String::new, |(_, packager)| (*packager).to_owned())
}

fn musl(fs: &dyn FileSystem, loader: &VPath, rest: &[u8]) -> Musl {
    let arch = rest.split(|&byte| byte == b'.').next().unwrap_or_default();
    let config = VPath::new([b"/etc/ld-musl-", arch, b".path"].concat());
    let list = fs.read(&config, 1 << 16).unwrap_or_else(|_| b"/lib:/usr/local/lib:/usr/lib".to_vec());
    let directories =
        list.split(|byte| matches!(byte, b':' | b'\n')).filter(|entry| !entry.is_empty()).map(VPath::new).collect();
    Musl { loader: loader.clone(), directories }
}

fn glibc(fs: &dyn FileSystem, machine: &Machine, loader: VPath) -> Glibc {
    let real = fs.real(&loader).unwrap_or_else(|_| loader.clone());
    let built_in = BuiltIn::read(fs, &real);
    let trusted = match built_in.trusted {
        found if !found.is_empty() => found,
        _ => usual_directories(fs, &real),
    };
    let name = platform(&loader);
    let own = machine.platform.clone().filter(|_| name == "x86_64");
    let platform = own.clone().unwrap_or_else(|| name.clone());
    let levels: Vec<Name> = machine.levels.iter().map(|level| Name::from(&format!("glibc-hwcaps/{level}"))).collect();
    let mut cache = ld_cache(fs, &built_in.cache, &machine.levels).unwrap_or_default();
    if cache.files.is_empty() {
        cache.directories = configured(fs, &VPath::new("/etc/ld.so.conf"), 0);
    }
    let libc = cache.files.get(&b"libc.so.6"[..]).cloned().into_iter();
    let libc = libc.chain(trusted.iter().map(|directory| directory.join("libc.so.6")));
    let version = libc.filter_map(|path| newest_version(fs, &path)).next();
    let mut hwcaps = if version.is_none_or(|version| version >= (2, 33)) { levels } else { Vec::new() };
    if version.is_some_and(|version| version < (2, 37)) {
        let has_avx512 = own.is_some() && machine.levels.iter().any(|level| level == "x86-64-v4");
        let avx512 = has_avx512.then_some("avx512_1");
        let parts: Vec<&str> = ["tls", &platform].into_iter().chain(avx512).chain([name.as_str()]).collect();
        hwcaps.extend(combined(&parts));
    }
    let lib = real.parent().unwrap_or_default();
    let lib = lib.as_bytes().strip_prefix(b"/usr").unwrap_or(lib.as_bytes()).strip_prefix(b"/").unwrap_or(b"lib");
    let granted = Vec::new();
    Glibc { loader, version, cache, trusted, lib: Name::from(lib), platform: Name::from(&platform), hwcaps, granted }
}

/// Subfolders of these names in every combination, those with the first name first (`_dl_important_hwcaps` before 2.37).
fn combined(parts: &[&str]) -> Vec<Name> {
    let mut found = Vec::<Name>::new();
    for bits in (1..1_usize << parts.len()).rev() {
        let is_in = |place: &usize| bits >> (parts.len() - 1 - place) & 1 == 1;
        let chosen: Vec<&str> = (0..parts.len()).filter(is_in).map(|place| parts[place]).collect();
        let name = Name::from(&chosen.join("/"));
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// `AT_PLATFORM`, which is the machine's name everywhere but on the latest Intel processors.
fn platform(loader: &VPath) -> String {
    let name = loader.to_string();
    let known = [("x86-64", "x86_64"), ("aarch64", "aarch64"), ("armhf", "v7l"), ("riscv64", "riscv64")];
    known.iter().find(|(part, _)| name.contains(part)).map_or("x86_64", |(_, platform)| platform).to_owned()
}

/// What is compiled into a loader: its trusted directories and the place of its cache.
struct BuiltIn {
    trusted: Vec<VPath>,
    cache: VPath,
}

impl BuiltIn {
    /// Reads the strings of the loader: the trusted directories stand in a row, each with a slash at its end.
    fn read(fs: &dyn FileSystem, loader: &VPath) -> BuiltIn {
        let bytes = fs.read(loader, 8 << 20).unwrap_or_default();
        let (mut best, mut run): (Vec<VPath>, Vec<VPath>) = (Vec::new(), Vec::new());
        let mut cache = VPath::new("/etc/ld.so.cache");
        for text in bytes.split(|&byte| byte == 0) {
            let is_directory = text.len() > 2 && text.starts_with(b"/") && text.ends_with(b"/") && text.is_ascii();
            if is_directory {
                run.push(VPath::new(&text[..text.len() - 1]));
                continue;
            }
            if text.starts_with(b"/") && text.ends_with(b"/ld.so.cache") {
                cache = VPath::new(text);
            }
            if run.len() > best.len() && run.iter().all(|path| path.to_string().contains("lib")) {
                best = std::mem::take(&mut run);
            }
            run.clear();
        }
        BuiltIn { trusted: best, cache }
    }
}

/// The directories that loaders of the common distributions are built with, as far as they exist.
fn usual_directories(fs: &dyn FileSystem, loader: &VPath) -> Vec<VPath> {
    let own = loader.parent().unwrap_or_else(|| VPath::new("/lib"));
    let twin = VPath::new([b"/usr", own.as_bytes()].concat());
    let all = [own, twin, VPath::new("/lib64"), VPath::new("/usr/lib64"), VPath::new("/lib"), VPath::new("/usr/lib")];
    let mut seen = BTreeSet::new();
    all.into_iter().filter(|path| fs.stat(path).is_ok() && seen.insert(path.clone())).collect()
}

fn newest_version(fs: &dyn FileSystem, libc: &VPath) -> Option<(u32, u32)> {
    let file = fs.open(libc).ok()?;
    let tables = parse::read(&*file, file.stat().ok()?.len, None).pop()?.tables?;
    let versions = tables.defined_versions(&*file)?;
    let number = |name: &Name| {
        let text = name.to_string();
        let (major, minor) = text.strip_prefix("GLIBC_")?.split_once('.')?;
        Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
    };
    versions.iter().filter_map(number).max()
}

/// Reads the loader's cache (`dl-cache.h`: an old header and entries may stand before the new ones).
fn ld_cache(fs: &dyn FileSystem, path: &VPath, levels: &[String]) -> Option<LdCache> {
    const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
    const HEADER: usize = 48;
    const ENTRY: usize = 24;
    /// `PATH_MAX`: what is longer could not be opened.
    const LONGEST: usize = 4096;
    let bytes = fs.read(path, 64 << 20).ok()?;
    let table = &bytes[memchr::memmem::find(&bytes, MAGIC)?..];
    let word = |at: usize| Some(u32::from_le_bytes(table.get(at..at + 4)?.try_into().ok()?));
    // Names share their ends with paths; entries without number that share one long text do not come from `ldconfig`.
    let left = std::cell::Cell::new(bytes.len() * 4);
    let text = |at: u32| {
        let rest = table.get(at as usize..)?;
        let end = memchr::memchr(0, &rest[..rest.len().min(LONGEST)])?;
        left.set(left.get().checked_sub(end)?);
        Some(&rest[..end])
    };
    let wanted = word_size_flags(&bytes);
    let mut best: rustc_hash::FxHashMap<&[u8], (usize, &[u8])> = Default::default();
    for index in 0..word(MAGIC.len())? as usize {
        let at = HEADER + index * ENTRY;
        let (Some(flags), Some(key), Some(value)) = (word(at), word(at + 4), word(at + 8)) else { break };
        // The low byte says glibc 2's kind of ELF, the next which processor and word size.
        if flags & 0xff != 3 || flags & 0xff00 != wanted {
            continue;
        }
        let (Some(key), Some(value)) = (text(key), text(value)) else { continue };
        let Some(rank) = rank(value, levels) else { continue };
        let slot = best.entry(key).or_insert((rank, value));
        if rank < slot.0 {
            *slot = (rank, value);
        }
    }
    let files = best.into_iter().map(|(key, (_, value))| (Name::from(key), VPath::new(value))).collect();
    Some(LdCache { files, directories: Vec::new() })
}

/// How good an entry is on this processor: its level's place, or last without one; none where it does not run.
fn rank(path: &[u8], levels: &[String]) -> Option<usize> {
    const MARK: &[u8] = b"/glibc-hwcaps/";
    let Some(at) = memchr::memmem::find(path, MARK) else { return Some(levels.len()) };
    let level = path[at + MARK.len()..].split(|&byte| byte == b'/').next()?;
    levels.iter().position(|known| known.as_bytes() == level)
}

/// The processor flags of the cache's entries for this machine's own word size: those of most entries.
///
/// The flags are the same for all libraries that the native loader takes; a multi-architecture cache has a few others.
fn word_size_flags(bytes: &[u8]) -> u32 {
    let mut counts = std::collections::BTreeMap::<u32, usize>::new();
    let Some(start) = memchr::memmem::find(bytes, b"glibc-ld.so.cache1.1") else { return 0 };
    let entries = bytes[start..].get(48..).unwrap_or_default().chunks_exact(24);
    let count =
        bytes.get(start + 20..start + 24).map_or(0, |count| u32::from_le_bytes(count.try_into().unwrap_or_default()));
    for entry in entries.take(count as usize) {
        let flags = u32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]);
        *counts.entry(flags & 0xff00).or_default() += 1;
    }
    counts.into_iter().max_by_key(|&(_, count)| count).map_or(0, |(flags, _)| flags)
}

/// The directories of `ld.so.conf` (`ldconfig(8)`): one a line, comments, `include` with globs.
fn configured(fs: &dyn FileSystem, path: &VPath, depth: usize) -> Vec<VPath> {
    const MOST_INCLUDES: usize = 8;
    let Ok(bytes) = fs.read(path, 1 << 20) else { return Vec::new() };
    let mut directories = Vec::new();
    for line in String::from_utf8_lossy(&bytes).lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(pattern) = line.strip_prefix("include").filter(|rest| rest.starts_with(char::is_whitespace)) {
            if depth < MOST_INCLUDES {
                let base = path.parent().unwrap_or_default();
                for file in pattern.split_whitespace().flat_map(|pattern| matching(fs, &base.join(pattern))) {
                    directories.extend(configured(fs, &file, depth + 1));
                }
            }
        } else if line.starts_with('/') {
            let directory = line.split_once('=').map_or(line, |(directory, _)| directory);
            directories.extend(directory.split([':', ' ', '\t', ',']).filter(|d| d.starts_with('/')).map(VPath::new));
        }
    }
    directories
}

/// The files that a pattern with `*` in its last part means, in order.
fn matching(fs: &dyn FileSystem, pattern: &VPath) -> Vec<VPath> {
    let Some((before, after)) = std::str::from_utf8(pattern.file_name()).ok().and_then(|name| name.split_once('*'))
    else {
        return vec![pattern.clone()];
    };
    let directory = pattern.parent().unwrap_or_default();
    let mut files: Vec<VPath> = fs
        .list(&directory)
        .unwrap_or_default()
        .into_iter()
        .map(|entry| entry.name.to_string())
        .filter(|name| name.starts_with(before) && name.ends_with(after) && name.len() >= before.len() + after.len())
        .map(|name| directory.join(name))
        .collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::combined;

    #[test]
    fn names_of_folders_are_combined_as_glibc_does() {
        let told = |parts: &[&str]| combined(parts).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            told(&["tls", "x86_64", "x86_64"]),
            ["tls/x86_64/x86_64", "tls/x86_64", "tls", "x86_64/x86_64", "x86_64"]
        );
        assert_eq!(
            told(&["tls", "haswell", "x86_64"]),
            ["tls/haswell/x86_64", "tls/haswell", "tls/x86_64", "tls", "haswell/x86_64", "haswell", "x86_64"]
        );
    }
}
