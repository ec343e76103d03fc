//! glibc's search, step by step: `_dl_map_object` in `elf/dl-load.c`, and `ld.so(8)`.

use std::ops::ControlFlow::{self, Break, Continue};

use super::expand::{Tokens, expand};
use super::{Ask, Candidate, Next, ObjectId, Place, Skip, Step, Visit, one, skip};
use crate::image::{DF_1_NODEFLIB, Name};
use crate::vfs::VPath;
use crate::world::Glibc;

/// The places where glibc looks for a name that is not loaded yet, in order.
pub(super) fn candidates(system: &Glibc, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    if ask.name.contains(&b'/') {
        let path = expand(ask.name, &tokens(system, ask, ask.by));
        return one(Step::Path, path, visit);
    }
    rpath(system, ask, visit)?;
    library_path(system, ask, visit)?;
    runpath(system, ask, visit)?;
    cache(system, ask, visit)?;
    trusted(system, ask, visit)
}

/// `DT_RPATH` of the object that needs the name, of the one that loaded that, and so on up, then of the main program;
/// all of it only where the object has no `DT_RUNPATH`.
fn rpath(system: &Glibc, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    let process = ask.process;
    let requester = process.image(ask.by);
    if requester.runpath.is_some() {
        let why = if requester.rpath.is_some() { Skip::RpathUnderRunpath } else { Skip::ChainUnderRunpath };
        return skip(Step::Rpath, why, visit);
    }
    let mut seen_program = false;
    for holder in process.chain(ask.by) {
        seen_program |= holder == process.program();
        let step = if holder == ask.by { Step::Rpath } else { Step::RpathOfLoader };
        rpath_of(system, ask, holder, step, visit)?;
    }
    if !seen_program {
        rpath_of(system, ask, process.program(), Step::RpathOfProgram, visit)?;
    }
    Continue(())
}

fn rpath_of(system: &Glibc, ask: &Ask, holder: ObjectId, step: Step, visit: &mut Visit) -> ControlFlow<()> {
    let image = ask.process.image(holder);
    match (&image.rpath, &image.runpath) {
        (Some(_), Some(_)) => skip(step, Skip::RpathUnderRunpath, visit),
        (Some(list), None) => directories(system, ask, list, b":", holder, step, visit),
        (None, _) => Continue(()),
    }
}

/// `LD_LIBRARY_PATH`, whose entries `;` separates as well.
fn library_path(system: &Glibc, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    let Some(list) = &ask.world.host.library_path else { return Continue(()) };
    directories(system, ask, list, b":;", ask.process.program(), Step::LibraryPath, visit)
}

/// `DT_RUNPATH` of the object itself, inherited by nobody.
fn runpath(system: &Glibc, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    let Some(list) = &ask.process.image(ask.by).runpath else { return Continue(()) };
    directories(system, ask, list, b":", ask.by, Step::Runpath, visit)
}

/// `/etc/ld.so.cache`; with `-z nodefaultlib` without what it says of the trusted directories.
fn cache(system: &Glibc, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    let rules_out = |path: &VPath| {
        has_no_default_libraries(ask) && path.parent().is_some_and(|parent| system.trusted.contains(&parent))
    };
    match system.cache.files.get(ask.name) {
        Some(path) if rules_out(path) => skip(Step::Cache, Skip::NoDefaultLibraries, visit),
        Some(path) => one(Step::Cache, path.clone(), visit),
        None if system.cache.directories.is_empty() => skip(Step::Cache, Skip::NotInCache, visit),
        None => {
            for directory in &system.cache.directories {
                if visit(within(Step::Cache, directory, ask.name)) == Next::Stop {
                    return Break(());
                }
            }
            Continue(())
        }
    }
}

/// The directories compiled into the loader, with its subdirectories for this processor.
fn trusted(system: &Glibc, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    if has_no_default_libraries(ask) {
        return skip(Step::Trusted, Skip::NoDefaultLibraries, visit);
    }
    for directory in &system.trusted {
        match in_directory(system, ask, directory, Step::Trusted, visit) {
            Next::Go => {}
            Next::LeaveList => break,
            Next::Stop => return Break(()),
        }
    }
    Continue(())
}

fn has_no_default_libraries(ask: &Ask) -> bool {
    ask.process.image(ask.by).flags & DF_1_NODEFLIB != 0
}

/// Each directory of a search path (`decompose_rpath`, `open_path`).
fn directories(
    system: &Glibc,
    ask: &Ask,
    list: &Name,
    separators: &[u8],
    holder: ObjectId,
    step: Step,
    visit: &mut Visit,
) -> ControlFlow<()> {
    if list.is_empty() {
        return Continue(());
    }
    let tokens = tokens(system, ask, holder);
    for entry in list.split(|byte| separators.contains(byte)) {
        let directory = expand(entry, &tokens);
        if !directory.is_absolute() {
            let shown = if entry.is_empty() { VPath::new(".") } else { directory };
            let why = if shown.as_bytes().starts_with(b"$") || shown.as_bytes().starts_with(b"@") {
                Skip::UnknownToken(shown)
            } else {
                Skip::Relative(shown)
            };
            skip(step, why, visit)?;
            continue;
        }
        match in_directory(system, ask, &directory, step, visit) {
            Next::Go => {}
            Next::LeaveList => break,
            Next::Stop => return Break(()),
        }
    }
    Continue(())
}

/// The subdirectories for this processor, best first, then the directory itself.
fn in_directory(system: &Glibc, ask: &Ask, directory: &VPath, step: Step, visit: &mut Visit) -> Next {
    // glibc tries a directory that is not there once and never again; a person is spared the sight.
    for subdirectory in ask.world.subdirectories(directory, &system.hwcaps).iter() {
        match visit(within(step, subdirectory, ask.name)) {
            Next::Go => {}
            other => return other,
        }
    }
    visit(within(step, directory, ask.name))
}

fn tokens<'a>(system: &'a Glibc, ask: &'a Ask, holder: ObjectId) -> Tokens<'a> {
    Tokens { origin: ask.process.origin(holder), lib: &system.lib, platform: &system.platform }
}

fn within<'a>(step: Step, directory: &'a VPath, name: &'a Name) -> Candidate<'a> {
    Candidate { step, place: Place::In(directory, name) }
}
