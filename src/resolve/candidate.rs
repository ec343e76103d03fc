//! The words of a search: where a loader looks, by which step of its rule, and what it finds there.

use crate::image::{Arch, Name};
use crate::resolve::Refusal;
use crate::vfs::VPath;
use crate::world::FileId;

/// A step of a loader's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// The process has an object that was asked for under this name.
    LoadedName,
    /// The process has an object with this `DT_SONAME`.
    LoadedSoname,
    /// The search came to a file that the process has already (device and inode).
    LoadedFile,
    /// Part of the loader itself.
    Builtin,
    /// The name is a path.
    Path,
    /// `DT_RPATH` of the object that needs it.
    Rpath,
    /// `DT_RPATH` of an object further up the chain of those that caused it to be loaded.
    RpathOfLoader,
    /// `DT_RPATH` of the main program.
    RpathOfProgram,
    LibraryPath,
    Runpath,
    /// `DT_RUNPATH` further up the chain, which musl inherits.
    RunpathOfLoader,
    Cache,
    /// A directory compiled into the loader.
    Trusted,
    /// No step found it.
    Nowhere,
}

impl Step {
    /// The word of the fixed output.
    pub fn word(self) -> &'static str {
        match self {
            Step::LoadedName => "already-loaded",
            Step::LoadedSoname => "already-loaded:soname",
            Step::LoadedFile => "already-loaded:inode",
            Step::Builtin => "builtin",
            Step::Path => "path",
            Step::Rpath => "rpath",
            Step::RpathOfLoader => "rpath:importer",
            Step::RpathOfProgram => "rpath:program",
            Step::LibraryPath => "LD_LIBRARY_PATH",
            Step::Runpath => "runpath",
            Step::RunpathOfLoader => "runpath:importer",
            Step::Cache => "cache",
            Step::Trusted => "default",
            Step::Nowhere => "none",
        }
    }

    /// A phrase for people: "found by …".
    pub fn phrase(self) -> &'static str {
        match self {
            Step::LoadedName => "already loaded",
            Step::LoadedSoname => "already loaded, by its soname",
            Step::LoadedFile => "already loaded, the same file",
            Step::Builtin => "part of the loader",
            Step::Path => "its path",
            Step::Rpath => "its own rpath",
            Step::RpathOfLoader => "the rpath of an importer",
            Step::RpathOfProgram => "the rpath of the program",
            Step::LibraryPath => "LD_LIBRARY_PATH",
            Step::Runpath => "its own runpath",
            Step::RunpathOfLoader => "the runpath of an importer",
            Step::Cache => "the loader's cache",
            Step::Trusted => "the default directories",
            Step::Nowhere => "no step",
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
}

impl Skip {
    pub fn phrase(&self) -> String {
        match self {
            Skip::RpathUnderRunpath => "rpath is ignored because runpath is set".into(),
            Skip::ChainUnderRunpath => "importers' rpaths are ignored because runpath is set".into(),
            Skip::NoDefaultLibraries => "default directories are ruled out (-z nodefaultlib)".into(),
            Skip::Relative(path) => format!("{path} depends on the working directory"),
            Skip::UnknownToken(path) => format!("{path} holds a token that this loader does not know"),
            Skip::NotInCache => "not in the cache".into(),
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
    Missing,
    /// A link whose target is gone.
    Dangling(VPath),
    /// Too many levels of symbolic links.
    Loop,
    /// Passed over silently: the loader looks on for one that fits.
    OtherArch(Arch),
    Denied(String),
    /// Ends the search with an error.
    Refused(Refusal),
    Skipped(Skip),
}

impl Verdict {
    pub fn phrase(&self) -> String {
        match self {
            Verdict::Found(_) => "found".into(),
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
