//! The living face.

use std::io;
use std::sync::Arc;

use crate::error::Error;
use crate::scan::{Progress, Scan};

/// Makes a scan; called again for a rescan.
pub type Source = Arc<dyn Fn(&Progress) -> Result<Scan, Error> + Send + Sync>;

/// What the command line decides of the screen.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Nothing but ASCII.
    pub ascii: bool,
    /// No colors (`NO_COLOR`).
    pub no_color: bool,
    /// No mouse.
    pub no_mouse: bool,
}

/// Shows what `source` scans until the person quits.
///
/// # Errors
/// Where the terminal cannot be used; the scan's own error is returned inside.
pub fn run(_source: Source, _options: &Options) -> io::Result<Result<(), Error>> {
    Ok(Ok(()))
}
