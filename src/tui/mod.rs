//! The living face: a scan, looked at in a terminal.
//!
//! Everything that happens is a [`message::Msg`]; [`update::update`] is the only place where the [`model::Model`]
//! changes, and what it wants done outside is an [`effect::Effect`]; [`draw::draw`] draws the model and touches nothing.
//! [`runtime`] is the loop around these three, [`terminal`] what takes the terminal over and gives it back.
//!
//! What is drawn is read from an [`scan_index::ScanIndex`]: the scan with names, signs and badges told once. Text from inspected
//! files becomes printable there and in [`styled_text`], and nowhere else.
//!
//! # From below
//!
//! Plain types know no model: [`theme`], [`styled_text`], [`scan_index`], [`picture`], [`filter`], [`pane`], [`symbols`], [`way`]. The [`model`]
//! and what it is handed ([`command::Command`], [`view::entry::View`], [`modal::overlay::Overlay`], [`keys::Keymap`]) know
//! each other, and nothing that stands above them: [`paint`], the tools of all who draw; [`update::choose`], which moves the
//! choice; views and overlays; [`commands`], the table of all that can be done; [`draw`], the frame. `tests/it/layers`
//! keeps to it.
//!
//! # To add
//!
//! - **a view**: one file in `view/` with a `const VIEW: View`, its entry in [`view::VIEWS`], and a key in
//!   `assets/keys.toml` under its id. What it has to remember is a field of the [`model::Model`], and the entry has to say
//!   what becomes of that when another scan comes; tab, command and help come from the entry.
//! - **a command**: its entry in the table of [`commands`] and a key in `assets/keys.toml`. Footer, menus, help and book
//!   come from the entry.
//! - **something that lies on top**: one file in `modal/` with an [`modal::overlay::Overlay`].

mod clipboard;
pub mod command;
pub mod commands;
mod config;
mod details;
pub mod draw;
pub mod drawing;
pub mod effect;
pub mod filter;
pub mod keys;
pub mod message;
pub mod modal;
pub mod model;
mod options;
mod output;
pub mod paint;
pub mod pane;
pub mod picture;
pub mod rows;
mod runtime;
pub mod scan_index;
pub mod screen;
pub mod scrolling;
pub mod search;
pub mod settings;
pub mod state;
pub mod styled_text;
pub mod symbols;
pub mod terminal;
pub mod theme;
pub mod update;
pub mod view;
pub(crate) mod watch;
pub mod way;
pub mod work;

use std::io;

use crate::error::Error;

use settings::Settings;

pub use options::{Opener, Options, Place, Source};

/// Shows what `source` scans until the person quits; `open` tells how what they name meanwhile is scanned.
///
/// # Errors
/// Where the terminal cannot be used; the scan's own error is returned inside.
pub fn run(source: Source, open: Opener, options: &Options) -> io::Result<Result<(), Error>> {
    runtime::run(source, open, options, Settings::read(options))
}
