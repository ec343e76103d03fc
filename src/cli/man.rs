//! `dylens man`: manual pages, made from the table of arguments.

use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::args::Arguments;
use super::nearest::unknown;
use super::output;
use crate::error::Error;

/// Prints the page of a command, or of the program.
///
/// # Errors
/// Where there is no such command.
pub(super) fn man(name: Option<&str>) -> Result<(), Error> {
    let program = program();
    let command = match name {
        None => &program,
        Some(name) => program.find_subcommand(name).ok_or_else(|| {
            let names = program.get_subcommands().map(Command::get_name);
            unknown("command", name, names, "dylens --help lists all")
        })?,
    };
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page).map_err(|error| cannot_write("the page", &error))?;
    output::print(&page)
}

/// Writes the pages of the program and of every command into a folder: `dylens.1`, `dylens-check.1` …
///
/// # Errors
/// Where the folder cannot be written to.
pub(super) fn pages(folder: &Path) -> Result<(), Error> {
    clap_mangen::generate_to(program(), folder).map_err(|error| cannot_write(&folder.display().to_string(), &error))
}

/// The program with all its commands, each called as it is typed.
fn program() -> Command {
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    program
}

fn cannot_write(what: &str, error: &std::io::Error) -> Error {
    Error::new(format!("{what} cannot be written: {error}"), "give another folder")
}
