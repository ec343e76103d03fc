//! From the words that were typed to the arguments, or to one line that says what is wrong with them.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use super::args::Arguments;
use super::{COULD_NOT, output};

/// Reads the arguments. Help and version are printed here; so is what is wrong.
///
/// # Errors
/// The exit code with which to end at once.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Arguments, ExitCode> {
    let arguments = Arguments::try_parse_from(words).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A closed pipe is no reason to complain about.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => refuse(&in_one_line(&error.to_string())),
    })?;
    match (&arguments.command, &arguments.paths[..]) {
        (Some(_), [path, ..]) => Err(refuse(&format!(
            "{} stands before the command; give the command first: dylens COMMAND PATH",
            path.display()
        ))),
        _ => Ok(arguments),
    }
}

fn refuse(what: &str) -> ExitCode {
    output::warn(what);
    ExitCode::from(COULD_NOT)
}

/// The parser's several lines as one: what is wrong; what to type.
fn in_one_line(text: &str) -> String {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut what = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let mut remedy = "see dylens --help".to_owned();
    for line in lines {
        if let Some(tip) = line.strip_prefix("tip: ").filter(|tip| tip.contains("similar")) {
            remedy = tip.to_owned();
            break;
        }
        if line.starts_with('<') || line.starts_with("[possible values") {
            what = format!("{what} {line}");
        }
    }
    format!("{what}; {remedy}")
}
