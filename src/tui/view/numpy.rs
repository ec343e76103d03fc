//! NumPy's C API alone: who asks for it on the left, who answers on the right, what is missing lit.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::entry::View;
use super::graph::{fold_details, framed, point, toggle};
use crate::export::count;
use crate::tui::model::Model;
use crate::tui::paint::{bordered, title};
use crate::tui::pane::{Arrangement, Pane};
use crate::tui::picture::{Picture, Scope};
use crate::tui::scan_index::ScanIndex;
use crate::tui::update::choose;
use crate::tui::way::Way;

pub(super) const VIEW: View = View {
    id: "numpy",
    title: "NumPy",
    short: "NumPy",
    about: "show consumers of NumPy's C API",
    arrangement: Arrangement::Above,
    nothing: "no consumer of NumPy's C API",
    is_there: |model| model.scan_index.as_ref().is_some_and(|scan_index| !scan_index.scan.numpy.capi_edges.is_empty()),
    draw,
    step,
    enter: "open",
    open: |model| {
        open(model);
        None
    },
    fold,
    click: |model, area, at| {
        let room = choose::room(model);
        if let Some(picture) = &mut model.pictures.numpy {
            point(picture, area, at, room);
            model.chosen = Some(picture.node());
        }
        choose::settle(model);
    },
    arrive: |model, _| {
        choose::remake(model, Scope::Numpy);
        model.chosen = model.pictures.numpy.as_ref().map(Picture::node).or(model.chosen);
    },
    details: |model, scan_index| fold_details(model.pictures.numpy.as_ref()?, scan_index),
    has_every_node: false,
    scope: Some(Scope::Numpy),
    ..View::plain(|model, _| model.pictures.numpy = None)
};

fn step(model: &mut Model, way: Way) {
    let room = choose::room(model);
    if let Some(picture) = &mut model.pictures.numpy {
        picture.step(way, room);
        model.chosen = Some(picture.node());
    }
    choose::settle(model);
}

/// Opens the fold under the cursor; a node is shown in the graph around it.
fn open(model: &mut Model) {
    match model.pictures.numpy.as_ref().and_then(Picture::fold) {
        Some(_) => fold(model),
        None => choose::show_named(model, "graph"),
    }
}

fn fold(model: &mut Model) {
    let (Some(scan_index), Some(picture)) = (model.scan_index.clone(), &model.pictures.numpy) else { return };
    let node = toggle(&mut model.display.opened, picture, &scan_index);
    model.chosen = Some(node);
    choose::remake(model, Scope::Numpy);
    choose::settle(model);
}

fn draw(model: &Model, scan_index: &ScanIndex, area: Rect, buffer: &mut Buffer) {
    let Some(picture) = &model.pictures.numpy else {
        let heading = format!("NumPy {}", model.drawing_sign(Scope::Numpy));
        bordered(model, Some(Pane::Main), title(model, heading.trim_end()), area, buffer);
        return;
    };
    let asking = scan_index.scan.numpy.capi_edges.len();
    let name = match scan_index.scan.numpy_failing() {
        0 => format!("NumPy's C API  {}", count(asking, "consumer")),
        failing => format!("NumPy's C API  {}, {failing} broken", count(asking, "consumer")),
    };
    framed(model, picture, (&name, ""), Pane::Main, area, buffer);
}
