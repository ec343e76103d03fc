//! Words that are misspelled, ignored or in the way, and what the environment says of colors.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{code, demo, refusal, small};
use crate::common::{dylens, lay_out, out, said};

#[test]
fn a_misspelled_command_is_no_path() {
    let folder = small();
    assert_eq!(
        refusal(folder.path(), &["chekc"]),
        "dylens: chekc is neither a command nor a file or folder; did you mean dylens check?\n"
    );
    let line = refusal(folder.path(), &["nowhere"]);
    assert!(!line.contains("did you mean"), "nothing is spelled like it: {line}");
    let named = lay_out("//- /tre/a.so elf x86_64 defines:PyInit_a\n");
    assert_eq!(code(&dylens(named.path(), &["tre"])), 0, "a folder of that name is a folder");
}

#[test]
fn an_option_that_a_command_would_ignore_is_refused() {
    let folder = small();
    let refusal = |words: &[&str]| refusal(folder.path(), words);
    assert_eq!(refusal(&["--watch", "tree", "site-packages"]), "dylens: dylens tree takes no --watch; leave it out\n");
    assert_eq!(refusal(&["--theme", "dark", "tree"]), "dylens: dylens tree takes no --theme; leave it out\n");
    assert_eq!(refusal(&["explain", "--for", "nuitka"]), "dylens: dylens explain takes no --for; leave it out\n");
    assert_eq!(refusal(&["schema", "--demo"]), "dylens: dylens schema takes no --demo; leave it out\n");
    assert_eq!(
        refusal(&["export", "--node", "a", "site-packages"]),
        "dylens: --node and --depth are for --scope focus; give --scope focus\n"
    );
    // What the explorer and a check heed.
    assert_eq!(code(&dylens(folder.path(), &["--no-mouse", "--no-tui", "site-packages/b.so"])), 0);
    assert_eq!(code(&dylens(folder.path(), &["check", "--arch", "x86_64", "site-packages/b.so"])), 0);
}

#[test]
fn help_of_a_command_is_asked_for_in_two_ways() {
    let here = Path::new("/");
    assert_eq!(out(&dylens(here, &["help", "check"])), out(&dylens(here, &["check", "--help"])));
    assert_eq!(out(&dylens(here, &["help"])), out(&dylens(here, &["--help"])));
}

#[test]
fn quiet_leaves_errors_and_takes_notes_away() {
    let folder = small();
    let words = ["check", "--ignore", "numpy-abi", "site-packages/b.so"];
    let said_of = |words: &[&str]| said(&dylens(folder.path(), words));
    assert!(said_of(&words).contains("numpy-abi is ignored, but nothing matches it"));
    assert_eq!(said_of(&[&words[..], &["-q"]].concat()), "");
    assert!(refusal(folder.path(), &["-q", "check", "nowhere"]).contains("nowhere"));
    assert_eq!(demo(&["check", "--quiet"]), demo(&["check"]), "the report itself is what was asked for");
}

/// Is the demo's report colored in an environment with these variables?
fn is_colored(variables: &[(&str, &str)], more: &[&str]) -> bool {
    let output = Command::new(env!("CARGO_BIN_EXE_dylens"))
        .args([&["--demo=linux", "check"], more].concat())
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    out(&output).contains('\x1b')
}

#[test]
fn variables_and_an_option_say_whether_there_are_colors() {
    for variables in
        [&[("FORCE_COLOR", "1")][..], &[("CLICOLOR_FORCE", "1")], &[("FORCE_COLOR", "1"), ("TERM", "dumb")]]
    {
        assert!(is_colored(variables, &[]), "{variables:?}");
        assert!(!is_colored(variables, &["--color", "never"]), "{variables:?}: the option wins");
    }
    for variables in
        [&[][..], &[("FORCE_COLOR", "0")], &[("CLICOLOR_FORCE", "")], &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")]]
    {
        assert!(!is_colored(variables, &[]), "{variables:?}");
        assert!(is_colored(variables, &["--color", "always"]), "{variables:?}: the option wins");
    }
}
