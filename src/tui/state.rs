//! What views remember that is more than a number.

use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::picture::scope::Scope;
use super::scan_index::ScanIndex;
use crate::buildlog::{Judged, Log, LogContext, judge};
use crate::diff::Diff;
use crate::graph::NodeId;
use crate::scan::Scan;

/// The list of findings.
#[derive(Clone, Debug, Default)]
pub struct FindingList {
    /// The finding of the row under the cursor, by place in the scan.
    pub finding: usize,
    /// Those that the filter leaves, sorted.
    pub shown: Vec<usize>,
    /// The rows that tell of them, and the one under the cursor.
    pub rows: Vec<ProblemRow>,
    pub cursor: usize,
    /// How wide the widest row is, in two lines.
    pub width: u16,
    /// The rows that are open, by [`ProblemRow::key`].
    pub open: FxHashSet<(usize, bool)>,
    /// Those that the scan before this one did not have.
    pub fresh: Vec<usize>,
}

/// A row of the list of findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProblemRow {
    /// The finding; of one rule in one package, several.
    pub findings: Vec<usize>,
    /// What cannot be imported because of it, where the row tells of that.
    pub consequence: Option<String>,
    /// The node that it leads to.
    pub node: Option<NodeId>,
    /// How many imports its findings break.
    pub breaks: usize,
    /// How far it is indented.
    pub depth: usize,
    /// Is it open? None where nothing lies under it.
    pub is_open: Option<bool>,
}

impl ProblemRow {
    /// What makes it the same row when rows are made anew.
    pub fn key(&self) -> (usize, bool) {
        (self.findings[0], self.findings.len() > 1)
    }

    /// The one finding that it is about.
    pub fn finding(&self) -> Option<usize> {
        (self.findings.len() == 1 && self.consequence.is_none()).then(|| self.findings[0])
    }
}

/// A file, and what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRow {
    pub node: NodeId,
    /// In bytes.
    pub size: u64,
    pub needs: usize,
    pub used_by: usize,
    /// The bytes that nothing else would need without it, its own among them.
    pub freed: u64,
    /// The one file by way of which everything comes that needs it.
    pub only_by: Option<NodeId>,
}

/// The list of all files.
#[derive(Clone, Debug, Default)]
pub struct FileList {
    /// All of the scan.
    pub all: Vec<FileRow>,
    /// Those that the filter leaves, sorted.
    pub shown: Vec<FileRow>,
    pub cursor: usize,
}

/// How near the graph is: the environment, a package, or a node with its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    pub scope: Scope,
    /// What it is drawn around.
    pub center: NodeId,
    /// Where the cursor stood when somebody went on from here.
    pub cursor: NodeId,
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
    pub fn compare(&mut self, scan_index: &ScanIndex) {
        self.judged = judge(&self.log, Some(&LogContext::new(&scan_index.scan)));
        self.cursor = self.cursor.min(self.judged.len().saturating_sub(1));
    }
}

/// The scan that this one is compared with, and what has changed since.
#[derive(Clone)]
pub struct Compared {
    pub before: Arc<Scan>,
    pub diff: Diff,
    /// How many changes are not listed: needs of which a finding tells.
    pub following: usize,
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
        Compared { before, diff: Diff::default(), following: 0, cursor: 0 }
    }
}
