//! A scan that is under way, and what the mouse drags.

use super::scrolling::along;
use super::way::Way;
use crate::survey::{Phase, Seen};

/// A scan that is under way.
#[derive(Clone, Debug, Default)]
pub struct Work {
    pub phase: Option<Phase>,
    /// Where the walk is.
    pub folder: String,
    pub files: usize,
    /// What it has found, in the order in which it came: nothing moves under the cursor.
    pub seen: Vec<Seen>,
    /// How many bytes those have, and how many of them no loader can take.
    pub bytes: u64,
    pub troubled: usize,
    /// The row that somebody went to; until then the newest is shown.
    pub cursor: Option<usize>,
    /// Somebody asked to stop it.
    pub is_stopping: bool,
}

impl Work {
    pub fn take_in(&mut self, seen: Vec<Seen>) {
        self.bytes += seen.iter().map(|seen| seen.len).sum::<u64>();
        self.troubled += seen.iter().filter(|seen| seen.trouble.is_some()).count();
        self.seen.extend(seen);
    }

    /// The row that is shown for certain.
    pub fn row(&self) -> usize {
        self.cursor.unwrap_or(usize::MAX).min(self.seen.len().saturating_sub(1))
    }

    /// Goes to another row; below the last one, the newest are shown again.
    pub fn step(&mut self, way: Way) {
        if matches!(way, Way::Left | Way::Right) {
            return;
        }
        let to = along(self.row(), self.seen.len(), way);
        let is_last = to + 1 >= self.seen.len();
        self.cursor = (!is_last || !matches!(way, Way::Down | Way::HalfDown | Way::Bottom)).then_some(to);
    }
}

/// What the mouse drags while its button is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drag {
    /// The border between panes.
    Border,
    /// The picture, last from this cell.
    Picture { from: (u16, u16) },
}
