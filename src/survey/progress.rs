//! How a survey speaks to whoever waits for it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::image::Format;
use crate::vfs::VPath;

/// What a scan tells while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A folder is being read.
    Folder(VPath),
    /// The native files of a folder were read: how many there are so far, and those.
    Files(usize, Vec<Seen>),
    /// A new part of the work has begun.
    Phase(Phase),
}

/// A native file as the walk has just found it. Whatever is found later, nothing that is told here becomes untrue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub path: VPath,
    /// Where it is a native file.
    pub format: Option<Format>,
    /// In bytes.
    pub len: u64,
    /// Why no loader can take it, in words.
    pub trouble: Option<String>,
}

/// The parts of a scan, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Reading,
    Importing,
    Diagnosing,
}

impl Phase {
    /// What a person is told.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Reading => "reading files",
            Phase::Importing => "simulating imports",
            Phase::Diagnosing => "diagnosing",
        }
    }
}

/// How a scan speaks to whoever waits for it, and is told to stop.
pub struct Progress<'a> {
    pub tell: &'a (dyn Fn(Event) + Sync),
    pub cancel: &'a AtomicBool,
}

impl Progress<'_> {
    /// Nobody waits, and nobody stops it: for what takes no time.
    pub fn unwatched() -> Progress<'static> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        Progress { tell: &|_| {}, cancel: &NEVER }
    }

    /// Has somebody asked to stop?
    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}
