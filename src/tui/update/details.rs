//! The details: how far they are scrolled, which of their lines has the cursor, and where that leads.

use super::choose;
use crate::tui::effect::Effect;
use crate::tui::modal::{pick, symbols};
use crate::tui::model::Model;
use crate::tui::screen::Areas;
use crate::tui::scrolling::inside;
use crate::tui::styled_text::{Link, Prose};
use crate::tui::way::Way;

/// Half of the details up or down.
pub fn scroll(model: &mut Model, way: Way) {
    let step = Areas::of(model).detail.map_or(1, |area| usize::from(inside(area).height / 2).max(1));
    let to = if way == Way::Up { model.scroll.saturating_sub(step) } else { model.scroll + step };
    scroll_to(model, to);
}

/// Scrolls the details, never beyond their last line.
pub fn scroll_to(model: &mut Model, line: usize) {
    let Some(area) = Areas::of(model).detail.map(inside) else { return };
    let lines: usize =
        model.details.iter().map(|styled_text| styled_text.wrapped(area.width.into(), model.theme).len()).sum();
    model.scroll = line.min(lines.saturating_sub(area.height.into()));
}

/// Where each line begins and ends on the pane, before it is scrolled.
fn places(model: &Model, width: u16) -> Vec<(usize, usize)> {
    let mut at = 0;
    let place = |styled_text: &Prose| {
        let from = at;
        at += styled_text.wrapped(width.into(), model.theme).len();
        (from, at)
    };
    model.details.iter().map(place).collect()
}

/// Moves the cursor to the next line that leads on; where that is further away than the pane is high, only scrolls.
pub fn step(model: &mut Model, way: Way) {
    let Some(area) = Areas::of(model).detail.map(inside) else { return };
    let height = usize::from(area.height);
    match way {
        Way::Left | Way::Right => return,
        Way::Top => scroll_to(model, 0),
        Way::Bottom => scroll_to(model, usize::MAX),
        Way::HalfUp => scroll(model, Way::Up),
        Way::HalfDown => scroll(model, Way::Down),
        Way::Up | Way::Down => {
            let places = places(model, area.width);
            let leads = |&at: &usize| model.details[at].link.is_some();
            let now = model.link_line();
            let next = match (way, now) {
                (_, None) => None,
                (Way::Up, Some(now)) => (0..now).rev().find(leads),
                (_, Some(now)) => (now + 1..model.details.len()).find(leads),
            };
            let is_near = |&at: &usize| {
                let (from, to) = places[at];
                from + height / 2 >= model.scroll && to <= model.scroll + height + height / 2
            };
            match next.filter(is_near) {
                Some(at) => {
                    let (from, to) = places[at];
                    model.line = Some(at);
                    scroll_to(
                        model,
                        model.scroll.clamp(to.saturating_sub(height), from.max(to.saturating_sub(height))),
                    );
                }
                None if way == Way::Up => scroll_to(model, model.scroll.saturating_sub(1)),
                None => scroll_to(model, model.scroll + 1),
            }
            return;
        }
    }
    // The cursor stays in view.
    let places = places(model, area.width);
    let is_seen = |&at: &usize| {
        model.details[at].link.is_some() && places[at].1 > model.scroll && places[at].0 < model.scroll + height
    };
    model.line = (0..places.len()).find(is_seen).or(model.line);
}

/// The line under a row of the pane.
fn line_at(model: &Model, row: u16) -> Option<usize> {
    let area = Areas::of(model).detail.map(inside)?;
    let row = model.scroll + usize::from(row.checked_sub(area.y)?);
    places(model, area.width).iter().position(|&(from, to)| (from..to).contains(&row))
}

/// A click: where the line leads on, that is followed.
pub fn click(model: &mut Model, row: u16) -> Option<Effect> {
    let at = line_at(model, row).filter(|&at| model.details[at].link.is_some())?;
    model.line = Some(at);
    follow(model)
}

/// Follows the line under the cursor.
pub fn follow(model: &mut Model) -> Option<Effect> {
    let link = model.details.get(model.link_line()?)?.link.clone()?;
    match link {
        Link::Node(node) => choose::go(model, node),
        Link::Finding(at) => choose::go_to_finding(model, at),
        Link::Broken(at) => return pick::broken(model, at),
        Link::Dependents(node) => {
            model.chosen = Some(node);
            return pick::who(model);
        }
        Link::Symbols(by, of) => return symbols::open_edge(model, by, of),
        Link::Copy(text) => return Some(Effect::Copy(text)),
    }
    None
}
