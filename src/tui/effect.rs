//! What the model asks of the outside: the only way in which it acts on it.

use crate::error::Error;

/// A wish of [`super::update::update`]; the runtime fulfills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    Quit,
    /// End, because there is nothing to show.
    Fail(Error),
    /// Scan (again).
    Scan,
    /// Stop the scan that is under way; what it has is shown.
    Stop,
    /// Put this on the clipboard.
    Copy(String),
    /// Back to the shell for a while.
    Suspend,
}
