//! Parse the arguments, run, tell by the exit code.

use std::process::ExitCode;

use dylens::cli;

/// A scan makes and drops hundreds of thousands of names and paths; the system's allocator takes a fifth longer for it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if cli::answered() {
        return ExitCode::SUCCESS;
    }
    let arguments = match cli::parse(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    cli::run(&arguments).unwrap_or_else(|error| cli::complain(&error))
}
