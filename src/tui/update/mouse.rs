//! The mouse: a click gives the keys and the cursor, a second one opens, the wheel moves what is under it, a border that
//! is dragged makes room.

use super::perform::perform;
use super::{choose, details, walk};
use crate::tui::draw::{command_at, counted_at, tab_spans, tabs_width, waiting};
use crate::tui::effect::Effect;
use crate::tui::modal;
use crate::tui::model::Model;
use crate::tui::pane::Pane;
use crate::tui::screen::Areas;
use crate::tui::scrolling::inside;
use crate::tui::view::{View, graph};
use crate::tui::way::Way;
use crate::tui::work::Drag;

/// How far a notch of the wheel moves.
const NOTCH: usize = 3;

/// The pane under a cell.
fn pane_at(model: &Model, at: (u16, u16)) -> Option<Pane> {
    let areas = Areas::of(model);
    let hit = |pane: &&Pane| areas.pane(**pane).is_some_and(|area| area.contains(at.into()));
    model.view.panes.iter().find(hit).copied()
}

/// The pane under the mouse gets the keys, the row under it the cursor; a second click opens it.
pub(super) fn click(model: &mut Model, at: (u16, u16), is_double: bool) -> Option<Effect> {
    // The hints of the last line are buttons, also of what lies on top; a message there is taken away.
    let footer = Areas::of(model).footer;
    if footer.contains(at.into()) {
        let command = command_at(model, at.0, footer.width);
        let was_told = model.told.take().is_some();
        return command.filter(|_| !was_told).and_then(|command| perform(model, command));
    }
    if model.modal.is_some() {
        return modal::click(model, at, is_double);
    }
    if model.scan_index.is_none() {
        let row = waiting::row_at(model, at);
        if let Some(work) = &mut model.work {
            work.cursor = row.or(work.cursor);
        }
        return None;
    }
    if let Some(view) = tab_at(model, at) {
        choose::show(model, view);
        return None;
    }
    let areas = Areas::of(model);
    if areas.header.contains(at.into()) {
        if let Some(view) = counted_at(model, at.0) {
            choose::show_named(model, view);
        }
        return None;
    }
    if areas.is_border(model, at) {
        model.drag = Some(Drag::Border);
        return None;
    }
    let pane = pane_at(model, at)?;
    model.pane = pane;
    let area = inside(areas.pane(pane)?);
    if area.contains(at.into()) {
        // The first click may have moved what is under the mouse: the second means what the first one chose.
        if is_double && pane != Pane::Detail {
            return walk::open(model);
        }
        match pane {
            Pane::Main => (model.view.click)(model, area, at),
            Pane::Graph => graph::click(model, area, at),
            Pane::Detail => return details::click(model, at.1),
        }
        model.drag = model.picture(pane).is_some().then_some(Drag::Picture { from: at });
    }
    None
}

/// The view whose tab is under the mouse.
fn tab_at(model: &Model, (column, row): (u16, u16)) -> Option<&'static View> {
    let areas = Areas::of(model);
    let (y, start, is_wide) = match areas.tabs {
        Some(area) => (area.y, area.x, true),
        None => (areas.header.y, areas.header.right().saturating_sub(tabs_width(model)), false),
    };
    if row != y || areas.header.height == 0 {
        return None;
    }
    let spans = tab_spans(model, is_wide);
    let at = spans.iter().find(|(_, from, to)| (start + from..start + to).contains(&column)).map(|(at, ..)| *at)?;
    model.tables.views.get(at).copied()
}

/// Moves what is under the mouse, or what lies on top.
pub(super) fn wheel(model: &mut Model, way: Way, at: (u16, u16)) -> Option<Effect> {
    let before = model.pane;
    if model.modal.is_none() && model.scan_index.is_some() {
        model.pane = pane_at(model, at).unwrap_or(before);
    }
    let effect = (0..NOTCH).filter_map(|_| walk::step(model, way)).last();
    model.pane = before;
    effect
}

/// Moves the border between panes, or the picture with the mouse.
pub(super) fn drag(model: &mut Model, at: (u16, u16)) -> Option<Effect> {
    match model.drag? {
        Drag::Border => {
            let share = Areas::share(model, at);
            let arrangement = model.view.arrangement as usize;
            model.split[arrangement] = Some(share);
        }
        Drag::Picture { from } => {
            let room = choose::room(model);
            let by = (i32::from(from.0) - i32::from(at.0), i32::from(from.1) - i32::from(at.1));
            model.picture_mut(model.pane)?.pan_by(by, room);
            model.drag = Some(Drag::Picture { from: at });
        }
    }
    None
}
