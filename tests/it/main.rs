//! All tests but those on a terminal, in one program: each that links dylens anew costs a newcomer seconds.
//!
//! The modules mirror `src`: where a room is, there are its tests.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests have a disk, a clock and programs"
)]

#[path = "../common/mod.rs"]
mod common;

mod bind;
mod buildlog;
#[cfg(feature = "cli")]
mod cli;
mod command;
mod diagnose;
mod diff;
mod discover;
mod export;
mod graph;
mod imports;
mod layers;
mod loader;
#[cfg(feature = "tui")]
mod parity;
mod scan;
mod snapshot;
#[cfg(feature = "tui")]
mod tui;
mod worlds;
