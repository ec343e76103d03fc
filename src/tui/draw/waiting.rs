//! The first frames: the scan, how far it is, and what it has found.
//!
//! What is wrong with an environment can be told only when all of it is known: a library that one folder lacks may lie in
//! the next. Until then only what stays true is shown: which files are there, and which of them no loader can take.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::export::count;
use crate::printable::printable;
use crate::survey::{Phase, Seen};
use crate::tui::details::size;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, lines, row, title};
use crate::tui::scan_index::brief;
use crate::tui::screen::Areas;
use crate::tui::scrolling::{self, inside, window};
use crate::tui::styled_text::{Prose, shortened};
use crate::tui::theme::{Tone, spinner};
use crate::tui::work::Work;

pub(super) fn draw(model: &Model, buffer: &mut Buffer) {
    let Some(work) = &model.work else { return };
    let area = area(model, work);
    let heading = title(model, &format!("Scanning {}", spinner(model.tick)));
    let inside = bordered(model, None, heading, area, buffer);
    // Each has one line: the list begins where it is expected to.
    let first = |styled_text: Prose| styled_text.wrapped(inside.width.into(), model.theme).into_iter().next();
    let head = told(work, inside.width.into()).into_iter().filter_map(first);
    for (line, area) in head.zip(lines(inside)) {
        line.render(area, buffer);
    }
    let list = list(area);
    for (at, area) in window(work.seen.len(), work.row(), list.height.into()).zip(lines(list)) {
        let cursor = (work.cursor == Some(at)).then_some(model.modal.is_none());
        row(model, &line(model, &work.seen[at], area.width.into()), area, cursor, buffer);
    }
}

/// How many lines stand above the list.
const HEAD: u16 = 4;

/// Where the box lies: as large as the screen, once there is something to list.
fn area(model: &Model, work: &Work) -> Rect {
    let body = Areas::body(model);
    if !work.seen.is_empty() {
        return body;
    }
    let (width, height) = (body.width.min(72), body.height.min(HEAD + 2));
    Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 3, width, height }
}

fn list(area: Rect) -> Rect {
    let inside = inside(area);
    let head = HEAD.min(inside.height);
    Rect { y: inside.y + head, height: inside.height - head, ..inside }
}

/// The file in a cell.
pub(in crate::tui) fn row_at(model: &Model, (column, row): (u16, u16)) -> Option<usize> {
    let work = model.work.as_ref()?;
    let list = list(area(model, work));
    let at = scrolling::row_at(list, row, work.seen.len(), work.row());
    (list.contains((column, row).into()) && at < work.seen.len()).then_some(at)
}

fn told(work: &Work, width: usize) -> [Prose; 4] {
    let phase = work.phase.map_or("starting", |phase| phase.word());
    let size = if work.bytes > 0 { format!(", {}", size(work.bytes)) } else { String::new() };
    let troubled = match work.troubled {
        0 => Prose::default(),
        some => Prose::of(Tone::Error, shortened(&format!("✗ {} that no loader can take", count(some, "file")), width)),
    };
    let keys = match work.is_stopping {
        true => Prose::of(Tone::Warning, "stopping"),
        false => Prose::of(Tone::Key, "esc")
            .then(Tone::Plain, " stop and show   ")
            .then(Tone::Key, "q")
            .then(Tone::Plain, " quit"),
    };
    [
        Prose::of(Tone::Strong, shortened(&format!("{}{size}, {phase}", count(work.files, "native file")), width)),
        match work.phase {
            Some(Phase::Importing | Phase::Diagnosing) => Prose::default(),
            _ => Prose::of(Tone::Dim, shortened(&work.folder, width)),
        },
        troubled,
        keys,
    ]
}

/// `· PIL/_imaging.cpython-311-x86_64-linux-gnu.so   ELF 1.2 MB`, or why no loader can take it.
fn line(model: &Model, seen: &Seen, width: usize) -> Line<'static> {
    let (tone, sign) = if seen.trouble.is_some() { (Tone::Error, "✗") } else { (Tone::Dim, "·") };
    let what = match (&seen.trouble, seen.format) {
        (Some(trouble), _) => printable(trouble),
        (None, Some(format)) => format!("{format} {}", size(seen.len)),
        (None, None) => size(seen.len),
    };
    let path = printable(&seen.path.to_string());
    let path = brief(&path);
    // The name gives way to what is wrong only where there is no room for both.
    let least = path.width().min(width / 2);
    let what = shortened(&what, width.saturating_sub(least + 4));
    let path = shortened(path, width.saturating_sub(what.width() + 4));
    let blank = width.saturating_sub(2 + path.width() + what.width());
    Line::from(vec![
        Span::styled(format!("{sign} "), model.theme.style(tone)),
        Span::raw(path),
        Span::raw(" ".repeat(blank)),
        Span::styled(what, model.theme.style(tone)),
    ])
}
