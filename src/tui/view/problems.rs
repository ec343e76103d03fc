//! The findings, most important first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::entry::View;
use crate::printable::printable;
use crate::tui::article::{of_finding, sign};
use crate::tui::atlas::{Atlas, Order};
use crate::tui::model::Model;
use crate::tui::paint::{self, bordered, lines, row, title};
use crate::tui::pane::{Arrangement, Pane};
use crate::tui::picture::Picture;
use crate::tui::prose::{Prose, ended, shortened};
use crate::tui::screen::row_under;
use crate::tui::scrolling::{along, window_from};
use crate::tui::theme::Tone;
use crate::tui::update::choose;
use crate::tui::way::Way;

pub(super) const VIEW: View = View {
    id: "problems",
    title: "Problems",
    short: "Prob",
    about: "the findings",
    panes: &[Pane::Main, Pane::Graph, Pane::Detail],
    arrangement: Arrangement::List,
    list: |model| Some((cursor(model), model.findings.shown.len())),
    orders: &[Order::Impact, Order::Name, Order::Kind],
    draw,
    step,
    open: |model| {
        choose::show_named(model, "graph");
        None
    },
    click: |model, area, (_, row)| {
        let at = row_under(model, area, row);
        select(model, at);
    },
    arrive: |model, atlas| {
        let first = model.chosen.and_then(|node| atlas.findings(node).first().copied());
        if let (None, Some(finding)) = (current(model), first.filter(|finding| model.findings.shown.contains(finding)))
        {
            model.findings.finding = finding;
        }
    },
    article: |model, atlas| match current(model) {
        Some(finding) => Some(of_finding(atlas, &atlas.scan.findings[finding])),
        None => super::graph::article_of(model.pictures.focus.as_ref()?, atlas),
    },
    via: |model| model.pictures.focus.as_ref().and_then(Picture::via),
    has_every_node: false,
    sift,
    ..View::plain(|_, _| {})
};

/// The finding that the detail is about: the list's, as long as its node is the chosen one.
fn current(model: &Model) -> Option<usize> {
    model.current_finding()
}

fn step(model: &mut Model, way: Way) {
    match way {
        Way::Right => model.pane = Pane::Graph,
        Way::Left => {}
        _ => {
            let to = along(cursor(model), model.findings.shown.len(), way);
            select(model, to);
        }
    }
}

/// Which findings the filter leaves. The cursor stays on its own, or goes to the first.
fn sift(model: &mut Model, atlas: &Atlas) {
    let all = 0..atlas.scan.findings.len();
    model.findings.shown = all.filter(|&at| model.filter.admits_finding(atlas, at)).collect();
    sort(&mut model.findings.shown, atlas, model.order);
    if !model.findings.shown.contains(&model.findings.finding) {
        model.findings.finding = model.findings.shown.first().copied().unwrap_or(0);
    }
}

/// Sorts findings; the scan has them by what they break.
fn sort(findings: &mut [usize], atlas: &Atlas, order: Order) {
    match order {
        Order::Name => findings.sort_by_cached_key(|&at| name(atlas, at).to_lowercase()),
        Order::Kind => findings.sort_by_key(|&at| atlas.scan.findings[at].rule.id),
        Order::Impact | Order::Size => findings.sort_unstable(),
    }
}

/// The row under the cursor.
fn cursor(model: &Model) -> usize {
    model.findings.shown.iter().position(|&finding| finding == model.findings.finding).unwrap_or(0)
}

fn select(model: &mut Model, row: usize) {
    let row = row.min(model.findings.shown.len().saturating_sub(1));
    if let Some(&finding) = model.findings.shown.get(row) {
        choose::select_finding(model, finding);
    }
}

fn draw(model: &Model, atlas: &Atlas, area: Rect, buffer: &mut Buffer) {
    let findings = &atlas.scan.findings;
    let number = match model.findings.shown.len() == findings.len() {
        true => findings.len().to_string(),
        false => format!("{} of {}", model.findings.shown.len(), findings.len()),
    };
    let order = if model.findings.shown.len() > 1 { format!(" · by {}", model.order().word()) } else { String::new() };
    let heading = title(model, &format!("Problems {number}{order}"));
    let inside = bordered(model, Some(Pane::Main), heading, area, buffer);
    if findings.is_empty() {
        return nothing(model, atlas, inside, buffer);
    }
    if model.findings.shown.is_empty() {
        let text = Prose::of(Tone::Dim, "the filter leaves none of them: f c shows all");
        for (line, area) in text.wrapped(inside.width.into(), model.theme).iter().zip(lines(inside)) {
            line.render(area, buffer);
        }
    }
    let cursor = cursor(model);
    for (at, area) in window_from(model.top, model.findings.shown.len(), inside.height.into()).zip(lines(inside)) {
        let is_here = (at == cursor).then_some(model.pane == Pane::Main);
        let finding = model.findings.shown[at];
        row(model, &line(model, atlas, finding, area.width.into()), area, is_here, buffer);
    }
}

/// `✗ libopenblas.so.0   library not found   ↑112`
fn line(model: &Model, atlas: &Atlas, at: usize, width: usize) -> Line<'static> {
    let finding = &atlas.scan.findings[at];
    let (tone, sign) = sign(finding);
    let name = name(atlas, at);
    let fresh = if model.findings.fresh.contains(&at) { "new: " } else { "" };
    let breaks = if finding.breaks > 0 { format!(" ↑{}", finding.breaks) } else { String::new() };
    let room = width.saturating_sub(2 + fresh.width() + breaks.width());
    let subject = shortened(&name, room);
    let left = room - subject.width();
    let what = if left > 8 { ended(finding.rule.title, left - 2) } else { String::new() };
    let blank = left.saturating_sub(if what.is_empty() { 0 } else { what.width() + 2 });
    let before = if what.is_empty() { "" } else { "  " };
    let plain = model.theme.style(Tone::Plain);
    let mut spans = vec![Span::styled(format!("{sign} "), model.theme.style(tone)), Span::styled(fresh, plain)];
    match atlas.node_of(at) {
        Some(node) => spans.extend(paint::name(model, node, &name, room, plain)),
        None => spans.push(Span::styled(subject, plain)),
    }
    spans.push(Span::styled(format!("{before}{what}{}", " ".repeat(blank)), model.theme.style(Tone::Dim)));
    spans.push(Span::styled(breaks, model.theme.style(Tone::Strong)));
    Line::from(spans)
}

/// What a finding is about, in a word: its node, which is where Enter leads; else its subject or its file.
fn name(atlas: &Atlas, at: usize) -> String {
    let finding = &atlas.scan.findings[at];
    match atlas.node_of(at) {
        Some(node) => atlas.entry(node).short().to_owned(),
        None if finding.subject.is_empty() => printable(&String::from_utf8_lossy(finding.file.file_name())),
        None => printable(&finding.subject),
    }
}

/// No finding is a result too, and must not look like an empty screen.
fn nothing(model: &Model, atlas: &Atlas, area: Rect, buffer: &mut Buffer) {
    let said = match (atlas.scan.is_partial, atlas.scan.modules()) {
        (true, 0) => {
            "The scan was stopped early: the files that it had found are here, and what they would load was not \
                      looked for. r scans again."
                .to_owned()
        }
        (true, _) => "Nothing found so far, but the scan was stopped early: r scans again.".to_owned(),
        (false, 0) => "No findings. Nothing here is importable by itself, and all that is here would load.".to_owned(),
        (false, 1) => "No findings: the one import here would load.".to_owned(),
        (false, modules) => format!("No findings: all {modules} imports would load."),
    };
    let tone = if atlas.scan.is_partial { Tone::Warning } else { Tone::Good };
    let text = Prose::of(tone, if tone == Tone::Good { "✓ " } else { "! " }).then(Tone::Plain, said);
    for (line, area) in text.wrapped(area.width.into(), model.theme).iter().zip(lines(area)) {
        line.render(area, buffer);
    }
}
