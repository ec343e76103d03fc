//! What every face paints with: borders, boxes, rows, names, prompts.

pub mod canvas;

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Widget};
use tui_input::Input;
use unicode_width::UnicodeWidthStr;

use super::model::Model;
use super::pane::Pane;
use super::scrolling::inside;
use super::styled_text::{self, Prose, cut};
use super::theme::Tone;
use crate::graph::NodeId;
use crate::printable::printable;

/// A border with a title; lit where the pane has the keys. The answer is what is inside.
pub fn bordered(model: &Model, pane: Option<Pane>, title: Line<'_>, area: Rect, buffer: &mut Buffer) -> Rect {
    let has_keys = pane.is_none_or(|pane| pane == model.pane && model.modal.is_none());
    let tone = if has_keys { Tone::Active } else { Tone::Dim };
    let mut block =
        Block::bordered().border_type(BorderType::Rounded).border_style(model.theme.style(tone)).title(title);
    if model.is_zoomed && pane.is_some() {
        let key = model.keymap.names("zoom").first().copied().unwrap_or_default();
        block = block.title_bottom(Span::styled(format!(" {key} all panes "), model.theme.style(Tone::Key)));
    }
    block.render(area, buffer);
    inside(area)
}

/// The name of a node, cut in the middle where it has no room, with the letters lit that the last search found in it.
pub fn name(model: &Model, node: NodeId, text: &str, width: usize, style: Style) -> Vec<Span<'static>> {
    let entry = model.scan_index.as_ref().map(|scan_index| scan_index.entry(node));
    let text = entry.map_or(text, |entry| entry.within(text, width));
    let (head, tail) = cut(text, width);
    let letters = model.found.as_ref().zip(entry).and_then(|(found, entry)| found.letters(node, entry, text));
    let styles = (style, style.patch(model.theme.style(Tone::Lit)));
    let part = |text: &str, from: usize| match &letters {
        Some(is_lit) => styled_text::lit(text, |at| is_lit(from + at), styles),
        None => vec![Span::styled(text.to_owned(), style)],
    };
    let mut spans = part(head, 0);
    if let Some(tail) = tail {
        spans.push(Span::styled("…", style));
        spans.extend(part(tail, text[..text.len() - tail.len()].chars().count()));
    }
    spans
}

/// A title of one tone, with blanks around it.
pub fn title(model: &Model, text: &str) -> Line<'static> {
    Line::from(Span::styled(format!(" {text} "), model.theme.style(Tone::Strong)))
}

/// Draws a line into a row; what lies under the cursor is marked over its whole width.
pub fn row(model: &Model, line: &Line<'_>, area: Rect, cursor: Option<bool>, buffer: &mut Buffer) {
    line.render(area, buffer);
    if let Some(has_keys) = cursor {
        buffer.set_style(area, model.theme.cursor(has_keys));
    }
}

/// `5/22 ▼` on the border below a list: the place of its cursor, and whether there is more of it than is in view.
pub fn place_in_list(model: &Model, list: Rect, (at, len): (usize, usize), seen: Range<usize>, buffer: &mut Buffer) {
    let more = match (seen.start > 0, seen.end < len) {
        (_, true) => " ▼",
        (true, false) => " ▲",
        (false, false) => "",
    };
    let line = Line::styled(format!(" {}/{len}{more} ", at + 1), model.theme.style(Tone::Dim));
    let width = line.width() as u16;
    if len > 1 && width + 2 <= list.width && buffer.area.contains((list.x, list.bottom()).into()) {
        line.render(Rect { x: list.right() - width - 1, y: list.bottom(), width, height: 1 }, buffer);
    }
}

/// The rows of an area, from the top.
pub fn lines(area: Rect) -> impl ExactSizeIterator<Item = Rect> {
    (area.y..area.bottom()).map(move |y| Rect { y, height: 1, ..area })
}

/// Where a box of some size lies.
pub fn box_area((width, height): (u16, u16), body: Rect) -> Rect {
    let (width, height) = (width.min(body.width), height.min(body.height));
    Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 4, width, height }
}

/// What is said where a list is empty.
pub fn dim(model: &Model, text: &str, inside: Rect, buffer: &mut Buffer) {
    let text = Prose::of(Tone::Dim, text);
    for (line, area) in text.wrapped(inside.width.into(), model.theme).iter().zip(lines(inside)) {
        line.render(area, buffer);
    }
}

/// A box in the middle, cleared, with a border.
pub fn boxed(model: &Model, heading: Line<'_>, size: (u16, u16), body: Rect, buffer: &mut Buffer) -> Rect {
    let area = box_area(size, body);
    Clear.render(area, buffer);
    // Of a letter that the box's edge cuts in two, the half before it would push the edge aside.
    for y in area.y..area.bottom() {
        for before in 1..4.min(area.x + 1) {
            let cell = &mut buffer[(area.x - before, y)];
            if cell.symbol().width() > usize::from(before) {
                cell.set_symbol(" ");
            }
        }
    }
    buffer.set_style(area, model.theme.style(Tone::Plain));
    bordered(model, None, heading, area, buffer)
}

/// What is below the prompt.
pub fn below(inside: Rect) -> Rect {
    Rect { y: inside.y + inside.height.min(1), height: inside.height.saturating_sub(1), ..inside }
}

/// A line of text as it is typed, behind a sign; as long as there is none, what could be typed.
pub fn prompt(model: &Model, (sign, hint): (&str, &str), input: &Input, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.width).saturating_sub(sign.width() + 1);
    let letters = || input.value().chars();
    let before = printable(&letters().take(input.cursor()).collect::<String>());
    let behind = printable(&letters().skip(input.cursor()).collect::<String>());
    // Of a line that is too long, the part before the caret is seen.
    let seen = styled_text::end(&before, room.saturating_sub(1));
    let line = format!("{sign} {seen}{behind}");
    let mut line = Line::styled(line, model.theme.style(Tone::Strong));
    if input.value().is_empty() {
        let hint = styled_text::ended(hint, room.saturating_sub(2));
        line.push_span(Span::styled(format!("  {hint}"), model.theme.style(Tone::Dim)));
    }
    line.render(Rect { height: area.height.min(1), ..area }, buffer);
    let caret = area.x.saturating_add((sign.width() + 1 + seen.width()) as u16);
    if caret < area.right() && area.height > 0 {
        buffer.set_style(Rect { x: caret, y: area.y, width: 1, height: 1 }, model.theme.cursor(true));
    }
}
