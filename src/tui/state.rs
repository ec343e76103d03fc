//! What views remember that is more than a number.

use std::fmt;
use std::sync::Arc;

use super::atlas::Atlas;
use crate::buildlog::{Ground, Judged, Log, judge};
use crate::diff::Diff;
use crate::scan::Scan;

/// The list of findings.
#[derive(Clone, Debug, Default)]
pub struct FindingList {
    /// The finding under the cursor, by place in the scan.
    pub finding: usize,
    /// Those that the filter leaves, sorted.
    pub shown: Vec<usize>,
    /// Those that the scan before this one did not have.
    pub fresh: Vec<usize>,
}

/// The process that is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessCursor {
    /// The import, by place in the scan.
    pub import: usize,
    /// The row in it.
    pub row: usize,
}

/// A log, and what it comes to beside the scan.
#[derive(Debug)]
pub struct Logged {
    pub log: Log,
    /// The guilty first.
    pub judged: Vec<Judged>,
    /// The row of the list.
    pub cursor: usize,
}

impl Logged {
    /// A log that was not compared with anything yet.
    pub fn new(log: Log) -> Logged {
        let judged = judge(&log, None);
        Logged { log, judged, cursor: 0 }
    }

    /// Compares it with a scan.
    pub fn compare(&mut self, atlas: &Atlas) {
        self.judged = judge(&self.log, Some(&Ground::new(&atlas.scan)));
        self.cursor = self.cursor.min(self.judged.len().saturating_sub(1));
    }
}

/// The scan that this one is compared with, and what has changed since.
#[derive(Clone)]
pub struct Compared {
    pub before: Arc<Scan>,
    pub diff: Diff,
    /// The row of the list.
    pub cursor: usize,
}

impl fmt::Debug for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compared").field("before", &self.before.target).finish_non_exhaustive()
    }
}

impl Compared {
    /// Not compared with anything yet.
    pub fn new(before: Arc<Scan>) -> Compared {
        Compared { before, diff: Diff::default(), cursor: 0 }
    }
}
