//! The lines of a picture: where those of one net meet stands a dot, where those of different nets cross, one goes over the
//! other like a bridge. What is red is so on the screen too.

use rustc_hash::FxHashMap;

use super::{HIGH, MARGIN, TOP, WIDE};
use crate::export::part::{DrawnLinkKind, Part, State};
use crate::graph::layout::{Layout, Net, Ways};

/// How far a bridge reaches to both sides, in pixels: tracks are a cell apart.
const BRIDGE: f32 = 3.0;
/// How long the tip of an arrow is.
const TIP: f32 = 7.0;

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    /// The strongest kind of the links that run here.
    kind: DrawnLinkKind,
    /// A failure comes by it.
    is_hot: bool,
    /// All of them are absent, which is harmless.
    is_absent: bool,
}

impl Look {
    fn and(self, other: Look) -> Look {
        Look {
            kind: self.kind.min(other.kind),
            is_hot: self.is_hot || other.is_hot,
            is_absent: self.is_absent && other.is_absent,
        }
    }

    /// The classes of its style.
    fn class(self) -> String {
        let kind = if self.kind == DrawnLinkKind::Needs { "" } else { self.kind.word() };
        let state = if self.is_hot {
            "error"
        } else if self.is_absent {
            "absent"
        } else {
            ""
        };
        [state, kind].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// A vertical line, in pixels.
struct Upright {
    net: usize,
    x: f32,
    span: (f32, f32),
}

/// The lines of a layout.
pub(super) struct Lines<'a> {
    layout: &'a Layout,
    /// How wide the boxes are, in cells.
    labels: &'a [u16],
    uprights: Vec<Upright>,
    /// Of each link between slots.
    looks: FxHashMap<(usize, usize), Look>,
    nets: FxHashMap<(usize, usize), usize>,
    ways: Ways<'a>,
}

impl<'a> Lines<'a> {
    /// The lines of a part, laid out.
    pub fn new(layout: &'a Layout, labels: &'a [u16], part: &Part) -> Lines<'a> {
        let mut nets = FxHashMap::default();
        let mut uprights = Vec::new();
        for (at, net) in layout.nets.iter().enumerate() {
            nets.extend(net.sources.iter().flat_map(|&a| net.targets.iter().map(move |&b| ((a, b), at))));
            if let Some(track) = net.track {
                uprights.push(Upright {
                    net: at,
                    x: x_of_track(layout, net.column, track),
                    span: (y(net.top), y(net.bottom)),
                });
            }
            for detour in &net.detours {
                let row = layout.slots[detour.source].row;
                let span = (y(row.min(detour.row)), y(row.max(detour.row)));
                uprights.push(Upright { net: at, x: x_of_track(layout, net.column, detour.track), span });
            }
        }
        let mut lines = Lines { layout, labels, uprights, looks: FxHashMap::default(), nets, ways: layout.ways() };
        for bond in &part.links {
            let is_hot = part.red.contains(&(bond.source, bond.target));
            let look = Look { kind: bond.kind, is_hot, is_absent: bond.state == State::Absent };
            for link in lines.ways.of(bond.source, bond.target) {
                lines.looks.entry(link).and_modify(|known| *known = known.and(look)).or_insert(look);
            }
        }
        lines
    }

    fn look(&self, links: impl Iterator<Item = (usize, usize)>) -> Look {
        let known = links.filter_map(|link| self.looks.get(&link).copied());
        known.reduce(Look::and).unwrap_or(Look { kind: DrawnLinkKind::Needs, is_hot: false, is_absent: false })
    }

    /// Draws all lines; red ones over the others.
    pub fn draw(&self, text: &mut String) {
        *text += "<g id=\"lines\">\n";
        self.layout.nets.iter().enumerate().for_each(|(at, net)| self.net(at, net, text));
        self.passing(text);
        let mut hot: Vec<(usize, usize)> =
            self.looks.iter().filter(|(_, look)| look.is_hot).map(|(link, _)| *link).collect();
        hot.sort_unstable();
        for (source, target) in hot {
            *text += &format!("<path class=\"error\" d=\"{}\"/>\n", self.hop(source, target));
        }
        self.layout.nets.iter().for_each(|net| self.dots(net, text));
        *text += "</g>\n";
    }

    /// The line of each link between items from end to end, hidden until somebody asks for it.
    pub fn routes(&self, part: &Part, text: &mut String) {
        *text += "<g id=\"routes\">\n";
        for bond in &part.links {
            let mut line = String::new();
            for (source, target) in self.ways.of(bond.source, bond.target) {
                line += &self.hop(source, target);
            }
            *text += &format!("<path id=\"l{}-{}\" d=\"{line}\"/>\n", bond.source, bond.target);
        }
        *text += "</g>\n";
    }

    /// The lines of one channel: from each source to the vertical line, and from there to each target.
    fn net(&self, at: usize, net: &Net, text: &mut String) {
        // What is straight has no part in the vertical line.
        let is_bent = |(a, b): &(usize, usize)| net.row_of(*a, &self.layout.slots) != self.layout.slots[*b].row;
        let pairs = || net.sources.iter().flat_map(|&a| net.targets.iter().map(move |&b| (a, b))).filter(is_bent);
        let track = net.track.map(|track| x_of_track(self.layout, net.column, track));
        for &source in &net.sources {
            let look = self.look(net.targets.iter().map(|&target| (source, target)));
            let to = track.unwrap_or_else(|| self.start_of(net.targets[0]));
            *text += &path(look, &format!("{}{}", self.begin(source), self.to_track(at, net, source, to)));
            let from = self.end_of(source);
            if net.targets.iter().any(|&target| self.is_turned(source, target)) {
                *text += &arrow(look, from, y(self.layout.slots[source].row), -1.0);
            }
        }
        if let Some(track) = track {
            // What of it is red is drawn over it.
            let look = Look { is_hot: false, ..self.look(pairs()) };
            *text += &path(look, &format!("M{track:.1} {:.1}V{:.1}", y(net.top), y(net.bottom)));
        }
        for &target in &net.targets {
            let look = self.look(net.sources.iter().map(|&source| (source, target)));
            let row = y(self.layout.slots[target].row);
            if let Some(track) = track {
                *text +=
                    &path(look, &format!("M{track:.1} {row:.1}{}", self.across(at, row, track, self.start_of(target))));
            }
            let is_item = self.layout.slots[target].item.is_some();
            if is_item && !net.sources.iter().all(|&source| self.is_turned(source, target)) {
                *text += &arrow(look, self.start_of(target) + TIP - 1.0, row, 1.0);
            }
        }
    }

    /// Where the lines of a net meet.
    fn dots(&self, net: &Net, text: &mut String) {
        let Some(track) = net.track.map(|track| x_of_track(self.layout, net.column, track)) else { return };
        let mut rows: Vec<i32> = net.sources.iter().map(|&source| net.row_of(source, &self.layout.slots)).collect();
        rows.extend(net.targets.iter().map(|&target| self.layout.slots[target].row));
        rows.sort_unstable();
        rows.dedup();
        for row in rows {
            let sources = || net.sources.iter().filter(|&&source| net.row_of(source, &self.layout.slots) == row);
            let targets = || net.targets.iter().filter(|&&target| self.layout.slots[target].row == row);
            let arms = [row > net.top, row < net.bottom, sources().next().is_some(), targets().next().is_some()];
            if arms.into_iter().filter(|is| *is).count() < 3 {
                continue;
            }
            let from = sources().flat_map(|&a| net.targets.iter().map(move |&b| (a, b)));
            let to = targets().flat_map(|&b| net.sources.iter().map(move |&a| (a, b)));
            let look = self.look(from.chain(to));
            *text +=
                &format!("<circle class=\"{}\" cx=\"{track:.1}\" cy=\"{:.1}\" r=\"2.6\"/>\n", look.class(), y(row));
        }
    }

    /// Links that pass a column by.
    fn passing(&self, text: &mut String) {
        for (at, slot) in self.layout.slots.iter().enumerate().filter(|(_, slot)| slot.item.is_none()) {
            let column = &self.layout.columns[slot.column];
            let look = self.look(self.layout.links.iter().filter(|link| link.0 == at || link.1 == at).copied());
            let line = format!("M{:.1} {:.1}H{:.1}", x(column.x), y(slot.row), x(column.x + column.width));
            *text += &path(look, &line);
        }
    }

    /// The line of one link between slots.
    fn hop(&self, source: usize, target: usize) -> String {
        let Some(&at) = self.nets.get(&(source, target)) else { return String::new() };
        let net = &self.layout.nets[at];
        let end = self.start_of(target);
        let mut line = self.begin(source);
        match net.track.map(|track| x_of_track(self.layout, net.column, track)) {
            None => line += &self.to_track(at, net, source, end),
            Some(track) => {
                let row = y(self.layout.slots[target].row);
                line += &self.to_track(at, net, source, track);
                line += &format!("V{row:.1}{}", self.across(at, row, track, end));
            }
        }
        // What passes a column by goes on to its other side.
        if self.layout.slots[target].item.is_none() {
            let column = &self.layout.columns[self.layout.slots[target].column];
            line += &format!("H{:.1}", x(column.x + column.width));
        }
        line
    }

    fn begin(&self, source: usize) -> String {
        format!("M{:.1} {:.1}", self.end_of(source), y(self.layout.slots[source].row))
    }

    /// From the end of a source to the vertical line, by its detour where it has one.
    fn to_track(&self, at: usize, net: &Net, source: usize, to: f32) -> String {
        let (from, row) = (self.end_of(source), y(self.layout.slots[source].row));
        match net.detours.iter().find(|detour| detour.source == source) {
            None => self.across(at, row, from, to),
            Some(detour) => {
                let around = x_of_track(self.layout, net.column, detour.track);
                let below = y(detour.row);
                let first = self.across(at, row, from, around);
                format!("{first}V{below:.1}{}", self.across(at, below, around, to))
            }
        }
    }

    /// A line from left to right, over those of other nets.
    fn across(&self, net: usize, y: f32, from: f32, to: f32) -> String {
        let is_crossed = |it: &&Upright| {
            it.net != net && it.x - BRIDGE > from && it.x + BRIDGE < to && it.span.0 < y && y < it.span.1
        };
        let mut crossed: Vec<f32> = self.uprights.iter().filter(is_crossed).map(|it| it.x).collect();
        crossed.sort_by(f32::total_cmp);
        crossed.dedup();
        let bridge = |x: f32| format!("H{:.1}a{BRIDGE} {BRIDGE} 0 0 1 {} 0", x - BRIDGE, 2.0 * BRIDGE);
        crossed.into_iter().map(bridge).collect::<String>() + &format!("H{to:.1}")
    }

    /// Where a line leaves a slot: an item at the edge of its box, what passes by at the edge of the column.
    fn end_of(&self, slot: usize) -> f32 {
        let column = &self.layout.columns[self.layout.slots[slot].column];
        match self.layout.slots[slot].item {
            Some(item) => x(column.x) + f32::from(self.labels[item]) * WIDE,
            None => x(column.x + column.width),
        }
    }

    /// Where a line comes to a slot; to an item, where the tip of its arrow begins.
    fn start_of(&self, slot: usize) -> f32 {
        let left = x(self.layout.columns[self.layout.slots[slot].column].x);
        if self.layout.slots[slot].item.is_some() { left - TIP + 1.0 } else { left }
    }

    /// Is this the line of a link that leads from right to left?
    fn is_turned(&self, source: usize, target: usize) -> bool {
        self.layout.slots[source].item.is_some()
            && self.layout.turned.binary_search(&(self.layout.slots[target].target, source)).is_ok()
    }
}

/// Places on the picture, in pixels.
pub(super) fn x(cells: i32) -> f32 {
    MARGIN + cells as f32 * WIDE
}

pub(super) fn y(row: i32) -> f32 {
    MARGIN + TOP + (row as f32 + 0.5) * HIGH
}

fn x_of_track(layout: &Layout, column: usize, track: usize) -> f32 {
    x(layout.track(column, track)) + WIDE / 2.0
}

fn path(look: Look, line: &str) -> String {
    match look.class() {
        class if class.is_empty() => format!("<path d=\"{line}\"/>\n"),
        class => format!("<path class=\"{class}\" d=\"{line}\"/>\n"),
    }
}

/// The tip of a link, at a point.
fn arrow(look: Look, x: f32, y: f32, way: f32) -> String {
    let back = x - TIP * way;
    let class = format!("a {}", look.class());
    format!("<path class=\"{}\" d=\"M{x:.1} {y:.1}L{back:.1} {:.1}V{:.1}z\"/>\n", class.trim_end(), y - 3.5, y + 3.5)
}
