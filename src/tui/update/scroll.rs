//! How far the detail is scrolled.

use crate::tui::model::Model;
use crate::tui::screen::Areas;
use crate::tui::scrolling::inside;
use crate::tui::way::Way;

/// Half of the detail up or down.
pub fn scroll(model: &mut Model, way: Way) {
    let step = Areas::of(model).detail.map_or(1, |area| usize::from(inside(area).height / 2).max(1));
    let to = if way == Way::Up { model.scroll.saturating_sub(step) } else { model.scroll + step };
    scroll_to(model, to);
}

/// Scrolls the evidence, never beyond its last line.
pub fn scroll_to(model: &mut Model, line: usize) {
    let Some(area) = Areas::of(model).detail.map(inside) else { return };
    let lines: usize = model.article.iter().map(|prose| prose.wrapped(area.width.into(), model.theme).len()).sum();
    model.scroll = line.min(lines.saturating_sub(area.height.into()));
}
