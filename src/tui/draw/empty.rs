//! Where there is nothing native to look at: what was looked at, and where to go from there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::error::Error;
use crate::printable::printable;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, lines, title};
use crate::tui::styled_text::Prose;
use crate::tui::theme::Tone;

/// The commands that lead on, with what they mean here.
const ON: [(&str, &str); 4] = [
    ("other", "look at another environment, wheel, bundle or file"),
    ("demo", "look at the demo, in which a bit of everything is wrong"),
    ("rescan", "scan again"),
    ("quit", "quit"),
];

pub(super) fn draw(model: &Model, nothing: &Error, body: Rect, buffer: &mut Buffer) {
    let mut text = vec![
        Prose::of(Tone::Strong, printable(&nothing.what)),
        Prose::of(Tone::Plain, printable(&nothing.remedy)),
        Prose::default(),
    ];
    for (id, what) in ON {
        let key = model.keymap.names(id).first().copied().unwrap_or_default();
        text.push(Prose { hang: 4, ..Prose::of(Tone::Key, format!("{key:<4}")).then(Tone::Plain, what) });
    }
    let width = body.width.min(76);
    let room = usize::from(width.saturating_sub(4)).max(1);
    let wrapped: Vec<Line> = text.iter().flat_map(|styled_text| styled_text.wrapped(room, model.theme)).collect();
    let height = body.height.min(wrapped.len() as u16 + 2);
    let area = Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 3, width, height };
    let inside = bordered(model, None, title(model, "No native modules"), area, buffer);
    let inside = Rect { x: inside.x + inside.width.min(1), width: inside.width.saturating_sub(2), ..inside };
    for (line, area) in wrapped.iter().zip(lines(inside)) {
        line.render(area, buffer);
    }
}
