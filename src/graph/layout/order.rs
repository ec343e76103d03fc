//! In which order the slots of a column stand, so that few links cross: barycenters, sweep after sweep, then neighbors
//! are swapped where that helps.

use super::Layout;

/// How often the columns are swept.
const SWEEPS: usize = 8;
/// After so many sweeps that made nothing better, no other will.
const PATIENCE: usize = 3;
/// Swapping neighbors costs too much beyond so many slots.
const MOST_SWAPPED: usize = 1500;

struct Order {
    columns: Vec<Vec<usize>>,
    before: Vec<Vec<usize>>,
    behind: Vec<Vec<usize>>,
    /// The place of each slot in its column.
    place: Vec<usize>,
}

pub(super) fn order(layout: &mut Layout) {
    let (before, behind) = layout.neighbors();
    let mut columns = vec![Vec::new(); layout.columns.len()];
    for slot in first_order(layout, &before, &behind) {
        columns[layout.slots[slot].column].push(slot);
    }
    let mut order = Order { columns, before, behind, place: vec![0; layout.slots.len()] };
    order.settle();
    let mut best = (order.crossings(), order.columns.clone());
    let mut stale = 0;
    for sweep in 0..SWEEPS {
        if best.0 == 0 || stale > PATIENCE {
            break;
        }
        order.sweep(sweep % 2 == 0);
        let crossings = order.crossings();
        if crossings < best.0 {
            best = (crossings, order.columns.clone());
            stale = 0;
        } else {
            stale += 1;
        }
    }
    order.columns = best.1;
    order.settle();
    if best.0 > 0 && layout.slots.len() <= MOST_SWAPPED {
        order.swap();
    }
    layout.crossings = order.crossings();
    for (column, slots) in layout.columns.iter_mut().zip(order.columns) {
        column.slots = slots;
    }
}

/// Depth first from what nothing leads to, the widest first: what belongs together stands together.
fn first_order(layout: &Layout, before: &[Vec<usize>], behind: &[Vec<usize>]) -> Vec<usize> {
    let mut roots: Vec<usize> = (0..layout.slots.len()).filter(|&slot| before[slot].is_empty()).collect();
    roots.sort_by_key(|&root| (std::cmp::Reverse(behind[root].len()), root));
    let mut seen = vec![false; layout.slots.len()];
    let mut order = Vec::with_capacity(layout.slots.len());
    for root in roots {
        let mut stack = vec![root];
        while let Some(slot) = stack.pop() {
            if !std::mem::replace(&mut seen[slot], true) {
                order.push(slot);
                stack.extend(behind[slot].iter().rev());
            }
        }
    }
    order
}

impl Order {
    fn settle(&mut self) {
        for column in &self.columns {
            for (at, &slot) in column.iter().enumerate() {
                self.place[slot] = at;
            }
        }
    }

    /// Orders each column by the mean place of what is linked with it in the column before.
    fn sweep(&mut self, is_forward: bool) {
        let count = self.columns.len();
        for step in 1..count {
            let at = if is_forward { step } else { count - 1 - step };
            let near = if is_forward { &self.before } else { &self.behind };
            let mean = |&slot: &usize| {
                let places = near[slot].iter().map(|&other| self.place[other] as f64);
                if near[slot].is_empty() {
                    self.place[slot] as f64
                } else {
                    places.sum::<f64>() / near[slot].len() as f64
                }
            };
            let mut keyed: Vec<(f64, usize)> = self.columns[at].iter().map(|slot| (mean(slot), *slot)).collect();
            // The sort is stable: where the means are equal, the order stays.
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            self.columns[at] = keyed.into_iter().map(|(_, slot)| slot).collect();
            for (place, &slot) in self.columns[at].iter().enumerate() {
                self.place[slot] = place;
            }
        }
    }

    /// Swaps neighbors as long as that takes crossings away.
    fn swap(&mut self) {
        for _ in 0..4 {
            let mut is_better = false;
            for column in 0..self.columns.len() {
                for at in 1..self.columns[column].len() {
                    let (upper, lower) = (self.columns[column][at - 1], self.columns[column][at]);
                    let gain = self.gain(&self.behind[upper], &self.behind[lower])
                        + self.gain(&self.before[upper], &self.before[lower]);
                    if gain > 0 {
                        self.columns[column].swap(at - 1, at);
                        (self.place[upper], self.place[lower]) = (at, at - 1);
                        is_better = true;
                    }
                }
            }
            if !is_better {
                return;
            }
        }
    }

    /// How many crossings fewer there are when the owner of the first list goes below that of the second.
    fn gain(&self, upper: &[usize], lower: &[usize]) -> i64 {
        let pairs = upper.iter().flat_map(|&a| lower.iter().map(move |&b| (a, b)));
        pairs.map(|(a, b)| (self.place[a].cmp(&self.place[b])) as i64).sum()
    }

    /// How often links cross between neighboring columns, counted with a Fenwick tree.
    fn crossings(&self) -> usize {
        let mut total = 0;
        for (at, column) in self.columns.iter().enumerate().take(self.columns.len().saturating_sub(1)) {
            let mut tree = vec![0usize; self.columns[at + 1].len() + 1];
            let mut seen = 0;
            for &slot in column {
                for &target in &self.behind[slot] {
                    let mut above = 0;
                    let mut node = self.place[target] + 1;
                    while node > 0 {
                        above += tree[node];
                        node &= node - 1;
                    }
                    total += seen - above;
                }
                for &target in &self.behind[slot] {
                    let mut node = self.place[target] + 1;
                    while node < tree.len() {
                        tree[node] += 1;
                        node += node & node.wrapping_neg();
                    }
                    seen += 1;
                }
            }
        }
        total
    }
}
