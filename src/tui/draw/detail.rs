//! The evidence: the text that was written for what is chosen, wrapped to the pane.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::export::count;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, lines, row, title};
use crate::tui::pane::Pane;
use crate::tui::styled_text::Prose;
use crate::tui::theme::Tone;

pub(super) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let heading = "Details";
    let inside = bordered(model, Some(Pane::Detail), title(model, heading), area, buffer);
    let lit = model.link_line().filter(|_| model.pane == Pane::Detail && model.modal.is_none());
    let lines_of = |(at, styled_text): (usize, &Prose)| {
        let lines = styled_text.wrapped(inside.width.into(), model.theme).into_iter();
        lines.map(move |line| (line, lit == Some(at)))
    };
    let wrapped: Vec<(Line, bool)> = model.details.iter().enumerate().flat_map(lines_of).collect();
    for ((line, is_lit), area) in wrapped.iter().skip(model.scroll).zip(lines(inside)) {
        row(model, line, area, is_lit.then_some(true), buffer);
    }
    let below = wrapped.len().saturating_sub(model.scroll + usize::from(inside.height));
    if (below > 0 || model.scroll > 0) && area.width > 24 {
        let text = match below {
            0 => " ▲ end ".to_owned(),
            below => format!(" ▼ {} ", count(below, "more line")),
        };
        let line = Line::styled(text, model.theme.style(Tone::Dim));
        let width = line.width() as u16;
        line.render(Rect { x: area.right() - width - 2, y: area.bottom() - 1, width, height: 1 }, buffer);
    }
}
