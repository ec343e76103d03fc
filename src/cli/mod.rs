//! The quiet face: arguments, exit codes, progress.
//!
//! Every subcommand makes its whole text first and writes it then, so that nothing half-made is ever seen.

mod args;
mod commands;
mod completions;
mod explain;
mod imports;
mod log;
mod man;
mod nearest;
mod output;
mod parse;
mod policy;
mod progress;
mod run;
mod settings;
mod source;
mod symbols;
mod values;

pub use args::Arguments;
pub use completions::answered;
pub use parse::parse;

use std::process::ExitCode;

use crate::error::Error;
use args::Command;

/// A finding at or above `--fail-on` is there.
const FOUND: u8 = 1;
/// The question could not be answered.
const COULD_NOT: u8 = 2;

/// Does what the arguments say.
///
/// # Errors
/// Where it cannot be done: no such path, nothing native, a place that cannot be written to.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Error> {
    match &arguments.command {
        None => commands::open(arguments, &arguments.paths),
        Some(Command::Open { path }) => commands::open(arguments, std::slice::from_ref(path)),
        Some(Command::Schema { to }) => commands::schema(to),
        Some(Command::Check(check)) => commands::check(arguments, check),
        Some(Command::Imports(imports)) => imports::imports(arguments, imports),
        Some(Command::Why(why)) => commands::why(arguments, why),
        Some(Command::Tree(tree)) => commands::tree(arguments, tree),
        Some(Command::Symbols(wanted)) => symbols::symbols(arguments, wanted),
        Some(Command::Diff(diff)) => commands::diff(arguments, diff),
        Some(Command::Export(export)) => commands::export(arguments, export),
        Some(Command::Log(log)) => log::log(arguments, log),
        Some(Command::Run(run)) => run::run(arguments, run),
        Some(Command::Explain { asked }) => explain::explain(arguments, asked),
        Some(Command::Keys) => settings::keys(arguments),
        Some(Command::Config) => settings::config(arguments),
        Some(Command::Completions { shell }) => completions::completions(*shell).map(|()| ExitCode::SUCCESS),
        Some(Command::Man { folder: Some(folder), .. }) => man::pages(folder).map(|()| ExitCode::SUCCESS),
        Some(Command::Man { command, .. }) => man::man(command.as_deref()).map(|()| ExitCode::SUCCESS),
    }
}

/// Says what went wrong and what to type instead, and gives the exit code for it.
pub fn complain(error: &Error) -> ExitCode {
    output::complain(error);
    ExitCode::from(COULD_NOT)
}
