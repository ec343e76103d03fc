//! The versioned, serializable mirror of a [`Scan`]: written, and read back where the environment is not at hand.
//!
//! A snapshot holds everything that a face shows: the files with what their headers say, the graph, the findings, and
//! where each need was looked for. What is opened is a [`Scan`] like any other, whose [`crate::survey::Record`] answers what
//! would be read from the files again; no face knows the difference. Rules are not asked again: a snapshot shows what was
//! found when it was taken.
//!
//! No type outside this room and the exports' own mirrors is `Serialize`. Each type has its mirror in a table
//! ([`mirror`]), which does not compile where a field is forgotten. The JSON Schema in `assets/snapshot.schema.json` is
//! written from the same tables; a test compares them.
//!
//! Numbers in a snapshot are not believed: what would lead nowhere is [`mirror::Damage`].

mod anonymize;
mod document;
mod finding;
mod graph;
mod image;
mod mirror;
mod numpy;
mod outcomes;
mod pack;
mod remedy;
mod symbols;
mod target;
mod text;

pub use anonymize::Anonymizer;
use pack::MOST_BYTES;
pub use pack::{Packing, packed, unpacked};
pub use symbols::KeptSymbols;

use serde::Deserialize;

use crate::discover::is_archive_name;
use crate::error::Error;
use crate::json;
use crate::scan::Scan;
use crate::vfs::{FileSystem, Kind, VPath};
use document::{Document, VERSION};

/// How snapshots are called.
pub const ENDING: &str = ".dylens.json";

/// How many first bytes tell what a file is.
const HEAD: usize = 64;

/// The JSON Schema of a snapshot.
pub const SCHEMA: &str = include_str!("../../assets/snapshot.schema.json");

/// Takes a snapshot, as JSON; `anonymizer` hides the names of people.
pub fn take(scan: &Scan, anonymizer: Anonymizer) -> Vec<u8> {
    take_with(scan, anonymizer, KeptSymbols::OfFindings)
}

/// As [`take`], with these symbols.
pub fn take_with(scan: &Scan, anonymizer: Anonymizer, symbols: KeptSymbols) -> Vec<u8> {
    let mut bytes = Vec::new();
    json::compact(&mut bytes, &Document::of(scan, anonymizer, symbols)).expect("every key is a string");
    bytes.push(b'\n');
    bytes
}

/// Reads a snapshot back. `path` is what it is called.
///
/// # Errors
/// Where it is none, is damaged, or was written by a newer dylens: says so with its path.
pub fn open(bytes: &[u8], path: &VPath) -> Result<Scan, Error> {
    /// What every version starts with.
    #[derive(Deserialize)]
    struct Head {
        snapshot: u32,
        #[serde(default)]
        dylens: String,
    }
    let bytes = unpacked(bytes).map_err(|why| damaged(path, &why))?;
    let head: Head = serde_json::from_slice(&bytes).map_err(|error| match error.is_data() {
        true => no_snapshot(path),
        false => damaged(path, &error.to_string()),
    })?;
    if head.snapshot != VERSION {
        return Err(Error::new(
            format!(
                "{path} is a snapshot of version {}, written by dylens {}; this dylens reads version {VERSION}",
                head.snapshot, head.dylens
            ),
            "update dylens",
        ));
    }
    let document: Document = serde_json::from_slice(&bytes).map_err(|error| damaged(path, &error.to_string()))?;
    document.back().map_err(|damage| damaged(path, &damage.0))
}

/// Reads the file of a snapshot, or of a report that may stand for one. Its length is not believed: what is longer than any
/// snapshot, or begins like none, is not read.
///
/// # Errors
/// Where it cannot be read, or is surely none; says so with its path.
pub fn read(fs: &dyn FileSystem, path: &VPath) -> Result<Vec<u8>, Error> {
    let is_short = fs.stat(path).is_ok_and(|stat| stat.len <= MOST_BYTES as u64);
    if is_short && fs.read(path, HEAD).is_ok_and(|head| !head.is_empty() && !is_likely(&head)) {
        return Err(no_snapshot(path));
    }
    fs.read_whole(path, MOST_BYTES)
        .map_err(|error| Error::new(format!("{path} cannot be read: {error}"), "give a snapshot that dylens wrote"))
}

/// Could this be a snapshot, by its first bytes?
pub fn is_likely(head: &[u8]) -> bool {
    Packing::told(head).is_some() || head.trim_ascii_start().starts_with(b"{")
}

/// Is this file a snapshot? Told by its name, or by how it begins: neither a wheel nor a native file begins so.
pub fn is_snapshot(fs: &dyn FileSystem, path: &VPath) -> bool {
    let is_file = fs.stat(path).is_ok_and(|stat| stat.kind == Kind::File);
    let is_called_so = || memchr::memmem::find(path.file_name(), ENDING.as_bytes()).is_some();
    // An image is packed as a snapshot may be.
    let begins_so = || !is_archive_name(path) && fs.read(path, HEAD).is_ok_and(|head| is_likely(&head));
    is_file && (is_called_so() || begins_so())
}

fn no_snapshot(path: &VPath) -> Error {
    Error::new(format!("{path} is no snapshot of dylens"), "write one with dylens export -o x.dylens.json")
}

fn damaged(path: &VPath, why: &str) -> Error {
    Error::new(format!("{path} is damaged: {why}"), "take the snapshot again, or ask for another copy")
}

/// The JSON Schema as the mirrors tell it; what [`SCHEMA`] has to say.
#[cfg(feature = "testing")]
pub fn schema() -> String {
    let schema = schemars::schema_for!(Document);
    let mut bytes = Vec::new();
    json::pretty(&mut bytes, &schema).expect("a schema is JSON");
    String::from_utf8(bytes).expect("JSON is UTF-8") + "\n"
}
