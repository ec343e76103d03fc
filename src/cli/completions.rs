//! `dylens completions`: the shell asks the program itself for every completion, names of packages and modules too.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{CommandFactory, Parser, ValueEnum};
use clap_complete::CompleteEnv;
use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter};
use clap_complete::env::Shells;

use super::args::Arguments;
use super::{output, source};
use crate::error::Error;
use crate::scan::Scan;

/// The variable by which a shell asks for completions; its value is the shell's name.
const ASKED: &str = "COMPLETE";

/// The shells that can ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

/// Prints what makes a shell ask this program.
pub(super) fn completions(shell: Shell) -> Result<(), Error> {
    let program = std::env::args_os().next().unwrap_or_else(|| "dylens".into());
    let program = std::path::absolute(&program).ok().filter(|path| path.is_file()).map_or(program, OsString::from);
    let shell = shell.to_possible_value().expect("no shell is skipped");
    let shells = Shells::builtins();
    let completer = shells.completer(shell.get_name()).expect("every shell is built in");
    let mut bytes = Vec::new();
    completer
        .write_registration(ASKED, "dylens", "dylens", &program.to_string_lossy(), &mut bytes)
        .map_err(|error| Error::new(format!("the completions cannot be written: {error}"), "report it"))?;
    output::print(&bytes)
}

/// Answers a shell that asks; false where none does.
pub fn answered() -> bool {
    let directory = std::env::current_dir().ok();
    let answer = CompleteEnv::with_factory(Arguments::command).try_complete(std::env::args_os(), directory.as_deref());
    // A shell that is asked for and not known, or has gone: nobody reads what would be said of it.
    answer.unwrap_or(true)
}

/// A path, or the name of something in the environment; then only the name.
pub(super) struct PathThenName;

impl ValueCompleter for PathThenName {
    fn complete(&self, typed: &OsStr) -> Vec<CompletionCandidate> {
        self.complete_at(0, typed)
    }

    fn complete_at(&self, place: usize, typed: &OsStr) -> Vec<CompletionCandidate> {
        let mut candidates = NodeNames.complete(typed);
        if place == 0 {
            candidates.extend(PathCompleter::any().complete(typed));
        }
        candidates
    }
}

/// The name of a distribution, a module or a library in the environment that the command line names, else the one found
/// here.
pub(super) struct NodeNames;

impl ValueCompleter for NodeNames {
    fn complete(&self, typed: &OsStr) -> Vec<CompletionCandidate> {
        let Some(scan) = looked_at() else { return Vec::new() };
        let typed = typed.to_string_lossy();
        let labels = scan.graph.nodes().map(|(node, _)| scan.label(node));
        let mut names: Vec<String> = labels.filter(|name| name.starts_with(&*typed)).collect();
        names.sort();
        names.dedup();
        names.into_iter().map(CompletionCandidate::new).collect()
    }
}

/// What is looked at by the words typed so far, without its verdicts.
fn looked_at() -> Option<&'static Scan> {
    let words: Vec<OsString> = std::env::args_os().skip_while(|word| word != "--").skip(1).collect();
    let path: Vec<PathBuf> = words.iter().skip(1).map(PathBuf::from).find(|path| path.exists()).into_iter().collect();
    let arguments = Arguments::try_parse_from(["dylens", "--quiet"]).ok()?;
    source::surveyed(&arguments, &path).ok()
}
