//! The graph around one node: who needs it on the left, what it needs on the right, and a cursor that walks the edges.

use petgraph::Direction;

use super::atlas::Atlas;
use super::command::Way;
use crate::graph::NodeId;

/// A column of the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    Dependents,
    #[default]
    Center,
    Needs,
}

/// The picture around a node.
#[derive(Clone, Debug)]
pub struct Hourglass {
    pub center: NodeId,
    pub dependents: Vec<NodeId>,
    pub needs: Vec<NodeId>,
    /// Quiet system libraries that the filter leaves out.
    pub hidden: usize,
    pub column: Column,
    pub row: usize,
    /// The node that the cursor came from: the way back is the way there.
    came: Option<NodeId>,
}

impl Hourglass {
    pub fn around(atlas: &Atlas, center: NodeId, with_system: bool) -> Hourglass {
        let needs = atlas.beside(center, Direction::Outgoing, with_system);
        let hidden = atlas.beside(center, Direction::Outgoing, true).len() - needs.len();
        let dependents = atlas.beside(center, Direction::Incoming, true);
        Hourglass { center, dependents, needs, hidden, column: Column::Center, row: 0, came: None }
    }

    /// The nodes of a column.
    pub fn column(&self, column: Column) -> &[NodeId] {
        match column {
            Column::Dependents => &self.dependents,
            Column::Center => std::slice::from_ref(&self.center),
            Column::Needs => &self.needs,
        }
    }

    /// The node under the cursor.
    pub fn node(&self) -> NodeId {
        self.column(self.column).get(self.row).copied().unwrap_or(self.center)
    }

    /// Moves the cursor; where the edge leads out of the picture, the answer is the node that must become its center.
    pub fn step(&mut self, way: Way) -> Option<NodeId> {
        let last = self.column(self.column).len().saturating_sub(1);
        match way {
            Way::Up => self.row = self.row.saturating_sub(1),
            Way::Down => self.row = (self.row + 1).min(last),
            Way::Top => self.row = 0,
            Way::Bottom => self.row = last,
            Way::HalfUp => self.row = self.row.saturating_sub(8),
            Way::HalfDown => self.row = (self.row + 8).min(last),
            Way::Left => return self.cross(Column::Needs, Column::Dependents),
            Way::Right => return self.cross(Column::Dependents, Column::Needs),
        }
        None
    }

    /// Goes one column over: from the far side to the center, from the center to the near side, or beyond it.
    fn cross(&mut self, far: Column, near: Column) -> Option<NodeId> {
        let from = self.node();
        if self.column == far {
            (self.column, self.row) = (Column::Center, 0);
        } else if self.column == near {
            return Some(from);
        } else {
            let nodes = self.column(near);
            if nodes.is_empty() {
                return None;
            }
            let row = self.came.and_then(|came| nodes.iter().position(|&node| node == came)).unwrap_or(0);
            (self.column, self.row) = (near, row);
        }
        self.came = Some(from);
        None
    }

    /// Remembers where the cursor was before this picture.
    pub fn came_from(&mut self, node: NodeId) {
        self.came = Some(node);
    }

    /// The file on the other end of the edge that the cursor stands on, where it is one of needing.
    pub fn via(&self) -> Option<NodeId> {
        (self.column == Column::Needs).then_some(self.center)
    }
}
