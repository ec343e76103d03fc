//! The model, drawn. Nothing here changes anything: the same model gives the same frame.

pub mod canvas;
mod detail;
mod empty;
mod frame;
pub(super) mod waiting;

pub use frame::{tab_spans, tabs_width};

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use unicode_width::UnicodeWidthStr;

use super::model::{Model, Pane};
use super::prose::{self, cut};
use super::screen::{Areas, Room, inside};
use super::theme::{Tone, to_ascii};
use super::view::draw_graph;
use crate::graph::NodeId;

/// Draws a frame.
pub fn frame(model: &Model, frame: &mut Frame) {
    let area = frame.area();
    draw(model, area, frame.buffer_mut());
}

/// Draws into a buffer: what frames, tests and pictures share.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    // The terminal may have another size than the last message said.
    if area.width >= model.size.0 && area.height >= model.size.1 {
        buffer.set_style(area, model.theme.style(Tone::Plain));
        match Room::of(model.size) {
            Room::None => too_small(model, buffer),
            _ => panes(model, buffer),
        }
    }
    if model.theme.ascii {
        to_ascii(buffer);
    }
}

fn too_small(model: &Model, buffer: &mut Buffer) {
    let (width, height) = model.size;
    let texts =
        [format!("window too small ({width}x{height}), q quits"), "too small, q quits".into(), "q quits".into()];
    let text = texts.into_iter().find(|text| text.len() <= usize::from(width)).unwrap_or_default();
    Line::from(text).render(Rect { x: 0, y: height / 2, width, height: height.min(1) }, buffer);
}

fn panes(model: &Model, buffer: &mut Buffer) {
    let areas = Areas::of(model);
    frame::header(model, &areas, buffer);
    frame::footer(model, areas.footer, buffer);
    match (&model.atlas, &model.nothing) {
        (None, Some(_)) if model.modal.is_some() => {}
        (None, Some(nothing)) if model.work.is_none() => empty::draw(model, nothing, body(model, &areas), buffer),
        (None, _) => waiting::draw(model, buffer),
        (Some(atlas), _) => {
            if let Some(area) = areas.main {
                (model.view.draw)(model, atlas, area, buffer);
            }
            if let Some(area) = areas.graph {
                draw_graph(model, atlas, area, buffer);
            }
            if let Some(area) = areas.detail {
                detail::draw(model, area, buffer);
            }
        }
    }
    let body = body(model, &areas);
    if let Some(modal) = &model.modal {
        modal.draw(model, body, buffer);
    }
}

/// Everything between header and footer.
pub(super) fn body(model: &Model, areas: &Areas) -> Rect {
    let top = areas.header.height + areas.tabs.map_or(0, |tabs| tabs.height);
    let height = model.size.1.saturating_sub(top + areas.footer.height);
    Rect { x: 0, y: top, width: model.size.0, height }
}

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
    let entry = model.atlas.as_ref().map(|atlas| atlas.entry(node));
    let text = entry.map_or(text, |entry| entry.within(text, width));
    let (head, tail) = cut(text, width);
    let letters = model.found.as_ref().zip(entry).and_then(|(found, entry)| found.letters(node, entry, text));
    let styles = (style, style.patch(model.theme.style(Tone::Lit)));
    let part = |text: &str, from: usize| match &letters {
        Some(is_lit) => prose::lit(text, |at| is_lit(from + at), styles),
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

/// The rows of an area, from the top.
pub fn lines(area: Rect) -> impl Iterator<Item = Rect> {
    (area.y..area.bottom()).map(move |y| Rect { y, height: 1, ..area })
}

/// Where a box of some size lies.
pub fn box_area((width, height): (u16, u16), body: Rect) -> Rect {
    let (width, height) = (width.min(body.width), height.min(body.height));
    Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 4, width, height }
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
