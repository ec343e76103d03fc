//! The arrows: in the list of findings, in the tree, along the edges of the graph, through the evidence.

use super::{choose, scroll_to};
use crate::tui::keys::Way;
use crate::tui::model::{Model, Pane, View};

/// How far half a page is in a list.
const HALF_PAGE: usize = 10;

/// Moves the cursor of the pane that has the keys.
pub(super) fn step(model: &mut Model, way: Way) {
    match (model.pane, model.view) {
        (Pane::Evidence, _) => scroll_to(model, along(model.scroll, usize::MAX, way)),
        (Pane::Picture, _) => picture(model, way),
        (Pane::List, View::Tree) => tree(model, way),
        (Pane::List, _) => findings(model, way),
    }
}

/// A place in a list of `len`, after a step.
pub(super) fn along(at: usize, len: usize, way: Way) -> usize {
    let last = len.saturating_sub(1);
    match way {
        Way::Up => at.saturating_sub(1),
        Way::Down => at.saturating_add(1).min(last),
        Way::Top => 0,
        Way::Bottom => last,
        Way::HalfUp => at.saturating_sub(HALF_PAGE),
        Way::HalfDown => at.saturating_add(HALF_PAGE).min(last),
        Way::Left | Way::Right => at,
    }
}

fn findings(model: &mut Model, way: Way) {
    let len = model.atlas.as_ref().map_or(0, |atlas| atlas.scan.findings.len());
    match way {
        Way::Right => model.pane = Pane::Picture,
        Way::Left => {}
        _ => choose::select_finding(model, along(model.finding, len, way)),
    }
}

fn picture(model: &mut Model, way: Way) {
    let Some(hourglass) = &mut model.hourglass else { return };
    match hourglass.step(way) {
        Some(beyond) => {
            choose::center(model, beyond);
            // One goes on walking: the cursor follows the edge, where the new center has one.
            if let Some(hourglass) = &mut model.hourglass {
                let _ = hourglass.step(way);
                model.chosen = Some(hourglass.node());
            }
        }
        None => model.chosen = Some(hourglass.node()),
    }
    choose::settle(model);
}

fn tree(model: &mut Model, way: Way) {
    let Some(atlas) = model.atlas.clone() else { return };
    let len = model.tree.rows.len();
    let to = match way {
        Way::Right if model.tree.set_open(true) => {
            model.tree.rebuild(&atlas, model.filter);
            model.tree.cursor
        }
        Way::Right if model.tree.rows.get(model.tree.cursor).is_some_and(|row| row.is_open) => {
            along(model.tree.cursor, len, Way::Down)
        }
        Way::Left if model.tree.set_open(false) => {
            model.tree.rebuild(&atlas, model.filter);
            model.tree.cursor
        }
        Way::Left => model.tree.parent().unwrap_or(model.tree.cursor),
        _ => along(model.tree.cursor, len, way),
    };
    to_row(model, to);
}

/// Puts the cursor of the tree on a row, and everything on its node.
pub(super) fn to_row(model: &mut Model, row: usize) {
    model.tree.cursor = row.min(model.tree.rows.len().saturating_sub(1));
    if let Some(node) = model.tree.rows.get(model.tree.cursor).and_then(|row| row.node()) {
        model.chosen = Some(node);
        choose::recenter(model);
    }
    choose::settle(model);
}

/// Enter: the finding's node in the graph, the node under the cursor in the middle, the row open.
pub(super) fn open(model: &mut Model) {
    match (model.pane, model.view) {
        (Pane::Evidence, _) => {}
        (Pane::Picture, _) => {
            if let Some(node) = model.hourglass.as_ref().map(|hourglass| hourglass.node()) {
                choose::center(model, node);
            }
        }
        (Pane::List, View::Tree) => fold(model),
        (Pane::List, _) => choose::show(model, View::Graph),
    }
}

/// Opens or closes the row of the tree.
pub(super) fn fold(model: &mut Model) {
    if model.view != View::Tree {
        return;
    }
    let is_open = model.tree.rows.get(model.tree.cursor).is_some_and(|row| row.is_open);
    if let (true, Some(atlas)) = (model.tree.set_open(!is_open), model.atlas.clone()) {
        model.tree.rebuild(&atlas, model.filter);
    }
}
