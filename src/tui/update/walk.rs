//! The arrows, Enter and Space: what has the keys takes them.

use super::scroll_to;
use crate::tui::command::Way;
use crate::tui::effect::Effect;
use crate::tui::modal;
use crate::tui::model::{Model, Pane};
use crate::tui::screen::along;
use crate::tui::view::{fold_graph, open_graph, step_graph};

/// Moves the cursor of what lies on top, or of the pane that has the keys.
pub(in crate::tui) fn step(model: &mut Model, way: Way) -> Option<Effect> {
    match model.pane {
        _ if model.modal.is_some() => return modal::step(model, way),
        _ if model.atlas.is_none() => {
            if let Some(work) = &mut model.work {
                work.step(way);
            }
        }
        Pane::Detail => scroll_to(model, along(model.scroll, usize::MAX, way)),
        Pane::Graph => step_graph(model, way),
        Pane::Main => (model.view.step)(model, way),
    }
    None
}

/// Enter: what is under the cursor is opened, gone to, or put into the middle.
pub(in crate::tui) fn open(model: &mut Model) -> Option<Effect> {
    match model.pane {
        _ if model.modal.is_some() => modal::open(model),
        Pane::Detail => None,
        Pane::Graph => {
            open_graph(model);
            None
        }
        Pane::Main => (model.view.open)(model),
    }
}

/// Space: opens or closes the row, or the fold of a picture.
pub(in crate::tui) fn fold(model: &mut Model) -> Option<Effect> {
    match model.pane {
        Pane::Graph => fold_graph(model),
        _ => (model.view.fold)(model),
    }
    None
}
