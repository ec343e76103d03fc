//! A failed build's log → incidents → what really happened.
//!
//! **Bytes go in** ([`Reader`], piece by piece: a log may be larger than memory) and become lines as their tools wrote them:
//! [`decode`] knows encodings, colors and XML, [`container`] what collectors put before a line, [`wrap`] joins what a terminal
//! cut, [`traceback`] passes over source code. The lines are compared with the texts of each tool ([`pattern`]); each text that
//! is found becomes an [`Incident`], and a message within another is one of its own. What a log shows in passing of where it was
//! written is kept ([`surroundings`]), and that it failed, where no text says why ([`failed`]).
//!
//! [`judge()`] ties the incidents to the files of a [`Scan`], wherever those lay on the machine that wrote the log, joins them with
//! what the rules found, and says in a sentence what happened and what mends it: one cause, its consequences below it; also that an
//! accused file is innocent. Without a scan it says what the log alone tells.
//!
//! The texts are data, those of each tool in its folder of [`crate::tools`].

mod companions;
mod container;
mod decode;
mod development;
mod failed;
mod folders;
mod incident;
pub mod judge;
mod lines;
mod log_context;
mod log_text;
mod pattern;
mod python_symbols;
mod reader;
mod removed;
mod standard;
mod surroundings;
mod symbol_owner;
mod traceback;
mod well_known;
mod wrap;

pub use incident::{Incident, Log};
pub use judge::library::short;
pub use judge::{Cause, Judged, Verdict, judge};
pub use log_context::LogContext;
pub use log_text::LogText;
pub use pattern::Message;
pub use reader::Reader;
pub use surroundings::{Mark, Packager};

use std::io::{self, Read};
use std::sync::OnceLock;

use pattern::{Texts, texts};

#[cfg(doc)]
use crate::scan::Scan;

/// The texts of all tools, compiled when first asked for.
fn all() -> &'static Texts {
    static TEXTS: OnceLock<Texts> = OnceLock::new();
    TEXTS.get_or_init(texts)
}

/// Every message that is known, with its tool.
pub fn messages() -> impl Iterator<Item = &'static Message> {
    all().messages.iter()
}

/// Reads a whole log.
///
/// # Errors
/// Where it cannot be read to its end.
pub fn read(log: &mut dyn Read) -> io::Result<Log> {
    let mut reader = Reader::default();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match log.read(&mut buffer) {
            Ok(0) => return Ok(reader.finish()),
            Ok(count) => reader.feed(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
