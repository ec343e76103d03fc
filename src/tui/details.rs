//! The evidence pane's text: what a finding rests on, what a node is and what became of its needs.
//!
//! Written when the choice changes, because the loader's search is replayed for it; drawing only wraps it.

mod copies;
mod environment;
mod finding;
mod incident;
mod mach;
mod node;
mod parts;
mod pe;
mod symbols;

pub use environment::{of_environment, system};
pub use finding::number_fixes;
pub use finding::{cause, of_finding, of_group, sign};
pub use incident::{of_incident, sign_of_incident};
pub use node::{asking, of_fold, of_node};
pub(super) use parts::size;
