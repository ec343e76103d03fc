//! A place in a log where a tool accuses a file.

use std::collections::{BTreeMap, BTreeSet};

use super::log_text::LogText;
use super::pattern::Message;
use super::surroundings::{self, Mark, Packager};
use crate::tools::Bundler;
use crate::tools::ToolId;

/// A message that a tool left in a log.
#[derive(Clone, Debug)]
pub struct Incident {
    pub tool: ToolId,
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
    /// The versions of tools that the log names, Python among them.
    pub versions: BTreeMap<ToolId, String>,
    /// What it shows in passing of where it was written.
    pub marks: BTreeSet<Mark>,
    /// Its lines, as far as they are kept.
    pub text: LogText,
    /// The folder of packages in which the last traceback, or the last file that a message names, lies.
    pub site: Option<String>,
    /// The package that was being built.
    pub building: Option<String>,
    /// Where ldd found libraries, by their names.
    pub found: BTreeMap<String, String>,
    /// The version of the Python whose headers a compiler looked at, in whose folders the build ran, or that ran it.
    pub headers: Option<(u8, u8)>,
    /// In which folders a linker looked for a library, by its name without `lib`.
    pub linked: BTreeMap<String, Vec<String>>,
    /// Lines at which a step succeeded, each with the line of the last sign of failure before it.
    pub successes: Vec<(usize, usize)>,
    /// Incidents beyond those that are kept.
    pub unkept: usize,
}

impl Log {
    /// The version of a tool, where the log names it.
    pub fn version(&self, tool: ToolId) -> Option<&str> {
        self.versions.get(&tool).map(String::as_str)
    }

    /// Where the log shows a library to have been found: ldd tells it, and messages that name a path.
    pub fn place_of(&self, library: &str) -> Option<&str> {
        self.found.get(library).map(String::as_str)
    }

    /// Did what was going on at an incident succeed in the end, without a failure between?
    pub fn is_overruled(&self, incident: &Incident) -> bool {
        self.successes.iter().any(|(at, failure)| *at > incident.last && *failure <= incident.last)
    }

    /// The folders outside of the system's in which a linker found a library, where the log shows it.
    pub fn linked_from(&self, library: &str) -> Option<&[String]> {
        let name = library.rsplit('/').next()?.strip_prefix("lib")?.split(".so").next()?;
        self.linked.get(name).map(Vec::as_slice)
    }

    /// The package manager of the machine that wrote it, as far as the log and these paths in it show.
    pub fn packager(&self, paths: &[&str]) -> Packager {
        surroundings::packager(&self.marks, paths)
    }

    /// Does nothing in it show which system wrote it?
    pub fn is_of_unknown_system(&self) -> bool {
        self.marks.iter().all(|mark| !mark.is_of_a_system())
    }

    /// Does a bundler write it, while it builds?
    pub fn is_bundling(&self) -> bool {
        Bundler::all().any(|bundler| self.version(bundler.tool()).is_some())
    }

    /// The bundler whose program wrote it.
    pub fn running(&self) -> Option<Bundler> {
        surroundings::running(&self.marks)
    }
}

/// So many libraries of ldd's are kept.
pub(super) const MOST_FOUND: usize = 512;
