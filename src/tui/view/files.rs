//! All files in one list: how large they are, who needs them, and what would be free without them.

use petgraph::Direction;
use petgraph::algo::dominators::simple_fast;
use petgraph::graph::DiGraph;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use rustc_hash::FxHashMap;
use unicode_width::UnicodeWidthStr;

use super::entry::View;
use crate::export::count;
use crate::graph::NodeId;
use crate::tui::details::size;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, lines, name, row, title};
use crate::tui::pane::{Arrangement, Pane};
use crate::tui::scan_index::{NodeKind, Order, ScanIndex};
use crate::tui::scrolling::{along, window_from};
use crate::tui::state::FileRow;
use crate::tui::styled_text::shortened;
use crate::tui::theme::Tone;
use crate::tui::update::choose;

pub(super) const VIEW: View = View {
    id: "files",
    title: "Files",
    short: "Files",
    about: "show all files, the largest first",
    arrangement: Arrangement::Above,
    list: |model| Some((model.files.cursor, model.files.shown.len())),
    orders: &[Order::Size, Order::Name, Order::Kind],
    draw,
    step: |model, way| put(model, along(model.files.cursor, model.files.shown.len(), way)),
    enter: "show in graph",
    open: |model| {
        if let Some(node) = model.chosen {
            choose::center(model, node);
        }
        choose::show_named(model, "graph");
        None
    },
    click: |model, area, (_, y)| {
        let height = usize::from(area.height).saturating_sub(1);
        let top = model.top.max((model.files.cursor + 1).saturating_sub(height));
        let first = window_from(top, model.files.shown.len(), height).start;
        put(model, first + usize::from(y.saturating_sub(area.y + 1)));
    },
    arrive: |model, _| {
        let chosen = model.chosen;
        if let Some(at) = model.files.shown.iter().position(|file| Some(file.node) == chosen) {
            model.files.cursor = at;
        } else {
            put(model, model.files.cursor);
        }
    },
    take_in: |model, scan_index| model.files.all = files(scan_index),
    sift,
    has_every_node: false,
    ..View::plain(|model, _| model.files.cursor = 0)
};

/// Every file of the environment, with what it costs.
fn files(scan_index: &ScanIndex) -> Vec<FileRow> {
    let graph = &scan_index.scan.graph;
    let is_file = |kind: NodeKind| matches!(kind, NodeKind::Module | NodeKind::Library | NodeKind::Program);
    let nodes: Vec<NodeId> =
        scan_index.entries().filter(|(_, entry)| is_file(entry.kind)).map(|(node, _)| node).collect();
    let (freed, only) = freed(scan_index, &nodes);
    let row = |(at, &node): (usize, &NodeId)| FileRow {
        node,
        size: scan_index.size(node),
        needs: graph.needs(node).len(),
        used_by: graph.dependents(node).len(),
        freed: freed[at],
        only_by: only[at],
    };
    nodes.iter().enumerate().map(row).collect()
}

/// What each file holds alone: the bytes of all that is reached only by way of it, and the file by way of which alone it is
/// reached. Ways begin at what can be imported or run, and at what nothing needs.
fn freed(scan_index: &ScanIndex, nodes: &[NodeId]) -> (Vec<u64>, Vec<Option<NodeId>>) {
    let place: FxHashMap<NodeId, usize> = nodes.iter().enumerate().map(|(at, &node)| (node, at)).collect();
    let mut graph = DiGraph::<(), (), u32>::with_capacity(nodes.len() + 1, 0);
    let ids: Vec<_> = nodes.iter().map(|_| graph.add_node(())).collect();
    let root = graph.add_node(());
    for (at, &node) in nodes.iter().enumerate() {
        let dependents = scan_index.scan.graph.dependents(node);
        if scan_index.entry(node).kind != NodeKind::Library || dependents.is_empty() {
            graph.add_edge(root, ids[at], ());
        }
        for target in scan_index.scan.graph.loaders(node, Direction::Outgoing).filter_map(|target| place.get(&target)) {
            graph.add_edge(ids[at], ids[*target], ());
        }
    }
    // Libraries that only need each other are reached from nowhere: each begins a way.
    let reached = simple_fast(&graph, root);
    for &id in &ids {
        if reached.immediate_dominator(id).is_none() {
            graph.add_edge(root, id, ());
        }
    }
    let dominators = simple_fast(&graph, root);
    let mut freed: Vec<u64> = nodes.iter().map(|&node| scan_index.size(node)).collect();
    let only: Vec<Option<usize>> = ids
        .iter()
        .map(|&id| dominators.immediate_dominator(id).filter(|&above| above != root).map(|above| above.index()))
        .collect();
    for at in 0..nodes.len() {
        let own = scan_index.size(nodes[at]);
        let mut above = only[at];
        while let Some(at) = above {
            freed[at] += own;
            above = only[at];
        }
    }
    (freed, only.into_iter().map(|at| at.map(|at| nodes[at])).collect())
}

fn sift(model: &mut Model, scan_index: &ScanIndex) {
    let cursor = model.files.shown.get(model.files.cursor).map(|file| file.node);
    let mut shown: Vec<FileRow> =
        model.files.all.iter().copied().filter(|file| model.filter.admits(scan_index, file.node)).collect();
    match model.order {
        Order::Name => shown.sort_by_cached_key(|file| scan_index.entry(file.node).brief.to_lowercase()),
        Order::Kind => shown.sort_by_key(|file| (scan_index.entry(file.node).kind as u8, std::cmp::Reverse(file.size))),
        Order::Size | Order::Impact => shown.sort_by_key(|file| std::cmp::Reverse(file.size)),
    }
    model.files.cursor = shown.iter().position(|file| Some(file.node) == cursor).unwrap_or(0);
    model.files.shown = shown;
}

/// Puts the cursor on a row, and everything on its file.
fn put(model: &mut Model, at: usize) {
    model.files.cursor = at.min(model.files.shown.len().saturating_sub(1));
    if let Some(file) = model.files.shown.get(model.files.cursor) {
        model.chosen = Some(file.node);
        choose::recenter(model);
    }
    choose::settle(model);
}

/// The widths of the columns behind the name: package, size, needs, used by, freed, needed only by.
const COLUMNS: [(&str, usize); 6] =
    [("package", 16), ("size", 10), ("needs", 6), ("used by", 8), ("frees", 10), ("only by", 20)];

fn draw(model: &Model, scan_index: &ScanIndex, area: Rect, buffer: &mut Buffer) {
    let number = count(model.files.shown.len(), "file");
    let heading = title(model, &format!("Files  {number} · by {}", model.order().word()));
    let inside = bordered(model, Some(Pane::Main), heading, area, buffer);
    let columns = columns(inside.width.into());
    let mut rows = lines(inside);
    if let Some(area) = rows.next() {
        let taken: usize = columns.iter().map(|&at| COLUMNS[at].1).sum();
        let mut text = format!("  {:<1$}", "file", usize::from(area.width).saturating_sub(taken + 2));
        columns.iter().for_each(|&at| text += &cell(at, COLUMNS[at].0));
        row(model, &Line::styled(text, model.theme.style(Tone::Dim)), area, None, buffer);
    }
    let height = usize::from(inside.height).saturating_sub(1);
    // The heading takes a row from those that the list was measured by.
    let top = model.top.max((model.files.cursor + 1).saturating_sub(height));
    for (at, area) in window_from(top, model.files.shown.len(), height).zip(rows) {
        let cursor = (at == model.files.cursor).then_some(model.pane == Pane::Main);
        row(model, &line(model, scan_index, &model.files.shown[at], &columns, area.width.into()), area, cursor, buffer);
    }
}

/// The columns that there is room for, those that answer most first.
fn columns(width: usize) -> Vec<usize> {
    // How large files are is said in any room.
    let mut room = width.saturating_sub(LEAST_NAME).max(if width >= LEAST_FOR_SIZE { COLUMNS[1].1 } else { 0 });
    let mut columns: Vec<usize> = Vec::new();
    for at in [1, 3, 4, 0, 2, 5] {
        if COLUMNS[at].1 <= room {
            room -= COLUMNS[at].1;
            columns.push(at);
        }
    }
    columns.sort_unstable();
    columns
}

/// A name has at least so much room; on less than this, all of it.
const LEAST_NAME: usize = 30;
const LEAST_FOR_SIZE: usize = 34;

/// A cell: words at its left, numbers at its right.
fn cell(at: usize, text: &str) -> String {
    let width = COLUMNS[at].1 - 1;
    let text = shortened(text, width);
    let blank = " ".repeat(width - text.width());
    if matches!(at, 0 | 5) { format!(" {text}{blank}") } else { format!(" {blank}{text}") }
}

fn line(model: &Model, scan_index: &ScanIndex, file: &FileRow, columns: &[usize], width: usize) -> Line<'static> {
    let entry = scan_index.entry(file.node);
    let (tone, glyph) = scan_index.mark(file.node);
    let style = model.theme.style(tone);
    let taken: usize = columns.iter().map(|&at| COLUMNS[at].1).sum();
    let room = width.saturating_sub(taken + 2 + entry.sign().width());
    let mut spans = vec![Span::styled(format!("{glyph} "), style)];
    spans.extend(name(model, file.node, &entry.brief, room, style));
    let used: usize = spans.iter().skip(1).map(Span::width).sum();
    spans.push(Span::styled(format!("{}{}", entry.sign(), " ".repeat(room.saturating_sub(used))), style));
    let only = file.only_by.map_or_else(String::new, |by| scan_index.entry(by).short().to_owned());
    let cells = [
        entry.owner.clone(),
        size(file.size),
        file.needs.to_string(),
        file.used_by.to_string(),
        size(file.freed),
        only,
    ];
    let text: String = columns.iter().map(|&at| cell(at, &cells[at])).collect();
    spans.push(Span::raw(text));
    Line::from(spans)
}
