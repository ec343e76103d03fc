//! The search of Windows, step by step: Microsoft's "Dynamic-link library search order", as `LoadLibraryExW` goes through it
//! for CPython 3.8 and later (`Python/dynload_win.c`): `LOAD_LIBRARY_SEARCH_DEFAULT_DIRS | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR`.
//!
//! Neither `PATH` nor the working directory is searched, but by Pythons that ask otherwise ([`Windows::path`]).

pub mod procedures;
mod process;
pub mod system32;

use std::ops::ControlFlow::{self, Continue};

use super::table::{Binding, Loader, LoaderTraits, OldestRelease, PythonTraits};
use super::{Ask, Next, Probe, Probing, Refusal, Skip, Step, Verdict, Visit, one, skip};
use crate::command::Shell;
use crate::image::{Format, ImageKind, Machine, Name, NeedKind, Problem};
use crate::vfs::VPath;
use crate::world::{Absent, FileId, Python, System, Windows};

pub(super) static LOADER: Loader = Loader {
    serves: |system| matches!(system, System::Windows(_)),
    traits: LoaderTraits {
        binding: Binding::Dlls,
        checks_versions: false,
        checks_symbols: true,
        imports_are_global: false,
        search_variable: "",
        library_name: "name",
        is_file_name: true,
        builtin: "part of Windows, or of the Python that is to run it",
        python: PythonTraits {
            platform: Some("win32"),
            library_depth: 1,
            has_program_folder: true,
            prepares_searches: true,
            musl: Some(false),
            machines: &[(Machine::X86_64, "AMD64"), (Machine::Aarch64, "ARM64")],
        },
        shells: Shell::all(true),
        releases: &[OldestRelease::Windows],
        takes_backslashes: true,
        is_system_unsure: true,
        hides_missing_needs: true,
        refuses_kinds: false,
        loads_other_libcs: false,
        is_redistributable: system32::is_redistributable,
    },
    at_once: |name| always(&folded(name)),
    candidates: |ask, visit| match &ask.world.host.system {
        System::Windows(system) => candidates(system, ask, visit),
        _ => Continue(()),
    },
    known: |_, _| None,
    judge,
    granted,
    is_of_system: |_, _| false,
    folded: |name| folded(name),
    own_file: |_| None,
    // A module's own folder is searched, whoever asks.
    heeds_importer: false,
    follows_links: false,
    builtin_has_path: false,
    prepare: |simulation, opened, record| simulation.prepare(opened, record),
    settle: |simulation, first, record| simulation.settle_breadth_first(first, record),
    satisfy: |simulation, by, name, text, kind| simulation.satisfy_windows(by, name, text, kind),
    answer: |simulation, object, _| simulation.answer_by_file_name(object),
    scopes: |simulation, object, above, origin, _| simulation.scopes_of_windows(object, above, origin),
};

/// How a loader compares names: without regard to case, with an ending.
pub fn folded(name: &[u8]) -> Name {
    let mut name = name.to_ascii_lowercase();
    if !leaf(&name).contains(&b'.') {
        name.extend(b".dll");
    }
    Name::from(&name)
}

/// What follows the last separator of either kind.
fn leaf(name: &[u8]) -> &[u8] {
    name.rsplit(|&byte| matches!(byte, b'/' | b'\\')).next().unwrap_or(name)
}

/// What is never searched for: contracts of the system, and the DLLs that only System32 may bring.
pub fn always(name: &[u8]) -> Option<Step> {
    match name {
        name if system32::is_api_set(name) => Some(Step::ApiSet),
        name if system32::is_known_dll(name) => Some(Step::KnownDll),
        _ => None,
    }
}

/// The places where Windows looks for a name, in order.
fn candidates(system: &Windows, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    let name = folded(ask.name);
    if leaf(&name).len() < name.len() {
        return one(
            Step::Path,
            VPath::new(ask.name.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect::<Vec<_>>()),
            visit,
        );
    }
    // Where a file asks twice, at once and later, the first counts.
    let need = ask.process.image(ask.by).needs.iter().find(|need| need.name == *ask.name);
    if need.is_some_and(|need| need.kind == NeedKind::Delay) {
        // What is loaded later is asked for by its bare name alone.
        skip(Step::ModuleFolder, Skip::Delayed, visit)?;
        program(ask, &name, visit)?;
        bundled(system, ask, &name, visit)?;
    } else {
        module(ask, &name, visit)?;
        program(ask, &name, visit)?;
        bundled(system, ask, &name, visit)?;
        for added in ask.process.added() {
            one(Step::AddedFolder, spelled(ask, added, &name), visit)?;
        }
    }
    if let Some(folder) = &system.system32 {
        one(Step::System32, spelled(ask, folder, &name), visit)?;
    }
    for folder in &system.path {
        one(Step::SearchPath, spelled(ask, folder, &name), visit)?;
    }
    package(system, ask, &name, visit)
}

/// Is this what extension modules are called?
fn is_module(path: &VPath) -> bool {
    path.as_bytes().to_ascii_lowercase().ends_with(b".pyd")
}

/// A DLL that no module brings in is a plugin: some library of its package opens it, when that package is loaded.
fn package(system: &Windows, ask: &Ask, name: &Name, visit: &mut Visit) -> ControlFlow<()> {
    let process = ask.process;
    let root = &process.object(process.chain(ask.by).last().unwrap_or(ask.by)).opened;
    // The code of a bundle, which may add folders of its own, lies within the program.
    if is_module(root) && !system.is_bundle {
        return Continue(());
    }
    let own = system.packages.iter().filter(|it| root.starts_with(&it.package));
    for folder in own.flat_map(|it| &it.folders) {
        if ask.world.spelled(folder, name).is_some() {
            one(Step::PackageFolder, spelled(ask, folder, name), visit)?;
        }
    }
    Continue(())
}

/// The folder of the module that is imported, for whatever comes in with it.
fn module(ask: &Ask, name: &Name, visit: &mut Visit) -> ControlFlow<()> {
    let process = ask.process;
    let root = process.chain(ask.by).last().unwrap_or(ask.by);
    if process.has_program() && root == process.program() {
        return Continue(());
    }
    one(Step::ModuleFolder, spelled(ask, &VPath::new(process.origin(root)), name), visit)
}

fn program(ask: &Ask, name: &Name, visit: &mut Visit) -> ControlFlow<()> {
    let process = ask.process;
    match process.has_program() {
        true => one(Step::ProgramFolder, spelled(ask, &VPath::new(process.origin(process.program())), name), visit),
        false => Continue(()),
    }
}

/// The folders that the program itself adds when it starts, as those of bundles do.
fn bundled(system: &Windows, ask: &Ask, name: &Name, visit: &mut Visit) -> ControlFlow<()> {
    for folder in &system.added {
        one(Step::AddedByProgram, spelled(ask, folder, name), visit)?;
    }
    Continue(())
}

/// A name in a folder, spelled as the folder spells it.
fn spelled(ask: &Ask, folder: &VPath, name: &Name) -> VPath {
    folder.join(ask.world.spelled(folder, name).as_ref().map_or(&ask.name[..], VPath::as_bytes))
}

/// What is there although no file of it is: what comes with Windows, or with a Python that is not at hand.
fn granted(ask: &Ask, probe: &mut Probing) -> Option<Step> {
    let System::Windows(system) = &ask.world.host.system else { return None };
    let name = folded(ask.name);
    let python = ask.world.host.python.as_ref();
    let has_program = ask.process.has_program();
    let step = if system.system32.is_none() && system32::has(&name) {
        Step::System32
    } else if !has_program && comes_with_python(python, &name) {
        Step::ProgramFolder
    } else {
        return None;
    };
    probe(&|| Probe { step, path: None, verdict: Verdict::Granted });
    Some(step)
}

/// Does the folder of `python.exe` have this DLL?
pub fn comes_with_python(python: Option<&Python>, name: &[u8]) -> bool {
    if matches!(name, b"vcruntime140.dll" | b"vcruntime140_1.dll" | b"python3.dll") {
        return true;
    }
    let Some((version, free_threaded)) = python_dll(name) else {
        return name.starts_with(b"libpypy") && name.ends_with(b"-c.dll");
    };
    let Some(python) = python else { return true };
    python.version.is_none_or(|own| own == version && python.free_threaded == free_threaded)
}

/// Version and threading of `python311.dll`, `python313t.dll`.
pub fn python_dll(name: &[u8]) -> Option<((u16, u16), bool)> {
    let stem = std::str::from_utf8(name).ok()?.strip_prefix("python")?.strip_suffix(".dll")?;
    let digits = stem.strip_suffix('t').unwrap_or(stem);
    let is_number = digits.len() > 1 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Some(((digits[..1].parse().ok()?, digits[1..].parse().ok()?), stem.len() > digits.len())))?
}

/// What Windows thinks of the file at a path: one for another processor is passed over, any other that is no image ends the
/// search.
fn judge(ask: &Ask, found: Result<FileId, Absent>) -> (Verdict, Next) {
    let refused = |why| (Verdict::Refused(why), Next::Stop);
    let id = match found {
        Ok(id) => id,
        Err(Absent::Missing | Absent::Directory) => return (Verdict::Missing, Next::Go),
        Err(Absent::Dangling { target }) => return (Verdict::Dangling(target), Next::Go),
        Err(Absent::Loop) => return (Verdict::Loop, Next::Go),
        Err(Absent::Denied(why)) => return (Verdict::Denied(why), Next::Stop),
    };
    let file = ask.world.file(id);
    let Some(image) = &file.image else {
        return refused(Refusal::Problem(file.problem.clone().unwrap_or(Problem::Empty)));
    };
    if image.format != Format::Pe {
        return refused(Refusal::Problem(Problem::Header("not a valid Win32 application")));
    }
    let is_managed = image.pe.as_ref().is_some_and(|pe| pe.is_managed);
    if !is_managed && ask.process.arch().is_some_and(|arch| image.arch != arch) {
        return (Verdict::OtherArch(image.arch_word()), Next::Go);
    }
    match (&file.problem, image.kind) {
        (Some(problem), _) => refused(Refusal::Problem(problem.clone())),
        (None, ImageKind::Inert) => refused(Refusal::Kind("not a valid Win32 application")),
        (None, _) => (Verdict::Found(id), Next::Stop),
    }
}

#[cfg(test)]
mod tests {
    use super::{comes_with_python, folded, python_dll};
    use crate::world::Python;

    #[test]
    fn names_are_compared_without_regard_to_case_and_with_an_ending() {
        let told = |name: &str| folded(name.as_bytes()).to_string();
        assert_eq!(told("KERNEL32.DLL"), "kernel32.dll");
        assert_eq!(told("Foo"), "foo.dll");
        assert_eq!(told("WINSPOOL.DRV"), "winspool.drv");
    }

    #[test]
    fn python_s_own_dlls_are_those_of_its_version() {
        assert_eq!(python_dll(b"python311.dll"), Some(((3, 11), false)));
        assert_eq!(python_dll(b"python313t.dll"), Some(((3, 13), true)));
        for other in ["python3.dll", "pythoncom311.dll", "python.dll", "python3x.dll", "python311.so"] {
            assert_eq!(python_dll(other.as_bytes()), None, "{other}");
        }
        let python = Python { version: Some((3, 11)), ..Python::default() };
        assert!(comes_with_python(Some(&python), b"python311.dll"));
        assert!(comes_with_python(Some(&python), b"python3.dll"));
        assert!(!comes_with_python(Some(&python), b"python39.dll"));
        assert!(!comes_with_python(Some(&python), b"python311t.dll"));
        assert!(comes_with_python(None, b"python39.dll"));
    }
}
