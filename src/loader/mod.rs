//! Name → file, as the loader would.
//!
//! A loader is an entry of a table, and an ordered list of [`Candidate`]s. Each loader here is its manual page, written as a few named functions
//! called in order; the loop that walks the list ([`find`]) is written once. A step that the rule skips is a candidate
//! too, so that "rpath is ignored because runpath is set" is data that a person can be shown.
//!
//! Explanations are replayed, not stored: [`find`] calls back for each place it tries. A scan passes a no-op, the "why"
//! view a recorder.
//!
//! This room knows nothing of the disk: it asks the [`World`].

mod candidate;
mod dyld;
mod elf;
mod expand;
mod glibc;
mod musl;
mod process;
mod table;
mod unjudged;
pub mod windows;

pub use candidate::{Candidate, Place, Probe, Skip, Step, Verdict};
pub use dyld::shared_cache;
pub use process::{Import, Object, ObjectId, Process, Simulation, Wanted};
pub use table::{Binding, LoaderTraits, OldestRelease, PythonTraits, folded, is_of_system, known_as, traits};
pub use windows::{procedures, system32};

use std::ops::ControlFlow;

use table::Loader;

use crate::image::{Name, Problem};
use crate::vfs::VPath;
use crate::world::{FileId, World};

/// What became of a need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// A search found the file, under this path.
    Found { file: FileId, opened: VPath, step: Step },
    /// The process has it already.
    Loaded { file: FileId, step: Step },
    /// Part of the system, no file of its own; by which step it is.
    Builtin(Step),
    /// Every place was tried.
    Missing,
    /// A place had something that ends the search with an error of its own.
    Refused { at: VPath, why: Refusal },
}

impl Resolution {
    /// The file that the need got.
    pub fn file(&self) -> Option<FileId> {
        match self {
            Resolution::Found { file, .. } | Resolution::Loaded { file, .. } => Some(*file),
            _ => None,
        }
    }

    /// Does the load go on?
    pub fn is_met(&self) -> bool {
        !matches!(self, Resolution::Missing | Resolution::Refused { .. })
    }

    /// The step of the loader's rule that decided.
    pub fn step(&self) -> Step {
        match self {
            Resolution::Found { step, .. } | Resolution::Loaded { step, .. } | Resolution::Builtin(step) => *step,
            Resolution::Missing | Resolution::Refused { .. } => Step::Nowhere,
        }
    }

    /// The word of the fixed output: `found`, `loaded`, `builtin`, `missing`.
    pub fn word(&self) -> &'static str {
        match self {
            Resolution::Found { .. } => "found",
            Resolution::Loaded { .. } => "loaded",
            Resolution::Builtin(_) => "builtin",
            Resolution::Missing | Resolution::Refused { .. } => "missing",
        }
    }
}

/// Why a file that is there ends the load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Directory,
    Problem(Problem),
    /// A program, or a file of another format.
    Kind(&'static str),
}

/// One question to a loader: who wants what, in which process.
pub struct Ask<'a> {
    pub world: &'a World,
    pub process: &'a Process<'a>,
    /// The object whose need it is; none where a program's own loader was asked by path.
    pub by: ObjectId,
    pub name: &'a Name,
}

/// What is called for each place that is tried, with what makes the words for it.
pub type Probing<'p> = dyn FnMut(&dyn Fn() -> Probe) + 'p;

/// What a candidate list hands its places to.
type Visit<'v> = dyn FnMut(Candidate) -> Next + 'v;

/// What the search does after a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Go,
    /// Give up this list of directories, go on with the next step: glibc's `open_path` on an error other than "no such
    /// file".
    LeaveList,
    Stop,
}

/// Tries one path.
fn one(step: Step, path: VPath, visit: &mut Visit) -> ControlFlow<()> {
    match visit(Candidate { step, place: Place::At(path) }) {
        Next::Stop => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    }
}

/// Tells why a step is passed over.
fn skip(step: Step, why: Skip, visit: &mut Visit) -> ControlFlow<()> {
    visit(Candidate { step, place: Place::Skipped(why) });
    ControlFlow::Continue(())
}

/// Asks the loader of the world's system for a name that the process does not have yet. `probe` is called for each place
/// with what makes the words for it: nobody pays for words that nobody reads.
pub fn find(ask: &Ask, probe: &mut Probing) -> Resolution {
    let world = ask.world;
    let loader = Loader::of(&world.host.system);
    if let Some(step) = (loader.at_once)(ask.name) {
        probe(&|| Probe { step, path: None, verdict: Verdict::Granted });
        return Resolution::Builtin(step);
    }
    let mut outcome = Resolution::Missing;
    let mut visit = |candidate: Candidate| {
        let Candidate { step, place } = candidate;
        if let Place::At(path) = &place
            && let Some(known) = (loader.known)(ask, path)
        {
            let verdict = match &known {
                Resolution::Loaded { file, .. } => Verdict::Found(*file),
                _ => Verdict::InSharedCache,
            };
            outcome = known;
            probe(&|| Probe { step, path: Some(path.clone()), verdict: verdict.clone() });
            return Next::Stop;
        }
        let found = match &place {
            Place::At(path) => world.open(path),
            Place::In(directory, name) => world.open_in(directory, name),
            Place::Skipped(why) => {
                probe(&|| Probe { step, path: None, verdict: Verdict::Skipped(why.clone()) });
                return Next::Go;
            }
        };
        let path = || match &place {
            Place::At(path) => path.clone(),
            Place::In(directory, name) => directory.join(name),
            Place::Skipped(_) => VPath::default(),
        };
        let (verdict, next) = (loader.judge)(ask, found);
        match &verdict {
            Verdict::Found(file) => outcome = Resolution::Found { file: *file, opened: path(), step },
            Verdict::Refused(why) if outcome == Resolution::Missing => {
                outcome = Resolution::Refused { at: path(), why: why.clone() };
            }
            _ => {}
        }
        probe(&|| Probe { step, path: Some(path()), verdict: verdict.clone() });
        next
    };
    let _: ControlFlow<()> = (loader.candidates)(ask, &mut visit);
    match outcome {
        Resolution::Missing => (loader.granted)(ask, probe).map_or(Resolution::Missing, Resolution::Builtin),
        outcome => outcome,
    }
}
