//! What can happen to the model, from the keyboard, the scan or the system.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use super::atlas::Atlas;
use super::command::Way;
use crate::error::Error;
use crate::scan::Event;

/// Everything that happens is one of these.
pub enum Msg {
    Key(KeyEvent),
    Paste(String),
    /// The mouse wheel, one notch.
    Wheel(Way),
    Click {
        column: u16,
        row: u16,
    },
    Resize(u16, u16),
    Progress(Event),
    Scanned(Arc<Atlas>),
    Failed(Error),
    /// A tenth of a second passed while something turns.
    Tick,
    /// Something to say in the last line.
    Told(String),
    /// The person or the system wants the program to end.
    Terminate,
}
