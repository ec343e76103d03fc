//! Where text and bytes leave the program: the screen, or a file that is whole or not there.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::args::{Arguments, To, When};
use crate::error::Error;
use crate::export::Paint;
use crate::printable::{bounded, inert};
use crate::snapshot::packed;
use crate::vfs::save::save;

/// Prints an error on the error stream: one line, and one for each item of its list.
pub(super) fn complain(error: &Error) {
    explain(&format!("dylens: {error}\n"));
}

/// Prints one line on the error stream, whatever is put into it.
pub(super) fn warn(what: &str) {
    explain(&format!("dylens: {}\n", bounded(what)));
}

/// Prints one line on the error stream, unless quiet was asked for.
pub(super) fn note(arguments: &Arguments, what: &str) {
    if !arguments.quiet {
        warn(what);
    }
}

/// Prints what there is to say besides a command's own output.
pub(super) fn explain(text: &str) {
    // Nobody is left to be told where even this fails.
    let _ = io::stderr().write_all(inert(text).as_bytes());
}

/// Writes to standard output. A reader that has seen enough (`| head`) is no error.
pub(super) fn print(bytes: &[u8]) -> Result<(), Error> {
    print_while_read(bytes).map(|_| ())
}

/// As [`print`]; tells whether anybody still reads.
pub(super) fn print_while_read(bytes: &[u8]) -> Result<bool, Error> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::new(format!("the output cannot be written: {error}"), "is the disk full?")),
        Ok(()) => Ok(true),
    }
}

/// Writes to the file that was asked for, or else to standard output.
/// A file that is called `.gz` or `.zst` is packed as its name says.
pub(super) fn deliver(bytes: Vec<u8>, to: &To) -> Result<(), Error> {
    let Some(file) = &to.output else { return print(&bytes) };
    let bytes = packed(bytes, file.as_os_str().as_encoded_bytes());
    save(file, &bytes, to.force).or_else(|error| match error.kind() {
        // A reader that has seen enough, at the other end of a pipe with a name.
        io::ErrorKind::BrokenPipe => Ok(()),
        io::ErrorKind::AlreadyExists => Err(exists(file)),
        _ => Err(Error::new(format!("{} cannot be written: {error}", file.display()), "give another file with -o")),
    })
}

fn exists(file: &Path) -> Error {
    Error::new(format!("{} is there already", file.display()), "give --force to overwrite it")
}

/// How text is dressed that goes to standard output.
pub(super) fn paint(arguments: &Arguments, to_screen: bool) -> Paint {
    let is_terminal = to_screen && io::stdout().is_terminal();
    // A file gets colors only where they are asked for by name: the variables speak of screens.
    let color = is_colored(arguments, is_terminal) && (to_screen || arguments.color == When::Always);
    Paint { color, ascii: arguments.ascii, width: width(to_screen) }
}

/// As [`paint`], for what goes to the error stream.
pub(super) fn paint_for_errors(arguments: &Arguments) -> Paint {
    let is_terminal = io::stderr().is_terminal();
    Paint { color: is_colored(arguments, is_terminal), ascii: arguments.ascii, width: width(is_terminal) }
}

/// Are there to be colors? `--color` decides; then `NO_COLOR`; then `FORCE_COLOR` and `CLICOLOR_FORCE`; then whether a
/// person looks at a terminal that has colors.
///
/// As <https://no-color.org>, <https://force-color.org> and <https://bixense.com/clicolors> say it.
pub(super) fn is_colored(arguments: &Arguments, is_terminal: bool) -> bool {
    colors(arguments, is_terminal).0
}

/// As [`is_colored`], with what decides it; nothing where that is the terminal.
pub(super) fn colors(arguments: &Arguments, is_terminal: bool) -> (bool, &'static str) {
    match arguments.color {
        When::Always => (true, "--color"),
        When::Never => (false, "--color"),
        When::Auto if is_set("NO_COLOR") => (false, "NO_COLOR"),
        When::Auto => match ["FORCE_COLOR", "CLICOLOR_FORCE"].into_iter().find(|variable| is_set(variable)) {
            Some(variable) => (true, variable),
            None => (is_terminal && !is_dumb(), ""),
        },
    }
}

/// Is a variable set to something that means yes?
fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty() && (value != "0" || variable == "NO_COLOR"))
}

/// The columns that sentences are wrapped to.
fn width(to_screen: bool) -> usize {
    let is_terminal = to_screen && io::stdout().is_terminal();
    let columns = is_terminal.then(|| crossterm::terminal::size().ok()).flatten();
    // Some terminals do not tell and say 0.
    let columns = columns.map(|(columns, _)| usize::from(columns)).filter(|&columns| columns > 0);
    columns.map_or(Paint::READABLE, |columns| columns.clamp(40, Paint::READABLE))
}

/// Can the explorer open: is there a person at both ends, and a terminal that can move its cursor?
pub(super) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal() && !is_dumb()
}

fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
