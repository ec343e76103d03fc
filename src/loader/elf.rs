//! What the loaders of ELF files have in common: the checks of a file, a process that grows breadth first, and search paths
//! that objects inherit.

use super::process::{Counts, ObjectId, Origin, Scope, Simulation};
use super::{Ask, Next, Refusal, Resolution, Step, Verdict};
use crate::image::{DF_1_NODEFLIB, DF_1_NOOPEN, Format, Image, ImageKind, Name, Problem};
use crate::world::{Absent, FileId};

/// What a loader thinks of the file at a path (`open_verify` in glibc's `elf/dl-load.c`).
pub(super) fn judge(ask: &Ask, found: Result<FileId, Absent>) -> (Verdict, Next) {
    let world = ask.world;
    let id = match found {
        Ok(id) => id,
        Err(Absent::Missing) => return (Verdict::Missing, Next::Go),
        Err(Absent::Dangling { target }) => return (Verdict::Dangling(target), Next::Go),
        Err(Absent::Loop) => return (Verdict::Loop, Next::LeaveList),
        Err(Absent::Directory) => return (Verdict::Refused(Refusal::Directory), Next::Stop),
        Err(Absent::Denied(why)) => return (Verdict::Denied(why), Next::Go),
    };
    let file = world.file(id);
    let Some(image) = &file.image else {
        let problem = file.problem.clone().unwrap_or(Problem::Empty);
        // glibc goes on where a file may not be read (EACCES); any other content that is no image ends the search.
        if let Problem::Unreadable(why) = problem {
            return (Verdict::Denied(why), Next::Go);
        }
        return (Verdict::Refused(Refusal::Problem(problem)), Next::Stop);
    };
    if image.format != Format::Elf {
        let problem = Problem::Header("invalid ELF header");
        return (Verdict::Refused(Refusal::Problem(problem)), Next::Stop);
    }
    if let Some(arch) = ask.process.arch()
        && image.arch != arch
    {
        return (Verdict::OtherArch(image.arch_word()), Next::Go);
    }
    if let Some(problem) = &file.problem {
        return (Verdict::Refused(Refusal::Problem(problem.clone())), Next::Stop);
    }
    if image.flags & DF_1_NOOPEN != 0 && ask.process.has_started() {
        return (Verdict::Refused(Refusal::Kind("it refuses to be loaded by dlopen (-z nodlopen)")), Next::Stop);
    }
    match image.kind {
        ImageKind::Shared | ImageKind::Bundle => (Verdict::Found(id), Next::Stop),
        ImageKind::Program => (Verdict::Refused(Refusal::Kind("a program cannot be loaded as a library")), Next::Stop),
        ImageKind::Inert => (Verdict::Refused(Refusal::Kind("it has no dynamic section")), Next::Stop),
    }
}

impl Simulation<'_> {
    /// Satisfies one need. `is_reserved`: the name is the C library's own, whatever file lies about.
    pub(super) fn satisfy_elf(&mut self, by: ObjectId, name: u32, text: &Name, is_reserved: bool) -> Resolution {
        if let Some((object, is_soname)) = self.by_name[name as usize].get() {
            let step = if is_soname { Step::LoadedSoname } else { Step::LoadedName };
            return Resolution::Loaded { file: self.process.object(object).file, step };
        }
        if is_reserved {
            return Resolution::Builtin(Step::Builtin);
        }
        let found = self.search(by, name, text, true);
        let Resolution::Found { file, opened, .. } = &found else { return found };
        if let Some(object) = self.object_of(*file) {
            self.answer(name, object, false);
            return Resolution::Loaded { file: self.process.file(object), step: Step::LoadedFile };
        }
        self.load(*file, opened.clone(), Some(by), Some(name));
        found
    }

    /// The search paths that count for what an object brings in, and all that its own searches depend on. `inherited` is the
    /// path of its own that counts for others.
    pub(super) fn scopes_of_elf(
        &mut self,
        above: Option<Scope>,
        origin: Origin,
        image: &Image,
        inherited: Option<&Name>,
    ) -> (Scope, Scope) {
        let above = above.unwrap_or(Scope::NONE);
        let rpaths = match inherited {
            Some(list) => self.scope((above, origin.clone(), Some(list.clone()), Counts::Inherited)),
            None => above,
        };
        let has_default_libraries = image.flags & DF_1_NODEFLIB == 0;
        let names_a_path = image.needs.iter().any(|need| need.name.contains(&b'/'));
        let search = if image.runpath.is_some() || !has_default_libraries || names_a_path {
            self.scope((rpaths, origin, image.runpath.clone(), Counts::Own { has_default_libraries }))
        } else if inherited.is_none() && rpaths != Scope::NONE {
            self.scope((rpaths, Origin::default(), None, Counts::Above))
        } else {
            rpaths
        };
        (rpaths, search)
    }
}
