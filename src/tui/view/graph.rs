//! The graph around a node: who needs it on the left, what it needs on the right, joined by lines.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::{Arrangement, View};
use crate::graph::NodeId;
use crate::tui::atlas::Atlas;
use crate::tui::command::Way;
use crate::tui::draw::{bordered, title};
use crate::tui::hourglass::{Column, Hourglass};
use crate::tui::model::{Model, Pane};
use crate::tui::prose::shortened;
use crate::tui::screen::window;
use crate::tui::theme::Tone;
use crate::tui::update::choose;

pub(super) const VIEW: View = View {
    id: "graph",
    title: "Graph",
    short: "Graph",
    about: "the graph around the node",
    arrangement: Arrangement::Above,
    draw,
    step,
    open: |model| {
        open(model);
        None
    },
    click,
    via: |model| model.hourglass.as_ref().and_then(Hourglass::via),
    ..View::PLAIN
};

/// Has the picture the keys, wherever it is shown?
fn has_keys(model: &Model) -> bool {
    model.pane == pane(model)
}

/// The picture is the main pane of its own view, and beside the lists of others.
fn pane(model: &Model) -> Pane {
    if model.view.is("graph") { Pane::Main } else { Pane::Graph }
}

/// Moves along the edges; beyond the picture, the next node becomes its center.
pub fn step(model: &mut Model, way: Way) {
    let Some(hourglass) = &mut model.hourglass else { return };
    match hourglass.step(way) {
        Some(beyond) => {
            choose::center(model, beyond);
            // One goes on walking: the cursor follows the edge, where the new center has one.
            if let Some(hourglass) = &mut model.hourglass {
                let _ = hourglass.step(way);
                model.chosen = Some(hourglass.node());
            }
        }
        None => model.chosen = Some(hourglass.node()),
    }
    choose::settle(model);
}

/// Makes the node under the cursor the center.
pub fn open(model: &mut Model) {
    if let Some(node) = model.hourglass.as_ref().map(|hourglass| hourglass.node()) {
        choose::center(model, node);
    }
}

/// Puts the cursor on the node of a row and column.
pub fn click(model: &mut Model, area: Rect, (column, row): (u16, u16)) {
    let Some(hourglass) = &mut model.hourglass else { return };
    let at = usize::from(row - area.y);
    hourglass.column = match (column - area.x) * 3 / area.width.max(1) {
        0 if !hourglass.dependents.is_empty() => Column::Dependents,
        2 if !hourglass.needs.is_empty() => Column::Needs,
        _ => Column::Center,
    };
    let nodes = hourglass.column(hourglass.column).len();
    hourglass.row = at.saturating_sub(usize::from(area.height).saturating_sub(nodes) / 2).min(nodes - 1);
    model.chosen = Some(hourglass.node());
    choose::settle(model);
}

/// Draws the picture.
pub fn draw(model: &Model, atlas: &Atlas, area: Rect, buffer: &mut Buffer) {
    let Some(hourglass) = &model.hourglass else {
        bordered(model, Some(pane(model)), title(model, "Focus"), area, buffer);
        return;
    };
    let hidden = match hourglass.hidden {
        0 => String::new(),
        hidden => format!(" · {hidden} of the system hidden"),
    };
    let center = atlas.entry(hourglass.center);
    let counts = format!("{} above · {} below{hidden}", hourglass.dependents.len(), hourglass.needs.len());
    let room = usize::from(area.width).saturating_sub(counts.width() + 9);
    let heading = format!("{} · {counts}", shortened(&center.label, room.max(8)));
    let inside = bordered(model, Some(pane(model)), title(model, &heading), area, buffer);
    if inside.height > 0 && inside.width >= 12 {
        Picture::of(atlas, hourglass, inside).draw(model, buffer);
    }
}

/// A column as far as it is shown.
struct Stack {
    /// The label of each line: a node, or how many more there are.
    lines: Vec<(Option<NodeId>, String)>,
    top: u16,
    x: u16,
    width: u16,
}

struct Picture<'a> {
    atlas: &'a Atlas,
    hourglass: &'a Hourglass,
    area: Rect,
    middle: u16,
    left: Stack,
    center: Stack,
    right: Stack,
}

/// What stands between two columns: a blank, line, joint, line, arrow and a blank.
const GAP: u16 = 6;

impl<'a> Picture<'a> {
    fn of(atlas: &'a Atlas, hourglass: &'a Hourglass, area: Rect) -> Picture<'a> {
        let stack = |column| stack(atlas, hourglass, column, area);
        let (mut left, mut center, mut right) =
            (stack(Column::Dependents), stack(Column::Center), stack(Column::Needs));
        let gaps = |stack: &Stack| if stack.lines.is_empty() { 0 } else { GAP };
        let room = area.width.saturating_sub(gaps(&left) + gaps(&right));
        share(room, [&mut left.width, &mut center.width, &mut right.width]);
        left.x = area.x;
        center.x = left.x + left.width + gaps(&left);
        right.x = center.x + center.width + gaps(&right);
        Picture { atlas, hourglass, area, middle: center.top, left, center, right }
    }

    fn draw(&self, model: &Model, buffer: &mut Buffer) {
        let lines = model.theme.style(Tone::Dim);
        for (column, stack) in
            [(Column::Dependents, &self.left), (Column::Center, &self.center), (Column::Needs, &self.right)]
        {
            for (at, (node, label)) in stack.lines.iter().enumerate() {
                let area = Rect { x: stack.x, y: stack.top + at as u16, width: stack.width, height: 1 };
                let area = area.intersection(self.area);
                self.label(model, column, *node, label, area, buffer);
            }
        }
        if !self.left.lines.is_empty() {
            let x = self.left.x + self.left.width;
            self.pad(lines, buffer);
            self.join(x + 2, &self.left, true, lines, buffer);
        }
        if !self.right.lines.is_empty() {
            let x = self.center.x + self.center.width;
            self.join(x + 2, &self.right, false, lines, buffer);
        }
    }

    fn label(&self, model: &Model, column: Column, node: Option<NodeId>, label: &str, area: Rect, buffer: &mut Buffer) {
        let theme = model.theme;
        let style = match node {
            None => theme.style(Tone::Dim),
            Some(node) if node == self.hourglass.center => {
                theme.style(Tone::Strong).patch(theme.style(self.atlas.mark(node).0))
            }
            Some(node) => theme.style(self.atlas.mark(node).0),
        };
        Line::styled(shortened(label, area.width.into()), style).render(area, buffer);
        let is_cursor = node == Some(self.hourglass.node()) && self.hourglass.column == column;
        if is_cursor && (has_keys(model) || column != Column::Center) {
            let width = (label.width() as u16).min(area.width);
            buffer.set_style(Rect { width, ..area }, theme.cursor(has_keys(model)));
        }
    }

    /// Leads each label on the left to the joints.
    fn pad(&self, style: Style, buffer: &mut Buffer) {
        for (at, (_, label)) in self.left.lines.iter().enumerate() {
            let start = self.left.x + (label.width() as u16).min(self.left.width) + 1;
            for x in start..self.left.x + self.left.width + 1 {
                buffer.set_string(x, self.left.top + at as u16, "─", style);
            }
        }
    }

    /// The vertical line between a column and the center: each cell by the directions in which it is joined.
    fn join(&self, x: u16, stack: &Stack, is_left: bool, style: Style, buffer: &mut Buffer) {
        let rows = stack.top..stack.top + stack.lines.len() as u16;
        let (first, last) = (rows.start.min(self.middle), (rows.end - 1).max(self.middle));
        for y in (first..=last).filter(|y| (self.area.y..self.area.bottom()).contains(y)) {
            let (is_row, is_center) = (rows.contains(&y), y == self.middle);
            let (left, right) = if is_left { (is_row, is_center) } else { (is_center, is_row) };
            buffer.set_string(x, y, joint(left, right, y > first, y < last), style);
            if left {
                buffer.set_string(x - 1, y, "─", style);
            }
            if right {
                buffer.set_string(x + 1, y, "─▸", style);
            }
        }
    }
}

/// The character that joins these directions.
fn joint(left: bool, right: bool, up: bool, down: bool) -> &'static str {
    match (left, right, up, down) {
        (false, false, ..) => "│",
        (true, true, true, true) => "┼",
        (true, true, true, false) => "┴",
        (true, true, false, true) => "┬",
        (true, true, false, false) => "─",
        (true, false, true, true) => "┤",
        (true, false, true, false) => "╯",
        (true, false, false, true) => "╮",
        (false, true, true, true) => "├",
        (false, true, true, false) => "╰",
        (false, true, false, true) => "╭",
        (true, false, ..) => "╴",
        (false, true, ..) => "╶",
    }
}

/// A column around the middle of the area, windowed around the cursor.
fn stack(atlas: &Atlas, hourglass: &Hourglass, column: Column, area: Rect) -> Stack {
    let nodes = hourglass.column(column);
    let cursor = if hourglass.column == column { hourglass.row } else { 0 };
    let (shown, before, after) = part(nodes.len(), cursor, area.height.into());
    let mut lines: Vec<(Option<NodeId>, String)> = Vec::new();
    if before > 0 {
        lines.push((None, format!("▴ {before} more")));
    }
    lines.extend(nodes[shown].iter().map(|&node| (Some(node), label(atlas, hourglass, column, node))));
    if after > 0 {
        lines.push((None, format!("▸ {after} more")));
    }
    let width = lines.iter().map(|(_, label)| label.width()).max().unwrap_or(0) as u16;
    let top = area.y + (area.height - (lines.len() as u16).min(area.height)) / 2;
    Stack { lines, top, x: area.x, width }
}

/// Which nodes of a column fit, and how many are above and below them; those numbers take a line each.
fn part(len: usize, cursor: usize, height: usize) -> (Range<usize>, usize, usize) {
    if len <= height {
        return (0..len, 0, 0);
    }
    if height < 3 {
        let shown = window(len, cursor, height);
        return (shown, 0, 0);
    }
    let mut shown = window(len, cursor, height - 2);
    if shown.start == 0 {
        shown.end += 1;
    } else if shown.end == len {
        shown.start -= 1;
    }
    (shown.clone(), shown.start, len - shown.end)
}

fn label(atlas: &Atlas, hourglass: &Hourglass, column: Column, node: NodeId) -> String {
    let entry = atlas.entry(node);
    let is_cycle = match column {
        Column::Dependents => hourglass.needs.contains(&node),
        Column::Needs => hourglass.dependents.contains(&node),
        Column::Center => false,
    };
    let cycle = if is_cycle { " ⟳" } else { "" };
    format!("{} {}{cycle}{}", entry.sort.glyph(), entry.short(), entry.sign())
}

/// Gives each column what it wants where that is possible, else no more than its share.
fn share(room: u16, widths: [&mut u16; 3]) {
    let wanted: u16 = widths.iter().fold(0u16, |sum, width| sum.saturating_add(**width));
    if wanted <= room {
        return;
    }
    let mut left = room;
    let mut order: Vec<&mut u16> = widths.into_iter().collect();
    order.sort_by_key(|width| **width);
    for (at, width) in order.into_iter().enumerate() {
        let part = left / (3 - at as u16);
        *width = (*width).min(part);
        left -= *width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_column_tells_what_it_leaves_out() {
        assert_eq!(part(5, 0, 5), (0..5, 0, 0));
        assert_eq!(part(100, 0, 10), (0..9, 0, 91));
        assert_eq!(part(100, 99, 10), (91..100, 91, 0));
        let (shown, before, after) = part(100, 50, 10);
        assert_eq!((shown.len(), before + after), (8, 92));
        assert!(shown.contains(&50));
    }

    #[test]
    fn columns_share_what_there_is() {
        let (mut a, mut b, mut c) = (50, 5, 50);
        share(65, [&mut a, &mut b, &mut c]);
        assert_eq!((a, b, c), (30, 5, 30));
    }
}
