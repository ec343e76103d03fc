//! A failed build's log: what it accuses, the guilty first, beside the graph of what it is about.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::entry::View;
use crate::buildlog::{Judged, Log};
use crate::printable::printable;
use crate::tui::atlas::Atlas;
use crate::tui::details::{of_incident, sign_of_incident};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, lines, row, title};
use crate::tui::pane::{Arrangement, Pane};
use crate::tui::picture::Picture;
use crate::tui::prose::{ended, shortened};
use crate::tui::screen::row_under;
use crate::tui::scrolling::{along, window_from};
use crate::tui::state::Logged;
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
    nothing: "no log loaded (press i)",
    is_there: |model| model.log.is_some(),
    list: |model| Some((cursor(model), rows(model))),
    draw,
    step: |model, way| match way {
        Way::Right => model.pane = Pane::Graph,
        Way::Left => {}
        _ => select(model, along(cursor(model), rows(model), way)),
    },
    enter: "show in graph",
    open: |model| {
        choose::show_named(model, "graph");
        None
    },
    click: |model, area, (_, row)| select(model, row_under(model, area, row)),
    arrive: |model, _| {
        if current(model).is_none() {
            let chosen = model.chosen;
            let at = model.log.as_ref().and_then(|log| log.judged.iter().position(|judged| judged.node == chosen));
            if let (Some(log), Some(at)) = (&mut model.log, at) {
                log.cursor = at;
            }
        }
    },
    details: |model, atlas| match current(model) {
        Some(judged) => Some(of_incident(atlas, judged)),
        None => super::graph::fold_details(model.pictures.focus.as_ref()?, atlas),
    },
    via: |model| model.pictures.focus.as_ref().and_then(Picture::via),
    has_every_node: false,
    take_in: |model, _| compare(model),
    ..View::plain(|_, _| {})
};

/// Compares the log with the scan that is shown now.
fn compare(model: &mut Model) {
    if let (Some(log), Some(atlas)) = (&mut model.log, &model.atlas) {
        log.compare(atlas);
    }
}

/// Takes a pasted text for a log, and shows what it accuses.
pub(in crate::tui) fn paste(model: &mut Model, text: &str) -> Option<Effect> {
    take(model, crate::buildlog::read(&mut text.as_bytes()).ok()?);
    None
}

/// Is this the text of a log, and not the name of its file?
pub(in crate::tui) fn is_likely(text: &str) -> bool {
    text.trim().contains(['\n', '\r'])
        || crate::buildlog::read(&mut text.as_bytes()).is_ok_and(|log| !log.incidents.is_empty())
}

/// Shows what a log accuses.
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

fn draw(model: &Model, atlas: &Atlas, area: Rect, buffer: &mut Buffer) {
    let Some(log) = &model.log else { return };
    let heading = title(model, &format!("Log {}", log.judged.len()));
    let inside = bordered(model, Some(Pane::Main), heading, area, buffer);
    let width = log.judged.iter().map(|judged| judged.incident.first).max().unwrap_or(0).to_string().len();
    let shown = window_from(model.top, log.judged.len(), inside.height.into());
    for (at, area) in shown.zip(lines(inside)) {
        let cursor = (at == log.cursor).then_some(model.pane == Pane::Main);
        row(model, &line(model, atlas, &log.judged[at], width, area.width.into()), area, cursor, buffer);
    }
}

/// `✗ 4012 libopenblas.so.0   library not found`
fn line(model: &Model, atlas: &Atlas, judged: &Judged, digits: usize, width: usize) -> Line<'static> {
    let (tone, sign) = sign_of_incident(judged);
    let number = format!("{:>digits$} ", judged.incident.first);
    let room = width.saturating_sub(2 + number.len());
    let subject = shortened(&name(atlas, judged), room);
    let left = room - subject.width();
    let what = if left > 8 { format!("  {}", ended(judged.cause.title(), left - 2)) } else { String::new() };
    Line::from(vec![
        Span::styled(format!("{sign} "), model.theme.style(tone)),
        Span::styled(number, model.theme.style(Tone::Dim)),
        Span::raw(subject),
        Span::styled(what, model.theme.style(Tone::Dim)),
    ])
}

/// What an incident is about, in a word: its node, which is where Enter leads; else what the log accuses.
fn name(atlas: &Atlas, judged: &Judged) -> String {
    match judged.node {
        Some(node) => atlas.entry(node).short().to_owned(),
        None => {
            let accused = judged.incident.accused().or(judged.incident.by()).unwrap_or(judged.incident.tool.name);
            printable(accused.rsplit(['/', '\\']).next().unwrap_or(accused))
        }
    }
}
