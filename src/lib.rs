#![forbid(unsafe_code)]
pub mod cli;
pub mod diagnose;
pub mod discover;
pub mod error;
pub mod export;
pub mod graph;
pub mod image;
pub mod parse;
pub mod resolve;
pub mod scan;
pub mod tui;
pub mod vfs;
pub mod world;
