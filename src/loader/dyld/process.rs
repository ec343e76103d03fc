//! How dyld goes through the needs of what it loads: `JustInTimeLoader::loadDependents`.
//!
//! First all needs of one image, then, one after the other, those of what it got. The chain of images that `@rpath` is
//! looked up along is this walk's own: an image that two need has the chain of whoever comes first to *its* needs.

use super::falls_back;
use crate::image::{Image, Name};
use crate::loader::process::{Counts, Import, ObjectId, Origin, Scope, Simulation, Wanted};
use crate::loader::{Resolution, Step};

/// What delocate writes in front of the install names of the libraries that it brings along: no place at all.
const MADE_UP: &[u8] = b"/DLC/";

/// An image, what it got, and how far the walk has gone into that.
struct Level {
    object: ObjectId,
    got: Vec<ObjectId>,
    next: usize,
}

impl Simulation<'_> {
    /// Satisfies the needs of all objects from `first` on, and of those that come in thereby.
    pub(super) fn settle_depth_first(&mut self, first: usize, record: &mut dyn FnMut(Wanted)) -> Import {
        let mut import = Import::default();
        let mut is_done = vec![true; first];
        let roots = self.process.objects.len();
        for root in first..roots {
            self.descend(self.process.id(root), &mut is_done, &mut import, record);
        }
        import.loads = self.process.objects[first..].iter().map(|object| object.file).collect();
        import
    }

    fn descend(
        &mut self,
        root: ObjectId,
        is_done: &mut Vec<bool>,
        import: &mut Import,
        record: &mut dyn FnMut(Wanted),
    ) {
        let mut stack: Vec<Level> = self.level(root, None, is_done, import, record).into_iter().collect();
        while let Some(top) = stack.last_mut() {
            let (by, below) = (top.object, top.got.get(top.next).copied());
            top.next += 1;
            match below {
                Some(object) => stack.extend(self.level(object, Some(by), is_done, import, record)),
                None => {
                    stack.pop();
                }
            }
        }
    }

    /// Satisfies the needs of one object, where that was not done yet.
    fn level(
        &mut self,
        object: ObjectId,
        by: Option<ObjectId>,
        is_done: &mut Vec<bool>,
        import: &mut Import,
        record: &mut dyn FnMut(Wanted),
    ) -> Option<Level> {
        let index = object.0 as usize;
        if is_done.len() <= index {
            is_done.resize(index + 1, false);
        }
        if std::mem::replace(&mut is_done[index], true) {
            return None;
        }
        if by.is_some() {
            self.process.objects[index].loader = by;
            self.place(object);
        }
        let file = self.process.file(object);
        let labels = self.labels(file);
        let needs = labels.file.image.as_ref().map_or(&[][..], |image| &image.needs);
        let mut got = Vec::new();
        for (place, (need, &name)) in needs.iter().zip(&labels.needs).enumerate() {
            let resolution = self.satisfy_dyld(object, name, &need.name);
            if !resolution.is_met() && need.kind.is_binding() {
                import.unmet.push((file, place));
            }
            got.extend(resolution.file().and_then(|file| self.object_of(file)));
            record(Wanted { by: file, need: place, resolution });
        }
        Some(Level { object, got, next: 0 })
    }

    pub(super) fn satisfy_dyld(&mut self, by: ObjectId, name: u32, text: &Name) -> Resolution {
        // Only these are compared with the install names of what is loaded before anything is searched.
        if (text.starts_with(b"@rpath/") || text.starts_with(b"/"))
            && let Some((object, _)) = self.by_name[name as usize].get()
        {
            return Resolution::Loaded { file: self.process.file(object), step: Step::LoadedInstallName };
        }
        // Where an image answers to a path that is not its own, a search depends on what is loaded.
        let found = self.search(by, name, text, self.process.install_names.is_empty());
        let Resolution::Found { file, opened, .. } = &found else { return found };
        if let Some(object) = self.object_of(*file) {
            return Resolution::Loaded { file: self.process.file(object), step: Step::LoadedFile };
        }
        self.load(*file, opened.clone(), Some(by), None);
        found
    }

    /// The rpaths that count for what an image brings in, and all that its own searches depend on.
    pub(super) fn scopes_of_dyld(&mut self, above: Scope, origin: Origin, image: &Image) -> (Scope, Scope) {
        let own = image.rpaths().join(&b"\n"[..]);
        let has_own = !own.is_empty();
        let rpaths = match has_own {
            true => self.scope((above, origin.clone(), Some(Name::from(&own)), Counts::Inherited)),
            false => above,
        };
        let counts = Counts::Dyld { has_own, falls_back: falls_back(image) };
        (rpaths, self.scope((rpaths, origin, None, counts)))
    }

    /// Lets an object answer to its install name.
    pub(super) fn install(&mut self, id: ObjectId) {
        let labels = self.labels(self.process.file(id));
        let Some(soname) = labels.soname else { return };
        self.answer(soname, id, true);
        let identity = labels.file.image.as_ref().and_then(|image| image.identity.clone()).unwrap_or_default();
        let opened = &self.process.object(id).opened;
        if identity.starts_with(b"/") && !identity.starts_with(MADE_UP) && *identity != *opened.as_bytes() {
            self.process.install_names.entry(identity).or_insert(id);
        }
    }
}
