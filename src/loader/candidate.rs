//! The words of a search: where a loader looks, by which step of its rule, and what it finds there.

use crate::image::Name;
use crate::loader::Refusal;
use crate::vfs::VPath;
use crate::world::FileId;

/// A step of a loader's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// The process has an object that was asked for under this name.
    LoadedName,
    /// The process has an object with this `DT_SONAME`.
    LoadedSoname,
    /// The process has an image with this install name (`LC_ID_DYLIB`).
    LoadedInstallName,
    /// The search came to a file that the process has already (device and inode).
    LoadedFile,
    /// Part of the loader itself.
    Builtin,
    /// A contract of Windows (`api-ms-win-…`), which is no file.
    ApiSet,
    /// One of the DLLs that Windows takes from System32 whatever lies elsewhere.
    KnownDll,
    /// The name is a path.
    Path,
    /// `@loader_path`: the directory of the image that needs it.
    LoaderPath,
    /// `@executable_path`: the directory of the main program.
    ExecutablePath,
    /// `DT_RPATH` or `LC_RPATH` of the object that needs it.
    Rpath,
    /// `DT_RPATH` or `LC_RPATH` of an object further up the chain of those that caused it to be loaded.
    RpathOfLoader,
    /// `DT_RPATH` or `LC_RPATH` of the main program.
    RpathOfProgram,
    LibraryPath,
    /// `DYLD_LIBRARY_PATH` and `DYLD_FRAMEWORK_PATH`.
    DyldPath,
    /// `DYLD_FALLBACK_…_PATH`, or the directories that stand for it where an image is older than macOS 13.
    Fallback,
    Runpath,
    /// `DT_RUNPATH` further up the chain, which musl inherits.
    RunpathOfLoader,
    Cache,
    /// A directory compiled into the loader.
    Trusted,
    /// The folder of the module that is imported, on Windows; of the DLL that is opened by its path.
    ModuleFolder,
    /// The folder of `python.exe`.
    ProgramFolder,
    /// A folder that the program itself adds when it starts (`SetDllDirectory`): a bundle's.
    AddedByProgram,
    /// A folder that Python code hands to `os.add_dll_directory`.
    AddedFolder,
    /// Another folder of the package that a plugin belongs to: what lies there is loaded before the plugin is.
    PackageFolder,
    System32,
    /// `PATH`, for those who still search it.
    SearchPath,
    /// It was not looked for: nobody knows where such a system looks.
    Unjudged,
    /// No step found it.
    Nowhere,
}

impl Step {
    /// The word of the fixed output.
    pub fn word(self) -> &'static str {
        match self {
            Step::LoadedName => "already-loaded",
            Step::LoadedSoname => "already-loaded:soname",
            Step::LoadedInstallName => "already-loaded:install-name",
            Step::LoadedFile => "already-loaded:inode",
            Step::Builtin => "builtin",
            Step::Path => "path",
            Step::LoaderPath => "@loader_path",
            Step::ExecutablePath => "@executable_path",
            Step::Rpath => "rpath",
            Step::RpathOfLoader => "rpath:importer",
            Step::RpathOfProgram => "rpath:program",
            Step::LibraryPath => "LD_LIBRARY_PATH",
            Step::DyldPath => "DYLD_LIBRARY_PATH",
            Step::Fallback => "fallback",
            Step::Runpath => "runpath",
            Step::RunpathOfLoader => "runpath:importer",
            Step::Cache => "cache",
            Step::Trusted => "default",
            Step::ApiSet => "API set",
            Step::KnownDll => "KnownDLLs",
            Step::ModuleFolder => "module folder",
            Step::ProgramFolder => "program folder",
            Step::AddedByProgram => "SetDllDirectory",
            Step::AddedFolder => "add_dll_directory",
            Step::PackageFolder => "package folder",
            Step::System32 => "System32",
            Step::SearchPath => "PATH",
            Step::Unjudged => "not judged",
            Step::Nowhere => "none",
        }
    }

    /// The mechanism, for people; [`Step::of`] names the file whose entry it is.
    pub fn phrase(self) -> &'static str {
        match self {
            Step::LoadedName => "already loaded",
            Step::LoadedSoname => "already loaded, by its soname",
            Step::LoadedInstallName => "already loaded, by its install name",
            Step::LoadedFile => "already loaded, the same file",
            Step::Builtin => "part of the system",
            Step::Path => "its path",
            Step::LoaderPath => "@loader_path",
            Step::ExecutablePath => "@executable_path",
            Step::Rpath => "its RPATH",
            Step::RpathOfLoader => "RPATH of an importer",
            Step::RpathOfProgram => "RPATH of the program",
            Step::LibraryPath => "LD_LIBRARY_PATH",
            Step::DyldPath => "DYLD_LIBRARY_PATH",
            Step::Fallback => "fallback directories",
            Step::Runpath => "its RUNPATH",
            Step::RunpathOfLoader => "RUNPATH of an importer",
            Step::Cache => "ld.so.cache",
            Step::Trusted => "default directories",
            Step::ApiSet => "an API set of Windows",
            Step::KnownDll => "System32, by KnownDLLs",
            Step::ModuleFolder => "the folder of the module",
            Step::ProgramFolder => "the folder of the program",
            Step::AddedByProgram => "the folder that the program adds",
            Step::AddedFolder => "os.add_dll_directory",
            Step::PackageFolder => "its package, loaded before it",
            Step::System32 => "System32",
            Step::SearchPath => "PATH",
            Step::Unjudged => "not looked for",
            Step::Nowhere => "no step",
        }
    }

    /// The mechanism, with the name of the file that needs the library: `RUNPATH of libtorch_cuda.so`.
    pub fn of(self, file: &str) -> String {
        match self {
            Step::Rpath => format!("RPATH of {file}"),
            Step::Runpath => format!("RUNPATH of {file}"),
            _ => self.phrase().to_owned(),
        }
    }
}

/// A place that the rule names, or the reason why it names none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    pub step: Step,
    pub place: Place<'a>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    At(VPath),
    /// The name in a directory: put together only for those who look at it, as most places are empty.
    In(&'a VPath, &'a Name),
    Skipped(Skip),
}

/// Why a step of the rule was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    /// `DT_RPATH` is ignored because the object has a `DT_RUNPATH`.
    RpathUnderRunpath,
    /// The object that needs the library has a `DT_RUNPATH`, so no `DT_RPATH` up the chain counts.
    ChainUnderRunpath,
    /// The object was linked with `-z nodefaultlib`.
    NoDefaultLibraries,
    /// The entry is relative to the working directory, which only the running process knows.
    Relative(VPath),
    /// The entry holds a token that the loader does not know.
    UnknownToken(VPath),
    /// The cache has no such name.
    NotInCache,
    /// The path starts at the main program, and nobody knows which program that is.
    UnknownProgram(VPath),
    /// dyld takes only entries of `LC_RPATH` that start with `@loader_path`, `@executable_path` or `/`.
    UnusableRpath(VPath),
    /// No image up the chain has an `LC_RPATH`.
    NoRpath,
    /// A delayed import is asked for when it is first used, and not on behalf of a module.
    Delayed,
}

impl Skip {
    /// The words of the fixed output.
    pub fn words(&self) -> String {
        match self {
            Skip::RpathUnderRunpath => "rpath is ignored because runpath is set".into(),
            Skip::ChainUnderRunpath => "importers' rpaths are ignored because runpath is set".into(),
            skip => skip.phrase(),
        }
    }

    pub fn phrase(&self) -> String {
        match self {
            Skip::RpathUnderRunpath => "RPATH is ignored because RUNPATH is set".into(),
            Skip::ChainUnderRunpath => "RPATHs of importers are ignored because RUNPATH is set".into(),
            Skip::NoDefaultLibraries => "default directories are ruled out (-z nodefaultlib)".into(),
            Skip::Relative(path) => format!("{path} depends on the working directory"),
            Skip::UnknownToken(path) => format!("{path} holds a token that this loader does not know"),
            Skip::NotInCache => "not in the cache".into(),
            Skip::UnknownProgram(path) => format!("{path} depends on the program, which is not known"),
            Skip::UnusableRpath(path) => format!("{path} is no place that dyld accepts in an LC_RPATH"),
            Skip::NoRpath => "no LC_RPATH's found".into(),
            Skip::Delayed => "not searched for a DLL that is loaded when it is first used".into(),
        }
    }
}

/// A place tried, and what was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    pub step: Step,
    /// None for a step that was passed over.
    pub path: Option<VPath>,
    pub verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Found(FileId),
    /// dyld's shared cache has it: no file is needed.
    InSharedCache,
    /// Windows, or the Python that is not at hand, has it.
    Granted,
    Missing,
    /// A link whose target is gone.
    Dangling(VPath),
    /// Too many levels of symbolic links.
    Loop,
    /// Passed over: the loader looks on for one that fits. The processors that it is made for.
    OtherArch(String),
    Denied(String),
    /// Ends the search with an error.
    Refused(Refusal),
    Skipped(Skip),
}

impl Verdict {
    /// The words of the fixed output.
    pub fn words(&self) -> String {
        match self {
            Verdict::Skipped(why) => why.words(),
            verdict => verdict.phrase(),
        }
    }

    pub fn phrase(&self) -> String {
        match self {
            Verdict::Found(_) => "found".into(),
            Verdict::InSharedCache => "in the shared cache".into(),
            Verdict::Granted => "there, on every such system".into(),
            Verdict::Missing => "no such file".into(),
            Verdict::Dangling(target) => format!("a link to {target}, which is gone"),
            Verdict::Loop => "too many levels of symbolic links".into(),
            Verdict::OtherArch(arch) => format!("passed over: made for {arch}"),
            Verdict::Denied(why) => format!("cannot be opened: {why}"),
            Verdict::Refused(why) => why.phrase(),
            Verdict::Skipped(why) => why.phrase(),
        }
    }
}

impl Refusal {
    pub fn phrase(&self) -> String {
        match self {
            Refusal::Directory => "is a directory".into(),
            Refusal::Problem(problem) => problem.to_string(),
            Refusal::Kind(why) => (*why).into(),
        }
    }
}
