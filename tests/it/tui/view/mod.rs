//! One file a view.

mod columns;
mod diff;
pub mod graph;
pub mod log;
pub mod numpy;
pub mod problems;
mod process;
mod tree;
