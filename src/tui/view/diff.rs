//! What has changed since another scan: regressions first, what was and what is side by side.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::entry::View;
use crate::diagnose::Severity;
use crate::diff::{Change, Diff, Kind, message};
use crate::printable::printable;
use crate::scan::Scan;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, lines, row, title};
use crate::tui::pane::{Arrangement, Pane};
use crate::tui::scan_index::{ScanIndex, brief, brief_words};
use crate::tui::screen::row_under;
use crate::tui::scrolling::{along, window_from};
use crate::tui::state::Compared;
use crate::tui::styled_text::{Prose, ended, shortened};
use crate::tui::theme::Tone;
use crate::tui::update::choose;
use crate::tui::way::Way;

pub(super) const VIEW: View = View {
    id: "diff",
    title: "Diff",
    short: "Diff",
    about: "show differences",
    arrangement: Arrangement::Above,
    nothing: "nothing to compare with (press D)",
    is_there: |model| model.diff.is_some(),
    list: |model| Some((cursor(model), rows(model))),
    draw,
    step: |model, way| match way {
        Way::Left | Way::Right => {}
        _ => select(model, along(cursor(model), rows(model), way)),
    },
    enter: "show in graph",
    open: |model| {
        choose::show_named(model, "graph");
        None
    },
    click: |model, area, (_, row)| select(model, row_under(model, area, row)),
    arrive: |model, _| {
        let chosen = model.chosen;
        if current(model).is_none()
            && let Some(compared) = &mut model.diff
            && let Some(at) = compared.diff.changes.iter().position(|change| change.after == chosen)
        {
            compared.cursor = at;
        }
    },
    details: |model, scan_index| current(model).map(|change| details(model, scan_index, change)),
    has_every_node: false,
    take_in: |model, _| compare(model),
    ..View::plain(|_, _| {})
};

/// Compares with the scan that is shown now.
fn compare(model: &mut Model) {
    if let (Some(compared), Some(scan_index)) = (&mut model.diff, &model.scan_index) {
        compared.diff = Diff::of(&compared.before, &scan_index.scan);
        // One regression is told once.
        let all = compared.diff.changes.len();
        compared.diff.changes.retain(|change| !(change.follows && change.kind == Kind::Provider));
        compared.following = all - compared.diff.changes.len();
        compared.cursor = compared.cursor.min(compared.diff.changes.len().saturating_sub(1));
    }
}

/// Compares with another scan, and shows what has changed since.
pub(in crate::tui) fn take(model: &mut Model, before: Arc<Scan>) {
    model.modal = None;
    model.diff = Some(Compared::new(before));
    compare(model);
    choose::show(model, &VIEW);
    select(model, 0);
}

/// Puts the cursor on a change, and everything on its node, where it has one now.
pub(in crate::tui) fn select(model: &mut Model, at: usize) {
    let Some(compared) = &mut model.diff else { return };
    compared.cursor = at.min(compared.diff.changes.len().saturating_sub(1));
    if let Some(node) = compared.diff.changes.get(compared.cursor).and_then(|change| change.after) {
        model.chosen = Some(node);
        choose::recenter(model);
    }
    choose::settle(model);
}

fn rows(model: &Model) -> usize {
    model.diff.as_ref().map_or(0, |compared| compared.diff.changes.len())
}

fn cursor(model: &Model) -> usize {
    model.diff.as_ref().map_or(0, |compared| compared.cursor)
}

/// The change that the detail is about: the list's, as long as its node is the chosen one.
fn current(model: &Model) -> Option<&Change> {
    let compared = model.diff.as_ref()?;
    let change = compared.diff.changes.get(compared.cursor)?;
    (change.after.is_none() || change.after == model.chosen).then_some(change)
}

/// Where the two sides begin, in a pane of some width; none where there is room for one column.
fn sides(width: u16) -> Option<(u16, u16)> {
    let subject = width * 2 / 5;
    (width >= 72).then(|| (subject, subject + (width - subject) / 2))
}

fn draw(model: &Model, _: &ScanIndex, area: Rect, buffer: &mut Buffer) {
    let Some(compared) = &model.diff else { return };
    let [came, went, changed] = compared.diff.counts();
    let following = match compared.following {
        0 => String::new(),
        some => format!(" · {some} because of them"),
    };
    let heading = title(model, &format!("Diff +{came} -{went} ~{changed}{following}"));
    let inside = bordered(model, Some(Pane::Main), heading, area, buffer);
    // The names of the two stand above their columns.
    if let Some((before, now)) = sides(inside.width) {
        let names = [("before", &compared.diff.before, before, now), ("now", &compared.diff.after, now, inside.width)];
        for (word, name, from, to) in names {
            let room = usize::from(to - from).saturating_sub(word.len() + 4);
            let text = format!(" {word} {} ", shortened(&printable(name), room));
            let line = Line::styled(text, model.theme.style(Tone::Strong));
            line.render(Rect { x: inside.x + from, y: area.y, width: to - from, height: 1 }, buffer);
        }
    }
    let changes = &compared.diff.changes;
    if changes.is_empty() {
        lines(inside).take(1).for_each(|area| {
            row(model, &Line::styled("nothing has changed", model.theme.style(Tone::Good)), area, None, buffer);
        });
    }
    let shown = window_from(model.top, changes.len(), inside.height.into());
    for (at, area) in shown.zip(lines(inside)) {
        let cursor = (at == compared.cursor).then_some(model.pane == Pane::Main);
        row(model, &line(model, &changes[at], area.width), area, cursor, buffer);
    }
}

/// `~ numpy  distribution        1.26.4          1.26.5`
fn line(model: &Model, change: &Change, width: u16) -> Line<'static> {
    let (tone, mark) = mark(change);
    let sides = sides(width);
    let room = usize::from(sides.map_or(width, |(before, _)| before - 1)).saturating_sub(2);
    // The end of a path tells more than its start.
    let subject = printable(&change.subject);
    let short = if subject.width() > room { subject.rsplit('/').next().unwrap_or(&subject) } else { &subject };
    let subject = shortened(short, room);
    let left = room - subject.width();
    let about = if change.about.is_empty() { change.kind.word() } else { change.about.as_str() };
    // A word that does not fit says nothing: the details have it.
    let about = Some(format!("  {}", printable(about))).filter(|about| about.width() <= left).unwrap_or_default();
    let style = |tone| model.theme.style(tone);
    let mut spans = vec![Span::styled(format!("{mark} "), style(tone))];
    let used = subject.width() + about.width();
    spans.push(Span::raw(subject));
    spans.push(Span::styled(about, style(Tone::Dim)));
    let Some((before, now)) = sides else { return Line::from(spans) };
    let cell = |part: &Option<String>, width: u16| {
        let text = printable(part.as_deref().unwrap_or("–"));
        // How bad it is tells the sign, but where it was something else before.
        let is_alone = change.from.is_none() || change.to.is_none();
        // A sentence is read from its beginning, a path from its end.
        let text = match change.kind {
            Kind::Finding if is_alone => brief_words(message(&text)),
            Kind::Finding => brief_words(&text),
            _ => brief(&text).to_owned(),
        };
        let text = ended(&text, usize::from(width - 1));
        let blank = usize::from(width).saturating_sub(text.width());
        format!("{text}{}", " ".repeat(blank))
    };
    let blank = usize::from(before).saturating_sub(2 + used);
    spans.push(Span::styled(format!("{}{}", " ".repeat(blank), cell(&change.from, now - before)), style(Tone::Dim)));
    let tone = if change.regression.is_some() || change.is_mended { tone } else { Tone::Plain };
    spans.push(Span::styled(cell(&change.to, width - now), style(tone)));
    Line::from(spans)
}

fn mark(change: &Change) -> (Tone, String) {
    match change.regression {
        Some(Severity::Error) => (Tone::Error, "✗".to_owned()),
        Some(_) => (Tone::Warning, "▲".to_owned()),
        None if change.is_mended => (Tone::Good, change.sign().to_string()),
        None => (Tone::Dim, change.sign().to_string()),
    }
}

fn details(model: &Model, scan_index: &ScanIndex, change: &Change) -> Vec<Prose> {
    let (tone, mark) = mark(change);
    let mut text = vec![Prose::of(tone, format!("{mark} ")).then(Tone::Strong, printable(&change.subject))];
    if !change.about.is_empty() {
        text.push(Prose::field(change.kind.word(), Tone::Plain, printable(&change.about)));
    }
    let nothing = || "nothing".to_owned();
    let told = |part: &Option<String>| part.as_deref().map_or_else(nothing, |part| brief_words(&printable(part)));
    text.push(Prose::field("before", Tone::Plain, told(&change.from)));
    text.push(Prose::field("now", Tone::Plain, told(&change.to)));
    let verdict = match (change.regression, change.is_mended) {
        (Some(severity), _) => (Tone::Error, format!("a regression: {}", severity.word())),
        (None, true) => (Tone::Good, "fixed".to_owned()),
        (None, false) => (Tone::Dim, "no regression".to_owned()),
    };
    text.push(Prose::field("verdict", verdict.0, verdict.1));
    let compared = model.diff.as_ref().map(|compared| (&compared.diff.before, &compared.diff.after));
    text.extend(
        compared.map(|(before, after)| Prose::field("between", Tone::Dim, printable(&format!("{before} and {after}")))),
    );
    if let Some(node) = change.after {
        text.push(Prose::default());
        text.extend(crate::tui::details::of_node(scan_index, node, None, &model.symbols));
    }
    text
}
