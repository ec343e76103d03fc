//! Text that somebody else wrote, on its way to a terminal, to a parser, and into the log of a build.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::{out, said};

/// What turns text around, hides it, or begins a command of a terminal without an escape character.
const HIDDEN: &str = "\u{9b}2J\u{9d}0;x\u{7f}\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}\u{e0041}";

fn dylens(directory: &Path, words: &[&std::ffi::OsStr]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dylens"))
        .args(words)
        .current_dir(directory)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

fn run(directory: &Path, words: &[&str]) -> Output {
    let words: Vec<&std::ffi::OsStr> = words.iter().map(std::ffi::OsStr::new).collect();
    dylens(directory, &words)
}

/// An environment in which everything that can be called by somebody else is called so: distribution, folder, module, need.
fn called(name: &str) -> tempfile::TempDir {
    let folder = crate::common::lay_out("//- /site/a.so elf x86_64 needs:libNEED.so.9 defines:PyInit_a\n");
    let site = folder.path().join("site");
    let bytes = fs::read(site.join("a.so")).expect("a module");
    let need = b"libNEED.so.9";
    let at = memchr::memmem::find(&bytes, need).expect("its need");
    let mut bytes = bytes;
    // As much of the name as there is room for.
    let cut = (0..=need.len()).rev().find(|&cut| name.is_char_boundary(cut.min(name.len()))).unwrap_or(0);
    let start = &name.as_bytes()[..cut.min(name.len())];
    bytes[at..at + start.len()].copy_from_slice(start);
    let inside = site.join(name);
    fs::create_dir_all(&inside).expect("a folder");
    fs::write(inside.join("b.so"), &bytes).expect("a module");
    fs::write(site.join(format!("{name}.so")), b"\x7fELF no more").expect("a module");
    let info = site.join(format!("{name}-1.0.dist-info"));
    fs::create_dir_all(&info).expect("a folder");
    fs::write(info.join("METADATA"), format!("Name: x{name}\nVersion: 1{name}\n")).expect("a file");
    fs::write(info.join("RECORD"), format!("\"{name}/b.so\",,\n\"{name}.so\",,\n")).expect("a file");
    folder
}

fn is_hidden(letter: char) -> bool {
    letter.is_control() && letter != '\n' || HIDDEN.contains(letter) && !letter.is_ascii_graphic()
}

/// Would GitHub's runner, or Azure's, obey a line?
fn is_obeyed(line: &str) -> bool {
    line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[")
}

const FORMATS: [&str; 4] = ["json", "jsonl", "cyclonedx", "snapshot"];

#[test]
fn json_hides_nothing_and_parses_to_the_same_text() {
    let folder = called(HIDDEN);
    let of = |words: &[&str]| out(&run(folder.path(), &[words, &["site"]].concat()));
    let mut texts: Vec<String> = FORMATS.iter().map(|format| of(&["export", "--format", format])).collect();
    texts.extend(["json", "sarif"].map(|format| of(&["check", "--format", format])));
    fs::create_dir(folder.path().join("none")).expect("a folder");
    fs::copy(folder.path().join("site/a.so"), folder.path().join("none/a.so")).expect("a copy");
    texts.push(of(&["diff", "--format", "json", "none"]));
    fs::write(
        folder.path().join("log"),
        format!("ImportError: {HIDDEN}.so: cannot open shared object file: No such file\n"),
    )
    .expect("a file");
    texts.push(of(&["log", "--format", "json", "log"]));
    texts.push(of(&["export", "--format", "html"]));
    for text in &texts {
        assert!(text.contains("feff"), "it names them:\n{text}");
        assert!(!text.chars().any(is_hidden), "{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&texts[0]).expect("JSON");
    let nodes = json["nodes"].as_array().expect("nodes");
    let path = serde_json::Value::from(format!("{HIDDEN}/b.so"));
    assert!(
        nodes.iter().any(|node| node.as_object().is_some_and(|node| node.values().any(|it| *it == path))),
        "{json:#}"
    );
}

#[test]
fn no_line_that_a_name_begins_is_obeyed_by_a_runner() {
    for name in [
        "x\n::error::PWNED\r##[error]",
        "::error::PWNED and ::add-mask::e so that lines are broken ::error::PWNED between many ::error::PWNED words",
        "##[error]PWNED ##vso[task.x]y",
    ] {
        let folder = called(name);
        fs::write(
            folder.path().join("log"),
            format!("ImportError: {name}.so: cannot open shared object file: No such file\n"),
        )
        .expect("a file");
        let inner = format!("site/{name}");
        let one = format!("{name}.so");
        for words in [
            &["check", "site"][..],
            &["check", "-v", "site"],
            &["check", "--format", "markdown", "site"],
            &["tree", "--all", "site"],
            &["why", "site", "PWNED"],
            &["why", "site", &one],
            &["why", "site", name],
            &["log", "log", "site"],
            &["log", "-v", "log", &inner],
            &["check", &inner],
            &["diff", "site", &inner],
            &["diff", "--format", "markdown", &inner, "site"],
            &["check", name],
            &["check", "--select", name, "site"],
            &["check", "--baseline", name, "site"],
            &["explain", name],
            &["open", name],
            &["export", "-o", name, "site"],
            &["export", "--scope", "focus", "--node", name, "site"],
            &["log", name],
            &["run", "--", name],
            &[name, "check"],
            &["--theme", name],
        ] {
            let output = run(folder.path(), words);
            for line in (out(&output) + &said(&output)).lines() {
                assert!(!is_obeyed(line), "{words:?}:\n{line}");
            }
        }
    }
}

#[test]
fn what_a_configuration_says_ends_no_line() {
    let folder = called("plain");
    for table in [
        "ignore = [{ rule = 'not-an-image', path = \"x\\n::error::PWNED\" }]",
        "ignore = [{ rule = \"x\\n::error::PWNED\" }]",
        "\"x\\n::error::PWNED\" = 1",
        "fail-on = \"x\\n::error::PWNED\"",
        "baseline = \"x\\n::error::PWNED\"",
        "ignore = [{ rule = 'not-an-image', reason = \"x\\n::error::PWNED\" }]",
    ] {
        fs::write(folder.path().join("pyproject.toml"), format!("[tool.dylens]\n{table}\n")).expect("a file");
        let output = run(folder.path(), &["check", "site"]);
        for line in (out(&output) + &said(&output)).lines() {
            assert!(!is_obeyed(line), "{table}:\n{line}");
        }
        assert!(said(&output).lines().all(|line| line.starts_with("dylens: ")), "{table}: {}", said(&output));
    }
}

#[test]
fn an_error_is_one_line_of_readable_length_whatever_was_typed() {
    let folder = called("plain");
    let long = "x\n".repeat(50_000);
    for words in [
        &["why", "site", &long][..],
        &["explain", &long],
        &["check", "--select", &long, "site"],
        &["export", "--format", &long, "site"],
        &["--theme", &long],
    ] {
        let output = run(folder.path(), words);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.lines().count() == 1 && said.len() < 16_000,
            "{} lines, {} bytes",
            said.lines().count(),
            said.len()
        );
    }
    let output = dylens(folder.path(), &["check".as_ref(), std::ffi::OsStr::from_bytes(b"\xff\n\x9b::error::")]);
    assert_eq!((output.status.code(), said(&output).lines().count()), (Some(2), 1));
}
