//! How Windows goes through the needs of what it loads: by base name, breadth first, with what Python code does beforehand.

use std::collections::BTreeSet;

use crate::image::{Export, Name, NeedKind, Origin as From};
use crate::loader::process::{Counts, ObjectId, Origin, Scope, Simulation, Wanted};
use crate::loader::{Resolution, Step, windows};
use crate::vfs::VPath;
use crate::world::{DllCall, FileId, System};

impl Simulation<'_> {
    /// What Python code does before the file at this path is loaded.
    pub(super) fn prepare(&mut self, opened: &VPath, record: &mut dyn FnMut(Wanted)) {
        let world = self.process.world;
        let System::Windows(system) = &world.host.system else { return };
        let first = self.process.objects.len();
        let deeds: Vec<&DllCall> =
            system.prepared.iter().filter(|prepared| prepared.is_for(opened)).map(|prepared| &prepared.deed).collect();
        for deed in deeds {
            match deed {
                DllCall::Adds(folder) if !self.process.added.contains(folder) => {
                    self.process.added.push(folder.clone())
                }
                DllCall::Adds(_) | DllCall::AddsUnknown => {}
                // What is to be imported itself is not loaded before.
                DllCall::Loads(path) if path != opened => self.load_by_path(path),
                DllCall::Loads(_) => {}
            }
        }
        self.settle(first, record);
    }

    /// Loads a DLL by its path, as `ctypes` does; one that is not there, or that does not fit, is left.
    fn load_by_path(&mut self, path: &VPath) {
        let world = self.process.world;
        let Ok(file) = world.open(path) else { return };
        let fits = world.file(file).image.as_ref().is_some_and(|image| world.host.fits(image));
        // Code that tries several places is content with the first.
        let name = self.name(&windows::folded(path.file_name()));
        if fits && self.by_name[name as usize].get().is_none() {
            self.load(file, path.clone(), None, None);
        }
    }

    pub(super) fn satisfy_windows(&mut self, by: ObjectId, name: u32, text: &Name, kind: NeedKind) -> Resolution {
        if let Some(step) = windows::always(&windows::folded(text)) {
            return Resolution::Builtin(step);
        }
        if let Some((object, _)) = self.by_name[name as usize].get() {
            return Resolution::Loaded { file: self.process.file(object), step: Step::LoadedName };
        }
        let is_delayed = kind == NeedKind::Delay;
        let found = self.search(by, name, text, !is_delayed);
        let Resolution::Found { file, opened, .. } = &found else { return found };
        if let Some(object) = self.object_of(*file) {
            return Resolution::Loaded { file: self.process.file(object), step: Step::LoadedFile };
        }
        if !is_delayed {
            self.load(*file, opened.clone(), Some(by), Some(name));
        }
        found
    }

    /// Loads the DLLs that the names lead on to which one object takes from another.
    pub(in crate::loader) fn follow_forwarders(&mut self, by: ObjectId, need: usize, to: FileId) {
        let world = self.process.world;
        let target = world.file(to);
        let forwards = target.image.as_ref().and_then(|image| image.pe.as_ref()).map_or(&[][..], |pe| &pe.forwards_to);
        let Some(provider) = self.object_of(to).filter(|_| !forwards.is_empty()) else { return };
        // Mostly they lead to what is there already (`python3.dll` to `python311.dll`), and nothing is to be read.
        let is_new = |name: &&Name| {
            let folded = windows::folded(name);
            windows::always(&folded).is_none()
                && self.names.get(&folded).is_none_or(|&name| self.by_name[name as usize].get().is_none())
        };
        let wanted: BTreeSet<Name> = forwards.iter().filter(is_new).map(|name| windows::folded(name)).collect();
        if wanted.is_empty() {
            return;
        }
        let imports = world.imports(self.process.file(by));
        let taken: Vec<&[u8]> =
            imports.iter().filter(|import| import.origin == From::Need(need)).map(|import| &*import.symbol).collect();
        for export in world.dll_exports(to, &taken).unwrap_or_default().into_iter().flatten() {
            let Export::Forward(target) = export else { continue };
            let end = target.iter().rposition(|&byte| byte == b'.').unwrap_or(target.len());
            let dll = windows::folded(&target[..end]);
            if wanted.contains(&dll) {
                let name = self.name(&dll);
                self.satisfy_windows(provider, name, &dll, NeedKind::Normal);
            }
        }
    }

    /// Windows knows objects by the names of their files.
    pub(super) fn answer_by_file_name(&mut self, object: ObjectId) {
        let path = &self.process.world.file(self.process.file(object)).path;
        let name = self.name(&windows::folded(path.file_name()));
        self.answer(name, object, false);
    }

    /// What an object's searches depend on: the folder of the module that brought it in, and the folders added by then.
    pub(super) fn scopes_of_windows(
        &mut self,
        object: ObjectId,
        above: Option<Scope>,
        origin: Origin,
    ) -> (Scope, Scope) {
        let mut added: Vec<&[u8]> = self.process.added.iter().map(VPath::as_bytes).collect();
        // Plugins look further than modules.
        added.extend((!windows::is_module(&self.process.object(object).opened)).then_some(&b"plugin"[..]));
        let added = Name::from(&added.join(&b'\n'));
        let scope = above.unwrap_or_else(|| self.scope((Scope::NONE, origin, Some(added), Counts::Inherited)));
        (scope, scope)
    }
}
