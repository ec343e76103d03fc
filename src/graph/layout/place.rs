//! On which row each slot stands: near the middle of what it is linked with, so that chains are straight.
//!
//! The order within a column is given, and two slots are at least a row apart: the rows nearest to the wishes under that
//! condition are an isotonic regression, found by pooling adjacent violators in one pass.

use std::collections::{BTreeMap, BTreeSet};

use super::Layout;

/// How often the columns are gone through: from the left, from the right, and at last both ways at once.
const ROUNDS: usize = 12;
const ROUNDS_OF_ONE_SIDE: usize = 8;
/// A line that passes by should be straight more than anything.
const OF_A_LINE: f64 = 4.0;
/// What is linked with nothing goes where the others let it.
const OF_THE_LOOSE: f64 = 0.05;

pub(super) fn place(layout: &mut Layout) {
    let (before, behind) = layout.neighbors();
    let mut rows = vec![0.0; layout.slots.len()];
    for column in &layout.columns {
        for (at, &slot) in column.slots.iter().enumerate() {
            rows[slot] = at as f64;
        }
    }
    let count = layout.columns.len();
    for round in 0..ROUNDS {
        let is_forward = round % 2 == 0;
        for step in 0..count {
            let column = &layout.columns[if is_forward { step } else { count - 1 - step }];
            let wishes: Vec<(f64, f64)> = column
                .slots
                .iter()
                .map(|&slot| {
                    let near: Vec<f64> = match (round < ROUNDS_OF_ONE_SIDE, is_forward) {
                        (true, true) => before[slot].iter().map(|&other| rows[other]).collect(),
                        (true, false) => behind[slot].iter().map(|&other| rows[other]).collect(),
                        (false, _) => before[slot].iter().chain(&behind[slot]).map(|&other| rows[other]).collect(),
                    };
                    match median(near) {
                        None => (rows[slot], OF_THE_LOOSE),
                        Some(row) => (row, if layout.slots[slot].item.is_none() { OF_A_LINE } else { 1.0 }),
                    }
                })
                .collect();
            for (&slot, row) in column.slots.iter().zip(apart(&wishes)) {
                rows[slot] = row;
            }
        }
    }
    snap(layout, &rows);
}

/// Whole rows, from nought on.
fn snap(layout: &mut Layout, rows: &[f64]) {
    let least = rows.iter().copied().fold(f64::MAX, f64::min);
    let mut top = i32::MAX;
    for column in &layout.columns {
        let mut free = i32::MIN;
        for &slot in &column.slots {
            let row = ((rows[slot] - least).round() as i32).max(free);
            layout.slots[slot].row = row;
            free = row + 1;
            top = top.min(row);
        }
    }
    for slot in &mut layout.slots {
        slot.row -= top;
    }
    close_up(layout);
}

/// Takes rows away on which nothing stands, but for one between what stands apart.
fn close_up(layout: &mut Layout) {
    let used: BTreeSet<i32> = layout.slots.iter().map(|slot| slot.row).collect();
    let mut closed = BTreeMap::new();
    let (mut before, mut row) = (0, 0);
    for used in used {
        row += (used - before).min(2);
        before = used;
        closed.insert(used, row);
    }
    for slot in &mut layout.slots {
        slot.row = closed[&slot.row];
    }
}

fn median(mut rows: Vec<f64>) -> Option<f64> {
    rows.sort_by(f64::total_cmp);
    let middle = rows.len() / 2;
    match rows.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(rows[middle]),
        _ => Some((rows[middle - 1] + rows[middle]) / 2.0),
    }
}

/// The rows nearest to the wishes, each with its weight, that are in order and at least one apart.
fn apart(wishes: &[(f64, f64)]) -> Vec<f64> {
    // Blocks of slots that stand close together: sum of weighted wishes, sum of weights, number of slots.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for (at, &(row, weight)) in wishes.iter().enumerate() {
        let mut block = (weight * (row - at as f64), weight, 1);
        while let Some(&last) = blocks.last() {
            if last.0 / last.1 < block.0 / block.1 {
                break;
            }
            block = (last.0 + block.0, last.1 + block.1, last.2 + block.2);
            blocks.pop();
        }
        blocks.push(block);
    }
    let firsts = blocks.iter().flat_map(|&(sum, weight, count)| std::iter::repeat_n(sum / weight, count));
    firsts.enumerate().map(|(at, first)| first + at as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn rows_keep_their_distance_and_stay_near_their_wishes() {
        assert_eq!(apart(&[(0.0, 1.0), (5.0, 1.0)]), [0.0, 5.0]);
        assert_eq!(apart(&[(2.0, 1.0), (2.0, 1.0)]), [1.5, 2.5]);
        assert_eq!(apart(&[(2.0, 3.0), (2.0, 1.0)]), [1.75, 2.75]);
        assert_eq!(apart(&[(9.0, 1.0), (0.0, 1.0)]), [4.0, 5.0]);
    }
}
