//! glibc's search, step by step: `_dl_map_object` in `elf/dl-load.c`, and `ld.so(8)`.

use std::ops::ControlFlow::{self, Break, Continue};

use super::expand::{Tokens, expand};
use super::table::{Binding, Loader, LoaderTraits, OldestRelease, PythonTraits};
use super::{Ask, Candidate, Next, ObjectId, Place, Simulation, Skip, Step, Visit, elf, one, skip};
use crate::command::Shell;
use crate::image::{DF_1_NODEFLIB, Name};
use crate::vfs::VPath;
use crate::world::{Glibc, System};

pub(super) static LOADER: Loader = Loader {
    serves: |system| matches!(system, System::Glibc(_)),
    traits: LoaderTraits {
        binding: Binding::Scopes,
        checks_versions: true,
        checks_symbols: true,
        imports_are_global: false,
        search_variable: "LD_LIBRARY_PATH",
        library_name: "soname",
        is_file_name: false,
        builtin: "part of the loader itself",
        python: PythonTraits::LINUX,
        shells: Shell::all(false),
        releases: &[OldestRelease::Glibc],
        takes_backslashes: false,
        is_system_unsure: false,
        hides_missing_needs: false,
        refuses_kinds: true,
        loads_other_libcs: false,
        is_redistributable: |_| false,
    },
    at_once: |_| None,
    candidates: |ask, visit| match &ask.world.host.system {
        System::Glibc(system) => candidates(system, ask, visit),
        _ => candidates(&Glibc::default(), ask, visit),
    },
    known: |_, _| None,
    judge: elf::judge,
    granted: |ask, _| match &ask.world.host.system {
        System::Glibc(system) => system.granted.contains(ask.name).then_some(Step::Builtin),
        _ => None,
    },
    is_of_system: |system, name| matches!(system, System::Glibc(system) if system.granted.contains(name)),
    folded: Name::clone,
    own_file: |system| match system {
        System::Glibc(system) => Some(&system.loader),
        _ => None,
    },
    heeds_importer: true,
    follows_links: false,
    builtin_has_path: false,
    prepare: |_, _, _| {},
    settle: |simulation, first, record| simulation.settle_breadth_first(first, record),
    satisfy: |simulation, by, name, text, _| simulation.satisfy_elf(by, name, text, false),
    answer,
    scopes: |simulation, _, above, origin, image| {
        let inherited = image.rpath.as_ref().filter(|_| image.runpath.is_none());
        simulation.scopes_of_elf(above, origin, image, inherited)
    },
};

/// glibc knows objects by the name that was searched for, and by their soname.
fn answer(simulation: &mut Simulation, object: ObjectId, asked: Option<u32>) {
    if let Some(name) = asked {
        simulation.answer(name, object, false);
    }
    let labels = simulation.labels(simulation.process.file(object));
    if let Some(soname) = labels.soname {
        simulation.answer(soname, object, true);
    }
}

/// The places where glibc looks for a name that is not loaded yet, in order.
fn candidates(system: &Glibc, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
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
