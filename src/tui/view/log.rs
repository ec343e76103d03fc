//! A failed build's log: its errors, the most likely cause first, over its own lines, beside the graph of what it is about.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::entry::View;
use crate::buildlog::{Judged, Log};
use crate::printable::printable;
use crate::tui::details::{of_incident, sign_of_incident};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, lines, place_in_list, row, title};
use crate::tui::pane::{Arrangement, Pane};
use crate::tui::picture::Picture;
use crate::tui::scan_index::ScanIndex;
use crate::tui::scrolling::along;
use crate::tui::state::Logged;
use crate::tui::styled_text::{ended, shortened};
use crate::tui::theme::Tone;
use crate::tui::update::choose;
use crate::tui::way::Way;

pub(super) const VIEW: View = View {
    id: "log",
    title: "Log",
    short: "Log",
    about: "show a build log",
    panes: &[Pane::Main, Pane::Graph, Pane::Detail],
    arrangement: Arrangement::List,
    has_graph: |model| {
        let log = model.log.as_ref();
        log.and_then(|log| log.judged.get(log.cursor)).is_none_or(|judged| judged.node.is_some())
    },
    // A log's lines are as long as they are.
    widest: (96, 55),
    nothing: "no log loaded (press i)",
    is_there: |model| model.log.is_some(),
    list: |model| Some((cursor(model), rows(model))),
    draw,
    step: |model, way| match way {
        Way::Right if (VIEW.has_graph)(model) => model.pane = Pane::Graph,
        Way::Right | Way::Left => {}
        _ => select(model, along(cursor(model), rows(model), way)),
    },
    enter: "show in graph",
    open: |model| {
        choose::show_named(model, "graph");
        None
    },
    click,
    arrive: |model, _| {
        if current(model).is_none() {
            let chosen = model.chosen;
            let at = model.log.as_ref().and_then(|log| log.judged.iter().position(|judged| judged.node == chosen));
            if let (Some(log), Some(at)) = (&mut model.log, at) {
                log.cursor = at;
            }
        }
    },
    details: |model, scan_index| match current(model) {
        Some(judged) => Some(of_incident(scan_index, judged)),
        None => super::graph::fold_details(model.pictures.focus.as_ref()?, scan_index),
    },
    via: |model| model.pictures.focus.as_ref().and_then(Picture::via),
    has_every_node: false,
    take_in: |model, _| compare(model),
    ..View::plain(|_, _| {})
};

/// Compares the log with the scan that is shown now.
fn compare(model: &mut Model) {
    if let (Some(log), Some(scan_index)) = (&mut model.log, &model.scan_index) {
        log.compare(scan_index);
    }
}

/// Takes a pasted text for a log, and shows its errors.
pub(in crate::tui) fn paste(model: &mut Model, text: &str) -> Option<Effect> {
    take(model, crate::buildlog::read(&mut text.as_bytes()).ok()?);
    None
}

/// Is this the text of a log, and not the name of its file?
pub(in crate::tui) fn is_likely(text: &str) -> bool {
    text.trim().contains(['\n', '\r'])
        || crate::buildlog::read(&mut text.as_bytes()).is_ok_and(|log| !log.incidents.is_empty())
}

/// Shows the errors of a log.
pub(in crate::tui) fn take(model: &mut Model, log: Log) {
    model.modal = None;
    if log.incidents.is_empty() {
        model.told = Some("that log has no native-library problem".into());
        return;
    }
    model.log = Some(Logged::new(log));
    compare(model);
    choose::show(model, &VIEW);
    select(model, 0);
}

/// Puts the cursor on an incident, and everything on its node.
pub(in crate::tui) fn select(model: &mut Model, at: usize) {
    let Some(log) = &mut model.log else { return };
    log.cursor = at.min(log.judged.len().saturating_sub(1));
    if let Some(node) = log.judged.get(log.cursor).and_then(|judged| judged.node) {
        model.chosen = Some(node);
        choose::recenter(model);
    }
    choose::settle(model);
}

fn rows(model: &Model) -> usize {
    model.log.as_ref().map_or(0, |log| log.judged.len())
}

fn cursor(model: &Model) -> usize {
    model.log.as_ref().map_or(0, |log| log.cursor)
}

/// The incident that the detail is about: the list's, as long as its node is the chosen one.
fn current(model: &Model) -> Option<&Judged> {
    let log = model.log.as_ref()?;
    log.judged.get(log.cursor).filter(|judged| judged.node.is_none() || judged.node == model.chosen)
}

/// Goes to the incident that comes next in the log's own order, or to the one before.
pub(in crate::tui) fn next_incident(model: &mut Model, way: Way) {
    let Some(log) = &model.log else { return };
    let place = |at: &usize| (log.judged[*at].incident.first, *at);
    let current = place(&log.cursor.min(log.judged.len().saturating_sub(1)));
    let all = 0..log.judged.len();
    let next = match way {
        Way::Up => all.clone().filter(|at| place(at) < current).max_by_key(place).or_else(|| all.max_by_key(place)),
        _ => all.clone().filter(|at| place(at) > current).min_by_key(place).or_else(|| all.min_by_key(place)),
    };
    if let Some(next) = next {
        select(model, next);
    }
}

/// The log's own lines stand below the list where both have room: so many rows the list has then, its border included.
fn list_height(height: u16, rows: usize) -> u16 {
    const LEAST_TEXT: u16 = 5;
    let wanted = rows.min(usize::from(u16::MAX) - 2) as u16 + 2;
    match height < LEAST_TEXT + 5 {
        true => height,
        false => wanted.clamp(4, (height / 2).max(4)),
    }
}

/// The incidents that the list shows in so many rows: the one under the cursor among them.
fn shown(model: &Model, log: &Logged, height: usize) -> std::ops::Range<usize> {
    let most = log.judged.len().saturating_sub(height);
    let start = model.top.min(log.cursor).max((log.cursor + 1).saturating_sub(height)).min(most);
    start..log.judged.len().min(start + height)
}

/// A click on a row of the list, or on a line of the log that belongs to an incident.
fn click(model: &mut Model, area: Rect, (_, row): (u16, u16)) {
    let Some(log) = &model.log else { return };
    let list = list_height(area.height + 2, log.judged.len()).saturating_sub(2);
    let at = usize::from(row.saturating_sub(area.y));
    let chosen = match at < list.into() {
        true => Some(shown(model, log, list.into()).start + at),
        // Between the list's rows and the log's lines lie two borders.
        false => at.checked_sub(usize::from(list) + 2).and_then(|at| {
            let height = area.height.saturating_sub(list + 2);
            let (number, _) = log.log.text.lines().get(text_start(log, height) + at)?;
            log.judged.iter().position(|judged| has(judged, *number))
        }),
    };
    if let Some(chosen) = chosen {
        select(model, chosen);
    }
}

/// Does an incident stand in this line?
fn has(judged: &Judged, number: usize) -> bool {
    (judged.incident.first..=judged.incident.last).contains(&number)
}

/// The first line of the log that is shown: that of the incident stands in the upper third.
fn text_start(log: &Logged, height: u16) -> usize {
    let text = &log.log.text;
    let line = log.judged.get(log.cursor).map_or(1, |judged| judged.incident.first);
    let most = text.lines().len().saturating_sub(height.into());
    text.place(line).saturating_sub(usize::from(height / 3)).min(most)
}

/// The log's own lines, those of the incident under the cursor lit.
fn draw_text(model: &Model, log: &Logged, area: Rect, buffer: &mut Buffer) {
    let current = log.judged.get(log.cursor);
    let line = current.map_or(1, |judged| judged.incident.first);
    let heading = title(model, &format!("Line {line} of {}", log.log.lines));
    let inside = bordered(model, Some(Pane::Main), heading, area, buffer);
    let start = text_start(log, inside.height);
    let text = &log.log.text.lines()[start..];
    let digits = text.iter().take(inside.height.into()).map(|(number, _)| number.to_string().len()).max().unwrap_or(1);
    for ((number, text), area) in text.iter().zip(lines(inside)) {
        let is_current = current.is_some_and(|judged| has(judged, *number));
        let tone = match current.filter(|_| is_current) {
            Some(judged) => sign_of_incident(judged).0,
            None if log.judged.iter().any(|judged| has(judged, *number)) => Tone::Plain,
            None => Tone::Dim,
        };
        let style = match is_current {
            true => model.theme.style(tone).patch(model.theme.style(Tone::Lit)),
            false => model.theme.style(tone),
        };
        let room = usize::from(area.width).saturating_sub(digits + 1);
        let words = Line::from(vec![
            Span::styled(format!("{number:>digits$} "), model.theme.style(Tone::Dim)),
            Span::styled(ended(&printable(text), room), style),
        ]);
        row(model, &words, area, None, buffer);
    }
}

fn draw(model: &Model, scan_index: &ScanIndex, area: Rect, buffer: &mut Buffer) {
    let Some(log) = &model.log else { return };
    let height = list_height(area.height, log.judged.len());
    if height < area.height && !log.log.text.lines().is_empty() {
        let below = Rect { y: area.y + height, height: area.height - height, ..area };
        draw_text(model, log, below, buffer);
        draw_list(model, scan_index, log, Rect { height, ..area }, buffer);
    } else {
        draw_list(model, scan_index, log, area, buffer);
    }
}

fn draw_list(model: &Model, scan_index: &ScanIndex, log: &Logged, area: Rect, buffer: &mut Buffer) {
    let heading = title(model, &format!("Log {}", log.judged.len()));
    let inside = bordered(model, Some(Pane::Main), heading, area, buffer);
    let width = log.judged.iter().map(|judged| judged.incident.first).max().unwrap_or(0).to_string().len();
    for (at, area) in shown(model, log, inside.height.into()).zip(lines(inside)) {
        let cursor = (at == log.cursor).then_some(model.pane == Pane::Main);
        row(model, &line(model, scan_index, &log.judged[at], width, area.width.into()), area, cursor, buffer);
    }
    let seen = shown(model, log, inside.height.into());
    place_in_list(model, inside, (log.cursor, log.judged.len()), seen, buffer);
}

/// `✗ 4012 libopenblas.so.0   library not found`
fn line(model: &Model, scan_index: &ScanIndex, judged: &Judged, digits: usize, width: usize) -> Line<'static> {
    let (tone, sign) = sign_of_incident(judged);
    let number = format!("{:>digits$} ", judged.incident.first);
    let room = width.saturating_sub(2 + number.len());
    let subject = shortened(&name(scan_index, judged), room);
    let left = room - subject.width();
    let what = if left > 8 { format!("  {}", ended(judged.cause.title(), left - 2)) } else { String::new() };
    Line::from(vec![
        Span::styled(format!("{sign} "), model.theme.style(tone)),
        Span::styled(number, model.theme.style(Tone::Dim)),
        Span::raw(subject),
        Span::styled(what, model.theme.style(Tone::Dim)),
    ])
}

/// What an incident is about, in a word: its node, which is where Enter leads; else what the log names.
fn name(scan_index: &ScanIndex, judged: &Judged) -> String {
    match judged.node {
        Some(node) => scan_index.entry(node).short().to_owned(),
        None => {
            let accused = judged.incident.accused().or(judged.incident.by()).unwrap_or(judged.incident.tool.name());
            printable(accused.rsplit(['/', '\\']).next().unwrap_or(accused))
        }
    }
}
