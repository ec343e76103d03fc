//! Exports, as the explorer writes them: looked at first, never over another file, never half.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::message::Msg;
use crate::export::{Format, Options, Paint, Scope};
use crate::scan::Scan;

/// More lines than a preview shows.
const LINES: usize = 20;

fn bytes(scan: &Scan, format: &Format, scope: Scope) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let options = Options { scope, ..Options::new(Paint { color: false, ascii: false, width: 100 }) };
    (format.write)(scan, &options, &mut bytes)
        .map_err(|error| format!("{} cannot be written: {error}", format.name))?;
    Ok(bytes)
}

/// How a format would look.
pub(super) fn preview(scan: &Scan, format: &'static Format, scope: Scope) -> Msg {
    match bytes(scan, format, scope) {
        Ok(bytes) => {
            let first = String::from_utf8_lossy(&bytes[..bytes.len().min(8192)]).into_owned();
            Msg::Preview(format.name, bytes.len(), first.lines().take(LINES).map(str::to_owned).collect())
        }
        Err(what) => Msg::Exported(Err(what)),
    }
}

/// What goes on the clipboard.
pub(super) fn text(scan: &Scan, format: &Format, scope: Scope) -> Msg {
    let is_text = |bytes| String::from_utf8(bytes).map_err(|_| format!("{} is no text", format.name));
    Msg::Written(bytes(scan, format, scope).and_then(is_text))
}

/// Writes a file that is not there yet: under another name first, then renamed.
pub(super) fn write(scan: &Scan, format: &Format, scope: Scope, path: &str) -> Msg {
    Msg::Exported(bytes(scan, format, scope).and_then(|bytes| deliver(&bytes, &whole(path))))
}

/// `~` is the home of the person, as in a shell.
fn whole(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(path),
    }
}

fn deliver(bytes: &[u8], path: &Path) -> Result<String, String> {
    let shown = path.display();
    if fs::symlink_metadata(path).is_ok() {
        return Err(format!("{shown} is there already: type another name"));
    }
    let name = path.file_name().ok_or_else(|| format!("{shown} is no name of a file"))?;
    let mut beside = name.to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = path.with_file_name(beside);
    let written = OpenOptions::new().write(true).create_new(true).open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    written.map(|()| shown.to_string()).map_err(|error| {
        let _ = fs::remove_file(&beside);
        format!("{shown} cannot be written: {error}")
    })
}
