//! How the code that runs asks the simulated process.

use std::sync::Arc;

use super::cause::{ImportCause, NativeRefusal};
use super::process::{DllDeed, ImportEvent, ImportProcess, SITE_CODE};
use crate::bind::Mode;
use crate::discover::normalized;
use crate::image::Name;
use crate::loader;
use crate::python::{
    At, Certainty, Heap, Imported, LibraryLoad, LibraryName, LibraryOutcome, Listing, Outside, PathKind, PathPosition,
    ProcessChange, PythonTarget, Raised, Reason, limits, top,
};
use crate::vfs::{Kind, VPath};
use crate::world::{DllCall, System};

/// `RTLD_NOW` of Linux and of macOS.
const RTLD_NOW: i64 = 2;

/// How ctypes opens a library: all is bound at once, for itself alone unless code says otherwise.
fn library_mode(load: &LibraryLoad) -> Mode {
    Mode { is_global: load.is_global, ..Mode::IMPORT }
}

impl Outside for ImportProcess<'_, '_> {
    fn heap(&mut self) -> &mut Heap {
        &mut self.state.heap
    }

    fn target(&self) -> &PythonTarget {
        &self.context.target
    }

    fn import(&mut self, name: &str, at: &At) -> Imported {
        // To code that Cython compiles, it is the compiler's own, and nothing is imported.
        if top(name) == "cython" && self.state.cython.contains(&at.site.module.name) {
            return Imported::Unknown(Reason::Opaque);
        }
        self.import_name(name, at)
    }

    fn load_library(&mut self, load: &LibraryLoad, at: &At) -> LibraryOutcome {
        let name = match &load.name {
            LibraryName::Known(name) => name.clone(),
            LibraryName::Program => return LibraryOutcome::Loaded,
            LibraryName::Unknown(reason) => {
                self.state.has_unknown_library |= load.is_global;
                return LibraryOutcome::Unknown(*reason);
            }
        };
        if self.dll_deeds.is_some() {
            return self.note_dll(&name, at);
        }
        match self.open_library(&name, library_mode(load), at) {
            Ok(()) => {
                self.tell(at, ImportEvent::Opens { file: VPath::new(&*name) });
                LibraryOutcome::Loaded
            }
            // What lies outside of the files that are known may well be there.
            Err(refusal) if refusal.cause == ImportCause::LibraryMissing && !self.is_decidable(&name) => {
                self.state.has_unknown_library |= load.is_global;
                LibraryOutcome::Unknown(Reason::Path)
            }
            Err(refusal) => LibraryOutcome::Raises(self.refuse(refusal, "OSError", &at.site)),
        }
    }

    fn find_library(&mut self, name: &str) -> Option<Option<Arc<str>>> {
        let System::Glibc(system) = &self.context.world.host.system else { return None };
        if system.cache.files.is_empty() {
            return None;
        }
        let start = format!("lib{name}.so");
        let is_version = |rest: &[u8]| rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        let names =
            system.cache.files.keys().filter(|file| file.strip_prefix(start.as_bytes()).is_some_and(is_version));
        Some(names.max().map(|name| Arc::from(name.to_string())))
    }

    fn change(&mut self, change: ProcessChange, at: &At) {
        let is_certain = at.certainty == Certainty::Always;
        if let (ProcessChange::AddDllDirectory(folder), Some(_)) = (&change, &self.dll_deeds) {
            let added = folder.as_ref().map(|folder| self.existing(folder));
            match added {
                Some(Some((folder, Kind::Directory))) => self.note_deed(DllCall::Adds(folder), at),
                Some(_) => {}
                None => self.note_deed(DllCall::AddsUnknown, at),
            }
            return;
        }
        match change {
            // It comes in with who puts it there.
            ProcessChange::Module(name) => self.note_edge(&name),
            ProcessChange::AddDllDirectory(Some(folder)) => {
                let folder = self.place(&folder).folded();
                self.loader.add_dll_directory(folder);
            }
            ProcessChange::DlopenFlags { flags, is_global } => {
                // Where it is not known, nothing is said to be undefined for it.
                let is_global = is_global.unwrap_or(true) || !is_certain;
                let binds_now = is_certain && flags.is_some_and(|flags| flags & RTLD_NOW != 0);
                self.loader.open_modules_as(Mode { is_global, binds_now });
            }
            ProcessChange::SearchPath { entry: Some(entry), position } if is_certain => {
                let (path, len) = (self.place(&entry), self.state.folders.len());
                let place = if let PathPosition::At(place) = position { place.min(len) } else { len };
                self.state.folders.insert(place, path);
            }
            ProcessChange::SearchPath { entry: Some(entry), .. } => {
                let entry = self.place(&entry);
                self.state.possible_folders.push(entry);
            }
            ProcessChange::SearchPathWithout(Some(entry)) if is_certain => {
                let entry = self.place(&entry);
                self.state.folders.retain(|folder| *folder != entry);
            }
            ProcessChange::SiteDirectory(Some(folder)) => {
                let mut path = super::path::ImportPath { folders: self.state.folders.clone(), ..Default::default() };
                path.add_site(self.context.world.fs(), &self.place(&folder), 0);
                self.state.folders = path.folders;
            }
            ProcessChange::Finder(_) => {
                let module = &*at.site.module.name;
                let top = module.split('.').next().unwrap_or(module);
                match top == SITE_CODE {
                    true => self.state.has_unknown_finder = true,
                    // A package's finder is for its own names: `six.moves`.
                    false => drop(self.state.finders.insert(top.to_owned())),
                }
            }
            _ => {}
        }
    }

    fn search_path(&mut self) -> Option<Vec<Arc<str>>> {
        Some(self.state.folders.iter().map(|folder| Arc::from(folder.to_string())).collect())
    }

    fn path_kind(&mut self, path: &str) -> Option<PathKind> {
        let path = self.known_path(path)?;
        Some(match self.context.world.fs().stat(&path).map(|stat| stat.kind) {
            Ok(Kind::Directory) => PathKind::Directory,
            Ok(_) => PathKind::File,
            Err(_) => PathKind::Missing,
        })
    }

    fn list(&mut self, path: &str) -> Listing {
        let Some(path) = self.known_path(path) else { return Listing::Unknown };
        let fs = self.context.world.fs();
        let Ok(mut entries) = fs.list(&path) else { return Listing::Missing };
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let kind = |entry: &crate::vfs::Entry| match entry.kind {
            Kind::Directory => PathKind::Directory,
            Kind::Symlink => match fs.stat(&path.join(&entry.name)).map(|stat| stat.kind) {
                Ok(Kind::Directory) => PathKind::Directory,
                _ => PathKind::File,
            },
            _ => PathKind::File,
        };
        Listing::Entries(entries.iter().map(|entry| (Arc::from(entry.name.to_string()), kind(entry))).collect())
    }

    fn real_path(&mut self, path: &str) -> Option<Arc<str>> {
        let path = self.known_path(path)?;
        let real = self.context.world.fs().real(&path).unwrap_or_else(|_| path.folded());
        Some(Arc::from(real.to_string()))
    }

    fn read_text(&mut self, path: &str) -> Option<Option<Arc<str>>> {
        let path = self.known_path(path)?;
        match self.context.world.fs().read(&path, limits::TEXT_BYTES + 1) {
            Ok(bytes) if bytes.len() > limits::TEXT_BYTES => None,
            Ok(bytes) => Some(Some(Arc::from(String::from_utf8_lossy(&bytes).into_owned()))),
            Err(_) => Some(None),
        }
    }

    fn find_spec(&mut self, name: &str, at: &At) -> Option<bool> {
        self.is_found(name, at)
    }

    fn distribution_version(&mut self, name: &str) -> Option<Option<Arc<str>>> {
        let versions = &self.context.distributions;
        if versions.is_empty() {
            return None;
        }
        Some(versions.get(&normalized(name)).map(|version| Arc::from(version.as_str())))
    }

    fn caught(&mut self, raised: &Arc<Raised>, at: &At) {
        let text = raised.text.as_deref().unwrap_or(&raised.class.name).to_owned();
        self.note_caught(raised, &at.site.module.name, &text);
        // Code that catches what it raised itself says nothing of files.
        if raised.is_of_import() {
            self.tell(at, ImportEvent::Catches { text });
        }
    }
}

impl ImportProcess<'_, '_> {
    /// Keeps that code loads a DLL by its path.
    fn note_dll(&mut self, name: &str, at: &At) -> LibraryOutcome {
        match self.existing(name) {
            Some((path, Kind::File)) => {
                self.note_deed(DllCall::Loads(path), at);
                LibraryOutcome::Loaded
            }
            _ if self.place(name).is_absolute() => {
                let (cause, file) = (ImportCause::LibraryMissing, self.place(name));
                let refusal = NativeRefusal::new(cause, file, Name::from(name));
                LibraryOutcome::Raises(self.refuse(refusal, "OSError", &at.site))
            }
            // What a bare name leads to is the system's.
            _ => LibraryOutcome::Unknown(Reason::Path),
        }
    }

    fn note_deed(&mut self, deed: DllCall, at: &At) {
        let module = self.state.running.last().cloned().unwrap_or_else(|| SITE_CODE.into());
        self.dll_deeds.get_or_insert_default().push(DllDeed { module, deed, site: at.site.clone() });
    }

    /// A path as the code has put it together; on Windows with either separator.
    pub(super) fn place(&self, path: &str) -> VPath {
        match loader::traits(&self.context.world.host.system).takes_backslashes {
            true => VPath::new(path.replace('\\', "/")),
            false => VPath::new(path),
        }
    }

    /// An absolute path of which something may be said.
    fn known_path(&self, path: &str) -> Option<VPath> {
        let path = self.place(path);
        (path.is_absolute() && self.context.knows(&path.folded())).then_some(path)
    }

    /// What lies at an absolute path.
    fn existing(&self, path: &str) -> Option<(VPath, Kind)> {
        let path = self.place(path).folded();
        let kind = self.context.world.fs().stat(&path).ok()?.kind;
        path.is_absolute().then_some((path, kind))
    }

    /// Would a library of this name surely be seen where it was there?
    fn is_decidable(&self, name: &str) -> bool {
        let path = self.place(name);
        match path.as_bytes().contains(&b'/') {
            true => self.context.knows(&path.folded()),
            false => !self.context.world.is_fenced() && self.context.known.is_empty(),
        }
    }

    /// Is there a module of this name? Its parents are imported for that.
    fn is_found(&mut self, name: &str, at: &At) -> Option<bool> {
        if self.state.heap.loaded(name).is_some() {
            return Some(true);
        }
        let Some((parent, _)) = name.rsplit_once('.') else {
            return self.has_top(name);
        };
        match self.import_name(parent, at) {
            Imported::Module { .. } => self.has_below(parent, name),
            _ => None,
        }
    }
}
