//! Where things stand: a layered picture from left to right on a grid of cells, one row an item.
//!
//! After Sugiyama, in five steps, each in its own file: loops are opened, columns given, long links led through
//! stand-ins that all links to one target share; then rows are ordered so that few links cross ([`order`]), placed so that
//! chains are straight ([`place`]), and the lines between columns are routed on tracks ([`route`]). The same graph gives
//! the same picture, always.

mod lanes;
mod order;
mod place;
mod route;

use petgraph::algo::{greedy_feedback_arc_set, toposort};
use petgraph::graph::DiGraph;
use petgraph::visit::EdgeRef;
use rustc_hash::{FxHashMap, FxHashSet};

pub use lanes::Frame;
pub use route::{Detour, Net};

/// What stands in a cell of a column: an item, or the line of links that pass by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The item, by place; none for a stand-in.
    pub item: Option<usize>,
    /// Where the links lead that pass here; the item itself for an item.
    pub target: usize,
    pub column: usize,
    pub row: i32,
}

/// A column of slots, from top to bottom, and the channel right of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    pub x: i32,
    pub width: i32,
    pub slots: Vec<usize>,
    /// How many vertical lines the channel has room for.
    pub tracks: usize,
}

/// A picture, laid out. Items have the slots of their own numbers; the stand-ins follow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    pub slots: Vec<Slot>,
    pub columns: Vec<Column>,
    /// What is drawn in the channels.
    pub nets: Vec<Net>,
    /// The links between neighboring columns, from which the nets are made.
    pub links: Vec<(usize, usize)>,
    /// Links that were turned around, because they close a loop: they are drawn from right to left.
    pub turned: Vec<(usize, usize)>,
    pub width: i32,
    pub height: i32,
    /// How often links cross.
    pub crossings: usize,
    /// Round the items of a group.
    pub frames: Vec<Frame>,
}

/// The cells of a channel left of its tracks: a blank and a line.
pub const BEFORE: i32 = 2;
/// And right of them: a line, the tip of an arrow and a blank.
pub const BEHIND: i32 = 3;

/// The two ends of a link, by place.
type Ends = (usize, usize);

/// Lays items of these widths out, joined by these links. Where their columns are given, links that do not lead to a later
/// column are turned around; two items in one column must not be linked.
pub fn layout(widths: &[u16], links: &[(usize, usize)], columns: Option<&[usize]>) -> Layout {
    layout_in_frames(widths, links, columns, &[])
}

/// As [`layout`], with the items of each group in rows of their own, in a frame; of no groups, nothing is framed.
pub fn layout_in_frames(
    widths: &[u16],
    links: &[(usize, usize)],
    columns: Option<&[usize]>,
    groups: &[Option<usize>],
) -> Layout {
    if widths.is_empty() {
        return Layout::default();
    }
    let (links, turned) = open_loops(widths.len(), links, columns);
    let columns = columns.map_or_else(|| layers(widths.len(), &links), <[usize]>::to_vec);
    let mut layout = stand_ins(&columns, &links);
    layout.turned = turned;
    order::order(&mut layout);
    let lanes = (!groups.is_empty()).then(|| lanes::Lanes::new(&layout, groups));
    match &lanes {
        Some(lanes) => lanes.place(&mut layout),
        None => place::place(&mut layout),
    }
    route::route(&mut layout);
    layout.frames = lanes.map_or_else(Vec::new, |lanes| lanes.frames(&layout));
    layout.spread(widths, i32::MAX);
    layout
}

/// The links without loops: those that close one are turned around.
fn open_loops(count: usize, links: &[(usize, usize)], columns: Option<&[usize]>) -> (Vec<Ends>, Vec<Ends>) {
    let mut links: Vec<(usize, usize)> = links.iter().copied().filter(|(source, target)| source != target).collect();
    links.sort_unstable();
    links.dedup();
    let back: FxHashSet<(usize, usize)> = match columns {
        Some(columns) => links.iter().copied().filter(|&(source, target)| columns[source] >= columns[target]).collect(),
        None => feedback(count, &links).into_iter().collect(),
    };
    let mut turned: Vec<(usize, usize)> = back.into_iter().collect();
    turned.sort_unstable();
    for link in &mut links {
        if turned.binary_search(link).is_ok() {
            *link = (link.1, link.0);
        }
    }
    links.sort_unstable();
    links.dedup();
    (links, turned)
}

fn as_graph(count: usize, links: &[(usize, usize)]) -> DiGraph<(), (), u32> {
    let mut graph = DiGraph::with_capacity(count, links.len());
    let nodes: Vec<_> = (0..count).map(|_| graph.add_node(())).collect();
    for &(source, target) in links {
        graph.add_edge(nodes[source], nodes[target], ());
    }
    graph
}

/// Links without which there are no loops.
fn feedback(count: usize, links: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let graph = as_graph(count, links);
    if toposort(&graph, None).is_ok() {
        return Vec::new();
    }
    greedy_feedback_arc_set(&graph).map(|edge| (edge.source().index(), edge.target().index())).collect()
}

/// The column of each item: behind all that lead to it, and no further left than it must be.
fn layers(count: usize, links: &[(usize, usize)]) -> Vec<usize> {
    let graph = as_graph(count, links);
    let order: Vec<usize> = match toposort(&graph, None) {
        Ok(order) => order.into_iter().map(|node| node.index()).collect(),
        Err(_) => (0..count).collect(),
    };
    let (mut before, mut behind) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for &(source, target) in links {
        behind[source].push(target);
        before[target].push(source);
    }
    let mut layers = vec![0; count];
    for &item in &order {
        for &next in &behind[item] {
            layers[next] = layers[next].max(layers[item] + 1);
        }
    }
    // What leads to more than it comes from goes right, towards them: shorter lines.
    for &item in order.iter().rev() {
        if behind[item].len() > before[item].len() && !before[item].is_empty() {
            let nearest = behind[item].iter().map(|&next| layers[next]).min().unwrap_or(1);
            layers[item] = layers[item].max(nearest - 1);
        }
    }
    layers
}

/// Slots for the items and for the links that pass columns by; all links to one target share theirs.
fn stand_ins(columns: &[usize], links: &[(usize, usize)]) -> Layout {
    let item = |(item, &column): (usize, &usize)| Slot { item: Some(item), target: item, column, row: 0 };
    let mut slots: Vec<Slot> = columns.iter().enumerate().map(item).collect();
    let mut shared: FxHashMap<(usize, usize), usize> = FxHashMap::default();
    let mut parts = Vec::with_capacity(links.len());
    for &(source, target) in links {
        let mut from = source;
        for column in columns[source] + 1..columns[target] {
            let slot = *shared.entry((target, column)).or_insert_with(|| {
                slots.push(Slot { item: None, target, column, row: 0 });
                slots.len() - 1
            });
            parts.push((from, slot));
            from = slot;
        }
        parts.push((from, target));
    }
    parts.sort_unstable();
    parts.dedup();
    let count = columns.iter().max().map_or(0, |last| last + 1);
    Layout { slots, columns: vec![Column::default(); count], links: parts, ..Layout::default() }
}

impl Layout {
    /// Gives the columns their places on the grid; none is wider than `most`.
    fn spread(&mut self, widths: &[u16], most: i32) {
        let mut x = 0;
        let last = self.columns.len().saturating_sub(1);
        for (at, column) in self.columns.iter_mut().enumerate() {
            let width = |&slot: &usize| self.slots[slot].item.map_or(1, |item| i32::from(widths[item]));
            column.x = x;
            column.width = column.slots.iter().map(width).max().unwrap_or(0).min(most);
            x += column.width;
            if at < last {
                x += BEFORE + column.tracks as i32 + BEHIND;
            }
        }
        self.width = x;
        let rows = self.slots.iter().map(|slot| slot.row);
        let detours = self.nets.iter().flat_map(|net| net.detours.iter().map(|detour| detour.row));
        self.height = rows.chain(detours).max().map_or(0, |last| last + 1);
    }

    /// Makes the widest columns narrower, so that the picture has this width; none becomes narrower than `least`.
    pub fn fit(&mut self, widths: &[u16], room: i32, least: i32) {
        self.spread(widths, i32::MAX);
        let over = self.width - room;
        if over <= 0 {
            return;
        }
        let natural: Vec<i32> = self.columns.iter().map(|column| column.width).collect();
        let saved = |most: i32| natural.iter().map(|width| (width - most).max(0)).sum::<i32>();
        let widest = natural.iter().copied().max().unwrap_or(0);
        let most = (least..widest).rev().find(|&most| saved(most) >= over).unwrap_or(least);
        self.spread(widths, most);
    }

    /// Who is linked with each slot: those before it, and those behind.
    fn neighbors(&self) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
        let (mut before, mut behind) = (vec![Vec::new(); self.slots.len()], vec![Vec::new(); self.slots.len()]);
        for &(source, target) in &self.links {
            behind[source].push(target);
            before[target].push(source);
        }
        (before, behind)
    }

    /// Where the channel right of a column begins.
    pub fn channel(&self, column: usize) -> i32 {
        self.columns[column].x + self.columns[column].width
    }

    /// Where a track of a channel runs.
    pub fn track(&self, column: usize, track: usize) -> i32 {
        self.channel(column) + BEFORE + track as i32
    }

    /// The ways of links between items.
    pub fn ways(&self) -> Ways<'_> {
        let next = self.links.iter().map(|&(a, b)| ((a, self.slots[b].target), b)).collect();
        Ways { layout: self, next }
    }

    /// Every link that is part of the way from an item to those it is linked with, in both directions.
    pub fn links_of(&self, item: usize) -> FxHashSet<(usize, usize)> {
        let mut found = FxHashSet::default();
        let mut stack: Vec<(usize, bool)> = vec![(item, true), (item, false)];
        while let Some((slot, is_forward)) = stack.pop() {
            let near = |&&(source, target): &&(usize, usize)| if is_forward { source == slot } else { target == slot };
            for &(source, target) in self.links.iter().filter(near) {
                let next = if is_forward { target } else { source };
                if found.insert((source, target)) && self.slots[next].item.is_none() {
                    stack.push((next, is_forward));
                }
            }
        }
        found
    }
}

/// By which links between slots the links between items lead.
pub struct Ways<'a> {
    layout: &'a Layout,
    /// From a slot towards an item, the next slot.
    next: FxHashMap<(usize, usize), usize>,
}

impl Ways<'_> {
    /// The links between slots that make the line of a link between items, from its left end on.
    pub fn of(&self, source: usize, target: usize) -> Vec<(usize, usize)> {
        let is_turned = self.layout.turned.binary_search(&(source, target)).is_ok();
        let (mut slot, end) = if is_turned { (target, source) } else { (source, target) };
        let mut way = Vec::new();
        while let Some(&next) = self.next.get(&(slot, end)).filter(|_| slot != end) {
            way.push((slot, next));
            slot = next;
        }
        way
    }
}
