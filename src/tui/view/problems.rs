//! The findings, most important first: which package, what fails, because of what, and how many imports with it.

mod rows;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::entry::View;
use crate::tui::details::{of_finding, of_group};
use crate::tui::model::Model;
use crate::tui::paint::{bordered, dim, lines, row, title};
use crate::tui::pane::{Arrangement, Pane};
use crate::tui::picture::Picture;
use crate::tui::scan_index::{Order, ScanIndex};
use crate::tui::scrolling::{along, window_from};
use crate::tui::state::ProblemRow;
use crate::tui::styled_text::{Prose, ended, shortened};
use crate::tui::theme::Tone;
use crate::tui::update::choose;
use crate::tui::way::Way;
use rows::{Told, told};

pub(super) const VIEW: View = View {
    id: "problems",
    title: "Problems",
    short: "Prob",
    about: "show problems",
    panes: &[Pane::Main, Pane::Graph, Pane::Detail],
    arrangement: Arrangement::List,
    list: |model| Some((model.findings.cursor, model.findings.rows.len())),
    orders: &[Order::Impact, Order::Name, Order::Kind],
    draw,
    step,
    enter: "show in graph",
    open: |model| {
        if let Some(node) = model.current_row().and_then(|row| row.node) {
            choose::center(model, node);
        }
        choose::show_named(model, "graph");
        None
    },
    fold,
    fold_all: Some(fold_all),
    click: |model, area, (_, y)| {
        let height = row_height(model, area);
        let first = window_from(model.top, model.findings.rows.len(), usize::from(area.height) / height).start;
        select(model, first + usize::from(y.saturating_sub(area.y)) / height);
    },
    arrive: |model, scan_index| {
        if model.current_row().is_some() {
            return;
        }
        let told = model.chosen.map(|node| scan_index.told_of(node)).unwrap_or_default();
        if let Some(at) = told.into_iter().find_map(|finding| row_of(model, finding)) {
            model.findings.cursor = at;
            model.findings.finding = model.findings.rows[at].findings[0];
        }
    },
    details: |model, scan_index| match model.current_row() {
        Some(row) if row.findings.len() > 1 => Some(of_group(scan_index, &row.findings)),
        Some(row) => row.finding().map(|at| of_finding(scan_index, at)),
        None => super::graph::fold_details(model.pictures.focus.as_ref()?, scan_index),
    },
    via: |model| model.pictures.focus.as_ref().and_then(Picture::via),
    has_every_node: false,
    sift,
    ..View::plain(|model, _| model.findings.open.clear())
};

fn step(model: &mut Model, way: Way) {
    let at = model.findings.cursor;
    let is_open = model.findings.rows.get(at).and_then(|row| row.is_open);
    match (way, is_open) {
        (Way::Right, Some(false)) | (Way::Left, Some(true)) => fold(model),
        (Way::Right, _) => model.pane = Pane::Graph,
        (Way::Left, _) => {
            let depth = model.findings.rows.get(at).map_or(0, |row| row.depth);
            let above = model.findings.rows[..at].iter().rposition(|row| row.depth < depth);
            select(model, above.unwrap_or(at));
        }
        // A cursor that was left for another node comes back to its row first.
        _ if model.current_row().is_none() => select(model, at),
        _ => select(model, along(at, model.findings.rows.len(), way)),
    }
}

/// Which findings the filter leaves, and the rows that tell of them. The cursor stays on its own, or goes to the first.
fn sift(model: &mut Model, scan_index: &ScanIndex) {
    let all = 0..scan_index.scan.findings.len();
    model.findings.shown = all.filter(|&at| model.filter.admits_finding(scan_index, at)).collect();
    rows::sort(&mut model.findings.shown, scan_index, model.order);
    model.findings.rows = rows::rows(scan_index, &model.findings.shown, &model.findings.open);
    if !model.findings.shown.contains(&model.findings.finding) {
        model.findings.finding = model.findings.shown.first().copied().unwrap_or(0);
    }
    model.findings.cursor = row_of(model, model.findings.finding).unwrap_or(0);
    measure(model, scan_index);
}

/// Takes in how wide the rows are.
fn measure(model: &mut Model, scan_index: &ScanIndex) {
    let width = |row: &ProblemRow| {
        let told = told(model, scan_index, row);
        let first = told.package.width() + told.what.width() + told.end().width() + 6;
        told.indent() + first.max(told.because.width() + 4)
    };
    let widest = model.findings.rows.iter().take(MOST_MEASURED).map(width).max().unwrap_or(0);
    model.findings.width = widest.min(usize::from(u16::MAX)) as u16;
}

/// Of long lists, the first rows say how wide it is.
const MOST_MEASURED: usize = 100;

/// The row that tells of a finding: its own, else that of its group.
fn row_of(model: &Model, finding: usize) -> Option<usize> {
    let rows = &model.findings.rows;
    let own = rows.iter().position(|row| row.finding() == Some(finding));
    own.or_else(|| rows.iter().position(|row| row.findings.contains(&finding)))
}

/// Puts the cursor on a row, and everything on its node.
fn select(model: &mut Model, at: usize) {
    let at = at.min(model.findings.rows.len().saturating_sub(1));
    let Some(row) = model.findings.rows.get(at).cloned() else { return };
    model.findings.cursor = at;
    model.findings.finding = row.findings[0];
    if let Some(node) = row.node {
        model.chosen = Some(node);
        choose::recenter(model);
    }
    choose::settle(model);
}

/// Opens or closes the row: the findings of a group, the imports that a finding breaks.
fn fold(model: &mut Model) {
    let Some(row) = model.findings.rows.get(model.findings.cursor).filter(|row| row.is_open.is_some()) else { return };
    let key = row.key();
    if !model.findings.open.remove(&key) {
        model.findings.open.insert(key);
    }
    rows_anew(model);
}

fn fold_all(model: &mut Model, open: bool) {
    model.findings.open.clear();
    if open {
        let keys = model.findings.rows.iter().filter(|row| row.is_open.is_some()).map(ProblemRow::key);
        model.findings.open = keys.collect();
    }
    rows_anew(model);
}

fn rows_anew(model: &mut Model) {
    let Some(scan_index) = model.scan_index.clone() else { return };
    let row = model.findings.rows.get(model.findings.cursor).cloned();
    model.findings.rows = rows::rows(&scan_index, &model.findings.shown, &model.findings.open);
    measure(model, &scan_index);
    let same = |other: &ProblemRow| {
        row.as_ref().is_some_and(|row| (row.key(), &row.consequence) == (other.key(), &other.consequence))
    };
    let at = model.findings.rows.iter().position(same);
    select(model, at.or_else(|| row_of(model, model.findings.finding)).unwrap_or(0));
}

/// How many lines a row has: two, where all have room for it.
fn row_height(model: &Model, area: Rect) -> usize {
    if model.findings.rows.len() * 2 <= usize::from(area.height) { 2 } else { 1 }
}

fn draw(model: &Model, scan_index: &ScanIndex, area: Rect, buffer: &mut Buffer) {
    let findings = &scan_index.scan.findings;
    let number = match model.findings.shown.len() == findings.len() {
        true => findings.len().to_string(),
        false => format!("{} of {}", model.findings.shown.len(), findings.len()),
    };
    let order = if model.findings.shown.len() > 1 { format!(" · by {}", model.order().word()) } else { String::new() };
    let heading = title(model, &format!("Problems {number}{order}"));
    let inside = bordered(model, Some(Pane::Main), heading, area, buffer);
    if findings.is_empty() {
        return nothing(model, scan_index, inside, buffer);
    }
    if model.findings.shown.is_empty() {
        dim(model, "no finding passes the filter; f c resets it", inside, buffer);
    }
    let height = row_height(model, inside);
    let told: Vec<Told> = model.findings.rows.iter().map(|row| told(model, scan_index, row)).collect();
    let column = told.iter().map(|told| told.package.width()).max().unwrap_or(0);
    let column = column.min(MOST_COLUMN).min(usize::from(inside.width) / 4);
    let current = model.current_row().map(|_| model.findings.cursor);
    let mut areas = lines(inside);
    for at in window_from(model.top, told.len(), usize::from(inside.height) / height) {
        let is_here = (Some(at) == current).then_some(model.pane == Pane::Main);
        let width = usize::from(inside.width);
        let texts = match height {
            1 => vec![one_line(model, &told[at], column, width)],
            _ => two_lines(model, &told[at], width),
        };
        for (text, area) in texts.iter().zip(&mut areas) {
            row(model, text, area, is_here, buffer);
        }
    }
}

/// No column of packages is wider.
const MOST_COLUMN: usize = 16;

/// `✗ torch  import fails  libcudnn.so.9 not found   ↑2`
fn one_line(model: &Model, told: &Told, column: usize, width: usize) -> Line<'static> {
    let end = told.end();
    let room = width.saturating_sub(told.indent() + 2 + end.width());
    let package = shortened(&told.package, room.min(column.max(told.package.width().min(MOST_COLUMN))));
    let pad = " ".repeat(column.saturating_sub(package.width()).min(room - package.width()));
    let left = room.saturating_sub(package.width() + pad.width());
    // What fails gives way before the cause does.
    let needed = told.what.width() + told.because.width() + 4;
    let what = if told.because.is_empty() || needed <= left { told.what.as_str() } else { "" };
    let what = part(what, left);
    let because = part(&told.because, left.saturating_sub(what.width()));
    let blank = left.saturating_sub(what.width() + because.width());
    let mut spans = start(model, told, package + &pad);
    spans.push(Span::styled(what, model.theme.style(Tone::Dim)));
    spans.push(Span::raw(because));
    spans.push(Span::styled(format!("{}{end}", " ".repeat(blank)), model.theme.style(Tone::Strong)));
    Line::from(spans)
}

/// The same in two lines: the cause below.
fn two_lines(model: &Model, told: &Told, width: usize) -> Vec<Line<'static>> {
    let end = told.end();
    let room = width.saturating_sub(told.indent() + 2 + end.width());
    let package = shortened(&told.package, room);
    let left = room - package.width();
    let what = part(&told.what, left);
    let blank = left - what.width();
    let mut first = start(model, told, package);
    first.push(Span::styled(what, model.theme.style(Tone::Dim)));
    first.push(Span::styled(format!("{}{end}", " ".repeat(blank)), model.theme.style(Tone::Strong)));
    let indent = told.indent() + 4;
    let because = shortened(&told.because, width.saturating_sub(indent));
    vec![Line::from(first), Line::from(format!("{}{because}", " ".repeat(indent)))]
}

/// Two blanks and a text, cut at its end; nothing where too little of it would be left.
fn part(text: &str, room: usize) -> String {
    match text.is_empty() || room < 8 {
        true => String::new(),
        false => format!("  {}", ended(text, room - 2)),
    }
}

fn start(model: &Model, told: &Told, package: String) -> Vec<Span<'static>> {
    let fresh = if told.is_fresh { model.theme.style(Tone::Good) } else { model.theme.style(Tone::Strong) };
    vec![
        Span::raw(" ".repeat(told.indent())),
        Span::styled(format!("{} ", told.sign), model.theme.style(told.tone)),
        Span::styled(package, fresh),
    ]
}

/// No finding is a result too, and must not look like an empty screen.
fn nothing(model: &Model, scan_index: &ScanIndex, area: Rect, buffer: &mut Buffer) {
    let scan = &scan_index.scan;
    let unjudged = scan.target.why_unjudged();
    let is_known = !scan.is_partial && unjudged.is_none();
    let said = match (unjudged, scan.is_partial, scan.modules()) {
        (Some(why), _, _) => format!("Not judged: {why}."),
        (_, true, 0) => "The scan was stopped early: dependencies were not resolved. Press r to scan again.".to_owned(),
        (_, true, _) => "No findings so far, but the scan was stopped early. Press r to scan again.".to_owned(),
        (_, false, 0) => "No findings. There are no importable modules; every library here would load.".to_owned(),
        (_, false, 1) => "No findings: the one import here would load.".to_owned(),
        (_, false, modules) => format!("No findings: all {modules} imports would load."),
    };
    let tone = if is_known { Tone::Good } else { Tone::Warning };
    let text = Prose::of(tone, if tone == Tone::Good { "✓ " } else { "! " }).then(Tone::Plain, said);
    for (line, area) in text.wrapped(area.width.into(), model.theme).iter().zip(lines(area)) {
        line.render(area, buffer);
    }
}
