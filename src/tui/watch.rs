//! What changes on disk, asked again and again: no notice works on every file system, and a look costs little.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::scan::Scan;
use crate::vfs::{Disk, VPath};

/// The least time between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// A look may take no more than this part of the time.
const SHARE: u32 = 20;

/// Watches the files of the last scan, and the folders that they lie in.
#[derive(Clone, Default)]
pub(crate) struct Watch {
    watched: Arc<Mutex<Watched>>,
}

#[derive(Clone, Default)]
struct Watched {
    places: Vec<PathBuf>,
    /// Their state when it was told last, or when the scan was made that found them: what changes while a report of it is
    /// written is a change.
    known: u64,
}

impl Watch {
    /// Looks for as long as somebody listens; `tell` is called when something changed and has come to rest, as an installer
    /// changes many files one after the other. It answers whether anybody still listens.
    pub(crate) fn look(&self, tell: impl Fn() -> bool) {
        let mut before = None;
        loop {
            let Watched { places, known } = self.watched().clone();
            let begun = Instant::now();
            let stamp = stamp(&places);
            if !places.is_empty() && stamp != known && before == Some(stamp) {
                self.watched().known = stamp;
                if !tell() {
                    return;
                }
            }
            before = Some(stamp);
            thread::sleep(PAUSE.max(begun.elapsed() * SHARE));
        }
    }

    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Watches the files of this scan from now on.
    pub(crate) fn look_at(&self, scan: &Scan) {
        let places = match &scan.target.within {
            // Its paths are not those of this machine.
            Some(within) => vec![Disk::native(within)],
            None => places(scan).iter().map(Disk::native).collect(),
        };
        *self.watched() = Watched { known: stamp(&places), places };
    }
}

/// The files of a scan, and the folders around them.
fn places(scan: &Scan) -> BTreeSet<VPath> {
    let mut places: BTreeSet<VPath> = scan.items.iter().map(|item| item.path.clone()).collect();
    for item in &scan.items {
        let mut folder = item.path.parent();
        while let Some(path) = folder.filter(|path| path.starts_with(&scan.target.root) && !places.contains(path)) {
            folder = path.parent();
            places.insert(path);
        }
    }
    places
}

/// One number for the state of all places: when each was written last, and how long it is.
fn stamp(places: &[PathBuf]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for place in places {
        let state = std::fs::symlink_metadata(place).ok().map(|state| (state.modified().ok(), state.len()));
        state.hash(&mut hasher);
    }
    hasher.finish()
}
