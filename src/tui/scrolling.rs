//! Which part of a long list is in view, and where a step leads in it.

use std::ops::Range;

use ratatui::layout::Rect;

use super::way::Way;

/// What a border leaves.
pub fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x.saturating_add(1),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Which part of a long list is shown whose cursor stays in the middle as far as that is possible.
pub fn window(len: usize, cursor: usize, height: usize) -> Range<usize> {
    window_from(cursor.saturating_sub(height / 2), len, height)
}

/// Which part of a long list is shown that begins with a row; below its end is no empty space.
pub fn window_from(top: usize, len: usize, height: usize) -> Range<usize> {
    let start = top.min(len.saturating_sub(height));
    start..(start + height).min(len)
}

/// The first row in view, moved as little as possible, so that the cursor is in view and some rows around it.
pub fn kept(top: usize, cursor: usize, len: usize, height: usize) -> usize {
    let around = (height / 4).min(3);
    let least = (cursor + around + 1).saturating_sub(height);
    let most = cursor.saturating_sub(around).max(least);
    top.clamp(least, most).min(len.saturating_sub(height))
}

/// The place in a list that lies under a row of the screen, for [`window`].
pub fn row_at(area: Rect, row: u16, len: usize, cursor: usize) -> usize {
    window(len, cursor, area.height.into()).start + usize::from(row.saturating_sub(area.y))
}

/// How far half a page is in a list.
const HALF_PAGE: usize = 10;

/// A place in a list of `len`, after a step.
pub fn along(at: usize, len: usize, way: Way) -> usize {
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
