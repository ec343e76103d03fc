//! What lies on top of the panes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};
use unicode_width::UnicodeWidthStr;

use super::{bordered, lines, row, title};
use crate::tui::atlas::Atlas;
use crate::tui::keys::{COMMANDS, Group};
use crate::tui::model::{Model, Pick, Search};
use crate::tui::prose::shortened;
use crate::tui::screen::window;
use crate::tui::search::Hit;
use crate::tui::theme::Tone;

/// A box in the middle, cleared, with a border.
fn boxed(model: &Model, heading: Line<'_>, (width, height): (u16, u16), body: Rect, buffer: &mut Buffer) -> Rect {
    let (width, height) = (width.min(body.width), height.min(body.height));
    let x = body.x + (body.width - width) / 2;
    let y = body.y + (body.height - height) / 4;
    let area = Rect { x, y, width, height };
    Clear.render(area, buffer);
    bordered(model, None, heading, area, buffer)
}

/// The prompt, and the hits with the matched letters lit.
pub(super) fn search(model: &Model, atlas: &Atlas, search: &Search, body: Rect, buffer: &mut Buffer) {
    let heading = title(model, &format!("Search: {} of {}", search.total, atlas.entries().count()));
    let height = (search.hits.len() as u16).saturating_add(3).clamp(6, body.height.max(6));
    let inside = boxed(model, heading, (110, height.max(12)), body, buffer);
    let prompt = format!("/ {}", search.input.value());
    let before: String = search.input.value().chars().take(search.input.cursor()).collect();
    Line::styled(prompt, model.theme.style(Tone::Strong))
        .render(Rect { height: inside.height.min(1), ..inside }, buffer);
    let caret = inside.x.saturating_add(2 + before.width().min(usize::from(u16::MAX) / 2) as u16);
    if caret < inside.right() && inside.height > 0 {
        buffer.set_style(Rect { x: caret, y: inside.y, width: 1, height: 1 }, model.theme.cursor(true));
    }
    let below = Rect { y: inside.y + inside.height.min(1), height: inside.height.saturating_sub(1), ..inside };
    if search.hits.is_empty() {
        Line::styled("  nothing matches", model.theme.style(Tone::Dim))
            .render(Rect { height: below.height.min(1), ..below }, buffer);
        return;
    }
    for (at, area) in window(search.hits.len(), search.cursor, below.height.into()).zip(lines(below)) {
        let cursor = (at == search.cursor).then_some(true);
        row(model, &hit(model, atlas, &search.hits[at], area.width.into()), area, cursor, buffer);
    }
}

fn hit(model: &Model, atlas: &Atlas, hit: &Hit, width: usize) -> Line<'static> {
    let entry = atlas.entry(hit.node);
    let (tone, glyph) = atlas.mark(hit.node);
    let owner = shortened(&entry.owner, width / 4);
    let sign = entry.sign();
    let room = width.saturating_sub(3 + sign.width() + owner.width());
    let letters: Vec<char> = entry.brief.chars().collect();
    // The end of a path is its name: what does not fit is cut off at the front.
    let mut start = letters.len();
    let mut used = 0;
    while start > 0 && used + wide(letters[start - 1]) <= room.saturating_sub(usize::from(start > 1)) {
        start -= 1;
        used += wide(letters[start]);
    }
    let mut spans = vec![Span::styled(format!("{glyph} "), model.theme.style(tone))];
    if start > 0 {
        spans.push(Span::styled("…", model.theme.style(Tone::Dim)));
        used += 1;
    }
    let name = letters.len() - entry.label.chars().count().min(letters.len());
    for (at, letter) in letters.iter().enumerate().skip(start) {
        let tone = match () {
            () if hit.lit.binary_search(&at).is_ok() => Tone::Lit,
            () if at < name => Tone::Dim,
            () => Tone::Plain,
        };
        spans.push(Span::styled(letter.to_string(), model.theme.style(tone)));
    }
    spans.push(Span::styled(sign, model.theme.style(tone)));
    let blank = (room + 1).saturating_sub(used);
    spans.push(Span::styled(format!("{}{owner}", " ".repeat(blank)), model.theme.style(Tone::Dim)));
    Line::from(spans)
}

fn wide(letter: char) -> usize {
    unicode_width::UnicodeWidthChar::width(letter).unwrap_or(0)
}

/// A list of nodes: ways, indented as they go down, or one under the other.
pub(super) fn pick(model: &Model, atlas: &Atlas, pick: &Pick, body: Rect, buffer: &mut Buffer) {
    let heading = title(model, &shortened(&pick.title, usize::from(body.width).saturating_sub(6)));
    let height = (pick.rows.len() as u16).saturating_add(2).clamp(4, body.height.max(4));
    let inside = boxed(model, heading, (100, height), body, buffer);
    for (at, area) in window(pick.rows.len(), pick.cursor, inside.height.into()).zip(lines(inside)) {
        let (depth, node) = pick.rows[at];
        let (tone, glyph) = atlas.mark(node);
        let indent = match depth {
            0 => String::new(),
            depth => format!("{}╰─▸ ", "  ".repeat((depth - 1).min(20))),
        };
        let entry = atlas.entry(node);
        let room = usize::from(area.width).saturating_sub(indent.width() + 2 + entry.sign().width());
        let line = Line::from(vec![
            Span::styled(indent, model.theme.style(Tone::Dim)),
            Span::styled(format!("{glyph} "), model.theme.style(tone)),
            Span::raw(shortened(&entry.brief, room)),
            Span::styled(entry.sign(), model.theme.style(tone)),
        ]);
        row(model, &line, area, (at == pick.cursor).then_some(true), buffer);
    }
}

pub(super) fn filter(model: &Model, body: Rect, buffer: &mut Buffer) {
    let inside = boxed(model, title(model, "Filter"), (52, 6), body, buffer);
    let on = |on: bool| if on { "yes" } else { "no" };
    let rows = [
        ("filter-system", if model.filter.system { "shown" } else { "hidden" }),
        ("filter-broken", on(model.filter.broken)),
        ("filter-clear", ""),
    ];
    for ((id, state), area) in rows.into_iter().zip(lines(inside)) {
        let Some(command) = COMMANDS.iter().find(|command| command.id == id) else { continue };
        let name = model.keymap.names(id).first().copied().unwrap_or_default();
        Line::from(vec![
            Span::styled(format!(" [{name}] "), model.theme.style(Tone::Key)),
            Span::raw(format!("{:<38}", command.title)),
            Span::styled(state, model.theme.style(Tone::Strong)),
        ])
        .render(area, buffer);
    }
}

/// Every command with its keys, by group: the table itself.
pub(super) fn help(model: &Model, top: usize, body: Rect, buffer: &mut Buffer) {
    let mut text = Vec::new();
    for group in Group::ALL {
        text.push(Line::styled(format!(" {}", group.word()), model.theme.style(Tone::Strong)));
        for command in COMMANDS.iter().filter(|command| command.group == group) {
            let keys = model.keymap.names(command.id).join(" ");
            text.push(Line::from(vec![
                Span::styled(format!("   {keys:<18}"), model.theme.style(Tone::Key)),
                Span::raw(command.title),
            ]));
        }
    }
    text.push(Line::styled(" Signs", model.theme.style(Tone::Strong)));
    text.push(Line::raw("   ◆ distribution  ● extension module  ○ library  ▷ program  · system"));
    text.push(Line::raw("   ✗ error, not found  ! warning, nonstandard install name"));
    text.push(Line::raw("   ↑ breaks so many imports; in the tree: shown above  ⟳ needs itself"));
    let inside = boxed(model, title(model, "Keys"), (78, text.len() as u16 + 2), body, buffer);
    let top = top.min(text.len().saturating_sub(inside.height.into()));
    for (line, area) in text.iter().skip(top).zip(lines(inside)) {
        line.render(area, buffer);
    }
}
