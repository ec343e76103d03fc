//! The living face: a scan, looked at in a terminal.
//!
//! Everything that happens is a [`message::Msg`]; [`update::update`] is the only place where the [`model::Model`]
//! changes, and what it wants done outside is an [`effect::Effect`]; [`draw::draw`] draws the model and touches nothing.
//! [`runtime`] is the loop around these three, [`terminal`] what takes the terminal over and gives it back.
//!
//! What is drawn is read from an [`atlas::Atlas`]: the scan with names, signs and badges told once. Text from inspected
//! files becomes printable there and in [`prose`], and nowhere else.
//!
//! # To add
//!
//! - **a view**: one file in `view/` with a `const VIEW: View`, its entry in [`view::VIEWS`], and a key in
//!   `assets/keys.toml` under its id. What it has to remember is a field of the [`model::Model`]; tab, command and help
//!   come from the entry.
//! - **a command**: its entry in the table of [`command`] and a key in `assets/keys.toml`. Footer, menus, help and README
//!   come from the entry.
//! - **something that lies on top**: one file in `modal/` and a variant of [`modal::Modal`].

mod article;
pub mod atlas;
mod clipboard;
pub mod command;
mod config;
pub mod draw;
pub mod drawing;
pub mod effect;
pub mod keys;
pub mod message;
pub mod modal;
pub mod model;
mod output;
pub mod picture;
pub mod prose;
pub mod rows;
mod runtime;
pub mod screen;
pub mod search;
pub mod terminal;
pub mod theme;
pub mod update;
pub mod view;
mod watch;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::buildlog::Log;
use crate::error::Error;
use crate::scan::Scan;
use crate::survey::Progress;

/// Makes a scan; called again for a rescan.
pub type Source = Arc<dyn Fn(&Progress) -> Result<Scan, Error> + Send + Sync>;

/// What a person can name to look at.
pub enum Place {
    Path(PathBuf),
    Demo,
}

/// Finds out how what a person names is scanned.
pub type Opener = Arc<dyn Fn(&Place) -> Result<Source, Error> + Send + Sync>;

/// What the command line decides of the screen; what it leaves open, the configuration does.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Nothing but ASCII.
    pub ascii: bool,
    /// No colors (`NO_COLOR`).
    pub no_color: bool,
    /// No mouse.
    pub no_mouse: bool,
    /// The log of a failed build, which is shown first.
    pub log: Option<Log>,
    /// The scan to compare with; what has changed since is shown first.
    pub before: Option<view::Compared>,
    /// The name of a theme in [`theme::THEMES`].
    pub theme: Option<String>,
    /// Scan again when something changed on disk.
    pub watch: bool,
}

/// Shows what `source` scans until the person quits; `open` tells how what they name meanwhile is scanned.
///
/// # Errors
/// Where the terminal cannot be used; the scan's own error, or that of the configuration, is returned inside.
pub fn run(source: Source, open: Opener, options: &Options) -> io::Result<Result<(), Error>> {
    match config::read() {
        Ok(config) => runtime::run(source, open, options, config),
        Err(error) => Ok(Err(error)),
    }
}
