//! The environment as a tree, with badges that add up.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::entry::View;
use crate::discover::Target;
use crate::export::count;
use crate::printable::printable;
use crate::tui::details::{self, of_environment};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, lines, name, row, title};
use crate::tui::pane::Pane;
use crate::tui::rows::{Seen, TreeRow};
use crate::tui::scan_index::{Badge, NodeKind, Order, ScanIndex};
use crate::tui::screen::row_under;
use crate::tui::scrolling::{along, window_from};
use crate::tui::styled_text::shortened;
use crate::tui::theme::Tone;
use crate::tui::update::choose;
use crate::tui::way::Way;

pub(super) const VIEW: View = View {
    id: "tree",
    title: "Tree",
    short: "Tree",
    about: "show the tree",
    list: |model| Some((model.tree.cursor, model.tree.rows.len())),
    orders: &Order::ALL,
    draw,
    step,
    enter: "open",
    open: |model| {
        fold(model);
        None
    },
    fold,
    fold_all: Some(fold_all),
    click: |model, area, (_, row)| {
        let at = row_under(model, area, row);
        to_row(model, at);
    },
    arrive: |model, scan_index| {
        if let Some(node) = model.chosen {
            model.tree.reveal(scan_index, &model.filter, model.order, node);
        }
    },
    details: |model, scan_index| {
        let row = model.tree.rows.get(model.tree.cursor)?;
        row.way.is_empty().then(|| of_environment(scan_index))
    },
    via: |model| {
        let row = model.tree.rows.get(model.tree.cursor).filter(|_| model.tree.turned.is_none());
        row.and_then(|row| row.via())
    },
    sift: |model, scan_index| model.tree.rebuild(scan_index, &model.filter, model.order),
    ..View::plain(|model, carried| model.tree.renumber(|node| carried.node(node)))
};

fn step(model: &mut Model, way: Way) {
    let Some(scan_index) = model.scan_index.clone() else { return };
    let len = model.tree.rows.len();
    let to = match way {
        Way::Right if model.tree.set_open(true) => {
            model.tree.rebuild(&scan_index, &model.filter, model.order);
            model.tree.cursor
        }
        Way::Right if model.tree.rows.get(model.tree.cursor).is_some_and(|row| row.is_open) => {
            along(model.tree.cursor, len, Way::Down)
        }
        Way::Left if model.tree.set_open(false) => {
            model.tree.rebuild(&scan_index, &model.filter, model.order);
            model.tree.cursor
        }
        Way::Left => model.tree.parent().unwrap_or(model.tree.cursor),
        _ => along(model.tree.cursor, len, way),
    };
    to_row(model, to);
}

/// Puts the cursor on a row, and everything on its node.
fn to_row(model: &mut Model, row: usize) {
    model.tree.cursor = row.min(model.tree.rows.len().saturating_sub(1));
    if let Some(node) = model.tree.rows.get(model.tree.cursor).and_then(|row| row.node()) {
        model.chosen = Some(node);
        choose::recenter(model);
    }
    choose::settle(model);
}

/// Opens or closes the row.
fn fold(model: &mut Model) {
    let is_open = model.tree.rows.get(model.tree.cursor).is_some_and(|row| row.is_open);
    if let (true, Some(scan_index)) = (model.tree.set_open(!is_open), model.scan_index.clone()) {
        model.tree.rebuild(&scan_index, &model.filter, model.order);
    }
}

/// Opens all that was not opened above, as far as anybody could read it, or closes everything.
fn fold_all(model: &mut Model, open: bool) {
    let Some(scan_index) = model.scan_index.clone() else { return };
    if open {
        let is_whole = model.tree.open_all(&scan_index, &model.filter, model.order);
        let rows = model.tree.rows.len();
        model.told = Some(match is_whole {
            true => format!("all is open: {}", count(rows, "row")),
            false => format!("open as far as {rows} rows go"),
        });
    } else {
        model.tree.open.clear();
        model.tree.rebuild(&scan_index, &model.filter, model.order);
        model.told = Some("all is closed".into());
    }
    let cursor = model.tree.cursor;
    to_row(model, cursor);
}

/// Turns the tree around: who needs what is chosen, who needs that, and so on up to the distributions; or back again.
pub(in crate::tui) fn turn(model: &mut Model) -> Option<Effect> {
    let (scan_index, node) = (model.scan_index.clone()?, model.chosen?);
    if !model.view.is("tree") {
        choose::show_named(model, "tree");
        if model.tree.turned.is_some() {
            return None;
        }
    }
    model.tree.turn(&scan_index, &model.filter, model.order, node);
    let cursor = model.tree.cursor;
    to_row(model, cursor);
    None
}

fn heading(model: &Model) -> String {
    match model.tree.turned {
        Some(node) => format!("Who needs {}", model.short(node)),
        None => "Environment".to_owned(),
    }
}

fn draw(model: &Model, scan_index: &ScanIndex, area: Rect, buffer: &mut Buffer) {
    let inside = bordered(
        model,
        Some(Pane::Main),
        title(model, &format!("{} · by {}", heading(model), model.order().word())),
        area,
        buffer,
    );
    let shown = window_from(model.top, model.tree.rows.len(), inside.height.into());
    for (at, area) in shown.zip(lines(inside)) {
        let cursor = (at == model.tree.cursor).then_some(model.pane == Pane::Main);
        row(model, &line(model, scan_index, &model.tree.rows[at], area.width.into()), area, cursor, buffer);
    }
}

fn line(model: &Model, scan_index: &ScanIndex, row: &TreeRow, width: usize) -> Line<'static> {
    let indent = "  ".repeat(row.depth().min(width / 4));
    let handle = match (row.has_children, row.is_open) {
        (false, _) => "  ",
        (true, true) => "▼ ",
        (true, false) => "► ",
    };
    let (mark, label, badge) = match row.node() {
        None => ((Tone::Plain, "◆"), environment(&scan_index.scan.target), scan_index.total),
        Some(node) => (scan_index.mark(node), label(scan_index, row), scan_index.entry(node).badge),
    };
    let sign = row.node().map_or("", |node| scan_index.entry(node).sign());
    let mut badges = badges(badge);
    let size = row.node().map_or(0, |node| scan_index.size(node));
    if model.order() == Order::Size && size > 0 {
        badges.insert(0, (Tone::Dim, format!(" {}", details::size(size))));
    }
    let seen = match row.seen {
        Seen::New => "",
        Seen::Above => " ↑",
        Seen::Cycle => " ↔",
    };
    let badges_wide: usize = badges.iter().map(|(_, text)| text.width()).sum();
    let taken = indent.width() + handle.width() + 2 + sign.width() + seen.width() + badges_wide;
    let room = width.saturating_sub(taken);
    let style = model.theme.style(if row.depth() <= 1 { Tone::Strong } else { Tone::Plain });
    let named = match row.node() {
        Some(node) => name(model, node, &label, room, style),
        None => vec![Span::styled(shortened(&label, room), style)],
    };
    let blank = room.saturating_sub(named.iter().map(Span::width).sum());
    let mut spans =
        vec![Span::raw(format!("{indent}{handle}")), Span::styled(format!("{} ", mark.1), model.theme.style(mark.0))];
    spans.extend(named);
    spans.push(Span::styled(sign, model.theme.style(mark.0)));
    spans.push(Span::styled(format!("{seen}{}", " ".repeat(blank)), model.theme.style(Tone::Dim)));
    spans.extend(badges.into_iter().map(|(tone, text)| Span::styled(text, model.theme.style(tone))));
    Line::from(spans)
}

/// Wheels by their names; all else by its path, which tells environments of one name apart.
fn environment(target: &Target) -> String {
    let name = if target.wheels.is_empty() { target.root.to_string() } else { target.title() };
    printable(&name)
}

/// Distributions with their version; below them files by path, needs by name.
fn label(scan_index: &ScanIndex, row: &TreeRow) -> String {
    let Some(node) = row.node() else { return String::new() };
    let entry = scan_index.entry(node);
    match entry.kind {
        NodeKind::Distribution => {
            let crate::graph::Node::Distribution(id) = scan_index.scan.graph.node(node) else {
                return entry.label.clone();
            };
            let version = printable(&scan_index.scan.distributions.get(*id).version);
            format!("{} {version}", entry.label).trim_end().to_owned()
        }
        _ if row.depth() == 2 => entry.brief.clone(),
        _ => entry.label.clone(),
    }
}

fn badges(badge: Badge) -> Vec<(Tone, String)> {
    badge.pieces().into_iter().map(|(tone, text)| (tone, format!(" {text}"))).collect()
}
