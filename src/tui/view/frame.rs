//! The first lines and the last: what is looked at, how it stands, what can be done.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::export::printable;
use crate::tui::atlas::{Atlas, Badge};
use crate::tui::keys::{COMMANDS, Command, Group};
use crate::tui::model::{Modal, Model, View};
use crate::tui::screen::{Areas, Room};
use crate::tui::theme::{Tone, spinner};

/// Name, Python, counts; on the right the tabs, or below where there is a line for them.
pub(super) fn header(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    if areas.header.height == 0 {
        return;
    }
    let is_wide = areas.tabs.is_some();
    let mut spans = vec![Span::styled(" dylens ", model.theme.style(Tone::Active))];
    if let Some(atlas) = &model.atlas {
        spans.extend(target(model, atlas, is_wide));
    }
    if model.work.is_some() {
        spans.push(Span::styled(format!("  {} scanning", spinner(model.tick)), model.theme.style(Tone::Key)));
    }
    Line::from(spans).render(areas.header, buffer);
    let line = tabs(model, is_wide);
    match areas.tabs {
        Some(area) => {
            line.render(area, buffer);
            filter(model, area, buffer);
        }
        None => {
            let width = (line.width() as u16).min(areas.header.width);
            let x = areas.header.right() - width;
            line.render(Rect { x, width, ..areas.header }, buffer);
        }
    }
}

fn target(model: &Model, atlas: &Atlas, is_wide: bool) -> Vec<Span<'static>> {
    let scan = &atlas.scan;
    let dim = model.theme.style(Tone::Dim);
    let name = VPathName(scan).text();
    let mut spans = vec![Span::styled(format!(" {name}"), model.theme.style(Tone::Strong))];
    let python = scan.world.host.python.as_ref().map(|python| python.version_text());
    let python = python.unwrap_or_else(|| "?".into());
    if !is_wide {
        spans.push(Span::raw(format!(" py{python} ")));
        spans.extend(counts(model, atlas.total, false));
        return spans;
    }
    let arch = scan.world.host.arch.map_or_else(String::new, |arch| format!(" {arch}"));
    spans.push(Span::raw(format!("  Python {python}  {}{arch}", scan.world.host.system.word())));
    spans.push(Span::raw(format!("   {} modules · {} libraries   ", scan.modules(), atlas.libraries)));
    spans.extend(counts(model, atlas.total, true));
    if scan.is_partial {
        spans.push(Span::styled("  stopped early: not all is here", model.theme.style(Tone::Warning)));
    }
    // Last, because it is what may be cut off: people know mostly what they typed.
    let because =
        scan.target.because.as_ref().map_or_else(|| scan.target.kind.word().into(), |because| printable(because));
    spans.push(Span::styled(format!("  ({because})"), dim));
    spans
}

/// What the target is called: the last part of its path.
struct VPathName<'a>(&'a crate::scan::Scan);

impl VPathName<'_> {
    fn text(&self) -> String {
        let target = &self.0.target;
        let path = target.named();
        printable(&String::from_utf8_lossy(path.file_name()))
    }
}

fn counts(model: &Model, total: Badge, with_words: bool) -> Vec<Span<'static>> {
    if total.is_clean() {
        return vec![Span::styled(if with_words { "✓ no errors" } else { " ✓" }, model.theme.style(Tone::Good))];
    }
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let words = [
        (total.errors, Tone::Error, "✗", format!(" error{}", plural(total.errors))),
        (total.warnings, Tone::Warning, "!", format!(" warning{}", plural(total.warnings))),
    ];
    words
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, tone, sign, word)| {
            let text = if with_words { format!("{sign} {count}{word}  ") } else { format!(" {sign}{count}") };
            Span::styled(text, model.theme.style(tone))
        })
        .collect()
}

fn tabs(model: &Model, is_wide: bool) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for (at, view) in View::ALL.into_iter().enumerate() {
        let is_open = view == model.view;
        // Brackets too: the open tab must be told without styles.
        let (left, right) = if is_open { ("[", "]") } else { (" ", " ") };
        let word = if is_wide { view.word() } else { view.short() };
        let style = model.theme.style(if is_open { Tone::Active } else { Tone::Plain });
        spans.push(Span::styled(format!("{left}{} {word}{right}", at + 1), style));
    }
    Line::from(spans)
}

fn filter(model: &Model, area: Rect, buffer: &mut Buffer) {
    let system = if model.filter.system { "shown" } else { "hidden" };
    let broken = if model.filter.broken { " · only what has findings" } else { "" };
    let text = format!("system libraries {system}{broken} ");
    let width = (text.width() as u16).min(area.width);
    let at = Rect { x: area.right() - width, width, ..area };
    Line::styled(text, model.theme.style(Tone::Dim)).render(at, buffer);
}

/// What happened last, else what the keys do.
pub(super) fn footer(model: &Model, area: Rect, buffer: &mut Buffer) {
    if let Some(told) = &model.told {
        Line::styled(format!(" {told}"), model.theme.style(Tone::Strong)).render(area, buffer);
        return;
    }
    if Room::of(model.size) == Room::List
        && let Some(atlas) = &model.atlas
    {
        let mut spans = target(model, atlas, false);
        spans.push(Span::raw("  ? keys"));
        Line::from(spans).render(area, buffer);
        return;
    }
    match model.modal {
        Some(_) => modal_hints(model, area, buffer),
        None => hints(model, area, buffer),
    }
}

/// While something lies on top, only what works there.
fn modal_hints(model: &Model, area: Rect, buffer: &mut Buffer) {
    let leads = matches!(model.modal, Some(Modal::Search(_) | Modal::Pick(_)));
    let works = |command: &&Command| command.id == "close" || (leads && command.id == "open");
    let spans = COMMANDS.iter().filter(works).flat_map(|command| match command.id {
        "open" => hint(model, command, "go there"),
        _ => hint(model, command, "close"),
    });
    Line::from_iter(spans).render(area, buffer);
}

/// The first keys of the commands that have a hint, as many as fit; how to get help and how to leave always do.
fn hints(model: &Model, area: Rect, buffer: &mut Buffer) {
    let (always, others): (Vec<&Command>, Vec<&Command>) =
        COMMANDS.iter().filter(|command| !command.hint.is_empty()).partition(|command| command.group == Group::Program);
    let always: Vec<Vec<Span>> = always.into_iter().map(|command| hint(model, command, command.hint)).collect();
    let width = |spans: &[Span]| spans.iter().map(Span::width).sum::<usize>();
    let mut room = usize::from(area.width).saturating_sub(always.iter().map(|spans| width(spans)).sum());
    // Before there is a scan, the other commands have nothing to work on.
    let others = others.into_iter().filter(|_| model.atlas.is_some()).map(|command| hint(model, command, command.hint));
    let mut spans = Vec::new();
    for hint in others {
        let Some(left) = room.checked_sub(width(&hint)) else { break };
        room = left;
        spans.extend(hint);
    }
    spans.push(Span::raw(" ".repeat(room)));
    spans.extend(always.into_iter().flatten());
    Line::from(spans).render(area, buffer);
}

fn hint(model: &Model, command: &Command, word: &str) -> Vec<Span<'static>> {
    let name = model.keymap.names(command.id).first().copied().unwrap_or_default().to_owned();
    let style = model.theme.style(Tone::Key).add_modifier(Modifier::BOLD);
    vec![Span::styled(format!(" {name}"), style), Span::raw(format!(" {word} "))]
}
