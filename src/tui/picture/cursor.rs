//! The cursor of a picture, how it walks along lines, and which part of the picture is in view.

use super::{Picture, Scope};
use crate::graph::NodeId;
use crate::graph::sketch::Item;
use crate::tui::way::Way;

/// So much of a name can be told.
const LEGIBLE: i32 = 20;

impl Picture {
    /// The node under the cursor.
    pub fn node(&self) -> NodeId {
        match self.sketch.items.get(self.cursor) {
            Some(item) if self.scope != Scope::Overview && item.nodes.contains(&self.center) => self.center,
            Some(item) => item.node(),
            None => self.center,
        }
    }

    /// The item under the cursor, where it stands for several nodes.
    pub fn fold(&self) -> Option<&Item> {
        self.sketch.items.get(self.cursor).filter(|item| item.nodes.len() > 1)
    }

    /// The file by whose need one came to the node under the cursor.
    pub fn via(&self) -> Option<NodeId> {
        let from = self.came.get(&(self.cursor, false))?;
        Some(self.sketch.items[*from].node())
    }

    /// The nodes from which one came to that under the cursor, on either side.
    pub fn came(&self) -> Vec<NodeId> {
        let sides = [false, true].into_iter().filter_map(|is_right| self.came.get(&(self.cursor, is_right)));
        sides.map(|&item| self.sketch.items[item].node()).collect()
    }

    /// Remembers a node that the cursor was on before this picture.
    pub fn came_from(&mut self, node: NodeId) {
        if let Some(item) = self.sketch.item_of(node) {
            let is_right = self.layout.slots[item].column > self.layout.slots[self.cursor].column;
            if self
                .sketch
                .links
                .iter()
                .any(|link| [(link.source, link.target), (link.target, link.source)].contains(&(item, self.cursor)))
            {
                self.came.insert((self.cursor, is_right), item);
            }
        }
    }

    pub(super) fn row(&self) -> i32 {
        self.layout.slots.get(self.cursor).map_or(0, |slot| slot.row)
    }

    /// Puts the cursor on the item of a node, if it is in the picture.
    pub fn go(&mut self, node: NodeId, room: (u16, u16)) -> bool {
        let Some(item) = self.sketch.item_of(node) else { return false };
        self.cursor = item;
        self.goal = self.row();
        self.settle(room);
        true
    }

    /// Moves the cursor; says whether there was somewhere to go.
    pub fn step(&mut self, way: Way, room: (u16, u16)) -> bool {
        let moved = match way {
            Way::Left => self.along(false),
            Way::Right => self.along(true),
            Way::Up => self.in_column(-1),
            Way::Down => self.in_column(1),
            Way::HalfUp => self.in_column(-(i32::from(room.1) / 2).max(1)),
            Way::HalfDown => self.in_column((i32::from(room.1) / 2).max(1)),
            Way::Top => self.in_column(i32::MIN),
            Way::Bottom => self.in_column(i32::MAX),
        };
        self.settle(room);
        moved
    }

    /// Follows a line, to the item whose row is nearest to the goal; the way back is the way there.
    fn along(&mut self, is_right: bool) -> bool {
        let from = self.cursor;
        let column = |item: usize| self.layout.slots[item].column;
        let ends = self.sketch.links.iter().filter_map(|link| match () {
            () if link.source == from => Some(link.target),
            () if link.target == from => Some(link.source),
            () => None,
        });
        let beside = ends.filter(|&to| if is_right { column(to) > column(from) } else { column(to) < column(from) });
        let rank = |&to: &usize| {
            let slot = self.layout.slots[to];
            ((slot.row - self.goal).abs(), slot.column.abs_diff(column(from)), to)
        };
        let to = match self.came.get(&(from, is_right)) {
            Some(&to) => Some(to),
            None => beside.min_by_key(rank),
        };
        let Some(to) = to else { return false };
        self.came.insert((from, is_right), to);
        self.came.insert((to, !is_right), from);
        self.cursor = to;
        true
    }

    /// Goes up or down in the column; behind its end, to what is nearest in the others.
    fn in_column(&mut self, by: i32) -> bool {
        let slot = self.layout.slots[self.cursor];
        let goal = slot.row.saturating_add(by);
        let is_ahead = |&item: &usize| {
            let row = self.layout.slots[item].row;
            if by < 0 { row < slot.row } else { row > slot.row }
        };
        let distance = |&item: &usize| (i64::from(self.layout.slots[item].row) - i64::from(goal)).abs();
        let own = self.layout.columns[slot.column].slots.iter().filter_map(|&at| self.layout.slots[at].item);
        let is_one_step = matches!(by, -1 | 1);
        let others = || {
            let all = (0..self.sketch.items.len()).filter(is_ahead).filter(|_| is_one_step);
            all.min_by_key(|item| (distance(item), self.layout.slots[*item].column.abs_diff(slot.column)))
        };
        let Some(to) = own.filter(is_ahead).min_by_key(distance).or_else(others) else { return false };
        self.cursor = to;
        self.goal = self.row();
        true
    }

    /// Takes in that cursor or room changed: which lines are lit, what is in view.
    pub fn settle(&mut self, room: (u16, u16)) {
        self.lit = self.layout.links_of(self.cursor);
        let Some(slot) = self.layout.slots.get(self.cursor) else { return };
        let column = &self.layout.columns[slot.column];
        let (x, y) = self.pan;
        // The neighbors of what is chosen should be in view too: a third of the room is kept around it.
        // An overview begins at its left as long as what is chosen can be read.
        let (from, to) = (column.x, column.x + column.width);
        self.pan.0 = match self.scope == Scope::Overview && from + column.width.min(LEGIBLE) <= i32::from(room.0) {
            true => 0,
            false => seen(x, (from, to), self.layout.width, room.0.into()),
        };
        self.pan.1 = seen(y, (slot.row, slot.row + 1), self.layout.height, room.1.into());
    }

    /// Moves the view by hand.
    pub fn pan_by(&mut self, (x, y): (i32, i32), room: (u16, u16)) {
        let within = |at: i32, len: i32, room: u16| at.clamp(0, (len - i32::from(room)).max(0));
        self.pan =
            (within(self.pan.0 + x, self.layout.width, room.0), within(self.pan.1 + y, self.layout.height, room.1));
    }

    /// Brings the row of the cursor to the top or the bottom of the view, or the cursor into its middle.
    pub fn place(&mut self, way: Option<Way>, room: (u16, u16)) {
        let Some(slot) = self.layout.slots.get(self.cursor) else { return };
        let column = &self.layout.columns[slot.column];
        let (width, height) = (i32::from(room.0), i32::from(room.1));
        let across = column.x + column.width / 2 - width / 2;
        let (x, y) = match way {
            Some(Way::Top) => (self.pan.0, slot.row),
            Some(_) => (self.pan.0, slot.row + 1 - height),
            None => (across, slot.row - height / 2),
        };
        self.pan_by((x - self.pan.0, y - self.pan.1), room);
    }

    /// The item whose label is in a cell of the picture.
    pub fn item_at(&self, x: i32, y: i32) -> Option<usize> {
        let in_column = |slot: usize| {
            let column = &self.layout.columns[self.layout.slots[slot].column];
            (column.x..column.x + column.width).contains(&x)
        };
        (0..self.sketch.items.len()).find(|&item| self.layout.slots[item].row == y && in_column(item))
    }
}

/// Where a view of some length begins, so that the span is in it with a part of what is around it, moved as little as
/// possible.
fn seen(start: i32, span: (i32, i32), len: i32, room: i32) -> i32 {
    let margin = ((room - (span.1 - span.0)) / 3).max(0);
    let least = span.1 + margin - room;
    let most = span.0 - margin;
    let start = if least > most { span.0 } else { start.clamp(least, most) };
    start.clamp(0, (len - room).max(0))
}
