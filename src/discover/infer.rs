//! Infers the host that files are for from the files themselves, where no interpreter tells it.

use std::sync::Arc;

use super::python::{is_free_threaded, suffixes_of, tag_of};
use super::{Kind, Target, system, windows};
use crate::image::{Arch, Format, Image, Name};
use crate::vfs::VPath;
use crate::world::{Absent, DllFolders, Dyld, File, FileId, Python, System, Windows, World};

/// A native file, or something that bears a native file's name.
#[derive(Clone, Debug)]
pub struct Item {
    /// Where it lies; no folder on the way is a link.
    pub path: VPath,
    pub found: Result<FileId, Absent>,
    pub is_link: bool,
}

/// Completes the host of a world by what was found in a target's folders.
pub(crate) fn infer_host(world: &mut World, items: &[Item], target: &Target) {
    complete(world, items, target);
    note_dll_folders(world, items);
}

/// Tells from the files what no interpreter told: system, processor, version, suffixes.
fn complete(world: &mut World, items: &[Item], target: &Target) {
    if target.is_foreign {
        world.restrict_to(target.walk.iter().chain([&target.root]).cloned().collect());
    }
    if is_for_another_system(world, items) {
        forget_interpreter(world, target);
    }
    let has_interpreter = world.host.python.as_ref().is_some_and(|python| python.executable.is_some());
    // The launcher of a virtual environment for Windows tells the system, though the interpreter is not at hand.
    let is_to_be_told = !has_interpreter && !matches!(world.host.system, System::Unjudged);
    if is_to_be_told && world.host.system.format() != Some(Format::Pe) {
        complete_system(world, items, target);
    }
    if let System::Dyld(dyld) = &mut world.host.system {
        dyld.release = target.overrides.macos;
    }
    let format = world.host.system.format().unwrap_or(Format::Elf);
    let archs = || -> Vec<Arch> {
        let files = items.iter().filter_map(|item| Some(world.file(*item.found.as_ref().ok()?)));
        // Code for .NET runs on every processor, whatever its header says.
        let is_managed = |image: &Image| image.pe.as_ref().is_some_and(|pe| pe.is_managed);
        let fits =
            |file: &Arc<File>| file.image.as_ref().is_some_and(|image| image.format == format && !is_managed(image));
        let files: Vec<Arc<File>> = files.filter(fits).collect();
        // What Python imports tells more than the libraries beside it, which a build may have for one processor alone.
        let is_module = |file: &&Arc<File>| format == Format::MachO && file.path.file_name().ends_with(b".so");
        let modules: Vec<&Arc<File>> = files.iter().filter(is_module).collect();
        let telling = if modules.is_empty() { files.iter().collect() } else { modules };
        telling.into_iter().flat_map(|file| file.archs().collect::<Vec<_>>()).collect()
    };
    // Of several that files are made for equally often, today's Macs win.
    let ranked = |arch| (format == Format::MachO && arch != Arch::AARCH64, arch);
    let told = target.overrides.arch.or(world.host.arch);
    let arch = told.or_else(|| most_frequent(archs().into_iter().map(ranked)).map(|(_, arch)| arch));
    world.choose(arch);
    let is_windows = format == Format::Pe && target.kind != Kind::Wheel;
    let python = world.host.python.get_or_insert_default();
    if let Some(suffixes) = windows::suffixes(python, arch).filter(|_| is_windows) {
        python.suffixes = suffixes;
    }
    // In a folder of environments, each brings an entry of the import path.
    if python.executable.is_none() {
        for site in items.iter().filter_map(|item| site_above(&item.path)) {
            if !python.path.contains(&site) {
                python.path.push(site);
            }
        }
    }
    if let Some(executable) = python.executable.clone() {
        let file = world.open(&executable).ok();
        if let Some(python) = &mut world.host.python {
            python.file = file;
        }
        return;
    }
    // Without a standard library to tell it, the endings are those that the files themselves bear.
    if python.library.is_some() || target.kind == Kind::Wheel {
        return;
    }
    let tags = items.iter().filter_map(|item| tag_of(item.path.file_name()));
    match (most_frequent(tags), python.version) {
        (Some(tag), None) => {
            python.free_threaded = is_free_threaded(&tag);
            python.version = version_of(&tag);
            python.suffixes = suffixes_of(&tag);
        }
        (Some(tag), Some(version)) => python.suffixes = suffixes_of(&retagged(&tag, version, python)),
        (None, _) if python.suffixes.is_empty() => {
            let endings: &[&str] = if format == Format::Pe { &[".pyd"] } else { &[".abi3.so", ".so"] };
            python.suffixes = endings.iter().map(Name::from).collect();
        }
        (None, _) => {}
    }
}

/// Tells Windows' loader where packages have their DLLs.
fn note_dll_folders(world: &mut World, items: &[Item]) {
    let python = world.host.python.clone().unwrap_or_default();
    if let System::Windows(system) = &mut world.host.system {
        system.packages = packages(&python, items);
    }
}

/// The packages at the top of the import path that have DLLs, and the folders that these lie in.
fn packages(python: &Python, items: &[Item]) -> Vec<DllFolders> {
    let mut packages = std::collections::BTreeMap::<VPath, Vec<VPath>>::new();
    for path in items.iter().map(|item| &item.path) {
        let bases = python.path.iter().filter(|base| path.starts_with(base));
        let Some(base) = bases.max_by_key(|base| base.as_bytes().len()) else { continue };
        let Some(folder) = path.parent().filter(|folder| folder != base) else { continue };
        let top = folder.below(base).and_then(|below| below.split(|&byte| byte == b'/').next()).unwrap_or_default();
        let folders = packages.entry(base.join(top)).or_default();
        if path.as_bytes().to_ascii_lowercase().ends_with(b".dll") && !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    let packages = packages.into_iter().filter(|(_, folders)| !folders.is_empty());
    packages.map(|(package, folders)| DllFolders { package, folders }).collect()
}

/// The ending of another version's modules on the system that a tag is for.
fn retagged(tag: &str, (major, minor): (u16, u16), python: &Python) -> String {
    let threads = if python.free_threaded { "t" } else { "" };
    for start in [".cpython-", ".cp"] {
        if let Some((_, system)) = tag.strip_prefix(start).and_then(|rest| rest.split_once('-')) {
            return format!("{start}{major}{minor}{threads}-{system}");
        }
    }
    tag.to_owned()
}

/// Whose files are these? What most of them are made for decides, unless the tags of wheels do; the machine that looks at
/// them has no say.
fn complete_system(world: &mut World, items: &[Item], target: &Target) {
    let format = |item: &Item| Some(world.file(*item.found.as_ref().ok()?).image.as_ref()?.format);
    (world.host.system, world.host.packager) = match most_frequent(items.iter().filter_map(format)) {
        // A wheel for macOS may bring files for Linux as well.
        _ if world.host.system.format() == Some(Format::MachO) => {
            (world.host.system.clone(), world.host.packager.clone())
        }
        Some(Format::MachO) => (System::Dyld(Dyld::default()), "brew".into()),
        Some(Format::Pe) => (System::Windows(Windows::default()), String::new()),
        Some(Format::Elf) if target.kind != Kind::Wheel => match loader_elsewhere(world, items, target) {
            Some(system) => (system, String::new()),
            None => return,
        },
        _ => return,
    };
    world.host.library_path = None;
    world.host.preload = Vec::new();
    world.restrict_to(target.walk.iter().chain([&target.root]).cloned().collect());
}

/// Are all files of a format that the interpreter's system does not load, as those of a virtual environment that was brought
/// from a Mac, whose `home` is here too?
fn is_for_another_system(world: &World, items: &[Item]) -> bool {
    let Some(own) = world.host.system.format().filter(|&own| own != Format::Pe) else { return false };
    let image = |item: &Item| Some(world.file(*item.found.as_ref().ok()?).image.as_ref()?.format);
    let mut formats = items.iter().filter_map(image).peekable();
    formats.peek().is_some() && formats.all(|format| format != own)
}

/// The interpreter of this machine is not the one of the files: nothing of it is theirs but the version that they were
/// installed for.
fn forget_interpreter(world: &mut World, target: &Target) {
    let Some(python) = &mut world.host.python else { return };
    let path = std::mem::take(&mut python.path);
    let path = path.into_iter().filter(|path| path.starts_with(&target.root)).collect();
    *python = Python { version: python.version, free_threaded: python.free_threaded, path, ..Python::default() };
    world.host.arch = None;
}

/// The system of files for a processor or a C library that this machine's loader is not for.
fn loader_elsewhere(world: &World, items: &[Item], target: &Target) -> Option<System> {
    let files = items.iter().filter_map(|item| Some(world.file(*item.found.as_ref().ok()?)));
    let images: Vec<Image> =
        files.filter_map(|file| file.image.clone()).filter(|it| it.format == Format::Elf).collect();
    let arch = target.overrides.arch.or_else(|| most_frequent(images.iter().map(|image| image.arch)));
    let needs = |image: &Image, start: &[u8]| image.needs.iter().any(|need| need.name.starts_with(start));
    let (musl, glibc) = (b"libc.musl-", b"libc.so.6");
    let is_musl = images.iter().filter(|image| needs(image, musl)).count()
        > images.iter().filter(|image| needs(image, glibc)).count();
    let is_told = is_musl || images.iter().any(|image| needs(image, glibc));
    let fits = system::is_loader_for(&world.host.system, is_told.then_some(is_musl), arch);
    (!fits).then(|| system::bare(is_musl, arch))
}

/// The site folder that a file lies in.
fn site_above(path: &VPath) -> Option<VPath> {
    let mut above = std::iter::successors(path.parent(), VPath::parent);
    above.find(|folder| matches!(folder.file_name(), b"site-packages" | b"dist-packages" | b"lib-dynload"))
}

/// `(3, 11)` of `.cpython-311-x86_64-linux-gnu.so` and of `.cp311-win_amd64.pyd`.
fn version_of(tag: &str) -> Option<(u16, u16)> {
    let rest = tag.strip_prefix(".cpython-").or_else(|| tag.strip_prefix(".cp"))?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((digits.get(..1)?.parse().ok()?, digits.get(1..)?.parse().ok()?))
}

/// The value that occurs most often; the smallest of those where several do.
fn most_frequent<T: Ord + Clone>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts = std::collections::BTreeMap::<T, usize>::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let most = *counts.values().max()?;
    counts.into_iter().find(|&(_, count)| count == most).map(|(value, _)| value)
}
