//! The first frames: the scan and how far it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::{bordered, lines, title};
use crate::tui::model::Model;
use crate::tui::prose::{Prose, shortened};
use crate::tui::theme::{Tone, spinner};

pub(super) fn draw(model: &Model, body: Rect, buffer: &mut Buffer) {
    let Some(work) = &model.work else { return };
    let width = body.width.min(72);
    let height = body.height.min(6);
    let area = Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 3, width, height };
    let heading = title(model, &format!("Scanning {}", spinner(model.tick)));
    let inside = bordered(model, None, heading, area, buffer);
    let phase = work.phase.map_or("starting", |phase| phase.word());
    let files = format!("{} native files, {phase}", work.files);
    let text = [
        Prose::of(Tone::Strong, files),
        Prose::of(Tone::Dim, shortened(&work.folder, inside.width.into())),
        Prose::default(),
        match work.is_stopping {
            true => Prose::of(Tone::Warning, "stopping"),
            false => Prose::of(Tone::Key, "esc")
                .then(Tone::Plain, " stop and look   ")
                .then(Tone::Key, "q")
                .then(Tone::Plain, " quit"),
        },
    ];
    let wrapped: Vec<Line> = text.iter().flat_map(|prose| prose.wrapped(inside.width.into(), model.theme)).collect();
    for (line, area) in wrapped.iter().zip(lines(inside)) {
        line.render(area, buffer);
    }
}
