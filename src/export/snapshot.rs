//! Everything that the faces show, to be opened elsewhere.

use std::io::{self, Write};

use super::{Format, Options};
use crate::scan::Scan;
use crate::snapshot::{self, Anonymizer, ENDING};

/// `--format snapshot`.
pub const SNAPSHOT: Format = Format {
    name: "snapshot",
    about: "everything, for dylens open",
    endings: &[ENDING],
    judges: true,
    draws: None,
    write,
};

fn write(scan: &Scan, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&snapshot::take_with(scan, Anonymizer::none(), options.symbols))
}
