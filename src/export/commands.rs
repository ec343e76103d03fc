//! The commands of a remedy, as each face shows them.

use serde::Serialize;

use crate::command::{Remedy, Shell, Step};
use crate::scan::Scan;

/// The mirror of one command for one shell.
#[derive(Serialize)]
pub(super) struct CommandMirror {
    shell: &'static str,
    /// Which command of the fix, counted from 1: they are run in this order, each if the one before it has succeeded.
    step: usize,
    /// Which of the ways to do it, counted from 1.
    fix: usize,
    /// As the program gets them; words in capitals are to be filled in.
    words: Vec<String>,
    /// As the shell takes it.
    text: String,
}

/// The shells of the target's system; without a scan, of Windows where `is_windows`.
pub(super) fn shells(scan: Option<&Scan>, is_windows: bool) -> &'static [Shell] {
    scan.map_or_else(|| Shell::all(is_windows), |scan| scan.shells())
}

/// Every command of a remedy for every one of these shells.
pub(super) fn mirrors(remedy: &Remedy, shells: &[Shell]) -> Vec<CommandMirror> {
    let mirror = |step: Step| CommandMirror {
        shell: step.shell.word(),
        step: step.step,
        fix: step.fix,
        words: step.command.words().into_iter().map(|word| word.text).collect(),
        text: step.text,
    };
    remedy.commands(shells).into_iter().map(mirror).collect()
}

/// The fixes for the usual shell of the target's system, each in one line.
pub(super) fn lines(remedy: &Remedy, scan: &Scan) -> Vec<String> {
    remedy.lines(scan.shell())
}
