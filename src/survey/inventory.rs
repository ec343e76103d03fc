//! What is there: the walk over the target's folders, two threads and more, each native file read where it is found.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rayon::Scope;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Event, Progress, Seen};
use crate::discover::{Distribution, Kind as TargetKind, Role, Target, is_metadata, read_conda, read_metadata};
use crate::image::{Arch, Format, Image, Name};
use crate::vfs::{Kind, VPath};
use crate::world::{Absent, DllFolders, Dyld, File, FileId, Python, System, Windows, World, is_native_name};

/// A native file, or something that bears a native file's name.
#[derive(Clone, Debug)]
pub struct Item {
    /// Where it lies; no folder on the way is a link.
    pub path: VPath,
    pub found: Result<FileId, Absent>,
    pub is_link: bool,
}

/// What a walk brings home.
pub(super) struct Found {
    /// By path.
    pub items: Vec<Item>,
    pub distributions: Vec<Distribution>,
    /// Folders that could not be read, and the system's words.
    pub unreadable: Vec<(VPath, String)>,
}

/// Folders that hold no module and can hold a great many files.
const PASSED_OVER: [&[u8]; 4] = [b"__pycache__", b".git", b"node_modules", b".hg"];
/// Besides, in the projects that editable installs point at: what builds leave behind.
const PASSED_OVER_IN_PROJECTS: [&[u8]; 6] = [b"target", b"build", b"venv", b"env", b".venv", b"dist"];

struct Walk<'a> {
    world: &'a World,
    target: &'a Target,
    progress: &'a Progress<'a>,
    items: Mutex<Vec<Item>>,
    distributions: Mutex<Vec<Distribution>>,
    unreadable: Mutex<Vec<(VPath, String)>>,
    /// Real folders that are walked already: links may lead to them again.
    visited: Mutex<FxHashSet<VPath>>,
    files: AtomicUsize,
}

/// Walks the target's folders.
pub(super) fn take(world: &World, target: &Target, progress: &Progress) -> Found {
    let walk = Walk {
        world,
        target,
        progress,
        items: Mutex::default(),
        distributions: Mutex::default(),
        unreadable: Mutex::default(),
        visited: Mutex::default(),
        files: AtomicUsize::new(0),
    };
    if let Some(file) = &target.only {
        let found = world.open(file);
        walk.items.lock().expect("no thread panicked").push(Item { path: file.clone(), found, is_link: false });
    }
    rayon::scope(|scope| {
        for folder in &target.walk {
            let walk = &walk;
            scope.spawn(move |scope| walk.folder(folder.clone(), false, scope));
        }
    });
    let mut items = walk.items.into_inner().expect("no thread panicked");
    items.sort_by(|a, b| a.path.cmp(&b.path));
    items.dedup_by(|a, b| a.path == b.path);
    rename(world, &items);
    let mut unreadable = walk.unreadable.into_inner().expect("no thread panicked");
    unreadable.sort();
    Found { items, distributions: walk.distributions.into_inner().expect("no thread panicked"), unreadable }
}

/// Of a file's several names the first that is no link is its name; where all are links, the first.
fn rename(world: &World, items: &[Item]) {
    let mut names = FxHashMap::<FileId, &Item>::default();
    for item in items {
        if let Ok(id) = item.found {
            let known = names.entry(id).or_insert(item);
            if known.is_link && !item.is_link {
                *known = item;
            }
        }
    }
    world.rename(names.into_iter().map(|(id, item)| (id, item.path.clone())));
}

impl<'a> Walk<'a> {
    fn folder<'s>(&'s self, folder: VPath, is_behind_link: bool, scope: &Scope<'s>)
    where
        'a: 's,
    {
        if self.progress.is_cancelled() || !self.visited.lock().expect("no thread panicked").insert(folder.clone()) {
            return;
        }
        (self.progress.tell)(Event::Folder(folder.clone()));
        let entries = match self.world.fs().list(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.unreadable.lock().expect("no thread panicked").push((folder, error.to_string()));
                return;
            }
        };
        let here = self.world.enter(&folder, is_behind_link);
        let mut items = Vec::new();
        let is_conda_meta = folder.file_name() == b"conda-meta";
        for entry in entries {
            let name = entry.name.as_bytes();
            let is_native = is_native_name(name);
            match entry.kind {
                Kind::Directory => {
                    let path = folder.join(name);
                    if is_native {
                        self.world.admit_other(&here, &entry.name, Absent::Directory);
                        items.push(Item { path: path.clone(), found: Err(Absent::Directory), is_link: false });
                    }
                    here.passed_over(&entry.name);
                    self.subfolder(&folder, path, is_behind_link, scope);
                }
                Kind::File if is_native || self.is_program(&folder, name) => {
                    let path = folder.join(name);
                    let found =
                        self.world.admit(&here, &entry.name, self.init_function(name).as_deref().map(str::as_bytes));
                    items.push(Item { path, found, is_link: false });
                }
                Kind::File if is_conda_meta && name.ends_with(b".json") => {
                    let path = folder.join(name);
                    scope.spawn(move |_| self.conda_package(&path));
                }
                Kind::Symlink => {
                    let path = folder.join(name);
                    if is_native {
                        let found = self.world.admit_link(&here, &entry.name, |real| self.is_inside(real));
                        items.push(Item { path, found, is_link: true });
                    } else {
                        here.passed_over(&entry.name);
                        self.link(&path, scope);
                    }
                }
                Kind::Other if is_native => {
                    let what = Absent::Denied("not a regular file".into());
                    self.world.admit_other(&here, &entry.name, what);
                }
                _ => {}
            }
        }
        here.listed();
        if !items.is_empty() {
            let files = self.files.fetch_add(items.len(), Ordering::Relaxed) + items.len();
            let seen = items.iter().filter_map(|item| self.seen(item)).collect();
            self.items.lock().expect("no thread panicked").extend(items);
            (self.progress.tell)(Event::Files(files, seen));
        }
    }

    /// What can be told of a file before the others are known; nothing of a folder, whatever its name.
    fn seen(&self, item: &Item) -> Option<Seen> {
        let path = item.path.clone();
        let trouble = match &item.found {
            Ok(id) => {
                let file = self.world.file(*id);
                let format = file.image.as_ref().map(|image| image.format);
                let trouble = file.problem.as_ref().map(ToString::to_string);
                return Some(Seen { path, format, len: file.len, trouble });
            }
            Err(Absent::Directory) => return None,
            Err(Absent::Missing | Absent::Dangling { .. }) => "a link to what is gone".to_owned(),
            Err(Absent::Loop) => "a link that leads back to itself".to_owned(),
            Err(Absent::Denied(why)) => format!("cannot be read: {why}"),
        };
        Some(Seen { path, format: None, len: 0, trouble: Some(trouble) })
    }

    fn subfolder<'s>(&'s self, above: &VPath, path: VPath, is_behind_link: bool, scope: &Scope<'s>)
    where
        'a: 's,
    {
        let name = path.file_name();
        let is_project = !above.starts_with(&self.target.root);
        if PASSED_OVER.contains(&name) || (is_project && PASSED_OVER_IN_PROJECTS.contains(&name)) {
            return;
        }
        if is_metadata(name) {
            let read = read_metadata(self.world.fs(), &path);
            self.distributions.lock().expect("no thread panicked").push(read);
            return;
        }
        scope.spawn(move |scope| self.folder(path, is_behind_link, scope));
    }

    fn conda_package(&self, file: &VPath) {
        if let Some(package) = read_conda(self.world.fs(), file, &self.target.root) {
            self.distributions.lock().expect("no thread panicked").push(package);
        }
    }

    /// A link that is no native file's: a folder elsewhere that is part of the environment.
    fn link<'s>(&'s self, path: &VPath, scope: &Scope<'s>)
    where
        'a: 's,
    {
        let fs = self.world.fs();
        let Ok(real) = fs.real(path) else { return };
        let is_folder = fs.stat(&real).is_ok_and(|stat| stat.kind == Kind::Directory);
        // A link that leads up, or to what is walked anyway, adds nothing.
        if is_folder && !self.is_inside(&real) && !self.target.root.starts_with(&real) {
            let is_importable =
                self.python().is_some_and(|python| python.path.iter().any(|base| path.parent().as_ref() == Some(base)));
            if is_importable {
                let found = path.clone();
                scope.spawn(move |scope| self.folder(found, true, scope));
            }
        }
    }

    fn python(&self) -> Option<&Python> {
        self.world.host.python.as_ref()
    }

    /// The function that an extension module of this file name must define.
    fn init_function(&self, name: &[u8]) -> Option<String> {
        let python = self.python()?;
        Some(python.init_function(python.module_name(name)?))
    }

    fn is_inside(&self, real: &VPath) -> bool {
        self.target.walk.iter().any(|folder| real.starts_with(folder))
    }

    /// Programs have no telling name: executable files without an ending, but for a version (`protoc-3.13.0`), are worth
    /// a look at their first bytes.
    fn is_program(&self, folder: &VPath, name: &[u8]) -> bool {
        let ending = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
        if ending.len() < name.len() && !ending.iter().all(u8::is_ascii_digit) {
            return false;
        }
        let path = folder.join(name);
        let fs = self.world.fs();
        fs.stat(&path).is_ok_and(|stat| stat.is_executable)
            && fs.read(&path, 4).is_ok_and(|magic| is_program_magic(&magic))
    }
}

/// How files of programs begin: ELF, or Mach-O of 64 bits, or a universal file.
fn is_program_magic(magic: &[u8]) -> bool {
    matches!(magic, b"\x7fELF" | b"\xcf\xfa\xed\xfe" | b"\xca\xfe\xba\xbe")
}

/// The role of each file of the environment.
pub(super) type Roles = FxHashMap<FileId, (VPath, Role)>;

/// Tells what each file is to Python. A file with several names has the one that makes it a module.
pub(super) fn roles(world: &World, items: &[Item]) -> Roles {
    use rayon::prelude::*;
    let nobody = Python::default();
    let python = world.host.python.as_ref().unwrap_or(&nobody);
    let told: Vec<(FileId, &Item, Role)> = items
        .par_iter()
        .filter_map(|item| {
            let &id = item.found.as_ref().ok()?;
            let file = world.file(id);
            Some((id, item, Role::of(&item.path, &file, python, |symbol| world.defines(id, symbol.as_bytes()))))
        })
        .collect();
    let mut roles = Roles::default();
    for (id, item, role) in told {
        let is_better = match roles.get(&id) {
            None => true,
            Some((_, Role::Module(_))) => false,
            Some(_) => matches!(role, Role::Module(_)),
        };
        if is_better {
            roles.insert(id, (item.path.clone(), role));
        }
    }
    roles
}

/// The files of the environment, each once, by path.
pub(super) fn files<'a>(
    world: &'a World,
    items: &'a [Item],
    roles: &'a Roles,
) -> impl Iterator<Item = (FileId, VPath, Role)> + 'a {
    let mut seen = FxHashSet::default();
    items.iter().filter_map(move |item| {
        let &id = item.found.as_ref().ok()?;
        let (_, role) = roles.get(&id)?;
        seen.insert(id).then(|| (id, world.file(id).path.clone(), role.clone()))
    })
}

/// Tells from the files what no interpreter told: system, processor, version, suffixes.
pub(super) fn complete_host(world: &mut World, items: &[Item], target: &Target) {
    if target.is_foreign {
        world.fence(target.walk.iter().chain([&target.root]).cloned().collect());
    }
    if is_for_another_system(world, items) {
        forget_interpreter(world, target);
    }
    let has_interpreter = world.host.python.as_ref().is_some_and(|python| python.executable.is_some());
    // The launcher of a virtual environment for Windows tells the system, though the interpreter is not at hand.
    if !has_interpreter && !world.host.system.is_windows() {
        complete_system(world, items, target);
    }
    if let System::Dyld(dyld) = &mut world.host.system {
        dyld.release = target.wishes.macos;
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
    let told = target.wishes.arch.or(world.host.arch);
    let arch = told.or_else(|| most_frequent(archs().into_iter().map(ranked)).map(|(_, arch)| arch));
    world.choose(arch);
    let is_windows = world.host.system.is_windows() && target.kind != TargetKind::Wheel;
    let python = world.host.python.get_or_insert_default();
    if let Some(suffixes) = crate::discover::windows_suffixes(python, arch).filter(|_| is_windows) {
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
    if python.library.is_some() || target.kind == TargetKind::Wheel {
        return;
    }
    let tags = items.iter().filter_map(|item| crate::discover::tag_of(item.path.file_name()));
    match (most_frequent(tags), python.version) {
        (Some(tag), None) => {
            python.free_threaded = crate::discover::is_free_threaded(&tag);
            python.version = version_of(&tag);
            python.suffixes = crate::discover::suffixes_of(&tag);
        }
        (Some(tag), Some(version)) => python.suffixes = crate::discover::suffixes_of(&retagged(&tag, version, python)),
        (None, _) if python.suffixes.is_empty() => {
            let endings: &[&str] = if format == Format::Pe { &[".pyd"] } else { &[".abi3.so", ".so"] };
            python.suffixes = endings.iter().map(Name::from).collect();
        }
        (None, _) => {}
    }
}

/// Tells what Python code does for the DLLs of packages for Windows.
pub(super) fn prepare(world: &mut World, items: &[Item]) {
    if !world.host.system.is_windows() {
        return;
    }
    let python = world.host.python.clone().unwrap_or_default();
    let files = items.iter().map(|item| &item.path);
    let prepared = crate::discover::prepared(world.fs(), &python, files);
    let packages = packages(&python, items);
    if let System::Windows(system) = &mut world.host.system {
        (system.prepared, system.packages) = (prepared, packages);
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
        _ if world.host.system.is_dyld() => (world.host.system.clone(), world.host.packager.clone()),
        Some(Format::MachO) => (System::Dyld(Dyld::default()), "brew".into()),
        Some(Format::Pe) => (System::Windows(Windows::default()), String::new()),
        Some(Format::Elf) if target.kind != TargetKind::Wheel => match loader_elsewhere(world, items, target) {
            Some(system) => (system, String::new()),
            None => return,
        },
        _ => return,
    };
    world.host.library_path = None;
    world.host.preload = Vec::new();
    world.fence(target.walk.iter().chain([&target.root]).cloned().collect());
}

/// Are all files of a format that the interpreter's system does not load, as those of a virtual environment that was brought
/// from a Mac, whose `home` is here too?
fn is_for_another_system(world: &World, items: &[Item]) -> bool {
    let Some(own) = world.host.system.format().filter(|_| !world.host.system.is_windows()) else { return false };
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
    let arch = target.wishes.arch.or_else(|| most_frequent(images.iter().map(|image| image.arch)));
    let needs = |image: &Image, start: &[u8]| image.needs.iter().any(|need| need.name.starts_with(start));
    let (musl, glibc) = (b"libc.musl-", b"libc.so.6");
    let is_musl = images.iter().filter(|image| needs(image, musl)).count()
        > images.iter().filter(|image| needs(image, glibc)).count();
    let is_told = is_musl || images.iter().any(|image| needs(image, glibc));
    let fits = crate::discover::is_loader_for(&world.host.system, is_told.then_some(is_musl), arch);
    (!fits).then(|| crate::discover::bare_system(is_musl, arch))
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
