//! A place in a log where a tool accuses a file.

use std::collections::BTreeMap;

use super::Tool;
use super::pattern::Message;

/// A message that a tool left in a log.
#[derive(Clone, Debug)]
pub struct Incident {
    pub tool: &'static Tool,
    pub message: &'static Message,
    /// The lines in which it stands, counted from 1.
    pub first: usize,
    pub last: usize,
    /// What it says: unwrapped, and no longer than [`MOST_SAID`].
    pub says: String,
    /// The lines of the log around it, with their numbers.
    pub around: Vec<(usize, String)>,
    /// What stands in the message's places, by their names.
    pub told: BTreeMap<&'static str, String>,
    /// How often the log has it.
    pub times: usize,
}

/// Of a message so many bytes are kept.
pub const MOST_SAID: usize = 4096;

impl Incident {
    /// What stands in a place of the message.
    pub fn told(&self, place: &str) -> Option<&str> {
        self.told.get(place).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// The library, file or module that is said to be missing or wrong.
    pub fn accused(&self) -> Option<&str> {
        ["accused", "module", "symbol"].iter().find_map(|place| self.told(place))
    }

    /// The file that is said to need it, or to be at fault itself.
    pub fn by(&self) -> Option<&str> {
        self.told("by")
    }
}

/// What a log tells.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// In the order of the log, each once.
    pub incidents: Vec<Incident>,
    /// How many lines the log has.
    pub lines: usize,
    /// The versions of tools that the log names, by their ids; `python` among them.
    pub versions: BTreeMap<&'static str, String>,
    /// Incidents beyond those that are kept.
    pub unkept: usize,
}

impl Log {
    /// The version of a tool, where the log names it.
    pub fn version(&self, tool: &str) -> Option<&str> {
        self.versions.get(tool).map(String::as_str)
    }
}
