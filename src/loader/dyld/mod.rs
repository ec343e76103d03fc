//! dyld's search, step by step: `Loader::getLoader`, `Loader::forEachResolvedAtPathVar` and
//! `ProcessConfig::PathOverrides::forEachPathVariant` of dyld-1378, and `dyld(1)`.

mod process;
pub mod shared_cache;

use std::ops::ControlFlow::{self, Continue};

use super::process::Scope;
use super::table::{Binding, Loader, LoaderTraits, OldestRelease, PythonTraits};
use super::{Ask, Next, ObjectId, Refusal, Resolution, Skip, Step, Verdict, Visit, one, skip};
use crate::command::Shell;
use crate::image::{Format, Image, ImageKind, Machine, Name, Platform, Problem, Release, Signature};
use crate::vfs::VPath;
use crate::world::{Absent, Dyld, File, FileId, System};

pub(super) static LOADER: Loader = Loader {
    serves: |system| matches!(system, System::Dyld(_)),
    traits: LoaderTraits {
        binding: Binding::TwoLevel,
        checks_versions: false,
        checks_symbols: true,
        imports_are_global: true,
        search_variable: "DYLD_LIBRARY_PATH",
        library_name: "install name",
        is_file_name: false,
        builtin: "part of the loader itself",
        python: PythonTraits {
            platform: Some("darwin"),
            machines: &[(Machine::Aarch64, "arm64"), (Machine::Arm64e, "arm64")],
            ..PythonTraits::LINUX
        },
        shells: Shell::all(false),
        releases: &[OldestRelease::MacOs],
        takes_backslashes: false,
        is_system_unsure: false,
        hides_missing_needs: false,
        refuses_kinds: false,
        loads_other_libcs: false,
        is_redistributable: |_| false,
    },
    at_once: |_| None,
    candidates: |ask, visit| match &ask.world.host.system {
        System::Dyld(system) => candidates(system, ask, visit),
        _ => Continue(()),
    },
    known,
    judge,
    granted: |_, _| None,
    is_of_system: |_, _| true,
    folded: Name::clone,
    own_file: |_| None,
    heeds_importer: true,
    follows_links: true,
    builtin_has_path: true,
    prepare: |_, _, _| {},
    settle: |simulation, first, record| simulation.settle_depth_first(first, record),
    satisfy: |simulation, by, name, text, _| simulation.satisfy_dyld(by, name, text),
    answer: |simulation, object, _| simulation.install(object),
    scopes: |simulation, _, above, origin, image| {
        simulation.scopes_of_dyld(above.unwrap_or(Scope::NONE), origin, image)
    },
};

/// Images linked with an SDK of this release or later have no fallback directories (`sdkOnOrAfter2022`).
const NO_FALLBACKS_SINCE: Release = Release::new(13, 0);

/// Does dyld look into the fallback directories for what this image needs?
fn falls_back(image: &Image) -> bool {
    let built_for = image.mach.as_ref().and_then(|mach| mach.built_for);
    built_for.is_none_or(|built| built.sdk < NO_FALLBACKS_SINCE)
}

/// What needs no file: an image that is loaded under this very name, or one of the shared cache.
fn known(ask: &Ask, path: &VPath) -> Option<Resolution> {
    if let Some(file) = ask.process.installed_as(path.as_bytes()) {
        return Some(Resolution::Loaded { file, step: Step::LoadedInstallName });
    }
    shared_cache::find(path.as_bytes()).map(|_| Resolution::Builtin(Step::Builtin))
}

/// The places where dyld looks for a name, in order.
fn candidates(system: &Dyld, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    overrides(system, ask, visit)?;
    path(ask, visit)?;
    fallbacks(system, ask, visit)
}

/// `DYLD_FRAMEWORK_PATH` for frameworks, `DYLD_LIBRARY_PATH` by the last part of the name for all else; as the process was
/// started, then as the program was linked (`LC_DYLD_ENVIRONMENT`).
fn overrides(system: &Dyld, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    let (list, variable, tail) = match framework(ask.name) {
        Some(partial) => (&system.framework_path, "DYLD_FRAMEWORK_PATH", partial),
        None => (&ask.world.host.library_path, "DYLD_LIBRARY_PATH", ask.name.leaf()),
    };
    directories(list.as_ref(), tail, Step::DyldPath, visit)?;
    directories(linked(ask, variable).as_ref(), tail, Step::DyldPath, visit)
}

/// A variable that the program was linked with; its folders may start at the program's own.
fn linked(ask: &Ask, variable: &str) -> Option<Name> {
    let process = ask.process;
    let program = process.has_program().then(|| process.program())?;
    let mut environment = process.image(program).mach.as_ref()?.environment.iter();
    let list = environment.find_map(|entry| entry.strip_prefix(variable.as_bytes())?.strip_prefix(b"="))?;
    let folders = list.split(|&byte| byte == b':').filter_map(|folder| match expanded(ask, program, folder) {
        Expanded::To(path, _) => Some(path.as_bytes().to_vec()),
        Expanded::Not(_) => None,
    });
    Some(Name::from(&folders.collect::<Vec<_>>().join(&b':')))
}

/// The name itself, whatever it starts with.
fn path(ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    let name = ask.name;
    if name.starts_with(b"@rpath/") {
        return rpath(ask, &name[b"@rpath/".len()..], visit);
    }
    match expanded(ask, ask.by, name) {
        Expanded::To(path, step) => one(step, path, visit),
        Expanded::Not(why) => skip(Step::Path, why, visit),
    }
}

/// `LC_RPATH` of the image that needs the name, of the one that loaded that, and so on up to the main program.
fn rpath(ask: &Ask, tail: &[u8], visit: &mut Visit) -> ControlFlow<()> {
    let process = ask.process;
    let program = process.has_program().then(|| process.program());
    let chain: Vec<ObjectId> = process.chain(ask.by).collect();
    let above = program.filter(|program| !chain.contains(program));
    let mut has_any = false;
    for holder in chain.into_iter().chain(above) {
        let step = match holder {
            holder if holder == ask.by => Step::Rpath,
            holder if Some(holder) == program => Step::RpathOfProgram,
            _ => Step::RpathOfLoader,
        };
        for entry in process.image(holder).rpaths() {
            has_any = true;
            match expanded(ask, holder, entry) {
                Expanded::To(directory, _) => one(step, directory.join(tail), visit)?,
                Expanded::Not(Skip::Relative(entry)) => skip(step, Skip::UnusableRpath(entry), visit)?,
                Expanded::Not(why) => skip(step, why, visit)?,
            }
        }
    }
    if has_any { Continue(()) } else { skip(Step::Rpath, Skip::NoRpath, visit) }
}

enum Expanded {
    To(VPath, Step),
    Not(Skip),
}

/// Puts the directory of the image that carries the name, or of the program, for its first part.
fn expanded(ask: &Ask, holder: ObjectId, name: &[u8]) -> Expanded {
    let process = ask.process;
    let after = |token: &[u8]| name.strip_prefix(token).filter(|rest| rest.is_empty() || rest.starts_with(b"/"));
    if let Some(rest) = after(b"@loader_path") {
        return Expanded::To(VPath::new([process.origin(holder), rest].concat()), Step::LoaderPath);
    }
    if let Some(rest) = after(b"@executable_path") {
        return match process.has_program() {
            true => {
                let directory = process.origin(process.program());
                Expanded::To(VPath::new([directory, rest].concat()), Step::ExecutablePath)
            }
            false => Expanded::Not(Skip::UnknownProgram(VPath::new(name))),
        };
    }
    let path = VPath::new(name);
    if path.is_absolute() { Expanded::To(path, Step::Path) } else { Expanded::Not(Skip::Relative(path)) }
}

/// `DYLD_FALLBACK_…_PATH`; where it is not set, images older than macOS 13 have the directories that it once stood for.
fn fallbacks(system: &Dyld, ask: &Ask, visit: &mut Visit) -> ControlFlow<()> {
    const LIBRARIES: &[u8] = b"/usr/local/lib:/usr/lib";
    const FRAMEWORKS: &[u8] = b"/Library/Frameworks:/System/Library/Frameworks";
    let (list, variable, usual, tail) = match framework(ask.name) {
        Some(partial) => (&system.fallback_framework_path, "DYLD_FALLBACK_FRAMEWORK_PATH", FRAMEWORKS, partial),
        None => (&system.fallback_library_path, "DYLD_FALLBACK_LIBRARY_PATH", LIBRARIES, ask.name.leaf()),
    };
    let linked = linked(ask, variable);
    if list.is_some() || linked.is_some() || !falls_back(ask.process.image(ask.by)) {
        directories(list.as_ref(), tail, Step::Fallback, visit)?;
        return directories(linked.as_ref(), tail, Step::Fallback, visit);
    }
    for directory in usual.split(|&byte| byte == b':') {
        let path = VPath::new(directory).join(tail);
        if path.as_bytes() != &**ask.name {
            one(Step::Fallback, path, visit)?;
        }
    }
    Continue(())
}

fn directories(list: Option<&Name>, tail: &[u8], step: Step, visit: &mut Visit) -> ControlFlow<()> {
    let Some(list) = list else { return Continue(()) };
    for directory in list.split(|&byte| byte == b':').filter(|directory| !directory.is_empty()) {
        one(step, VPath::new(directory).join(tail), visit)?;
    }
    Continue(())
}

/// `foo.framework/foo` or `foo.framework/Versions/A/foo` at the end of a name (`getFrameworkPartialPath`).
fn framework(name: &Name) -> Option<&[u8]> {
    let leaf = name.leaf();
    let folder = [leaf, b".framework/"].concat();
    let at = memchr::memmem::rfind(name, &folder).filter(|&at| at == 0 || name[at - 1] == b'/')?;
    let rest = &name[at + folder.len()..];
    let versions = rest.strip_prefix(b"Versions/").map(|rest| rest.iter().filter(|&&byte| byte == b'/').count());
    (rest == leaf || versions == Some(1)).then_some(&name[at..])
}

/// What dyld thinks of the file at a path (`JustInTimeLoader::makeJustInTimeLoaderDisk`): whatever cannot be used is
/// passed over, and the search goes on.
fn judge(ask: &Ask, found: Result<FileId, Absent>) -> (Verdict, Next) {
    let refused = |why| (Verdict::Refused(why), Next::Go);
    let id = match found {
        Ok(id) => id,
        Err(Absent::Missing) => return (Verdict::Missing, Next::Go),
        Err(Absent::Dangling { target }) => return (Verdict::Dangling(target), Next::Go),
        Err(Absent::Loop) => return (Verdict::Loop, Next::Go),
        Err(Absent::Directory) => return refused(Refusal::Directory),
        Err(Absent::Denied(why)) => return (Verdict::Denied(why), Next::Go),
    };
    let file = ask.world.file(id);
    let Some(image) = &file.image else {
        return refused(Refusal::Problem(file.problem.clone().unwrap_or(Problem::Empty)));
    };
    if image.format != Format::MachO {
        return refused(Refusal::Problem(Problem::Header("not a mach-o file")));
    }
    if ask.process.arch().is_some_and(|arch| image.arch != arch) {
        return (Verdict::OtherArch(processors(&file)), Next::Go);
    }
    if let Some(problem) = &file.problem {
        return refused(Refusal::Problem(problem.clone()));
    }
    if let Some(why) = unfit(image) {
        return refused(Refusal::Kind(why));
    }
    match image.kind {
        ImageKind::Shared => (Verdict::Found(id), Next::Stop),
        ImageKind::Bundle => refused(Refusal::Kind("cannot link against a bundle")),
        ImageKind::Program => refused(Refusal::Kind("cannot link against a main executable")),
        ImageKind::Inert => refused(Refusal::Kind("unloadable mach-o file type")),
    }
}

/// `x86_64, arm64e`
fn processors(file: &File) -> String {
    let words: Vec<String> = file.archs().map(|arch| arch.word(Format::MachO)).collect();
    words.join(", ")
}

/// Why no process of macOS may map an image, whoever asks for it.
pub(super) fn unfit(image: &Image) -> Option<&'static str> {
    let mach = image.mach.as_ref()?;
    let is_for_macos = |platform| matches!(platform, Platform::MacOs | Platform::MacCatalyst);
    if mach.built_for.is_some_and(|built| !is_for_macos(built.platform)) {
        return Some("incompatible platform (need 'macOS')");
    }
    if !matches!(image.arch.machine, Machine::Aarch64 | Machine::Arm64e) {
        return None;
    }
    match mach.signature {
        Signature::Present => None,
        Signature::Absent => Some("it has no code signature, and arm64 Macs map nothing without"),
        Signature::Stale => Some("its code signature does not fit: it was edited and not signed again"),
    }
}

#[cfg(test)]
mod tests {
    use super::framework;
    use crate::image::Name;

    #[test]
    fn a_framework_is_known_by_its_path() {
        let partial = |name: &str| framework(&Name::from(name)).map(|name| String::from_utf8_lossy(name).into_owned());
        assert_eq!(partial("/path/foo.framework/foo").as_deref(), Some("foo.framework/foo"));
        assert_eq!(partial("@rpath/foo.framework/Versions/A/foo").as_deref(), Some("foo.framework/Versions/A/foo"));
        assert_eq!(partial("/path/foo.framework/Frameworks/bar.framework/bar").as_deref(), Some("bar.framework/bar"));
        assert_eq!(partial("/path/foo.framework/Libraries/bar.dylib"), None);
        assert_eq!(partial("/path/foo.framework/bar"), None);
    }
}
