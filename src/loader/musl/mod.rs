//! musl's search, step by step: `load_library` in `ldso/dynlink.c`. No cache, no subdirectories for processors.

use std::ops::ControlFlow::{self, Break, Continue};

use super::expand::{Tokens, expand};
use super::table::{Binding, Loader, LoaderTraits, OldestRelease, PythonTraits};
use super::{Ask, Candidate, Next, Place, Refusal, Skip, Step, Verdict, Visit, elf};
use crate::command::Shell;
use crate::image::Name;
use crate::vfs::VPath;
use crate::world::{Absent, FileId, Musl, System};

pub(super) static LOADER: Loader = Loader {
    serves: |system| matches!(system, System::Musl(_)),
    traits: LoaderTraits {
        binding: Binding::PlainScopes,
        checks_versions: false,
        checks_symbols: true,
        imports_are_global: false,
        search_variable: "LD_LIBRARY_PATH",
        library_name: "file name",
        is_file_name: true,
        builtin: "part of the loader itself",
        python: PythonTraits { musl: Some(true), ..PythonTraits::LINUX },
        shells: Shell::all(false),
        releases: &[OldestRelease::Musl],
        takes_backslashes: false,
        is_system_unsure: false,
        hides_missing_needs: false,
        refuses_kinds: false,
        loads_other_libcs: true,
        is_redistributable: |_| false,
    },
    at_once: |_| None,
    candidates: |ask, visit| match &ask.world.host.system {
        System::Musl(system) => candidates(system, ask, visit),
        _ => Continue(()),
    },
    known: |_, _| None,
    judge,
    granted: |_, _| None,
    is_of_system: |_, _| false,
    folded: Name::clone,
    own_file: |system| match system {
        System::Musl(system) => Some(&system.loader),
        _ => None,
    },
    heeds_importer: true,
    follows_links: false,
    builtin_has_path: false,
    prepare: |_, _, _| {},
    settle: |simulation, first, record| simulation.settle_breadth_first(first, record),
    satisfy: |simulation, by, name, text, _| simulation.satisfy_elf(by, name, text, is_reserved(text)),
    // musl knows objects by the name that was searched for alone.
    answer: |simulation, object, asked| {
        if let Some(name) = asked {
            simulation.answer(name, object, false);
        }
    },
    scopes: |simulation, _, above, origin, image| {
        let inherited = image.runpath.as_ref().or(image.rpath.as_ref());
        simulation.scopes_of_elf(above, origin, image, inherited)
    },
};

/// The names that stand for the C library itself, up to the dot.
const RESERVED: [&[u8]; 7] = [b"libc.", b"libpthread.", b"librt.", b"libm.", b"libdl.", b"libutil.", b"libxnet."];

/// Is this name the C library's own, whatever file lies about?
fn is_reserved(name: &[u8]) -> bool {
    RESERVED.iter().any(|reserved| name.starts_with(reserved))
}

/// The places where musl looks for a name that is not loaded yet, in order.
fn candidates(system: &Musl, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    if ask.name.contains(&b'/') {
        return at(Step::Path, VPath::new(&**ask.name), visit);
    }
    library_path(ask, visit)?;
    rpath(ask, visit)?;
    for directory in &system.directories {
        at(Step::Trusted, directory.join(ask.name), visit)?;
    }
    Continue(())
}

fn library_path(ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    let Some(list) = &ask.world.host.library_path else { return Continue(()) };
    for entry in list.split(|byte| matches!(byte, b':' | b'\n')) {
        directory(VPath::new(entry), Step::LibraryPath, ask, visit)?;
    }
    Continue(())
}

/// RPATH and RUNPATH are the same thing, of the object and of all that caused it to be loaded.
fn rpath(ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    for holder in ask.process.chain(ask.by) {
        let image = ask.process.image(holder);
        let is_own = holder == ask.by;
        let (list, step) = match (&image.runpath, &image.rpath) {
            (Some(list), _) => (list, if is_own { Step::Runpath } else { Step::RunpathOfLoader }),
            (None, Some(list)) => (list, if is_own { Step::Rpath } else { Step::RpathOfLoader }),
            (None, None) => continue,
        };
        // `fixup_rpath` knows `$ORIGIN` alone and drops the whole list for any other token.
        let tokens = Tokens { origin: ask.process.origin(holder), lib: b"$LIB", platform: b"$PLATFORM" };
        let expanded = expand(list, &tokens);
        if expanded.as_bytes().contains(&b'$') {
            visit(Candidate { step, place: Place::Skipped(Skip::UnknownToken(expanded)) });
            continue;
        }
        for entry in expanded.as_bytes().split(|byte| matches!(byte, b':' | b'\n')) {
            directory(VPath::new(entry), step, ask, visit)?;
        }
    }
    Continue(())
}

fn directory(directory: VPath, step: Step, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    if directory.as_bytes().is_empty() {
        return Continue(());
    }
    if !directory.is_absolute() {
        visit(Candidate { step, place: Place::Skipped(Skip::Relative(directory)) });
        return Continue(());
    }
    at(step, directory.join(ask.name), visit)
}

fn at(step: Step, path: VPath, visit: &mut Visit) -> ControlFlow<()> {
    match visit(Candidate { step, place: Place::At(path) }) {
        Next::Go => Continue(()),
        // Where a directory cannot be searched, musl gives up the whole search.
        Next::LeaveList | Next::Stop => Break(()),
    }
}

/// musl takes the first file that opens, whatever it is, and gives up where a place cannot be searched.
fn judge(ask: &Ask, found: Result<FileId, Absent>) -> (Verdict, Next) {
    match elf::judge(ask, found) {
        (Verdict::OtherArch(_), _) => (Verdict::Refused(Refusal::Kind("it is made for another processor")), Next::Stop),
        (Verdict::Loop, _) => (Verdict::Loop, Next::Stop),
        other => other,
    }
}
