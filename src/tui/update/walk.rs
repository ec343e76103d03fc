//! The arrows, Enter and Space: what has the keys takes them.

use super::details;
use crate::tui::effect::Effect;
use crate::tui::modal;
use crate::tui::model::Model;
use crate::tui::pane::Pane;
use crate::tui::view::graph;
use crate::tui::way::Way;

/// Moves the cursor of what lies on top, or of the pane that has the keys.
pub(in crate::tui) fn step(model: &mut Model, way: Way) -> Option<Effect> {
    match model.pane {
        _ if model.modal.is_some() => return modal::step(model, way),
        _ if model.scan_index.is_none() => {
            if let Some(work) = &mut model.work {
                work.step(way);
            }
        }
        Pane::Detail => details::step(model, way),
        Pane::Graph => graph::step(model, way),
        Pane::Main => (model.view.step)(model, way),
    }
    None
}

/// Enter: what is under the cursor is opened, gone to, or put into the middle.
pub(in crate::tui) fn open(model: &mut Model) -> Option<Effect> {
    match model.pane {
        _ if model.modal.is_some() => modal::open(model),
        Pane::Detail => details::follow(model),
        Pane::Graph => {
            graph::open(model);
            None
        }
        Pane::Main => (model.view.open)(model),
    }
}

/// Space: opens or closes the row, or the fold of a picture.
pub(in crate::tui) fn fold(model: &mut Model) -> Option<Effect> {
    match model.pane {
        Pane::Graph => graph::fold(model),
        _ => (model.view.fold)(model),
    }
    None
}
