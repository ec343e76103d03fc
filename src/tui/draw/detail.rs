//! The evidence: the text that was written for what is chosen, wrapped to the pane.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::export::count;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, lines, title};
use crate::tui::pane::Pane;
use crate::tui::theme::Tone;

pub(super) fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let heading = if model.current_finding().is_some() { "Evidence" } else { "Detail" };
    let inside = bordered(model, Some(Pane::Detail), title(model, heading), area, buffer);
    let wrapped: Vec<Line> =
        model.article.iter().flat_map(|prose| prose.wrapped(inside.width.into(), model.theme)).collect();
    for (line, area) in wrapped.iter().skip(model.scroll).zip(lines(inside)) {
        line.render(area, buffer);
    }
    let below = wrapped.len().saturating_sub(model.scroll + usize::from(inside.height));
    if (below > 0 || model.scroll > 0) && area.width > 24 {
        let text = match below {
            0 => " ▴ end ".to_owned(),
            below => format!(" ▾ {} ", count(below, "more line")),
        };
        let line = Line::styled(text, model.theme.style(Tone::Dim));
        let width = line.width() as u16;
        line.render(Rect { x: area.right() - width - 2, y: area.bottom() - 1, width, height: 1 }, buffer);
    }
}
