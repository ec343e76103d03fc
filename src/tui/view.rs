//! The ways of looking at a scan: one file and one entry each.
//!
//! A [`View`] fills the main pane, moves in it, and says which node it stands on; the graph around that node and the
//! detail beside it are the same for all. Which node is chosen belongs to the model, so that a change of view keeps it.

mod columns;
pub(super) mod diff;
pub mod entry;
mod files;
pub(super) mod flow;
pub(super) mod graph;
pub(super) mod log;
mod numpy;
mod problems;
mod process;
pub(super) mod tree;

pub use super::state::{Compared, Logged};
pub use entry::View;

/// Every view, in the order of the tabs.
pub const VIEWS: &[&View] = &[
    &problems::VIEW,
    &graph::VIEW,
    &flow::VIEW,
    &tree::VIEW,
    &columns::VIEW,
    &files::VIEW,
    &process::VIEW,
    &log::VIEW,
    &diff::VIEW,
    &numpy::VIEW,
];
