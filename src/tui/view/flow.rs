//! The flow: a whole scope of the graph, layered from left to right, with what is implied folded away.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::entry::View;
use super::graph::{fold_details, framed, point, toggle};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, title};
use crate::tui::pane::{Arrangement, Pane};
use crate::tui::picture::{Picture, Scope};
use crate::tui::scan_index::ScanIndex;
use crate::tui::update::choose;
use crate::tui::way::Way;

pub(super) const VIEW: View = View {
    id: "flow",
    title: "Flow",
    short: "Flow",
    about: "show the flow of a scope",
    arrangement: Arrangement::Above,
    draw,
    step,
    enter: "center",
    open: |model| {
        open(model);
        None
    },
    fold,
    click: |model, area, at| {
        let room = choose::room(model);
        if let Some(picture) = &mut model.pictures.flow {
            point(picture, area, at, room);
            model.chosen = Some(picture.node());
        }
        choose::settle(model);
    },
    arrive: |model, _| {
        let room = choose::room(model);
        let found =
            model.pictures.flow.as_mut().zip(model.chosen).is_some_and(|(picture, node)| picture.go(node, room));
        if !found {
            choose::remake(model, Scope::All);
        }
    },
    details: |model, scan_index| fold_details(model.pictures.flow.as_ref()?, scan_index),
    via: |model| model.pictures.flow.as_ref().and_then(Picture::via),
    scope: Some(Scope::All),
    ..View::plain(|model, _| model.pictures.flow = None)
};

fn step(model: &mut Model, way: Way) {
    let room = choose::room(model);
    if let Some(picture) = &mut model.pictures.flow {
        picture.step(way, room);
        model.chosen = Some(picture.node());
    }
    choose::settle(model);
}

/// Opens the fold under the cursor; a node becomes that around which the scope is drawn.
fn open(model: &mut Model) {
    match model.pictures.flow.as_ref().and_then(Picture::fold) {
        Some(_) => fold(model),
        None => {
            choose::remake(model, Scope::All);
            choose::settle(model);
        }
    }
}

fn fold(model: &mut Model) {
    let (Some(scan_index), Some(picture)) = (model.scan_index.clone(), &model.pictures.flow) else { return };
    let node = toggle(&mut model.display.opened, picture, &scan_index);
    model.chosen = Some(node);
    choose::remake(model, Scope::All);
    choose::settle(model);
}

/// The next scope: closure, package, everything. Elsewhere, the flow is opened.
pub(in crate::tui) fn next_scope(model: &mut Model) -> Option<Effect> {
    if model.view.is("flow") {
        model.scope = (model.scope + 1) % Scope::FLOWS.len();
        choose::remake(model, Scope::All);
        choose::settle(model);
        model.told = Some(format!("scope: {}", Scope::FLOWS[model.scope].word()));
    } else {
        choose::show_named(model, "flow");
    }
    None
}

fn draw(model: &Model, _: &ScanIndex, area: Rect, buffer: &mut Buffer) {
    let Some(picture) = &model.pictures.flow else {
        let heading = format!("Flow {}", model.drawing_sign(Scope::All));
        bordered(model, Some(Pane::Main), title(model, heading.trim_end()), area, buffer);
        return;
    };
    let name = match picture.scope {
        Scope::All => "Flow  whole environment".to_owned(),
        scope => format!("Flow  {} of {}", scope.word(), model.short(picture.center)),
    };
    framed(model, picture, (&name, ""), Pane::Main, area, buffer);
}
