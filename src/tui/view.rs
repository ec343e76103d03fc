//! The ways of looking at a scan: one file and one entry each.
//!
//! A [`View`] fills the main pane, moves in it, and says which node it stands on; the graph around that node and the
//! detail beside it are the same for all. Which node is chosen belongs to the model, so that a change of view keeps it.

mod columns;
pub(super) mod diff;
pub(super) mod flow;
pub(super) mod graph;
pub(super) mod log;
pub(super) mod numpy;
pub(super) mod problems;
mod process;
pub(super) mod tree;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::atlas::Atlas;
use super::command::Way;
use super::effect::Effect;
use super::model::{Model, Order, Pane};
use super::prose::Prose;
use crate::graph::NodeId;

pub use diff::Compared;
pub use graph::draw as draw_graph;
pub use graph::{
    click as click_graph, fold as fold_graph, fold_all as fold_all_drawn, open as open_graph, step as step_graph,
};
pub use log::Logged;

/// Every view, in the order of the tabs.
pub const VIEWS: &[&View] = &[
    &problems::VIEW,
    &graph::VIEW,
    &flow::VIEW,
    &tree::VIEW,
    &columns::VIEW,
    &process::VIEW,
    &log::VIEW,
    &diff::VIEW,
    &numpy::VIEW,
];

/// A way of looking at the scan.
#[derive(Debug)]
pub struct View {
    /// Its name: that of its file, of its command and of its keys.
    pub id: &'static str,
    /// What its tab says.
    pub title: &'static str,
    /// The same where there is little room.
    pub short: &'static str,
    /// What the help says.
    pub about: &'static str,
    /// Its panes, in the order of Tab; the first has the keys when the view opens.
    pub panes: &'static [Pane],
    /// How the panes lie where there is room for them beside each other.
    pub arrangement: Arrangement,
    /// Is there anything to look at? A view without has no tab.
    pub is_there: fn(&Model) -> bool,
    /// Said where there is not.
    pub nothing: &'static str,
    /// Where the main pane is a list: the place of its cursor, and how many rows it has.
    pub list: fn(&Model) -> Option<(usize, usize)>,
    /// What that list can be sorted by.
    pub orders: &'static [Order],
    /// Draws the main pane into an area, its border included.
    pub draw: fn(&Model, &Atlas, Rect, &mut Buffer),
    /// Moves the cursor of the main pane, and what is chosen with it.
    pub step: fn(&mut Model, Way),
    /// Enter.
    pub open: fn(&mut Model) -> Option<Effect>,
    /// Space: opens or closes what is under the cursor.
    pub fold: fn(&mut Model),
    /// Opens or closes all that can be.
    pub fold_all: fn(&mut Model, bool),
    /// A click into the main pane, whose inside is the area.
    pub click: fn(&mut Model, Rect, (u16, u16)),
    /// Brings the cursor to the chosen node, where the view has a place for it.
    pub arrive: fn(&mut Model, &Atlas),
    /// What the detail says, where that is not the chosen node's own article.
    pub article: fn(&Model, &Atlas) -> Option<Vec<Prose>>,
    /// The file by whose need one came to the chosen node.
    pub via: fn(&Model) -> Option<NodeId>,
    /// Has it a place for every node? If not, a jump to a node leads to the graph.
    pub has_every_node: bool,
}

impl View {
    /// What a view does that says nothing of its own.
    const PLAIN: View = View {
        id: "",
        title: "",
        short: "",
        about: "",
        panes: &[Pane::Main, Pane::Detail],
        arrangement: Arrangement::Halves,
        is_there: |_| true,
        nothing: "",
        list: |_| None,
        orders: &[],
        draw: |_, _, _, _| {},
        step: |_, _| {},
        open: |_| None,
        fold: |_| {},
        fold_all: graph::fold_all,
        click: |_, _, _| {},
        arrive: |_, _| {},
        article: |_, _| None,
        via: |_| None,
        has_every_node: true,
    };

    /// The view of this name.
    pub fn named(id: &str) -> Option<&'static View> {
        VIEWS.iter().copied().find(|view| view.id == id)
    }

    /// The views that have something to show, in the order of the tabs.
    pub fn all(model: &Model) -> impl Iterator<Item = &'static View> {
        VIEWS.iter().copied().filter(|view| (view.is_there)(model))
    }

    /// Is it this one?
    pub fn is(&self, id: &str) -> bool {
        self.id == id
    }
}

impl PartialEq for View {
    fn eq(&self, other: &View) -> bool {
        self.id == other.id
    }
}

/// How the panes of a wide screen lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// A narrow list; right of it the graph over the detail.
    List,
    /// The main pane over the detail.
    Above,
    /// The main pane left of the detail.
    Halves,
}
