//! Completions and manual pages: made from the table of arguments, with the values of its options.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{code, refusal, small};
use crate::common::{dylens, out, said};

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

/// What the program answers a shell that asks how the last of these words could go on.
fn completed(directory: &Path, words: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_dylens"))
        .args([&["--", "dylens"], words].concat())
        .current_dir(directory)
        .env_clear()
        // Of all shells fish alone is told the values a line each, with their help behind a tab.
        .env("COMPLETE", "fish")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    assert_eq!((code(&output), said(&output)), (0, String::new()));
    out(&output).lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

/// The commands that `--help` lists.
fn commands() -> Vec<String> {
    let help = out(&dylens(Path::new("/"), &["--help"]));
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let words = listed.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    words.map(str::to_owned).collect()
}

#[test]
fn every_shell_learns_to_ask_the_program() {
    for shell in SHELLS {
        let script = out(&dylens(Path::new("/"), &["completions", shell]));
        assert!(script.contains("COMPLETE") && script.contains(env!("CARGO_BIN_EXE_dylens")), "{shell}: {script}");
    }
    let said = refusal(Path::new("/"), &["completions", "cmd.exe"]);
    assert!(said.contains("bash"), "{said}");
}

#[test]
fn commands_and_options_are_completed() {
    let known = completed(Path::new("/"), &[""]);
    let commands = commands();
    assert!(commands.len() > 10 && commands.iter().all(|command| known.contains(command)), "{known:?}");
    assert_eq!(completed(Path::new("/"), &["exp"]), ["export", "explain"]);
    assert_eq!(completed(Path::new("/"), &["check", "--fail"]), ["--fail-on"]);
}

#[test]
fn the_values_of_options_are_completed_from_their_tables() {
    let values = |words: &[&str]| completed(Path::new("/"), words);
    assert_eq!(values(&["explain", "library-m"]), ["library-missing"]);
    assert_eq!(values(&["check", "--select", "wheel-"]), ["wheel-policy"]);
    assert_eq!(values(&["--for", "del"]), ["delocate", "delvewheel"]);
    assert_eq!(values(&["export", "--format", "json"]), ["json", "jsonl"]);
    assert_eq!(values(&["--arch", "arm64"])[0], "arm64");
    assert_eq!(values(&["man", "che"]), ["check"]);
}

#[test]
fn what_is_in_the_environment_is_completed() {
    let folder = small();
    let names = |words: &[&str]| completed(folder.path(), words);
    assert_eq!(names(&["why", "site-packages", "lib"]), ["libnowhere.so.9"]);
    assert_eq!(names(&["imports", "site-packages", "a"]), ["a", "a.so"]);
    assert_eq!(names(&["why", "site"]), ["site-packages/"], "the first word may be a path");
    assert!(names(&["why", "empty", "lib"]).is_empty(), "where nothing can be looked at, nothing is said");
}

/// Asks bash itself; nothing is told where there is none.
#[cfg(unix)]
#[test]
fn bash_completes_a_word_that_was_begun() {
    let ask = "source <(\"$0\" completions bash); COMP_WORDS=(dylens ex); COMP_CWORD=1; COMP_TYPE=9; \
               _clap_complete_dylens dylens ex dylens; echo ${COMPREPLY[@]}";
    // Where no file begins so: the first word may be a path.
    let folder = tempfile::tempdir().expect("a folder");
    match Command::new("bash").args(["-c", ask, env!("CARGO_BIN_EXE_dylens")]).current_dir(&folder).output() {
        Ok(output) => assert_eq!(out(&output), "export explain\n", "{}", said(&output)),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "bash: {error}");
            eprintln!("skipped: no bash here");
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let page = out(&dylens(Path::new("/"), &["man"]));
    assert!(page.contains(".TH dylens 1") && page.contains("dylens\\-check(1)"), "{page}");
    let folder = tempfile::tempdir().expect("a folder");
    let output = dylens(folder.path(), &["man", "--folder", "."]);
    assert_eq!((code(&output), said(&output)), (0, String::new()));
    for command in commands().iter().filter(|command| *command != "help") {
        let page = out(&dylens(Path::new("/"), &["man", command]));
        assert!(page.contains(&format!(".TH dylens-{command} 1")), "{command}: {page}");
        let file = folder.path().join(format!("dylens-{command}.1"));
        assert_eq!(std::fs::read_to_string(file).expect("a page"), page);
    }
    let page = out(&dylens(Path::new("/"), &["man", "check"]));
    for value in ["sarif", "warning"] {
        assert!(page.contains(value), "the page lists the values of options: {page}");
    }
    assert_eq!(
        refusal(Path::new("/"), &["man", "chekc"]),
        "dylens: there is no command chekc; did you mean check? dylens --help lists all\n"
    );
}
