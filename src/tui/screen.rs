//! Where each pane lies: one function of model and size, shared by drawing, scrolling and the mouse.

use ratatui::layout::Rect;

use super::model::Model;
use super::pane::{Arrangement, Pane};
use super::scrolling::window_from;

/// The rectangles of a frame; a pane without one is not on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    pub header: Rect,
    /// The tabs' own line, where there is room for one.
    pub tabs: Option<Rect>,
    pub main: Option<Rect>,
    pub graph: Option<Rect>,
    pub detail: Option<Rect>,
    pub footer: Rect,
}

/// How much fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Not even a list.
    None,
    /// A list and one line.
    List,
    /// One pane and the evidence.
    Compact,
    /// Panes beside each other.
    Wide,
}

impl Room {
    pub fn of((width, height): (u16, u16)) -> Room {
        match (width, height) {
            (0..30, _) | (_, 0..6) => Room::None,
            (0..60, _) | (_, 0..15) => Room::List,
            (0..100, _) | (_, 0..20) => Room::Compact,
            _ => Room::Wide,
        }
    }
}

impl Areas {
    pub fn of(model: &Model) -> Areas {
        let (width, height) = model.size;
        let whole = Rect::new(0, 0, width, height);
        let room = Room::of(model.size);
        match room {
            Room::None => Areas::default(),
            Room::List => {
                let (body, footer) = off_bottom(whole, 1);
                Areas { footer, ..Areas::default() }.alone(model, body)
            }
            Room::Compact | Room::Wide => {
                let (header, rest) = off_top(whole, 1);
                let has_line = room == Room::Wide || height >= LEAST_FOR_TABS && model.scan_index.is_some();
                let (tabs, rest) = if has_line { off_top(rest, 1) } else { (Rect::default(), rest) };
                let (body, footer) = off_bottom(rest, 1);
                let areas = Areas { header, footer, tabs: has_line.then_some(tabs), ..Areas::default() };
                match room {
                    _ if model.is_zoomed => areas.alone(model, body),
                    Room::Wide => areas.wide(model, body),
                    _ => areas.compact(model, body),
                }
            }
        }
    }

    /// Only the pane that has the keys.
    fn alone(self, model: &Model, area: Rect) -> Areas {
        match model.pane {
            Pane::Main => Areas { main: Some(area), ..self },
            Pane::Graph => Areas { graph: Some(area), ..self },
            Pane::Detail => Areas { detail: Some(area), ..self },
        }
    }

    /// The one pane that has the keys, or the one that the detail is about.
    fn with_main(self, model: &Model, area: Rect) -> Areas {
        match model.pane {
            Pane::Graph => Areas { graph: Some(area), ..self },
            _ => Areas { main: Some(area), ..self },
        }
    }

    fn compact(self, model: &Model, body: Rect) -> Areas {
        let main = match (model.view.arrangement, model.pane) {
            // The detail is what a person came for: the list takes what it needs.
            (Arrangement::List, Pane::Main | Pane::Detail) => {
                let rows = (model.view.list)(model).map_or(usize::MAX, |(_, rows)| rows);
                (rows.min(usize::from(u16::MAX) - 2) as u16 + 2).clamp(4, body.height / 3)
            }
            _ if (model.view.list)(model).is_none() && model.picture(model.pane).is_none() => body.height / 2,
            _ => upper(model, body, body.height / 2),
        };
        let (main, detail) = off_top(body, main);
        Areas { detail: Some(detail), ..self.with_main(model, main) }
    }

    fn wide(self, model: &Model, body: Rect) -> Areas {
        let of = |whole: u16| move |share: u16| (u32::from(whole) * u32::from(share) / 100) as u16;
        match model.view.arrangement {
            Arrangement::List => self.beside_list(model, body),
            Arrangement::Above => {
                let (main, detail) = off_top(
                    body,
                    model.split[1].map_or_else(|| upper(model, body, body.height * 3 / 5), of(body.height)),
                );
                Areas { main: Some(main), detail: Some(detail), ..self }
            }
            Arrangement::Halves => {
                let (main, detail) = off_left(body, model.split[2].map_or(body.width / 2, of(body.width)));
                Areas { main: Some(main), detail: Some(detail), ..self }
            }
        }
    }

    /// A list, as wide as its rows; beside it the graph, and the details below both or, where there is room, right of them.
    fn beside_list(self, model: &Model, body: Rect) -> Areas {
        let share = |share: u16| (u32::from(body.width) * u32::from(share) / 100) as u16;
        let (most, hundredths) = model.view.widest;
        let wanted = model.list_width().clamp(LEAST_LIST, most).min(share(hundredths));
        let width = model.split[0].map_or(wanted, share);
        if !(model.view.has_graph)(model) && model.pane != Pane::Graph {
            return match body.width >= THREE_COLUMNS {
                true => {
                    let (main, detail) = off_left(body, width);
                    Areas { main: Some(main), detail: Some(detail), ..self }
                }
                false => {
                    let (main, detail) = off_top(body, upper(model, body, body.height * 3 / 5));
                    Areas { main: Some(main), detail: Some(detail), ..self }
                }
            };
        }
        let needed = model.picture_rows(Pane::Graph).min(usize::from(body.height)) as u16 + 2;
        if body.width >= THREE_COLUMNS && needed <= body.height / 2 {
            // What is low leaves the details more width beside the list than right of it.
            let (main, right) = off_left(body, width);
            let (graph, detail) = off_top(right, needed.max(LEAST_UPPER));
            return Areas { main: Some(main), graph: Some(graph), detail: Some(detail), ..self };
        }
        if body.width >= THREE_COLUMNS {
            let (main, right) = off_left(body, width);
            let picture = model.picture(Pane::Graph).map_or(0, |picture| picture.layout.width.clamp(0, 400) as u16);
            let (graph, detail) = off_left(right, (picture + 4).clamp(right.width * 2 / 5, right.width * 3 / 5));
            return Areas { main: Some(main), graph: Some(graph), detail: Some(detail), ..self };
        }
        let (top, detail) = off_top(body, upper(model, body, body.height * 3 / 5));
        let (main, graph) = off_left(top, width);
        Areas { main: Some(main), graph: Some(graph), detail: Some(detail), ..self }
    }

    /// Is this cell on the border that can be dragged?
    pub fn is_border(&self, model: &Model, (column, row): (u16, u16)) -> bool {
        let is_beside = Room::of(model.size) == Room::Wide && !model.is_zoomed;
        let (Some(main), true) = (self.main, is_beside) else { return false };
        match model.view.arrangement {
            Arrangement::Above => row + 1 == main.bottom() || row == main.bottom(),
            _ => (column + 1 == main.right() || column == main.right()) && (main.y..main.bottom()).contains(&row),
        }
    }

    /// The part of the body that the main pane has where its border is dragged to this cell, in hundredths.
    pub fn share(model: &Model, (column, row): (u16, u16)) -> u16 {
        let (width, height) = model.size;
        let (at, whole) = match model.view.arrangement {
            Arrangement::Above => (row.saturating_sub(1), height.saturating_sub(3)),
            _ => (column + 1, width),
        };
        (u32::from(at) * 100 / u32::from(whole.max(1))).clamp(15, 85) as u16
    }

    /// Everything between header and footer.
    pub fn body(model: &Model) -> Rect {
        let areas = Areas::of(model);
        let top = areas.header.height + areas.tabs.map_or(0, |tabs| tabs.height);
        let height = model.size.1.saturating_sub(top + areas.footer.height);
        Rect { x: 0, y: top, width: model.size.0, height }
    }

    /// The most rows that a picture can have, whatever the other panes need.
    pub fn most_rows(model: &Model) -> u16 {
        let body = Areas::body(model).height;
        let most = match Room::of(model.size) {
            _ if model.is_zoomed => body,
            Room::None | Room::List => body,
            Room::Compact => body / 2,
            Room::Wide => body * 3 / 5,
        };
        most.saturating_sub(2)
    }

    /// The rectangle of a pane.
    pub fn pane(&self, pane: Pane) -> Option<Rect> {
        match pane {
            Pane::Main => self.main,
            Pane::Graph => self.graph,
            Pane::Detail => self.detail,
        }
    }
}

/// The place in the main pane's list that lies under a row of the screen.
pub fn row_under(model: &Model, area: Rect, row: u16) -> usize {
    let len = (model.view.list)(model).map_or(0, |(_, len)| len);
    window_from(model.top, len, area.height.into()).start + usize::from(row.saturating_sub(area.y))
}

fn off_top(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
}

fn off_bottom(area: Rect, height: u16) -> (Rect, Rect) {
    off_top(area, area.height.saturating_sub(height))
}

fn off_left(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    (Rect { width, ..area }, Rect { x: area.x + width, width: area.width - width, ..area })
}

/// From this height on, the tabs have a line of their own: beside the header, they would have no names.
const LEAST_FOR_TABS: u16 = 24;

/// No list is narrower, where it has room.
const LEAST_LIST: u16 = 36;
/// From this width on, list, graph and details stand beside each other.
const THREE_COLUMNS: u16 = 160;

/// How high the upper panes are: as high as what they show, at most so high, but for what the details do not need.
fn upper(model: &Model, body: Rect, most: u16) -> u16 {
    let rows = |rows: usize| (rows + 2).min(usize::from(body.height)) as u16;
    let most = most.max(body.height - rows(model.details_rows));
    rows(model.upper_rows(usize::from(most.saturating_sub(2)))).max(LEAST_UPPER).min(most)
}

/// The upper panes have at least so many rows, where there is so much room.
const LEAST_UPPER: u16 = 6;
