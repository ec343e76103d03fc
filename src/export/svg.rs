//! The graph as a picture, laid out as on the screen: for documents, issues and paper.

mod legend;
mod lines;

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use self::lines::{Lines, x, y};
use super::graphml::xml;
use super::part::{Drawn, Mark, Part, State};
use super::{Folding, Format, Options, count};
use crate::graph::layout::{Layout, layout_in_frames};
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
/// No picture is narrower: its legend has to be read.
const LEAST_WIDE: f32 = 520.0;
/// The cells that a box has beside its label.
const PADDING: u16 = 3;

const STYLE: &str = "text{font:12px 'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace;fill:#1b1f24}\
    .h{font-weight:bold;font-size:14px}.q{fill:#57606a}.bg{fill:#fff;stroke:none}\
    rect{fill:#fff;stroke:#8c959f}.module rect{fill:#e3effc;stroke:#5a8ac4}.library rect{fill:#e6f4e6;stroke:#6a9f6a}\
    .program rect{fill:#f1e9f9;stroke:#9270b8}.fold rect{fill:#f8f4e6;stroke:#b3a36b}.python rect{fill:#f6e9f7;stroke:#a868ad}\
    .system rect,.builtin rect{fill:#f3f4f5;stroke:#b8bfc6}.warning rect{stroke:#b07400;stroke-width:2}\
    .error rect{fill:#fdecec;stroke:#c5221f;stroke-width:2}.error text{fill:#a50e0e}\
    .affected rect{stroke:#c5221f}.affected text{fill:#a50e0e}\
    .absent rect{fill:#fff;stroke-dasharray:4 3}.absent text{fill:#57606a}.missing.error rect{stroke-dasharray:4 3}\
    .frame rect{fill:#f6f8fa;stroke:#d0d7de}.frame text{fill:#57606a;font-weight:bold}\
    path{fill:none;stroke:#6e7781;stroke-width:1.2}path.numpy{stroke:#a040a0;stroke-dasharray:5 3}path.import,path.may-import{stroke:#3070b0}\
    path.import{stroke-dasharray:5 3}path.may-need,path.may-import,path.absent{stroke-dasharray:2 3}path.error{stroke:#c5221f;stroke-width:1.6}\
    circle,.a{fill:#6e7781;stroke:none}circle.numpy,.a.numpy{fill:#a040a0}circle.import,circle.may-import,.a.import,.a.may-import{fill:#3070b0}\
    circle.error,.a.error{fill:#c5221f;stroke:none}#routes{display:none}";

fn write(scan: &Scan, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let part = Part::of(scan, &options.scope, options.is_folded(&SVG)).marked(scan);
    let text = picture(&printable(&scan.target.title()), &part, false);
    out.write_all(text.as_bytes())
}

/// The whole picture; every text in it is escaped. With routes, the line of each link can be shown by itself.
pub(super) fn picture(name: &str, part: &Part, with_routes: bool) -> String {
    let labels: Vec<u16> = part.items.iter().map(|item| width(item) + PADDING).collect();
    let columns = bands(part);
    let groups: Vec<Option<usize>> = part.items.iter().map(|item| item.package.filter(|_| !item.is_package)).collect();
    let layout = layout_in_frames(&labels, &part.sketch.ends(), columns.as_deref(), &groups);
    let lines = Lines::new(&layout, &labels, part);
    let head = summary(part);
    let wide = (layout.width as f32).max(name.width().max(head.width()) as f32 * 1.2) * WIDE + 2.0 * MARGIN;
    let wide = wide.max(LEAST_WIDE).ceil();
    let below = MARGIN + TOP + layout.height as f32 * HIGH + 14.0;
    let (legend, lowest) = legend::legend(part, (MARGIN, below), wide - MARGIN);
    let high = (lowest + MARGIN).ceil();
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\">\n\
         <title>{name}</title>\n<style>{STYLE}</style>\n\
         <path class=\"bg\" d=\"M0 0H{wide}V{high}H0z\"/>\n\
         <text class=\"h\" x=\"{MARGIN}\" y=\"26\">{name}</text>\n\
         <text class=\"q\" x=\"{MARGIN}\" y=\"46\">{head}</text>\n",
        name = xml(name),
        head = xml(&head),
    );
    frames(&layout, part, &mut text);
    lines.draw(&mut text);
    part.items.iter().enumerate().for_each(|(at, item)| boxed(&layout, (at, item), labels[at], &mut text));
    if with_routes {
        lines.routes(part, &mut text);
    }
    text + &legend + "</svg>\n"
}

/// Round the files of each package, its name.
fn frames(layout: &Layout, part: &Part, text: &mut String) {
    for frame in &layout.frames {
        let left = x(layout.columns[frame.columns.0].x) - 10.0;
        let wide = x(layout.channel(frame.columns.1)) + 8.0 - left;
        let (top, bottom) = (y(frame.rows.0 - 1) - 9.0, y(frame.rows.1) + 13.0);
        let name = xml(&part.packages[frame.group]);
        *text += &format!(
            "<g class=\"frame\"><rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{:.1}\" rx=\"6\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{name}</text></g>\n",
            bottom - top,
            left + 10.0,
            top + 14.0
        );
    }
}

fn boxed(layout: &Layout, (at, item): (usize, &Drawn), label: u16, text: &mut String) {
    let slot = &layout.slots[at];
    let (left, middle) = (x(layout.columns[slot.column].x), y(slot.row));
    let about: Vec<&str> = [item.path.as_deref(), Some(item.note.as_str())].into_iter().flatten().collect();
    let about: Vec<&str> = about.into_iter().filter(|line| !line.is_empty()).collect();
    let title = [&[item.label.as_str()][..], &about].concat().join("\n");
    *text += &format!(
        "<g id=\"b{at}\" class=\"{} {}\"><title>{}</title><rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"18\" rx=\"4\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\">{}</text></g>\n",
        item.sort,
        class(item),
        xml(&title),
        middle - 9.0,
        f32::from(label) * WIDE,
        left + 1.5 * WIDE,
        middle + 4.0,
        f32::from(width(item)).max(1.0) * WIDE,
        xml(&item.label),
    );
}

/// The class of a box beside that of its kind.
fn class(item: &Drawn) -> &'static str {
    match item.mark {
        Mark::Broken => State::Bad.word(),
        Mark::Affected => "affected",
        Mark::None => item.state.word(),
    }
}

/// What the picture leaves out is told.
fn summary(part: &Part) -> String {
    let nodes: usize = part.items.iter().map(|item| item.count).sum();
    let mut text = format!("{}, {}", count(nodes, "node"), count(part.sketch.edges(), "edge"));
    if part.sketch.hidden() > 0 {
        text += &format!(", {} of them not drawn", part.sketch.hidden());
    }
    let bad = part.items.iter().filter(|item| item.state == State::Bad).count();
    if bad > 0 {
        text += &format!(", {} in red", count(bad, "problem"));
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
