//! To come.
use super::Paint;
use crate::error::Error;
use crate::scan::Scan;
/// To come.
pub fn why(_: &Scan, _: &str, _: &Paint) -> Result<String, Error> {
    Ok(String::new())
}
