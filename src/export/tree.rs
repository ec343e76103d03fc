//! To come.
use super::{Format, Options};
use crate::scan::Scan;
use std::io::{self, Write};
/// To come.
pub const TREE: Format = Format { name: "tree", about: "to come", write };
fn write(_: &Scan, _: &Options, _: &mut dyn Write) -> io::Result<()> {
    Ok(())
}
