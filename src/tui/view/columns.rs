//! The columns: the way down from a package, one list beside the other.

use petgraph::Direction;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use rustc_hash::FxHashMap;
use unicode_width::UnicodeWidthStr;

use super::entry::View;
use crate::graph::NodeId;
use crate::tui::details;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, lines, name, row, title};
use crate::tui::pane::{Arrangement, Pane};
use crate::tui::scan_index::{NodeKind, Order, ScanIndex};
use crate::tui::screen::row_under;
use crate::tui::scrolling::{along, window, window_from};
use crate::tui::styled_text::{Prose, shortened};
use crate::tui::theme::Tone;
use crate::tui::update::choose;
use crate::tui::way::Way;

pub(super) const VIEW: View = View {
    id: "columns",
    title: "Columns",
    short: "Cols",
    about: "show columns",
    arrangement: Arrangement::Above,
    list: place,
    orders: &Order::ALL,
    draw,
    step,
    enter: "go on",
    open: |model| {
        step(model, Way::Right);
        None
    },
    click,
    arrive,
    via: |model| model.columns.len().checked_sub(2).map(|at| model.columns[at]),
    ..View::plain(|model, carried| {
        model.columns = model.columns.iter().map_while(|&node| carried.node(node)).collect();
    })
};

/// What hangs below a node, or the packages: trouble first.
fn list(model: &Model, scan_index: &ScanIndex, above: Option<NodeId>) -> Vec<NodeId> {
    let mut list = match above {
        Some(node) => scan_index.beside(node, Direction::Outgoing, model.filter.system),
        None => {
            let all = scan_index.scan.graph.distributions().iter().copied();
            all.filter(|&node| !scan_index.scan.graph.contents(node).is_empty()).collect()
        }
    };
    scan_index.sort(&mut list, model.order);
    list
}

/// Where the cursor stands in its list, and how long that is.
fn place(model: &Model) -> Option<(usize, usize)> {
    let list = list(model, model.scan_index.as_ref()?, above(model));
    Some((list.iter().position(|node| Some(node) == model.columns.last()).unwrap_or(0), list.len()))
}

/// The node above the list in which the cursor stands.
fn above(model: &Model) -> Option<NodeId> {
    model.columns.len().checked_sub(2).map(|at| model.columns[at])
}

/// The shortest way down to the chosen node.
fn arrive(model: &mut Model, scan_index: &ScanIndex) {
    let Some(node) = model.chosen.filter(|node| model.columns.last() != Some(node)) else { return };
    let way = scan_index.scan.graph.why(node, 1).into_iter().next();
    model.columns = way.unwrap_or_else(|| vec![node]);
}

fn step(model: &mut Model, way: Way) {
    let Some(scan_index) = model.scan_index.clone() else { return };
    match way {
        Way::Left if model.columns.len() > 1 => drop(model.columns.pop()),
        Way::Left => {}
        Way::Right => {
            let below = list(model, &scan_index, model.columns.last().copied());
            // A loop could be gone down forever.
            if let Some(&first) = below.first().filter(|first| !model.columns.contains(first)) {
                model.columns.push(first);
            }
        }
        _ => {
            let list = list(model, &scan_index, above(model));
            let at = list.iter().position(|node| Some(node) == model.columns.last()).unwrap_or(0);
            put(model, &list, along(at, list.len(), way));
        }
    }
    tell(model);
}

/// Puts the cursor on a row of its list.
fn put(model: &mut Model, list: &[NodeId], at: usize) {
    if let Some(&node) = list.get(at.min(list.len().saturating_sub(1))) {
        model.columns.pop();
        model.columns.push(node);
    }
}

fn tell(model: &mut Model) {
    model.chosen = model.columns.last().copied().or(model.chosen);
    choose::recenter(model);
    choose::settle(model);
}

/// The areas of the lists: above, here, below.
fn parts(area: Rect) -> [Rect; 3] {
    let side = area.width * 3 / 10;
    let middle = area.width - 2 * side;
    let at = |x, width: u16| Rect { x, width: width.saturating_sub(1), ..area };
    [at(area.x, side), at(area.x + side, middle), at(area.x + side + middle, side + 1)]
}

fn click(model: &mut Model, area: Rect, (column, y): (u16, u16)) {
    let Some(scan_index) = model.scan_index.clone() else { return };
    let parts = parts(area);
    let Some(part) = parts.iter().position(|part| part.contains((column, y).into())) else { return };
    match part {
        0 => step(model, Way::Left),
        2 => step(model, Way::Right),
        _ => {}
    }
    let list = list(model, &scan_index, above(model));
    if part == 1 {
        put(model, &list, row_under(model, parts[1], y));
    }
    tell(model);
}

fn draw(model: &Model, scan_index: &ScanIndex, area: Rect, buffer: &mut Buffer) {
    let names: Vec<&str> = model.columns.iter().map(|&node| scan_index.entry(node).short()).collect();
    let order = format!(" · by {}", model.order().word());
    let room = usize::from(area.width).saturating_sub(4 + order.width());
    let heading = format!("{}{order}", shortened(&names.join(" › "), room));
    let inside = bordered(model, Some(Pane::Main), title(model, &heading), area, buffer);
    let [left, middle, right] = parts(inside);
    let depth = model.columns.len();
    if depth > 1 {
        let over = depth.checked_sub(3).map(|at| model.columns[at]);
        column(
            model,
            scan_index,
            &list(model, scan_index, over),
            Some(model.columns[depth - 2]),
            (left, false),
            buffer,
        );
    }
    let here = list(model, scan_index, above(model));
    column(model, scan_index, &here, model.columns.last().copied(), (middle, true), buffer);
    if let Some(&node) = model.columns.last() {
        let below = list(model, scan_index, Some(node));
        column(model, scan_index, &below, None, (right, false), buffer);
        if below.is_empty() {
            let text = Prose::of(Tone::Dim, end(model, scan_index, node));
            for (line, area) in text.wrapped(right.width.into(), model.theme).iter().zip(lines(right)) {
                line.render(area, buffer);
            }
        }
    }
    let style = model.theme.style(Tone::Dim);
    for part in [left, middle].iter().filter(|part| part.width > 0) {
        (part.y..part.bottom()).for_each(|y| buffer.set_string(part.right(), y, "│", style));
    }
}

/// One list; the cursor is where the way goes on.
fn column(
    model: &Model,
    scan_index: &ScanIndex,
    nodes: &[NodeId],
    cursor: Option<NodeId>,
    (area, has_keys): (Rect, bool),
    buffer: &mut Buffer,
) {
    let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
    nodes.iter().for_each(|&node| *counts.entry(scan_index.entry(node).short()).or_default() += 1);
    let at = cursor.and_then(|cursor| nodes.iter().position(|&node| node == cursor));
    let shown = match has_keys {
        true => window_from(model.top, nodes.len(), area.height.into()),
        false => window(nodes.len(), at.unwrap_or(0), area.height.into()),
    };
    for (index, line) in shown.zip(lines(area)) {
        let (node, width) = (nodes[index], usize::from(line.width));
        let entry = scan_index.entry(node);
        let (tone, glyph) = scan_index.mark(node);
        let badge: String = match entry.kind {
            NodeKind::Missing | NodeKind::NoPython => String::new(),
            _ => entry.badge.pieces().into_iter().map(|(_, piece)| format!(" {piece}")).collect(),
        };
        let size = if model.order() == Order::Size { scan_index.size(node) } else { 0 };
        let size = if size > 0 { format!(" {}", details::size(size)) } else { String::new() };
        let taken = 2 + entry.sign().width() + size.width() + badge.width();
        let room = width.saturating_sub(taken);
        // As short as they can be told apart.
        let short = if counts[entry.short()] > 1 { entry.with_folder() } else { entry.short() };
        let blank = " ".repeat(room - shortened(short, room).width());
        let theme = &model.theme;
        let mut text = vec![Span::styled(format!("{glyph} "), theme.style(tone))];
        text.extend(name(model, node, short, room, theme.style(tone)));
        text.push(Span::styled(entry.sign(), theme.style(tone)));
        text.push(Span::styled(format!("{blank}{size}"), theme.style(Tone::Dim)));
        let tone = if entry.badge.errors > 0 { Tone::Error } else { Tone::Warning };
        text.push(Span::styled(badge, theme.style(tone)));
        let text = Line::from(text);
        let is_here = (Some(index) == at).then_some(has_keys && model.pane == Pane::Main);
        row(model, &text, line, is_here, buffer);
    }
}

/// Why the way goes no further.
fn end(model: &Model, scan_index: &ScanIndex, node: NodeId) -> &'static str {
    let is_hidden = !model.filter.system && !scan_index.beside(node, Direction::Outgoing, true).is_empty();
    match scan_index.entry(node).kind {
        sort if sort.is_missing() => "not found: what it needs is not known",
        _ if is_hidden => "needs only the system",
        _ => "needs nothing",
    }
}
