//! What the explorer is started with.

use std::path::PathBuf;
use std::sync::Arc;

use super::state::Compared;
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
    pub before: Option<Compared>,
    /// The name of a theme in [`super::theme::THEMES`].
    pub theme: Option<String>,
    /// Scan again when something changed on disk.
    pub watch: bool,
}
