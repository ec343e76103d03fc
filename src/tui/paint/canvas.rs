//! A picture on the screen: only what is in view is painted.
//!
//! The lines are gathered in a grid first, cell by cell, by the directions in which they leave the cell; then each cell
//! becomes a character. Where lines of one net meet, a dot joins them; where lines of different nets cross, one goes over
//! the other like a bridge.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

use crate::graph::NodeId;
use crate::graph::layout::{BEHIND, Layout, Net, Slot};
use crate::graph::sketch::LinkKind;
use crate::tui::model::Model;
use crate::tui::paint;
use crate::tui::picture::{Label, Picture};
use crate::tui::scan_index::NodeKind;
use crate::tui::styled_text::shortened;
use crate::tui::theme::Tone;

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// Of less of a name, its beginning says more than its two ends.
const LEAST_SEEN: i32 = 12;

/// How much a line stands out; the greater wins where two share a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Heat {
    #[default]
    None,
    Quiet,
    /// A failure comes by it.
    Doomed,
    /// At the cursor.
    Lit,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    /// The directions in which lines leave the cell.
    arms: u8,
    across: Heat,
    upright: Heat,
    /// The lines across and upright belong to one net.
    is_joint: bool,
    /// The strongest kind of the lines across and upright; none where no line passes.
    kind_across: Option<LinkKind>,
    kind_upright: Option<LinkKind>,
}

impl Cell {
    /// The character of the lines that pass here, and how much it stands out.
    fn sign(&self) -> (&'static str, Heat) {
        let (across, upright) = (lines_of(self.kind_across).0, lines_of(self.kind_upright).1);
        let heat = self.across.max(self.upright);
        match self.arms {
            _ if self.is_joint && self.arms.count_ones() > 2 => ("•", heat),
            _ if self.across > Heat::None && self.upright > Heat::None && !self.is_joint => {
                if self.across > self.upright { (across, self.across) } else { (upright, self.upright) }
            }
            arms if arms & (UP | DOWN) == 0 => (across, heat),
            arms if arms & (LEFT | RIGHT) == 0 => (upright, heat),
            arms => (corner(arms), heat),
        }
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, Default)]
struct Stroke {
    heat: Heat,
    kind: Option<LinkKind>,
}

impl Stroke {
    /// The one of two lines in one place that is seen.
    fn over(self, other: Stroke) -> Stroke {
        Stroke { heat: self.heat.max(other.heat), kind: stronger(self.kind, other.kind) }
    }
}

/// The stronger of two kinds of lines.
fn stronger(one: Option<LinkKind>, other: Option<LinkKind>) -> Option<LinkKind> {
    one.into_iter().chain(other).min()
}

/// A line of a kind, across and upright.
fn lines_of(kind: Option<LinkKind>) -> (&'static str, &'static str) {
    match kind {
        Some(LinkKind::Loader) => ("─", "│"),
        Some(LinkKind::Import) => ("┄", "┆"),
        Some(LinkKind::MayImport) => ("┈", "┊"),
        Some(LinkKind::Numpy) | None => ("╌", "╎"),
    }
}

/// The part of a picture that is in view.
struct Canvas<'a> {
    picture: &'a Picture,
    area: Rect,
    /// The cell of the picture in the upper left corner.
    origin: (i32, i32),
    cells: Vec<Cell>,
}

/// Paints a picture into an area; one that is smaller stands at its top left.
pub fn paint(model: &Model, picture: &Picture, area: Rect, has_keys: bool, buffer: &mut Buffer) {
    if area.width == 0 || area.height == 0 {
        return;
    }
    let origin = origin(picture, area);
    let cells = vec![Cell::default(); usize::from(area.width) * usize::from(area.height)];
    let mut canvas = Canvas { picture, area, origin, cells };
    canvas.lines();
    canvas.show_lines(model, buffer);
    canvas.show_frames(model, buffer);
    canvas.labels(model, has_keys, buffer);
}

/// Which cell of the picture lies in the upper left corner of the area.
pub fn origin(picture: &Picture, area: Rect) -> (i32, i32) {
    // A small one stands at the top left, a cell from the border.
    let shift = |len: i32, room: u16, pan: i32| if len < i32::from(room) { -1 } else { pan };
    let down = if picture.layout.height <= i32::from(area.height) { 0 } else { picture.pan.1 };
    (shift(picture.layout.width, area.width, picture.pan.0), down)
}

impl Canvas<'_> {
    fn cell(&mut self, x: i32, y: i32) -> Option<&mut Cell> {
        let (x, y) = (x - self.origin.0, y - self.origin.1);
        let is_inside = (0..i32::from(self.area.width)).contains(&x) && (0..i32::from(self.area.height)).contains(&y);
        is_inside.then(|| &mut self.cells[y as usize * usize::from(self.area.width) + x as usize])
    }

    fn stroke(&self, source: usize, target: usize) -> Stroke {
        let link = (source, target);
        let heat = match () {
            () if self.picture.lit.contains(&link) => Heat::Lit,
            () if self.picture.doomed.contains(&link) => Heat::Doomed,
            () => Heat::Quiet,
        };
        let kind = match () {
            () if self.picture.capi_edges.contains(&link) => LinkKind::Numpy,
            () if self.picture.imports.contains(&link) => LinkKind::Import,
            () if self.picture.may_import.contains(&link) => LinkKind::MayImport,
            () => LinkKind::Loader,
        };
        Stroke { heat, kind: Some(kind) }
    }

    /// How several lines that run together are drawn.
    fn strokes(&self, links: impl Iterator<Item = (usize, usize)>) -> Stroke {
        links.map(|(source, target)| self.stroke(source, target)).fold(Stroke::default(), Stroke::over)
    }

    fn lines(&mut self) {
        let picture = self.picture;
        let layout = &picture.layout;
        let (right, bottom) = (self.origin.0 + i32::from(self.area.width), self.origin.1 + i32::from(self.area.height));
        for net in &layout.nets {
            let (from, to) = (layout.channel(net.column), layout.columns[net.column + 1].x);
            if from < right && to >= self.origin.0 && net.top < bottom && net.bottom >= self.origin.1 {
                self.net(layout, net);
            }
        }
        // Lines that pass a column by.
        let mut strokes = vec![Stroke { heat: Heat::Quiet, ..Stroke::default() }; layout.slots.len()];
        for &(source, target) in &layout.links {
            let stroke = self.stroke(source, target);
            strokes[source] = strokes[source].over(stroke);
            strokes[target] = strokes[target].over(stroke);
        }
        for (slot, stroke) in layout.slots.iter().zip(strokes).skip(picture.sketch.items.len()) {
            let column = &layout.columns[slot.column];
            let is_in_view = (self.origin.1..bottom).contains(&slot.row);
            if is_in_view && column.x < right && column.x + column.width >= self.origin.0 {
                self.across(slot.row, column.x - 1, column.x + column.width, stroke);
            }
        }
    }

    fn net(&mut self, layout: &Layout, net: &Net) {
        let (from, to) = (layout.channel(net.column), layout.columns[net.column + 1].x - 1);
        let start = |slot: usize| if layout.slots[slot].item.is_some() { from + 1 } else { from };
        let end = |slot: usize| if layout.slots[slot].item.is_some() { to - 1 } else { to };
        let pairs = || net.sources.iter().flat_map(|&source| net.targets.iter().map(move |&target| (source, target)));
        let Some(track) = net.track else {
            let stroke = self.strokes(pairs());
            let (source, target) = (net.sources[0], net.targets[0]);
            self.across(layout.slots[source].row, start(source), end(target), stroke);
            return;
        };
        let x = layout.track(net.column, track);
        for &source in &net.sources {
            let stroke = self.strokes(net.targets.iter().map(|&target| (source, target)));
            let row = layout.slots[source].row;
            match net.detours.iter().find(|detour| detour.source == source) {
                None => self.across(row, start(source), x, stroke),
                Some(detour) => {
                    let around = layout.track(net.column, detour.track);
                    self.across(row, start(source), around, stroke);
                    self.upright(around, row, detour.row, stroke);
                    self.joint(around, row);
                    self.joint(around, detour.row);
                    self.across(detour.row, around, x, stroke);
                }
            }
            self.joint(x, net.row_of(source, &layout.slots));
        }
        for &target in &net.targets {
            let stroke = self.strokes(net.sources.iter().map(|&source| (source, target)));
            self.across(layout.slots[target].row, x, end(target), stroke);
            self.joint(x, layout.slots[target].row);
        }
        self.upright(x, net.top, net.bottom, Stroke { heat: Heat::Quiet, ..self.strokes(pairs()) });
        for (source, target) in pairs() {
            let stroke = self.stroke(source, target);
            if stroke.heat > Heat::Quiet {
                self.upright(x, net.row_of(source, &layout.slots), layout.slots[target].row, stroke);
            }
        }
    }

    fn across(&mut self, y: i32, from: i32, to: i32, stroke: Stroke) {
        let (left, right) = (self.origin.0, self.origin.0 + i32::from(self.area.width));
        for x in from.max(left - 1)..=to.min(right) {
            if let Some(cell) = self.cell(x, y) {
                cell.arms |= if x > from { LEFT } else { 0 } | if x < to { RIGHT } else { 0 };
                cell.across = cell.across.max(stroke.heat);
                cell.kind_across = stronger(cell.kind_across, stroke.kind);
            }
        }
    }

    fn upright(&mut self, x: i32, from: i32, to: i32, stroke: Stroke) {
        let (top, bottom) = (from.min(to), from.max(to));
        let (first, last) = (self.origin.1, self.origin.1 + i32::from(self.area.height));
        for y in top.max(first - 1)..=bottom.min(last) {
            if let Some(cell) = self.cell(x, y) {
                cell.arms |= if y > top { UP } else { 0 } | if y < bottom { DOWN } else { 0 };
                cell.upright = cell.upright.max(stroke.heat);
                cell.kind_upright = stronger(cell.kind_upright, stroke.kind);
            }
        }
    }

    fn joint(&mut self, x: i32, y: i32) {
        if let Some(cell) = self.cell(x, y) {
            cell.is_joint = true;
        }
    }

    fn show_lines(&self, model: &Model, buffer: &mut Buffer) {
        let width = usize::from(self.area.width);
        for (at, cell) in self.cells.iter().enumerate().filter(|(_, cell)| cell.arms != 0) {
            let (sign, heat) = cell.sign();
            let tone = match heat {
                Heat::Lit => Tone::Active,
                Heat::Doomed => Tone::Error,
                Heat::None | Heat::Quiet => Tone::Dim,
            };
            let (x, y) = (self.area.x + (at % width) as u16, self.area.y + (at / width) as u16);
            buffer[(x, y)].set_symbol(sign).set_style(model.theme.style(tone));
        }
    }

    /// The name of a package above its files; lines that cross it are not covered.
    fn show_frames(&self, model: &Model, buffer: &mut Buffer) {
        let (picture, Some(scan_index)) = (self.picture, &model.scan_index) else { return };
        for frame in &picture.layout.frames {
            let (x, y) = (picture.layout.columns[frame.columns.0].x, frame.rows.0 - 1);
            let name = &scan_index.entry(NodeId::new(frame.group)).label;
            let text = format!("{} {name}", NodeKind::Distribution.glyph());
            let row = y - self.origin.1;
            if !(0..i32::from(self.area.height)).contains(&row) {
                continue;
            }
            let mut at = x - self.origin.0;
            for letter in Span::styled(text, model.theme.style(Tone::Dim)).styled_graphemes(Style::new()) {
                let wide = letter.symbol.width() as i32;
                let is_free = |x: i32| self.cells[(row * i32::from(self.area.width) + x) as usize].arms == 0;
                let is_inside = at >= 0 && at + wide <= i32::from(self.area.width);
                if wide > 0 && is_inside && (at..at + wide).all(is_free) {
                    let cell = (self.area.x + at as u16, self.area.y + row as u16);
                    buffer[cell].set_symbol(letter.symbol).set_style(letter.style);
                    for behind in 1..wide as u16 {
                        buffer[(cell.0 + behind, cell.1)].reset();
                    }
                }
                at += wide;
            }
        }
    }

    fn labels(&mut self, model: &Model, has_keys: bool, buffer: &mut Buffer) {
        let picture = self.picture;
        for (item, label) in picture.labels.iter().enumerate() {
            let slot = picture.layout.slots[item];
            let column = &picture.layout.columns[slot.column];
            let (x, y) = (column.x - self.origin.0, slot.row - self.origin.1);
            let is_in_view = (0..i32::from(self.area.height)).contains(&y)
                && x < i32::from(self.area.width)
                && x + column.width + BEHIND > 0;
            if is_in_view {
                let width = self.free(item).max(column.width);
                // A name that goes on beyond the pane says so, where enough of it is seen.
                let seen = i32::from(self.area.width) - x;
                let width = if (LEAST_SEEN..width).contains(&seen) { seen } else { width };
                self.label(model, (item, label), (x, y, column.width), width, has_keys, buffer);
            }
        }
    }

    /// How much room an item has from its column on to the next thing that is drawn in its row.
    fn free(&self, item: usize) -> i32 {
        let layout = &self.picture.layout;
        let slot = layout.slots[item];
        if layout.links.iter().any(|&(source, _)| source == item) {
            return 0;
        }
        let x = layout.columns[slot.column].x;
        let is_behind = |other: &&Slot| other.column > slot.column && other.row == slot.row;
        let slots = layout.slots.iter().filter(is_behind).map(|other| layout.columns[other.column].x - 3);
        let crosses = |net: &&Net| net.column >= slot.column && (net.top..=net.bottom).contains(&slot.row);
        let lines = layout.nets.iter().filter(crosses).map(|net| layout.channel(net.column));
        slots.chain(lines).min().unwrap_or(i32::MAX / 2) - x - 1
    }

    fn label(
        &mut self,
        model: &Model,
        (item, label): (usize, &Label),
        (x, y, width): (i32, i32, i32),
        most: i32,
        has_keys: bool,
        buffer: &mut Buffer,
    ) {
        let theme = &model.theme;
        let mark = theme.style(label.tone);
        let owner = if label.owner.is_empty() { String::new() } else { format!(" {}", label.owner) };
        let room = (most as usize).saturating_sub(2 + label.sign.width());
        // The package is said where there is room for it.
        let owner = if label.text.width() + owner.width() <= room { owner } else { String::new() };
        let room = room - owner.width();
        let nodes = &self.picture.sketch.items[item].nodes;
        let name = if nodes.contains(&self.picture.center) { theme.style(Tone::Strong).patch(mark) } else { mark };
        let found = |node: &NodeId| model.found.as_ref().is_some_and(|found| found.lit(*node).is_some());
        let mut spans = vec![Span::styled(format!("{} ", label.glyph), mark)];
        match &nodes[..] {
            [node] => spans.extend(paint::name(model, *node, &label.text, room, name)),
            _ => {
                let style = if nodes.iter().any(found) { name.patch(theme.style(Tone::Lit)) } else { name };
                spans.push(Span::styled(shortened(&label.text, room), style));
            }
        }
        spans.push(Span::styled(label.sign, mark));
        spans.push(Span::styled(owner, theme.style(Tone::Dim)));
        let letters = spans.iter().flat_map(|span| span.styled_graphemes(Style::new()));
        let mut at = x;
        for letter in letters {
            let wide = letter.symbol.width() as i32;
            // Of a letter that is wider than what is left, no part is drawn.
            if wide > 0 && at >= 0 && at + wide <= i32::from(self.area.width) {
                let is_cursor = item == self.picture.cursor;
                let style = if is_cursor { letter.style.patch(theme.cursor(has_keys)) } else { letter.style };
                let cell = (self.area.x + at as u16, self.area.y + y as u16);
                buffer[cell].set_symbol(letter.symbol).set_style(style);
                for behind in 1..wide as u16 {
                    buffer[(cell.0 + behind, cell.1)].reset();
                    buffer[(cell.0 + behind, cell.1)].set_style(style);
                }
            }
            at += wide;
        }
        self.lead(model, at, (x + width, y), buffer);
        // A line that closes a loop is drawn against its direction: its tip is at its other end.
        let is_turned =
            |end: fn(&(usize, usize)) -> usize| self.picture.layout.turned.iter().any(|link| end(link) == item);
        let (into_left, from_right) = (is_turned(|&(_, target)| target), is_turned(|&(source, _)| source));
        let has_other = || {
            let links = self.picture.sketch.links.iter().map(|link| (link.source, link.target));
            links.filter(|&(_, target)| target == item).any(|link| !self.picture.layout.turned.contains(&link))
        };
        if into_left {
            self.back_tip(model, (at, y), buffer);
        }
        if !from_right || has_other() {
            self.tip(model, (x, y), buffer);
        }
    }

    /// Leads the end of a label to the lines that begin right of its column.
    fn lead(&mut self, model: &Model, from: i32, (to, y): (i32, i32), buffer: &mut Buffer) {
        let Some(cell) = self.cell(to + 1 + self.origin.0, y + self.origin.1).copied() else { return };
        if cell.arms & (RIGHT | LEFT) == 0 || cell.across == Heat::None {
            return;
        }
        let style = model.theme.style(match cell.across {
            Heat::Lit => Tone::Active,
            Heat::Doomed => Tone::Error,
            _ => Tone::Dim,
        });
        for x in (from + 1).max(0)..=to {
            if x < i32::from(self.area.width) {
                buffer[(self.area.x + x as u16, self.area.y + y as u16)]
                    .set_symbol(lines_of(cell.kind_across).0)
                    .set_style(style);
            }
        }
    }

    /// The tip of an arrow behind a label to which a line leads back.
    fn back_tip(&mut self, model: &Model, (x, y): (i32, i32), buffer: &mut Buffer) {
        if x + 1 >= 0 && x + 1 < i32::from(self.area.width) {
            let place = (self.area.x + (x + 1) as u16, self.area.y + y as u16);
            buffer[place].set_symbol("◄").set_style(model.theme.style(Tone::Dim));
        }
    }

    /// The tip of an arrow before a label to which a line leads.
    fn tip(&mut self, model: &Model, (x, y): (i32, i32), buffer: &mut Buffer) {
        let Some(cell) = self.cell(x - 2 + self.origin.0, y + self.origin.1).copied() else { return };
        if cell.arms & LEFT != 0 && cell.across > Heat::None {
            let tone = match cell.across {
                Heat::Lit => Tone::Active,
                Heat::Doomed => Tone::Error,
                _ => Tone::Dim,
            };
            let place = (self.area.x + (x - 2) as u16, self.area.y + y as u16);
            buffer[place].set_symbol("►").set_style(model.theme.style(tone));
        }
    }
}

/// The corner whose arms leave it in these directions.
fn corner(arms: u8) -> &'static str {
    match arms {
        arms if arms == UP | LEFT => "╯",
        arms if arms == DOWN | LEFT => "╮",
        arms if arms == UP | RIGHT => "╰",
        arms if arms == DOWN | RIGHT => "╭",
        // Lines of two nets that end in one cell.
        _ => "┼",
    }
}
