//! The mirror of imports, of the graph and of the searches behind its edges.

use super::image::{AbsentMirror, NeedKindMirror, ProblemMirror};
use super::mirror::{Damage, Mirror, Opening, Taking, Words, mirror};
use super::numpy::{NumpyEdgeMirror, PythonModuleMirror};
use super::text::{Bytes, FileNumber, Place};
use crate::discover::{DistributionId, Item, Role};
use crate::graph::{ImportEdge, ImportStanding, NeedEdge, Node};
use crate::loader::{Import, Probe, Refusal, Resolution, Skip, Step, Verdict};
use crate::survey::{ImportKind, ImportOf};
use crate::world::{Absent, FileId};

/// A native file, link or oddity of the environment.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub(super) struct ItemMirror {
    path: Place,
    /// None where there is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<FileNumber>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    absent: Option<AbsentMirror>,
    #[serde(default, skip_serializing_if = "Mirror::is_void")]
    is_link: bool,
}

impl Mirror for ItemMirror {
    type Real = Item;

    fn of(real: &Item, taking: &Taking) -> ItemMirror {
        let Item { path, found, is_link } = real;
        ItemMirror {
            path: Mirror::of(path, taking),
            file: Mirror::of(&found.as_ref().ok().copied(), taking),
            absent: Mirror::of(&found.as_ref().err().cloned(), taking),
            is_link: *is_link,
        }
    }

    fn back(self, opening: &Opening) -> Result<Item, Damage> {
        let found: Result<FileId, Absent> = match (self.file.back(opening)?, self.absent.back(opening)?) {
            (Some(file), _) => Ok(file),
            (None, absent) => Err(absent.unwrap_or(Absent::Missing)),
        };
        Ok(Item { path: self.path.back(opening)?, found, is_link: self.is_link })
    }
}

mirror! {
    /// One simulated import and what it brought in.
    struct ImportOfMirror = ImportOf {
        kind: ImportKindMirror,
        file: FileNumber,
        opened: Place,
        loads: ImportMirror,
    }
}

mirror! {
    enum ImportKindMirror = ImportKind {
        Interpreter,
        Module(name: String),
        Program,
        Alone,
    }
}

mirror! {
    struct ImportMirror = Import {
        /// Every file that it added to the process, in order; the root first.
        loads [default]: Vec<FileNumber>,
        /// The needs that were not met: file, and place in its `needs`.
        unmet [default]: Vec<(FileNumber, usize)>,
    }
}

mirror! {
    /// A node of the graph; edges name nodes by their place in `nodes`.
    enum NodeMirror = Node {
        /// By place in `distributions`.
        Distribution(id: DistributionNumber),
        /// A file of the environment.
        File { file: FileNumber, role: RoleMirror, owner: DistributionNumber },
        /// A file outside: the system's, or the interpreter's.
        System(file: FileNumber),
        /// Part of the loader or the system, no file.
        Builtin(name: Bytes),
        /// A name that the loader does not find.
        Missing(name: Bytes),
        /// A Python module that code imports.
        Python(module: PythonModuleMirror),
    }
}

/// A distribution, by its place in `distributions`.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(super) struct DistributionNumber(u32);

impl Mirror for DistributionNumber {
    type Real = DistributionId;

    fn of(real: &DistributionId, _: &Taking) -> DistributionNumber {
        DistributionNumber(real.0 as u32)
    }

    fn back(self, opening: &Opening) -> Result<DistributionId, Damage> {
        opening.below(self.0, opening.distributions, "distribution").map(DistributionId)
    }
}

mirror! {
    enum RoleMirror = Role {
        Module(name: String),
        Library,
        Program,
    }
}

/// An edge of the graph, and where its target was looked for.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub(super) struct EdgeMirror {
    pub source: u32,
    pub target: u32,
    #[serde(flatten)]
    pub kind: EdgeKindMirror,
}

/// What binds two nodes.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[serde(tag = "bond", rename_all = "kebab-case")]
pub(super) enum EdgeKindMirror {
    /// A distribution owns a file.
    Contains,
    /// A file asks for another.
    Needs {
        #[serde(flatten)]
        need: NeedEdgeMirror,
        /// Every place that was tried, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tried: Vec<ProbeMirror>,
    },
    /// No loader sees this edge.
    Numpy(NumpyEdgeMirror),
    /// Python code imports a module.
    Imports(ImportEdgeMirror),
}

mirror! {
    struct ImportEdgeMirror = ImportEdge {
        standing: ImportStandingMirror,
        /// The file and the line, from 1, of the first statement that names the module.
        site [default]: Option<(Place, u32)>,
    }
}

mirror! {
    enum ImportStandingMirror = ImportStanding {
        /// The importer fails with it.
        Certain,
        /// The importer may go on without it.
        Guarded,
        /// Only functions import it.
        Lazy,
    }
}

mirror! {
    /// One outcome of one need.
    struct NeedEdgeMirror = NeedEdge {
        /// The place in the `needs` of the file.
        need: usize,
        name: Bytes,
        kind: NeedKindMirror,
        resolution: ResolutionMirror,
        /// The first import in which it came out so, by place in `imports`.
        first: usize,
        /// How many imports see it so.
        imports: u32,
    }
}

mirror! {
    enum ResolutionMirror = Resolution {
        Found { file: FileNumber, opened: Place, step: StepMirror },
        /// The process has it already.
        Loaded { file: FileNumber, step: StepMirror },
        Builtin(step: StepMirror),
        Missing,
        /// A place had something that ends the search with an error.
        Refused { at: Place, why: RefusalMirror },
    }
}

mirror! {
    enum RefusalMirror = Refusal {
        Directory,
        Problem(problem: ProblemMirror),
        Kind(why: Words),
    }
}

mirror! {
    /// A step of the loader's rule.
    enum StepMirror = Step {
        LoadedName,
        LoadedSoname,
        LoadedInstallName,
        LoadedFile,
        Builtin,
        ApiSet,
        KnownDll,
        Path,
        LoaderPath,
        ExecutablePath,
        Rpath,
        RpathOfLoader,
        RpathOfProgram,
        LibraryPath,
        DyldPath,
        Fallback,
        Runpath,
        RunpathOfLoader,
        Cache,
        Trusted,
        ModuleFolder,
        ProgramFolder,
        AddedByProgram,
        AddedFolder,
        PackageFolder,
        System32,
        SearchPath,
        Unjudged,
        Nowhere,
    }
}

mirror! {
    /// A place that was tried, and what was there.
    struct ProbeMirror = Probe {
        step: StepMirror,
        path [default]: Option<Place>,
        verdict: VerdictMirror,
    }
}

mirror! {
    enum VerdictMirror = Verdict {
        Found(file: FileNumber),
        InSharedCache,
        Granted,
        Missing,
        Dangling(target: Place),
        Loop,
        OtherArch(archs: String),
        Denied(why: String),
        Refused(why: RefusalMirror),
        Skipped(why: SkipMirror),
    }
}

mirror! {
    /// Why a step was passed over.
    enum SkipMirror = Skip {
        RpathUnderRunpath,
        ChainUnderRunpath,
        NoDefaultLibraries,
        Relative(entry: Place),
        UnknownToken(entry: Place),
        NotInCache,
        UnknownProgram(entry: Place),
        UnusableRpath(entry: Place),
        NoRpath,
        Delayed,
    }
}

/// A search that is told of elsewhere than at its edge.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub(super) struct SearchMirror {
    pub import: u32,
    pub file: FileNumber,
    pub need: usize,
    pub resolution: ResolutionMirror,
    pub tried: Vec<ProbeMirror>,
}
