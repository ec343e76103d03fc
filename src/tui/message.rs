//! What can happen to the model, from the keyboard, the scan or the system.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use super::picture::Picture;
use super::scan_index::ScanIndex;
use super::symbols::{FoundSymbols, ReadSymbols};
use super::way::Way;
use crate::buildlog::Log;
use crate::error::Error;
use crate::export::Extent;
use crate::scan::Scan;
use crate::survey::Event;

/// What somebody asked for by its name.
pub enum Fetched {
    /// A scan to compare with.
    Before(Arc<Scan>),
    /// The log of a failed build.
    Log(Box<Log>),
}

/// Everything that happens is one of these.
pub enum Msg {
    Key(KeyEvent),
    Paste(String),
    /// The mouse wheel, one notch, over a cell.
    Wheel {
        way: Way,
        column: u16,
        row: u16,
    },
    Click {
        column: u16,
        row: u16,
        /// The second one in the same place, right after the first.
        is_double: bool,
    },
    /// The mouse moves with its button down.
    Drag {
        column: u16,
        row: u16,
    },
    /// The button was released.
    Release,
    Resize(u16, u16),
    Progress(Event),
    /// The picture of the [`super::drawing::Drawing`] of this number.
    Drawn(u64, Box<Picture>),
    Scanned(Arc<ScanIndex>),
    Failed(Error),
    /// A tenth of a second passed while something turns.
    Tick,
    /// How a format would look: how many bytes, how much of the graph where it draws one, and the first lines.
    Preview(&'static str, usize, Option<Extent>, Vec<String>),
    /// What stands in the way of a preview.
    NoPreview(String),
    /// How many bytes of an export there are by now.
    Writing(usize),
    /// An export was given up.
    Cancelled,
    /// What is to go on the clipboard, or what stood in the way.
    Written(Result<String, String>),
    /// A file was written, or what stood in the way.
    Exported(Result<String, String>),
    /// What was asked for by its name, or what stands in the way.
    Fetched(Result<Fetched, String>),
    /// The symbols that a file needs.
    Symbols(ReadSymbols),
    /// Some files that define or need a symbol of a name.
    FoundSymbols(FoundSymbols),
    /// Something changed on disk.
    Changed,
    /// Something to say in the last line.
    Told(String),
    /// The person or the system wants the program to end.
    Terminate,
}
