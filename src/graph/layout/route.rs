//! The lines in the channel between two columns.
//!
//! Links from the same slots are one net: a vertical line with teeth to its sources on the left and its targets on the
//! right. Each vertical has a track. A source and the target of another net may stand on one row: then the source's track
//! must be left of the target's. Where that goes in circles, a source leaves its row at once and comes by a row of its own
//! below: a detour.

use std::collections::BTreeMap;

use super::{Layout, Slot};

/// Links that are drawn as one: from each source to each target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Net {
    /// The channel: that right of this column.
    pub column: usize,
    pub sources: Vec<usize>,
    pub targets: Vec<usize>,
    /// The track of the vertical line; none where the net is one straight line.
    pub track: Option<usize>,
    /// The rows of the vertical line.
    pub top: i32,
    pub bottom: i32,
    pub detours: Vec<Detour>,
}

/// A source that comes to its net's vertical line by another row than its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detour {
    pub source: usize,
    pub track: usize,
    pub row: i32,
}

impl Net {
    /// The row by which a source comes to the vertical line.
    pub fn row_of(&self, source: usize, slots: &[Slot]) -> i32 {
        let detour = self.detours.iter().find(|detour| detour.source == source);
        detour.map_or(slots[source].row, |detour| detour.row)
    }

    fn stretch(&mut self, slots: &[Slot]) {
        let sources = self.sources.iter().map(|&source| self.row_of(source, slots));
        let rows: Vec<i32> = sources.chain(self.targets.iter().map(|&target| slots[target].row)).collect();
        self.top = rows.iter().copied().min().unwrap_or(0);
        self.bottom = rows.iter().copied().max().unwrap_or(0);
    }

    fn is_straight(&self) -> bool {
        self.top == self.bottom
    }
}

pub(super) fn route(layout: &mut Layout) {
    let mut channels: BTreeMap<usize, Vec<Net>> = BTreeMap::new();
    for net in nets(layout) {
        channels.entry(net.column).or_default().push(net);
    }
    let mut plans: Vec<Plan> = channels.into_values().map(|nets| Plan::of(nets, &layout.slots)).collect();
    make_room(&plans, layout);
    for plan in &mut plans {
        let column = plan.nets[0].column;
        layout.columns[column].tracks = plan.give_tracks(&layout.slots);
    }
    layout.nets = plans.into_iter().flat_map(|plan| plan.nets).collect();
}

/// The nets of a channel, before they have tracks.
struct Plan {
    nets: Vec<Net>,
    /// In which order they get them.
    order: Vec<usize>,
    /// The net and source of each detour.
    detours: Vec<(usize, usize)>,
}

/// Makes rows for detours, below the rows that they leave; channels share them.
fn make_room(plans: &[Plan], layout: &mut Layout) {
    let mut wanted: BTreeMap<i32, usize> = BTreeMap::new();
    for plan in plans {
        let mut here: BTreeMap<i32, usize> = BTreeMap::new();
        for &(_, source) in &plan.detours {
            *here.entry(layout.slots[source].row).or_default() += 1;
        }
        for (row, count) in here {
            let most = wanted.entry(row).or_default();
            *most = count.max(*most);
        }
    }
    for slot in &mut layout.slots {
        slot.row += wanted.range(..slot.row).map(|(_, count)| *count as i32).sum::<i32>();
    }
}

/// Links into one slot are one net; so are nets from the same slots.
fn nets(layout: &Layout) -> Vec<Net> {
    let mut into: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for &(source, target) in &layout.links {
        into.entry((layout.slots[source].column, target)).or_default().push(source);
    }
    let mut from: BTreeMap<(usize, Vec<usize>), Vec<usize>> = BTreeMap::new();
    for ((column, target), mut sources) in into {
        sources.sort_unstable();
        from.entry((column, sources)).or_default().push(target);
    }
    let net = |((column, sources), targets)| {
        let mut net = Net { column, sources, targets, ..Net::default() };
        net.stretch(&layout.slots);
        net
    };
    from.into_iter().map(net).collect()
}

impl Plan {
    fn of(nets: Vec<Net>, slots: &[Slot]) -> Plan {
        let (order, broken) = ordered(&nets, slots);
        let mut detours = Vec::new();
        for (left, right) in broken {
            let rows: Vec<i32> = nets[right].targets.iter().map(|&target| slots[target].row).collect();
            let clashing = nets[left].sources.iter().filter(|&&source| rows.contains(&slots[source].row));
            detours.extend(clashing.map(|&source| (left, source)));
        }
        detours.sort_unstable();
        detours.dedup();
        Plan { nets, order, detours }
    }

    /// The answer is how many tracks there are; those of the detours are left of all others.
    fn give_tracks(&mut self, slots: &[Slot]) -> usize {
        let around = self.lead_around(slots);
        let nets = &mut self.nets;
        nets.iter_mut().for_each(|net| net.stretch(slots));
        // The constraints that are left: the rows by which detours come are nobody else's.
        let left = constraints(nets, slots);
        let mut tracks: Vec<Vec<(i32, i32)>> = Vec::new();
        for &at in &self.order {
            if nets[at].is_straight() {
                continue;
            }
            let after = left[at].iter().filter_map(|&before| nets[before].track).max();
            let span = (nets[at].top, nets[at].bottom);
            let first = after.map_or(0, |before| before + 1 - around);
            let track = first_free(&mut tracks, first, span);
            nets[at].track = Some(around + track);
        }
        around + tracks.len()
    }

    /// Gives the detours their rows and tracks; the answer is how many tracks that takes.
    fn lead_around(&mut self, slots: &[Slot]) -> usize {
        let mut taken: BTreeMap<i32, i32> = BTreeMap::new();
        let mut tracks: Vec<Vec<(i32, i32)>> = Vec::new();
        for &(net, source) in &self.detours {
            let from = slots[source].row;
            let below = taken.entry(from).or_default();
            *below += 1;
            let row = from + *below;
            let track = first_free(&mut tracks, 0, (from, row));
            self.nets[net].detours.push(Detour { source, track, row });
        }
        tracks.len()
    }
}

/// Takes the first track from `first` on that is free over these rows.
fn first_free(tracks: &mut Vec<Vec<(i32, i32)>>, first: usize, span: (i32, i32)) -> usize {
    let is_taken = |taken: &Vec<(i32, i32)>| taken.iter().any(|&other| overlap(other, span));
    let mut track = first;
    while tracks.get(track).is_some_and(is_taken) {
        track += 1;
    }
    tracks.resize(tracks.len().max(track + 1), Vec::new());
    tracks[track].push(span);
    track
}

fn overlap(a: (i32, i32), b: (i32, i32)) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}

/// For each net, those whose tracks must be left of its own: a source of theirs is on the row of a target of its own.
fn constraints(nets: &[Net], slots: &[Slot]) -> Vec<Vec<usize>> {
    let mut into: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    for (at, net) in nets.iter().enumerate() {
        for &target in &net.targets {
            into.entry(slots[target].row).or_default().push(at);
        }
    }
    let mut before = vec![Vec::new(); nets.len()];
    for (at, net) in nets.iter().enumerate() {
        for &source in &net.sources {
            let others = into.get(&net.row_of(source, slots)).into_iter().flatten();
            others.filter(|&&other| other != at).for_each(|&other| before[other].push(at));
        }
    }
    before
}

/// The nets in an order that the constraints allow, short ones first; and the constraints, as (left, right), that none
/// allows.
fn ordered(nets: &[Net], slots: &[Slot]) -> (Vec<usize>, Vec<(usize, usize)>) {
    let before = constraints(nets, slots);
    let mut first: Vec<usize> = (0..nets.len()).collect();
    // Who leaves a shared row first must not lead anywhere where the others do not: few sources before many.
    first.sort_by_key(|&at| (nets[at].sources.len(), nets[at].bottom - nets[at].top, nets[at].top, at));
    // Where a net is on the way through what must come before it: 1; done: 2.
    let mut state = vec![0u8; nets.len()];
    let (mut order, mut broken) = (Vec::new(), Vec::new());
    for start in first {
        let mut stack = vec![(start, 0)];
        while let Some(&mut (at, ref mut next)) = stack.last_mut() {
            if *next == 0 {
                if state[at] != 0 {
                    stack.pop();
                    continue;
                }
                state[at] = 1;
            }
            match before[at].get(*next) {
                None => {
                    state[at] = 2;
                    order.push(at);
                    stack.pop();
                }
                Some(&left) => {
                    *next += 1;
                    match state[left] {
                        0 => stack.push((left, 0)),
                        1 => broken.push((left, at)),
                        _ => {}
                    }
                }
            }
        }
    }
    // Where a source leads to that target too, the row is one line through: who else leads to the left net would seem to
    // lead there as well. A straight net is always such a line.
    for (right, lefts) in before.iter().enumerate() {
        for &left in lefts {
            let leads_through = |source: &&usize| {
                nets[right].sources.contains(source)
                    && nets[right].targets.iter().any(|&target| slots[target].row == slots[**source].row)
            };
            let all = |source: &usize| nets[right].sources.contains(source);
            if nets[left].sources.iter().any(|source| leads_through(&source)) && !nets[left].sources.iter().all(all) {
                broken.push((left, right));
            }
        }
    }
    broken.sort_unstable();
    broken.dedup();
    (order, broken)
}
