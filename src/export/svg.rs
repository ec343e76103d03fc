//! The graph as a picture, laid out as on the screen: for documents, issues and paper.

use std::io::{self, Write};

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_width::UnicodeWidthStr;

use super::graphml::xml;
use super::part::{Bond, BondKind, Drawn, Part, State};
use super::{Folding, Format, Options, count};
use crate::graph::layout::{Layout, Net, layout};
use crate::printable::printable;
use crate::scan::Scan;

/// `--format svg`.
pub const SVG: Format = Format {
    name: "svg",
    about: "the graph as a picture",
    endings: &[".svg"],
    judges: true,
    draws: Some(Folding::Folded),
    write,
};

/// The size of a cell, and what is left around the picture; in pixels.
const WIDE: f32 = 7.25;
const HIGH: f32 = 24.0;
const MARGIN: f32 = 24.0;
/// What stands above the picture.
const TOP: f32 = 40.0;
/// The cells that a box has beside its label.
const PADDING: u16 = 3;

const STYLE: &str = "text{font:12px 'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace;fill:#1b1f24}\
    .h{font-weight:bold;font-size:14px}.q{fill:#57606a}\
    rect{fill:#fff;stroke:#8c959f}.module rect{fill:#e3effc;stroke:#5a8ac4}.library rect{fill:#e6f4e6;stroke:#6a9f6a}\
    .program rect{fill:#f1e9f9;stroke:#9270b8}.fold rect{fill:#f8f4e6;stroke:#b3a36b}.python rect{fill:#f6e9f7;stroke:#a868ad}\
    .system rect,.builtin rect{fill:#f3f4f5;stroke:#b8bfc6}.warning rect{stroke:#b07400;stroke-width:2}\
    .error rect{fill:#fdecec;stroke:#c5221f;stroke-width:2}.error text{fill:#a50e0e}\
    .absent rect{fill:#fff;stroke-dasharray:4 3}.absent text{fill:#57606a}.missing.error rect{stroke-dasharray:4 3}\
    path{fill:none;stroke:#6e7781;stroke-width:1.2}path.error{stroke:#c5221f;stroke-width:1.6}\
    path.numpy{stroke:#a040a0;stroke-dasharray:5 3}path.import,path.may-import{stroke:#3070b0}path.import{stroke-dasharray:5 3}path.may-need,path.may-import,path.absent{stroke-dasharray:2 3}\
    .a{fill:#6e7781;stroke:none}.a.error{fill:#c5221f}.a.numpy{fill:#a040a0}.a.import,.a.may-import{fill:#3070b0}";

fn write(scan: &Scan, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let part = Part::of(scan, &options.scope, options.is_folded(&SVG));
    let text = picture(&printable(&scan.target.title()), &part);
    out.write_all(text.as_bytes())
}

/// The whole picture; every text in it is escaped.
pub(super) fn picture(name: &str, part: &Part) -> String {
    let labels: Vec<u16> = part.items.iter().map(|item| width(item) + PADDING).collect();
    let columns = bands(part);
    let layout = layout(&labels, &part.sketch.ends(), columns.as_deref());
    let drawing = Drawing { layout: &layout, labels: &labels, into: into(part) };
    let head = summary(part);
    let (wide, high) = drawing.size(name.width().max(head.width()));
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\">\n\
         <title>{name}</title>\n<style>{STYLE}</style>\n\
         <path d=\"M0 0H{wide}V{high}H0z\" style=\"fill:#fff;stroke:none\"/>\n\
         <text class=\"h\" x=\"{MARGIN}\" y=\"26\">{name}</text>\n\
         <text class=\"q\" x=\"{MARGIN}\" y=\"46\">{head}</text>\n",
        name = xml(name),
        head = xml(&head),
    );
    layout.nets.iter().for_each(|net| drawing.net(net, &mut text));
    drawing.passing(&mut text);
    part.items.iter().enumerate().for_each(|(at, item)| drawing.item(at, item, &mut text));
    text + "</svg>\n"
}

/// What the picture leaves out is told.
fn summary(part: &Part) -> String {
    let nodes: usize = part.items.iter().map(|item| item.count).sum();
    let mut text = format!("{}, {}", count(nodes, "node"), count(part.sketch.edges(), "edge"));
    if part.sketch.hidden() > 0 {
        text += &format!(", {} of them implied by longer ways", part.sketch.hidden());
    }
    let bad = part.items.iter().filter(|item| item.state == State::Bad).count();
    if bad > 0 {
        text += &format!(", {bad} in red with something wrong");
    }
    text
}

fn width(item: &Drawn) -> u16 {
    item.label.width().min(usize::from(u16::MAX - PADDING)) as u16
}

/// The columns of a focus; none elsewhere.
fn bands(part: &Part) -> Option<Vec<usize>> {
    let bands = || part.sketch.items.iter().map(|item| item.band);
    let first = bands().min().filter(|_| bands().any(|band| band != 0))?;
    Some(bands().map(|band| usize::try_from(band - first).unwrap_or_default()).collect())
}

/// The links into each item.
fn into(part: &Part) -> FxHashMap<usize, Vec<&Bond>> {
    let mut into = FxHashMap::<usize, Vec<&Bond>>::default();
    for link in &part.links {
        into.entry(link.target).or_default().push(link);
    }
    into
}

struct Drawing<'a> {
    layout: &'a Layout,
    labels: &'a [u16],
    into: FxHashMap<usize, Vec<&'a Bond>>,
}

impl Drawing<'_> {
    fn size(&self, head: usize) -> (f32, f32) {
        let wide = (self.layout.width as f32).max(head as f32 * 1.2) * WIDE + 2.0 * MARGIN;
        (wide.ceil(), (self.layout.height as f32 * HIGH + 2.0 * MARGIN + TOP).ceil())
    }

    fn item(&self, at: usize, item: &Drawn, text: &mut String) {
        let slot = &self.layout.slots[at];
        let (x, y) = (self.x(self.layout.columns[slot.column].x), self.y(slot.row));
        let wide = f32::from(self.labels[at]) * WIDE;
        let about: Vec<&str> = [item.path.as_deref(), Some(item.note.as_str())].into_iter().flatten().collect();
        let about: Vec<&str> = about.into_iter().filter(|line| !line.is_empty()).collect();
        let title = [&[item.label.as_str()][..], &about].concat().join("\n");
        *text += &format!(
            "<g class=\"{} {}\"><title>{}</title><rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"18\" rx=\"4\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\">{}</text></g>\n",
            item.sort,
            item.state.word(),
            xml(&title),
            y - 9.0,
            x + 1.5 * WIDE,
            y + 4.0,
            f32::from(width(item)).max(1.0) * WIDE,
            xml(&item.label),
        );
    }

    /// The lines of one channel: from each source to the vertical line, and from there to each target.
    fn net(&self, net: &Net, text: &mut String) {
        let next = self.x(self.layout.columns.get(net.column + 1).map_or(0, |column| column.x));
        let track = net.track.map(|track| self.track(net.column, track));
        let looks: FxHashSet<&'static str> = net.targets.iter().map(|&slot| self.look(slot)).collect();
        let look = if looks.len() == 1 { looks.into_iter().next().unwrap_or("") } else { "" };
        for &source in &net.sources {
            let (from, row) = (self.end_of(source), self.layout.slots[source].row);
            let by = net.row_of(source, &self.layout.slots);
            let detour = net.detours.iter().find(|detour| detour.source == source);
            let mut line = format!("M{from:.1} {:.1}", self.y(row));
            if let Some(detour) = detour {
                line += &format!("H{:.1}V{:.1}", self.track(net.column, detour.track), self.y(by));
            }
            line += &format!("H{:.1}", track.unwrap_or(next - 6.0));
            *text += &path(look, &line);
            if self.is_turned(source, net) {
                *text += &arrow(look, from, self.y(row), -1.0);
            }
        }
        if let Some(track) = track {
            *text += &path(look, &format!("M{track:.1} {:.1}V{:.1}", self.y(net.top), self.y(net.bottom)));
        }
        for &target in &net.targets {
            let (look, y) = (self.look(target), self.y(self.layout.slots[target].row));
            let is_item = self.layout.slots[target].item.is_some();
            if let Some(track) = track {
                *text += &path(look, &format!("M{track:.1} {y:.1}H{:.1}", if is_item { next - 6.0 } else { next }));
            }
            if is_item && !net.sources.iter().all(|&source| self.turned(source, target)) {
                *text += &arrow(look, next, y, 1.0);
            } else if track.is_none() {
                *text += &path(look, &format!("M{:.1} {y:.1}H{next:.1}", next - 6.0));
            }
        }
    }

    /// Links that pass a column by.
    fn passing(&self, text: &mut String) {
        for (at, slot) in self.layout.slots.iter().enumerate().filter(|(_, slot)| slot.item.is_none()) {
            let column = &self.layout.columns[slot.column];
            let line =
                format!("M{:.1} {:.1}H{:.1}", self.x(column.x), self.y(slot.row), self.x(column.x + column.width));
            *text += &path(self.look(at), &line);
        }
    }

    /// Where a line leaves a slot: an item at the edge of its box, what passes by at the edge of the column.
    fn end_of(&self, slot: usize) -> f32 {
        let column = &self.layout.columns[self.layout.slots[slot].column];
        match self.layout.slots[slot].item {
            Some(item) => self.x(column.x) + f32::from(self.labels[item]) * WIDE,
            None => self.x(column.x + column.width),
        }
    }

    fn turned(&self, source: usize, target: usize) -> bool {
        self.layout.turned.binary_search(&(self.layout.slots[target].target, source)).is_ok()
    }

    fn is_turned(&self, source: usize, net: &Net) -> bool {
        self.layout.slots[source].item.is_some() && net.targets.iter().any(|&target| self.turned(source, target))
    }

    /// How the line into a slot looks: as all links to its target do, plain where they differ.
    fn look(&self, slot: usize) -> &'static str {
        let target = self.layout.slots[slot].target;
        let links = self.into.get(&target).map_or(&[][..], Vec::as_slice);
        let look = |link: &Bond| match (link.state, link.kind) {
            (State::Bad, BondKind::Numpy) => "error numpy",
            (State::Bad, BondKind::Import) => "error import",
            (State::Bad, _) => "error",
            (_, BondKind::Needs) if link.state == State::Absent => "absent",
            (_, BondKind::Needs) => "",
            (_, kind) => kind.word(),
        };
        let looks: FxHashSet<&'static str> = links.iter().map(|link| look(link)).collect();
        if looks.len() == 1 { looks.into_iter().next().unwrap_or("") } else { "" }
    }

    fn x(&self, cells: i32) -> f32 {
        MARGIN + cells as f32 * WIDE
    }

    fn y(&self, row: i32) -> f32 {
        MARGIN + TOP + (row as f32 + 0.5) * HIGH
    }

    fn track(&self, column: usize, track: usize) -> f32 {
        self.x(self.layout.track(column, track)) + WIDE / 2.0
    }
}

fn path(look: &str, line: &str) -> String {
    match look {
        "" => format!("<path d=\"{line}\"/>\n"),
        look => format!("<path class=\"{look}\" d=\"{line}\"/>\n"),
    }
}

/// The tip of a link, at a point.
fn arrow(look: &str, x: f32, y: f32, way: f32) -> String {
    let back = x - 7.0 * way;
    format!("<path class=\"a {look}\" d=\"M{x:.1} {y:.1}L{back:.1} {:.1}V{:.1}z\"/>\n", y - 3.5, y + 3.5)
}
