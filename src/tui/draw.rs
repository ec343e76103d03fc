//! The model, drawn. Nothing here changes anything: the same model gives the same frame.

mod detail;
mod empty;
mod footer;
mod frame;
pub(super) mod waiting;

pub use footer::command_at;
pub use frame::{counted_at, tab_spans, tabs_width};

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::model::Model;
use super::paint::place_in_list;
use super::screen::{Areas, Room};
use super::scrolling::{inside, window, window_from};
use super::theme::{Tone, to_ascii};
use super::view::graph;

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
    footer::footer(model, areas.footer, buffer);
    match (&model.scan_index, &model.nothing) {
        (None, Some(_)) if model.modal.is_some() => {}
        (None, Some(nothing)) if model.work.is_none() => empty::draw(model, nothing, Areas::body(model), buffer),
        (None, _) => waiting::draw(model, buffer),
        (Some(scan_index), _) => {
            if let Some(area) = areas.main {
                (model.view.draw)(model, scan_index, area, buffer);
                // The list of a log has lines of its own below it.
                if let Some((at, len)) = (model.view.list)(model).filter(|_| !model.view.is("log")) {
                    let list = inside(area);
                    let seen = window_from(model.top, len, list.height.into());
                    place_in_list(model, list, (at, len), seen, buffer);
                }
            }
            if let Some(area) = areas.graph {
                graph::draw(model, scan_index, area, buffer);
            }
            if let Some(area) = areas.detail {
                detail::draw(model, area, buffer);
            }
        }
    }
    if let Some(overlay) = &model.modal {
        let body = Areas::body(model);
        overlay.draw(model, body, buffer);
        if let Some((list, len, at)) = overlay.list(body) {
            place_in_list(model, list, (at, len), window(len, at, list.height.into()), buffer);
        }
    }
}
