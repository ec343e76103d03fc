//! The process: what the import of a module loads, in which order, and who asked for it.

use petgraph::Direction;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use rustc_hash::FxHashMap;
use unicode_width::UnicodeWidthStr;

use super::entry::View;
use crate::graph::NodeId;
use crate::printable::printable;
use crate::scan::Scan;
use crate::survey::{ImportKind, ImportOf};
use crate::tui::model::Model;
use crate::tui::paint::{self, bordered, lines, row, title};
use crate::tui::pane::Pane;
use crate::tui::scan_index::ScanIndex;
use crate::tui::screen::row_under;
use crate::tui::scrolling::{along, window_from};
use crate::tui::state::ProcessCursor;
use crate::tui::styled_text::shortened;
use crate::tui::theme::Tone;
use crate::tui::update::choose;
use crate::world::FileId;

pub(super) const VIEW: View = View {
    id: "process",
    title: "Process",
    short: "Proc",
    about: "show what an import loads",
    nothing: "nothing here is imported or run",
    is_there: |model| model.scan_index.as_ref().is_some_and(|scan_index| !scan_index.scan.imports.is_empty()),
    list: |model| Some((model.process.row, rows(model).len())),
    draw,
    step: |model, way| {
        let len = rows(model).len();
        let to = along(model.process.row, len, way);
        put(model, to);
    },
    enter: "show in graph",
    open: |model| {
        choose::show_named(model, "graph");
        None
    },
    click: |model, area, (_, y)| {
        let at = row_under(model, area, y);
        put(model, at);
    },
    arrive: |model, scan_index| {
        model.process.import = import_of(model, scan_index);
        let rows = rows(model);
        let is_chosen = |row: &ProcessRow| row.node.is_some() && row.node == model.chosen;
        model.process.row = rows.iter().rposition(is_chosen).unwrap_or(0);
    },
    via: |model| rows(model).get(model.process.row).and_then(|row| row.by),
    ..View::plain(|model, _| model.process = ProcessCursor::default())
};

/// A line of the process.
struct ProcessRow {
    node: Option<NodeId>,
    /// Who asked for it first.
    by: Option<NodeId>,
    kind: ProcessRowKind,
}

#[derive(Clone, PartialEq, Eq)]
enum ProcessRowKind {
    Heading(String),
    /// The place in the order of loading.
    Loaded(usize),
    Missing(String),
}

/// The import by which the chosen node comes in: its own, else the first that loads it or misses it.
fn import_of(model: &Model, scan_index: &ScanIndex) -> usize {
    let scan = &scan_index.scan;
    let Some(node) = model.chosen else { return 0 };
    // Of a distribution, what its first module does.
    let of_import = |file: &FileId| scan.imports.iter().any(|import| import.file == *file && is_module(import));
    let inside = scan.graph.contents(node).into_iter().filter_map(|node| scan.file_of(node)).find(of_import);
    let file = scan.file_of(node).or(inside);
    let own = scan.imports.iter().position(|import| Some(import.file) == file && is_module(import));
    let loads = || scan.imports.iter().position(|import| file.is_some_and(|file| import.loads.loads.contains(&file)));
    let misses = || scan.graph.dependents(node).first().map(|(_, edge)| edge.first);
    own.or_else(loads).or_else(misses).filter(|&import| import < scan.imports.len()).unwrap_or(0)
}

fn is_module(import: &ImportOf) -> bool {
    import.module().is_some()
}

fn name(import: &ImportOf) -> String {
    match &import.kind {
        ImportKind::Module(name) => format!("import {name}"),
        ImportKind::Interpreter => "the interpreter's start".to_owned(),
        ImportKind::Program => "the program's start".to_owned(),
        ImportKind::Alone => "opened alone".to_owned(),
    }
}

/// What the import does with all that its Python code brings in, where that is worth a word.
fn outcome(scan: &Scan, import: &ImportOf) -> String {
    let words = import.module().and_then(|name| scan.outcomes.of(name)?.words());
    words.map_or_else(String::new, |words| format!("  {}", printable(&words)))
}

fn rows(model: &Model) -> Vec<ProcessRow> {
    let Some(scan_index) = &model.scan_index else { return Vec::new() };
    let scan = &scan_index.scan;
    let mut rows = Vec::new();
    let mut number = 0;
    let start = scan.imports.iter().position(|import| import.kind == ImportKind::Interpreter);
    let parts = start.into_iter().filter(|&start| start != model.process.import).chain([model.process.import]);
    // Who needs what, by the first that was loaded: libc has thousands of dependents, a file but a few needs.
    let mut asked: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    for import in parts.filter_map(|at| scan.imports.get(at)) {
        rows.push(ProcessRow {
            node: None,
            by: None,
            kind: ProcessRowKind::Heading(name(import) + &outcome(scan, import)),
        });
        for &file in &import.loads.loads {
            number += 1;
            let node = scan.graph.file(file);
            let by = node.and_then(|node| asked.get(&node).copied());
            if let Some(node) = node {
                for target in scan.graph.loaders(node, Direction::Outgoing) {
                    asked.entry(target).or_insert(node);
                }
            }
            rows.push(ProcessRow { node, by, kind: ProcessRowKind::Loaded(number) });
        }
        for &(file, need) in &import.loads.unmet {
            let by = scan.graph.file(file);
            let edge = by.and_then(|by| {
                scan.graph.needs(by).into_iter().find(|(_, edge)| edge.need == need && !edge.resolution.is_met())
            });
            let text = edge.map_or_else(String::new, |(node, _)| scan_index.entry(node).label.clone());
            rows.push(ProcessRow { node: edge.map(|(node, _)| node), by, kind: ProcessRowKind::Missing(text) });
        }
    }
    rows
}

fn put(model: &mut Model, at: usize) {
    let rows = rows(model);
    model.process.row = at.min(rows.len().saturating_sub(1));
    if let Some(node) = rows.get(model.process.row).and_then(|row| row.node) {
        model.chosen = Some(node);
        choose::recenter(model);
    }
    choose::settle(model);
}

fn draw(model: &Model, scan_index: &ScanIndex, area: Rect, buffer: &mut Buffer) {
    let heading = scan_index.scan.imports.get(model.process.import).map_or_else(|| "Process".to_owned(), name);
    let heading = shortened(&format!("Process  {heading}"), usize::from(area.width).saturating_sub(6));
    let inside = bordered(model, Some(Pane::Main), title(model, &heading), area, buffer);
    let rows = rows(model);
    for (at, area) in window_from(model.top, rows.len(), inside.height.into()).zip(lines(inside)) {
        let cursor = (at == model.process.row).then_some(model.pane == Pane::Main);
        row(model, &line(model, scan_index, &rows[at], area.width.into()), area, cursor, buffer);
    }
}

fn line(model: &Model, scan_index: &ScanIndex, row: &ProcessRow, width: usize) -> Line<'static> {
    let theme = &model.theme;
    let by = row.by.map_or_else(String::new, |by| format!("  by {}", scan_index.entry(by).short()));
    let (number, tone, text) = match &row.kind {
        ProcessRowKind::Heading(text) => return Line::styled(shortened(text, width), theme.style(Tone::Strong)),
        ProcessRowKind::Missing(text) => ("    ✗ ".to_owned(), Tone::Error, text.clone()),
        ProcessRowKind::Loaded(number) => {
            let (tone, glyph) = row.node.map_or((Tone::Dim, "·"), |node| scan_index.mark(node));
            let text = row.node.map_or_else(String::new, |node| scan_index.entry(node).short().to_owned());
            (format!("{number:>3} {glyph} "), tone, text)
        }
    };
    let number_wide = number.width();
    let sign = row.node.map_or("", |node| scan_index.entry(node).sign());
    let room = width.saturating_sub(number_wide + sign.width());
    let left = room - shortened(&text, room).width();
    let mut spans = vec![Span::styled(number, theme.style(tone))];
    match row.node {
        Some(node) => spans.extend(paint::name(model, node, &text, room, theme.style(tone))),
        None => spans.push(Span::styled(shortened(&text, room), theme.style(tone))),
    }
    spans.push(Span::styled(sign, theme.style(tone)));
    spans.push(Span::styled(shortened(&by, left), theme.style(Tone::Dim)));
    Line::from(spans)
}
