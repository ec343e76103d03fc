//! Parse the arguments, run, tell by the exit code.

use std::process::ExitCode;

use dylens::cli;

fn main() -> ExitCode {
    let arguments = match cli::parse(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    cli::run(&arguments).unwrap_or_else(|error| cli::complain(&error))
}
