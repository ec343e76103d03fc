//! What is there: the walk over the target's folders, two threads and more, each native file read where it is found.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::Scope;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Event, Progress, Seen};
use crate::discover::{Distribution, Item, Role, Target, is_metadata, read_conda, read_metadata};
use crate::vfs::{Kind, VPath};
use crate::world::{Absent, FileId, Python, World, is_native_name};

/// The files and distributions that a walk finds.
pub(super) struct Inventory {
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
pub(super) fn take(world: &World, target: &Target, progress: &Progress) -> Inventory {
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
    Inventory { items, distributions: walk.distributions.into_inner().expect("no thread panicked"), unreadable }
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
            if self.progress.is_cancelled() {
                break;
            }
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
        // Of a folder that was left, nothing is known to be missing.
        if !self.progress.is_cancelled() {
            here.listed();
        }
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
            Err(Absent::Missing | Absent::Dangling { .. }) => "a link to a missing file".to_owned(),
            Err(Absent::Loop) => "a circular link".to_owned(),
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

/// What the files of the environment are to Python.
#[derive(Default)]
pub(super) struct Roles {
    /// The role of each, by the path that it has it by.
    pub of: FxHashMap<FileId, (VPath, Role)>,
    /// Further modules that are links to a module: each needs an init function of its own, and has it.
    pub links: Vec<(VPath, FileId, String)>,
}

/// Tells what each file is to Python. A file with several names has the one that makes it a module, and is further modules by
/// the others.
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
        match (roles.of.get(&id), role) {
            (Some((_, Role::Module(first))), Role::Module(name)) => {
                if *first != name && roles.links.iter().all(|(_, _, known)| *known != name) {
                    roles.links.push((item.path.clone(), id, name));
                }
            }
            (None, role) | (Some(_), role @ Role::Module(_)) => _ = roles.of.insert(id, (item.path.clone(), role)),
            (Some(_), _) => {}
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
        let (_, role) = roles.of.get(&id)?;
        seen.insert(id).then(|| (id, world.file(id).path.clone(), role.clone()))
    })
}
