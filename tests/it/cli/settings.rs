//! `dylens keys` and `dylens config`.

use std::process::{Command, Output};

use super::code;
use crate::common::{out, said};

/// Runs the program with nothing else in its environment.
fn run(words: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dylens"));
    command.args(words).env_clear().env("LANG", "C.UTF-8");
    command.envs(variables.iter().copied()).output().expect("it runs")
}

/// The value of a setting, and who decided it.
fn setting(text: &str, name: &str) -> (String, String) {
    let line = text.lines().find(|line| line.starts_with(&format!("{name} ")));
    let line = line.unwrap_or_else(|| panic!("{name}\n{text}"));
    let words: Vec<&str> = line[name.len()..].split("  ").map(str::trim).filter(|word| !word.is_empty()).collect();
    (words[0].to_owned(), words[1].to_owned())
}

fn pair(value: &str, by: &str) -> (String, String) {
    (value.to_owned(), by.to_owned())
}

#[test]
fn settings_are_told_with_who_decided_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().to_str().expect("text");
    let output = run(&["config"], &[("HOME", home)]);
    assert_eq!((code(&output), said(&output)), (0, String::new()));
    let text = out(&output);
    assert!(text.starts_with("file") && text.contains("config.toml (not there)"), "{text}");
    assert_eq!(setting(&text, "theme"), pair("ansi", "default"));
    assert_eq!(setting(&text, "ascii"), pair("false", "default"));

    let file = folder.path().join("c.toml");
    std::fs::write(&file, "theme = 'dark'\nmouse = false\n[keys]\nnext-finding = ['ctrl-n']\n").expect("written");
    let file = file.to_str().expect("text");
    let all = [("DYLENS_CONFIG", file), ("NO_COLOR", "1"), ("COLORTERM", "truecolor")];
    let text = out(&run(&["config"], &all));
    assert_eq!(setting(&text, "theme"), pair("dark", file));
    assert_eq!(setting(&text, "mouse"), pair("false", file));
    assert_eq!(setting(&text, "color"), pair("false", "NO_COLOR"));
    assert_eq!(setting(&text, "true color"), pair("true", "COLORTERM"));
    assert_eq!(setting(&text, "keys.next-finding"), pair("ctrl-n", file));
    let text = out(&run(&["--theme", "light", "--no-mouse", "--ascii", "--color", "never", "config"], &all));
    assert_eq!(setting(&text, "theme"), pair("light", "--theme"));
    assert_eq!(setting(&text, "mouse"), pair("false", "--no-mouse"));
    assert_eq!(setting(&text, "ascii"), pair("true", "--ascii"));
    assert_eq!(setting(&text, "color"), pair("false", "--color"));
}

#[test]
#[cfg(not(any(windows, target_os = "macos")))]
fn a_locale_without_utf_8_is_told() {
    let text = out(&run(&["config"], &[("HOME", "/nowhere"), ("LC_ALL", "C")]));
    assert_eq!(setting(&text, "ascii"), pair("true", "LC_ALL"));
}

#[test]
fn what_is_wrong_in_the_configuration_is_told_and_the_rest_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("c.toml");
    std::fs::write(&file, "theme = 'pink'\nmouse = false\n[keys]\nfly = ['x']\ndown = ['ctrl-n']\n").expect("written");
    let file = file.to_str().expect("text");
    let output = run(&["config"], &[("DYLENS_CONFIG", file)]);
    assert_eq!(code(&output), 1);
    let wrong = said(&output);
    assert!(wrong.contains("c.toml:1: no theme is called"), "{wrong}");
    assert!(wrong.contains("c.toml:4: no command is called fly"), "{wrong}");
    assert_eq!(setting(&out(&output), "theme"), pair("ansi", "default"));
    assert_eq!(setting(&out(&output), "mouse"), pair("false", file));
    let keys = out(&run(&["keys"], &[("DYLENS_CONFIG", file)]));
    assert!(keys.lines().any(|line| line.split_whitespace().take(2).eq(["ctrl-n", "down"])), "{keys}");
}

#[test]
fn keys_are_printed_with_the_names_of_their_commands() {
    let text = out(&run(&["keys"], &[]));
    let row = |id: &str| text.lines().find(|line| line.split_whitespace().any(|word| word == id)).map(str::to_owned);
    assert!(row("next-finding").is_some_and(|line| line.trim_start().starts_with("]  ")), "{text}");
    assert!(row("search").is_some_and(|line| line.contains("/ ctrl-f")), "{text}");
    assert!(text.starts_with("Looking\n") && text.contains("\nIn the copy menu\n"), "{text}");
    assert!(out(&run(&["--ascii", "keys"], &[])).is_ascii());
    let refused = run(&["--theme", "dark", "keys"], &[]);
    assert!(said(&refused).contains("dylens keys takes no --theme"), "{}", said(&refused));
}
