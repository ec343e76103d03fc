//! The focus: the graph around one node, who needs it on the left, what it needs on the right.

use petgraph::Direction;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use super::entry::View;
use crate::export::count;
use crate::graph::NodeId;
use crate::graph::sketch::Fold;
use crate::tui::details;
use crate::tui::modal::symbols;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, canvas, title};
use crate::tui::pane::{Arrangement, Pane};
use crate::tui::picture::{Picture, Scope};
use crate::tui::scan_index::{NodeKind, ScanIndex};
use crate::tui::styled_text::shortened;
use crate::tui::theme::Tone;
use crate::tui::update::choose;
use crate::tui::way::Way;

pub(super) const VIEW: View = View {
    id: "graph",
    title: "Graph",
    short: "Graph",
    about: "show the graph",
    arrangement: Arrangement::Above,
    draw,
    step,
    enter: "zoom in",
    open: |model| {
        open(model);
        None
    },
    fold,
    click,
    arrive: |model, _| {
        let room = choose::room(model);
        let (Some(picture), Some(node)) = (&mut model.pictures.focus, model.chosen) else { return };
        if picture.node() != node && !picture.go(node, room) {
            choose::recenter(model);
        }
    },
    details: |model, scan_index| fold_details(model.pictures.focus.as_ref()?, scan_index),
    via: |model| model.pictures.focus.as_ref().and_then(Picture::via),
    scope: Some(Scope::Focus),
    ..View::plain(|model, _| model.pictures.focus = None)
};

/// What a fold stands for; a single node has its own details.
pub(super) fn fold_details(picture: &Picture, scan_index: &ScanIndex) -> Option<Vec<crate::tui::styled_text::Prose>> {
    picture
        .fold()
        .filter(|item| item.fold != Fold::Package)
        .map(|item| details::of_fold(scan_index, item, &picture.labels[picture.cursor]))
}

/// The picture is the main pane of its own view, and beside the lists of others.
fn pane(model: &Model) -> Pane {
    if model.view.is("graph") { Pane::Main } else { Pane::Graph }
}

/// Moves along the lines; where they lead out of the picture, the node at its edge becomes its center.
pub fn step(model: &mut Model, way: Way) {
    let room = choose::room(model);
    let Some(picture) = &mut model.pictures.focus else { return };
    if !picture.step(way, room) {
        beyond(model, way);
    }
    if let Some(picture) = &model.pictures.focus {
        model.chosen = Some(picture.node());
    }
    choose::settle(model);
}

fn beyond(model: &mut Model, way: Way) {
    let direction = match way {
        Way::Left => Direction::Incoming,
        Way::Right => Direction::Outgoing,
        _ => return,
    };
    let (Some(scan_index), Some(picture)) = (model.scan_index.clone(), &model.pictures.focus) else { return };
    let node = picture.node();
    let leads_on = !scan_index.beside(node, direction, model.filter.system).is_empty();
    if picture.scope != Scope::Focus || node == picture.center || picture.fold().is_some() || !leads_on {
        return;
    }
    choose::center(model, node);
    // One goes on walking.
    let room = choose::room(model);
    if let Some(picture) = &mut model.pictures.focus {
        picture.step(way, room);
    }
}

/// Goes nearer: into a package, to a node; other folds are opened.
pub fn open(model: &mut Model) {
    let Some(picture) = &model.pictures.focus else { return };
    let (node, fold) = (picture.node(), picture.fold().map(|item| item.fold));
    let is_package =
        model.scan_index.as_ref().is_some_and(|scan_index| scan_index.entry(node).kind == NodeKind::Distribution);
    match fold {
        Some(Fold::Package) => choose::zoom_in(model, Scope::Inside, node),
        Some(_) => self::fold(model),
        None if is_package => choose::zoom_in(model, Scope::Inside, node),
        // Nearer than a file are its symbols.
        None if picture.scope == Scope::Focus && picture.center == node => drop(symbols::open(model)),
        None => choose::zoom_in(model, Scope::Focus, node),
    }
}

/// Opens the fold under the cursor, or folds again what was opened.
pub fn fold(model: &mut Model) {
    let (Some(scan_index), Some(picture)) = (model.scan_index.clone(), &model.pictures.focus) else { return };
    let node = toggle(&mut model.display.opened, picture, &scan_index);
    let (scope, center) = (picture.scope, picture.center);
    choose::draw(model, scope, center, Some(node));
    if let Some(picture) = &model.pictures.focus {
        model.chosen = Some(picture.node());
    }
    choose::settle(model);
}

/// Notes that the fold under the cursor is open now, or that its kind is folded again; the answer is its node.
pub(super) fn toggle(opened: &mut rustc_hash::FxHashSet<NodeId>, picture: &Picture, scan_index: &ScanIndex) -> NodeId {
    let node = picture.node();
    match picture.fold() {
        Some(item) => opened.extend(item.nodes.iter().copied()),
        None => {
            let kind = |node| (&scan_index.entry(node).owner, scan_index.entry(node).kind);
            let own = kind(node);
            opened.retain(|&other| kind(other) != own);
        }
    }
    node
}

/// Puts the cursor on what is under the mouse.
pub fn click(model: &mut Model, area: Rect, at: (u16, u16)) {
    let room = choose::room(model);
    if let Some(picture) = &mut model.pictures.focus {
        point(picture, area, at, room);
        model.chosen = Some(picture.node());
    }
    choose::settle(model);
}

pub(super) fn point(picture: &mut Picture, area: Rect, (column, row): (u16, u16), room: (u16, u16)) {
    let (x, y) = canvas::origin(picture, area);
    if let Some(item) = picture.item_at(x + i32::from(column - area.x), y + i32::from(row - area.y)) {
        let node = picture.sketch.items[item].node();
        picture.go(node, room);
    }
}

/// Draws the picture.
pub fn draw(model: &Model, _: &ScanIndex, area: Rect, buffer: &mut Buffer) {
    let Some(picture) = &model.pictures.focus else {
        let heading = format!("Focus {}", model.drawing_sign(Scope::Focus));
        bordered(model, Some(pane(model)), title(model, heading.trim_end()), area, buffer);
        return;
    };
    let depth = match picture.scope {
        Scope::Focus if area.width >= 60 => format!("depth {} · ", picture.depth),
        _ => String::new(),
    };
    framed(model, picture, (&trail(model, picture), &depth), pane(model), area, buffer);
}

/// `Overview › numpy › libgfortran.so.5`: how one came here.
fn trail(model: &Model, picture: &Picture) -> String {
    let stops = model.trail.iter().map(|stop| (stop.scope, stop.center));
    let name = |(scope, center): (Scope, NodeId)| match scope {
        Scope::Overview => "Overview".to_owned(),
        _ => model.short(center).to_owned(),
    };
    let mut names: Vec<String> = stops.chain([(picture.scope, picture.center)]).map(name).collect();
    if names[0] != "Overview" {
        names.insert(0, "Overview".to_owned());
    }
    names.dedup();
    names.join(" › ")
}

/// A picture in its frame: what it shows, how much, and what it leaves out.
pub(super) fn framed(
    model: &Model,
    picture: &Picture,
    (name, how): (&str, &str),
    pane: Pane,
    area: Rect,
    buffer: &mut Buffer,
) {
    let nodes: usize = picture.sketch.items.iter().map(|item| item.nodes.len()).sum();
    let packages = picture.sketch.items.iter().flat_map(|item| &item.nodes);
    let packages = packages.filter(|&&node| model.is_distribution(node)).count();
    let much = if picture.scope == Scope::Overview { count(packages, "package") } else { count(nodes, "node") };
    let mut told = vec![format!("{how}{much}")];
    if picture.sketch.hidden() > 0 {
        let what = if picture.sketch.aside > 0 { "edge" } else { "transitive edge" };
        told.push(format!("{} hidden", count(picture.sketch.hidden(), what)));
    }
    if picture.hidden > 0 {
        told.push(format!("{} of the system hidden", picture.hidden));
    }
    // What is told last gives way first.
    let room = usize::from(area.width).saturating_sub(6);
    while told.len() > 1 && name.width().min(24) + 3 + told.join(" · ").width() > room {
        told.pop();
    }
    let told = told.join(" · ");
    let name = shortened(name, room.saturating_sub(told.width() + 3).max(8));
    let sign = model.drawing_sign(picture.scope);
    let inside = bordered(model, Some(pane), title(model, &format!("{sign}{name} · {told}")), area, buffer);
    canvas::paint(model, picture, inside, pane == model.pane && model.modal.is_none(), buffer);
    // Where there is more of it than the pane has room for, which keys move it.
    let layout = &picture.layout;
    if layout.width > i32::from(inside.width) || layout.height > i32::from(inside.height) {
        let key = |id: &str| model.keymap.names(id).first().copied().unwrap_or_default().to_owned();
        let text = format!(" {} {} {} {} more ", key("pan-left"), key("pan-right"), key("pan-up"), key("pan-down"));
        let line = Line::styled(text, model.theme.style(Tone::Key));
        let width = (line.width() as u16).min(area.width.saturating_sub(4));
        line.render(Rect { x: area.right() - width - 2, y: area.bottom() - 1, width, height: 1 }, buffer);
    }
}
