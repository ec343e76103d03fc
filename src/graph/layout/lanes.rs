//! Groups of items, each in rows of its own: so that a frame can be drawn round them in which nothing else stands.
//!
//! What is in no group stands beside the frame of those that it is linked with where its column is no column of theirs, else
//! between the frames.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{Column, Layout, Slot, place};

/// Round the items of a group, with a free row above them for its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub group: usize,
    /// The first and the last column.
    pub columns: (usize, usize),
    /// The first and the last row; the name stands above the first.
    pub rows: (i32, i32),
}

/// A group needs so many items for a frame: of fewer, each is told whose it is.
const FEWEST: usize = 2;

/// The lanes of a layout whose columns are ordered.
pub(super) struct Lanes {
    /// The lane of each slot. Those of frames are odd, from top to bottom; the even ones lie between.
    of: Vec<usize>,
    /// The groups that have frames, their lanes and their slots.
    frames: Vec<(usize, usize, Vec<usize>)>,
}

impl Lanes {
    /// The lanes of items that belong to these groups.
    pub fn new(layout: &Layout, groups: &[Option<usize>]) -> Lanes {
        let group_of = |slot: &Slot| slot.item.and_then(|item| groups[item]);
        // Where each slot stands in its column, from nought to one; and the columns of each group.
        let mut heights = vec![0.0; layout.slots.len()];
        for column in &layout.columns {
            for (at, &slot) in column.slots.iter().enumerate() {
                heights[slot] = (at as f64 + 0.5) / column.slots.len() as f64;
            }
        }
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, slot) in layout.slots.iter().enumerate() {
            if let Some(group) = group_of(slot) {
                members.entry(group).or_default().push(at);
            }
        }
        let mean = |slots: &[usize]| slots.iter().map(|&slot| heights[slot]).sum::<f64>() / slots.len() as f64;
        let framed = members.into_iter().filter(|(_, slots)| slots.len() >= FEWEST);
        let mut framed: Vec<(f64, usize, Vec<usize>)> =
            framed.map(|(group, slots)| (mean(&slots), group, slots)).collect();
        framed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let frames = framed.into_iter().enumerate().map(|(rank, (_, group, slots))| (group, 2 * rank + 1, slots));
        let mut lanes = Lanes { of: vec![usize::MAX; layout.slots.len()], frames: frames.collect() };
        let mut spans: FxHashMap<usize, (usize, usize)> = FxHashMap::default();
        for (_, lane, slots) in &lanes.frames {
            spans.insert(*lane, span(slots.iter().map(|&slot| layout.slots[slot].column)));
            slots.iter().for_each(|&slot| lanes.of[slot] = *lane);
        }
        lanes.place_others(layout, &spans, &heights);
        lanes
    }

    /// Gives lanes to what is in no frame: items beside or below the frame of their neighbors, and lines to that of their
    /// target.
    fn place_others(&mut self, layout: &Layout, spans: &FxHashMap<usize, (usize, usize)>, heights: &[f64]) {
        let (before, behind) = layout.neighbors();
        let items: Vec<usize> = (0..layout.slots.len()).filter(|&at| layout.slots[at].item.is_some()).collect();
        // From frames to what is linked with them, and so on.
        loop {
            let mut is_changed = false;
            for &at in &items {
                if self.of[at] != usize::MAX {
                    continue;
                }
                let near = before[at].iter().chain(&behind[at]).map(|&other| layout.slots[other].target);
                let lane = near.map(|other| self.of[other]).filter(|&lane| lane != usize::MAX).min();
                if let Some(lane) = lane {
                    let column = layout.slots[at].column;
                    let is_inside = spans.get(&lane).is_some_and(|&(first, last)| (first..=last).contains(&column));
                    self.of[at] = if is_inside { lane + 1 } else { lane };
                    is_changed = true;
                }
            }
            if !is_changed {
                break;
            }
        }
        let count = self.frames.len();
        for &at in &items {
            if self.of[at] == usize::MAX {
                // Linked with no frame: where it stood.
                self.of[at] = 2 * ((heights[at] * (count + 1) as f64) as usize).min(count);
            }
        }
        for (at, slot) in layout.slots.iter().enumerate().filter(|(_, slot)| slot.item.is_none()) {
            self.of[at] = self.of[slot.target];
        }
    }

    /// Orders columns by lane, and gives each lane rows of its own.
    pub fn place(&self, layout: &mut Layout) {
        for column in &mut layout.columns {
            column.slots.sort_by_key(|&slot| self.of[slot]);
        }
        let mut lanes: Vec<usize> = self.of.clone();
        lanes.sort_unstable();
        lanes.dedup();
        let mut top = 0;
        for lane in lanes {
            // The name of a frame has a row.
            top += i32::from(lane % 2 == 1);
            let rows = self.rows(layout, lane);
            let height = rows.iter().map(|(_, row)| row + 1).max().unwrap_or(0);
            rows.into_iter().for_each(|(slot, row)| layout.slots[slot].row = top + row);
            top += height;
        }
    }

    /// The rows of the slots of a lane, from nought on.
    fn rows(&self, layout: &Layout, lane: usize) -> Vec<(usize, i32)> {
        let own: Vec<usize> = (0..self.of.len()).filter(|&slot| self.of[slot] == lane).collect();
        let number: FxHashMap<usize, usize> = own.iter().enumerate().map(|(at, &slot)| (slot, at)).collect();
        let column = |column: &Column| Column {
            slots: column.slots.iter().filter_map(|slot| number.get(slot).copied()).collect(),
            ..Column::default()
        };
        let mut part = Layout {
            slots: own.iter().map(|&slot| layout.slots[slot]).collect(),
            columns: layout.columns.iter().map(column).collect(),
            links: layout.links.iter().filter_map(|(a, b)| Some((*number.get(a)?, *number.get(b)?))).collect(),
            ..Layout::default()
        };
        place::place(&mut part);
        own.into_iter().zip(part.slots).map(|(slot, placed)| (slot, placed.row)).collect()
    }

    /// The frames, once every row is final.
    pub fn frames(&self, layout: &Layout) -> Vec<Frame> {
        let frame = |(group, _, slots): &(usize, usize, Vec<usize>)| Frame {
            group: *group,
            columns: span(slots.iter().map(|&slot| layout.slots[slot].column)),
            rows: span(slots.iter().map(|&slot| layout.slots[slot].row)),
        };
        self.frames.iter().map(frame).collect()
    }
}

/// The least and the greatest; the type's nought where there are none.
fn span<T: Ord + Copy + Default>(all: impl Iterator<Item = T> + Clone) -> (T, T) {
    (all.clone().min().unwrap_or_default(), all.max().unwrap_or_default())
}
