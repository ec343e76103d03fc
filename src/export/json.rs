//! To come.
use super::{Format, Options};
use crate::scan::Scan;
use std::io::{self, Write};
/// To come.
pub const JSON: Format = Format { name: "json", about: "to come", write };
fn write(_: &Scan, _: &Options, _: &mut dyn Write) -> io::Result<()> {
    Ok(())
}
