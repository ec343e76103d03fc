//! What the model asks of the outside: the only way in which it acts on it.

use crate::error::Error;
use crate::export::{Excerpt, Format};

/// A wish of [`super::update::update`]; the runtime fulfills it.
#[derive(Clone, Debug)]
pub enum Effect {
    Quit,
    /// Quit, and leave the last frame on the shell's screen.
    QuitWithFrame,
    /// End, because there is nothing to show.
    Fail(Error),
    /// Scan (again).
    Scan,
    /// Stop the scan that is under way; what it has is shown.
    Stop,
    /// Put this on the clipboard.
    Copy(String),
    /// Find out how a format would look, beside the screen.
    Preview {
        format: &'static Format,
        excerpt: Excerpt,
    },
    /// Write the scan into a file that is not there yet, beside the screen.
    Export {
        format: &'static Format,
        excerpt: Excerpt,
        path: String,
    },
    /// Put the scan on the clipboard, written beside the screen.
    CopyExport {
        format: &'static Format,
        excerpt: Excerpt,
    },
    /// Give up the export that is under way.
    Cancel,
    /// Bring in what has this name, beside the screen.
    Fetch(Want, String),
    /// Find out which files define and need symbols of this name, beside the screen; given up where it is empty.
    FindSymbols(String),
    /// Look at the demo.
    Demo,
    /// Take the mouse, or leave it to the terminal, so that text can be selected.
    Mouse(bool),
    /// Back to the shell for a while.
    Suspend,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Something else to look at.
    Other,
    /// A scan to compare with.
    Before,
    /// The log of a failed build.
    Log,
}
