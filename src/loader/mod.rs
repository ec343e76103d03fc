//! Name → file, as the loader would.
//!
//! A loader is an ordered list of [`Candidate`]s. Each loader here is its manual page, written as a few named functions
//! called in order; the loop that walks the list ([`find`]) is written once. A step that the rule skips is a candidate
//! too, so that "rpath is ignored because runpath is set" is data that a person can be shown.
//!
//! Explanations are replayed, not stored: [`find`] calls back for each place it tries. A scan passes a no-op, the "why"
//! view a recorder.
//!
//! This room knows nothing of the disk: it asks the [`World`].

mod candidate;
mod dyld;
mod expand;
mod glibc;
mod musl;
pub mod procedures;
mod process;
pub mod shared_cache;
pub mod system32;
pub mod windows;

pub use candidate::{Candidate, Place, Probe, Skip, Step, Verdict};
pub use process::{Import, Object, ObjectId, Process, Simulation, Wanted};

use std::ops::ControlFlow;

use crate::image::{DF_1_NOOPEN, Format, ImageKind, Name, Problem};
use crate::vfs::VPath;
use crate::world::{Absent, FileId, System, World};

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
pub fn find(ask: &Ask, probe: &mut dyn FnMut(&dyn Fn() -> Probe)) -> Resolution {
    let mut outcome = Resolution::Missing;
    let world = ask.world;
    if let (System::Windows(_), Some(step)) = (&world.host.system, windows::always(&windows::folded(ask.name))) {
        probe(&|| Probe { step, path: None, verdict: Verdict::Granted });
        return Resolution::Builtin(step);
    }
    let is_musl = matches!(world.host.system, System::Musl(_));
    let is_dyld = world.host.system.is_dyld();
    let mut visit = |candidate: Candidate| {
        let Candidate { step, place } = candidate;
        if let (true, Place::At(path)) = (is_dyld, &place)
            && let Some(known) = dyld::known(ask, path)
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
        let (verdict, next) = match &world.host.system {
            System::Dyld(_) => dyld::judge(ask, found),
            System::Windows(_) => windows::judge(ask, found),
            _ => judge(ask, found),
        };
        let (verdict, next) = if is_musl { as_musl(verdict, next) } else { (verdict, next) };
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
    let _: ControlFlow<()> = match &world.host.system {
        System::Glibc(system) => glibc::candidates(system, ask, &mut visit),
        System::Musl(system) => musl::candidates(system, ask, &mut visit),
        System::Dyld(system) => dyld::candidates(system, ask, &mut visit),
        System::Windows(system) => windows::candidates(system, ask, &mut visit),
        System::Unknown => glibc::candidates(&crate::world::Glibc::default(), ask, &mut visit),
    };
    match &world.host.system {
        System::Glibc(system) if outcome == Resolution::Missing && system.granted.contains(ask.name) => {
            Resolution::Builtin(Step::Builtin)
        }
        System::Windows(system) if outcome == Resolution::Missing => match windows::granted(system, ask) {
            Some(step) => {
                probe(&|| Probe { step, path: None, verdict: Verdict::Granted });
                Resolution::Builtin(step)
            }
            None => outcome,
        },
        _ => outcome,
    }
}

/// musl takes the first file that opens, whatever it is, and gives up where a place cannot be searched.
fn as_musl(verdict: Verdict, next: Next) -> (Verdict, Next) {
    match verdict {
        Verdict::OtherArch(_) => (Verdict::Refused(Refusal::Kind("it is made for another processor")), Next::Stop),
        Verdict::Loop => (verdict, Next::Stop),
        verdict => (verdict, next),
    }
}

/// What a loader thinks of the file at a path (`open_verify` in glibc's `elf/dl-load.c`).
fn judge(ask: &Ask, found: Result<FileId, Absent>) -> (Verdict, Next) {
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
