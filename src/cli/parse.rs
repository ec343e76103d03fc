//! From the words that were typed to the arguments, or to one line that says what is wrong with them.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use super::args::Arguments;
use super::nearest::nearest;
use super::{COULD_NOT, output};
use crate::printable::bounded;

/// Options that stand before or after any command, and the commands that heed them beside the explorer itself.
const HEEDED: [(&[&str], &[&str]); 3] = [
    (&["theme", "no_mouse"], &["open", "log", "run", "diff", "config"]),
    (&["watch"], &["open", "log", "run", "diff", "check"]),
    (
        &["demo", "root", "platform", "here", "arch", "macos", "glibc", "musl", "windows", "tool"],
        &["open", "check", "imports", "why", "tree", "symbols", "diff", "export", "log", "run"],
    ),
];

/// Reads the arguments. Help and version are printed here; so is what is wrong.
///
/// # Errors
/// The exit code with which to end at once.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Arguments, ExitCode> {
    let matched = Arguments::command().try_get_matches_from(words);
    let read = matched.and_then(|matches| Ok((Arguments::from_arg_matches(&matches)?, matches)));
    let (arguments, matches) = read.map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A closed pipe is no reason to complain about.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => refuse(&in_one_line(&error.to_string())),
    })?;
    let wrong = match (&arguments.command, &arguments.paths[..]) {
        (Some(_), [path, ..]) => {
            Some(format!("{} stands before the command; give the command first: dylens COMMAND PATH", path.display()))
        }
        (Some(_), []) => ignored(&matches),
        (None, paths) => paths.first().and_then(|path| misspelled(path)),
    };
    wrong.map_or(Ok(arguments), |wrong| Err(refuse(&wrong)))
}

/// What to say of an option that the command would not heed.
fn ignored(matches: &ArgMatches) -> Option<String> {
    let (command, _) = matches.subcommand()?;
    let is_typed = |id: &&&str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let unheeded = HEEDED.iter().filter(|(_, commands)| !commands.contains(&command));
    let id = unheeded.flat_map(|(ids, _)| ids.iter()).find(is_typed)?;
    let program = Arguments::command();
    let option = program.get_arguments().find(|argument| argument.get_id() == id)?.get_long()?;
    Some(format!("dylens {command} takes no --{option}; leave it out"))
}

/// What to say of a path that is none and looks like a command.
fn misspelled(path: &Path) -> Option<String> {
    let word = path.to_str().filter(|_| path.symlink_metadata().is_err())?;
    let program = Arguments::command();
    let near = *nearest(word, program.get_subcommands().map(clap::Command::get_name)).first()?;
    Some(format!("{} is neither a command nor a file or folder; did you mean dylens {near}?", bounded(word)))
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
