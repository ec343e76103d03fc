//! Snapshots as a person handles them: written, sent, opened, asked.

use crate::common;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn dylens(directory: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dylens"))
        .args(words)
        .current_dir(directory)
        .env_clear()
        .env("HOME", "/home/somebody")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// A folder with a module whose library is not there.
fn small() -> tempfile::TempDir {
    common::lay_out("//- /site-packages/a.so elf x86_64 needs:libnowhere.so.9 defines:PyInit_a\n")
}

#[test]
fn every_command_takes_a_snapshot_where_it_takes_an_environment() {
    let folder = small();
    for file in ["x.dylens.json", "x.dylens.json.gz", "x.dylens.json.zst", "renamed.dat"] {
        let written = dylens(folder.path(), &["export", "--format", "snapshot", "-o", file, "site-packages"]);
        assert_eq!((written.status.code(), said(&written)), (Some(0), String::new()), "{file}");
        for words in
            [&["check"][..], &["check", "--format", "json"], &["tree"], &["export"], &["export", "--format", "dot"]]
        {
            let of = |what: &str| dylens(folder.path(), &[words, &[what]].concat());
            let (before, after) = (of("site-packages"), of(file));
            assert_eq!(out(&before), out(&after), "{file} {words:?}");
            assert_eq!(before.status.code(), after.status.code(), "{file} {words:?}");
        }
        let why = |what: &str| out(&dylens(folder.path(), &["why", what, "libnowhere.so.9"]));
        assert_eq!(why("site-packages"), why(file));
        let shown = dylens(folder.path(), &["open", file]);
        assert_eq!((shown.status.code(), out(&shown)), (Some(1), out(&dylens(folder.path(), &["site-packages"]))));
    }
}

#[test]
fn the_name_of_the_file_tells_the_format() {
    let folder = small();
    for (file, start) in [("g.dot", "digraph"), ("g.json", "{\n  \"schema\""), ("g.dylens.json", "{\"snapshot\":1")] {
        let written = dylens(folder.path(), &["export", "-o", file, "site-packages"]);
        assert_eq!((written.status.code(), said(&written)), (Some(0), String::new()));
        let text = std::fs::read_to_string(folder.path().join(file)).expect("the file");
        assert!(text.starts_with(start), "{file}: {text}");
    }
    let unknown = dylens(folder.path(), &["export", "-o", "g.xyz", "site-packages"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        said(&unknown).starts_with("dylens: no format is known for files like g.xyz; give --format"),
        "{}",
        said(&unknown)
    );
}

#[test]
fn a_snapshot_was_judged_when_it_was_taken() {
    let folder = small();
    dylens(folder.path(), &["export", "-o", "x.dylens.json", "site-packages"]);
    let asked = dylens(folder.path(), &["check", "--for", "nuitka=2.3.10", "x.dylens.json"]);
    assert_eq!(asked.status.code(), Some(2));
    assert!(
        said(&asked)
            .contains("was settled when it was taken; leave out --arch, --macos, --glibc, --musl, --windows and --for"),
        "{}",
        said(&asked)
    );
    let beside = dylens(folder.path(), &["check", "x.dylens.json", "site-packages"]);
    assert!(said(&beside).contains("is a snapshot, and stands beside other paths"), "{}", said(&beside));
}

#[test]
fn a_file_that_is_no_snapshot_is_told_by_its_name() {
    let folder = small();
    for (name, text, words) in [
        ("a.json", "{\"a\": 1}", "a.json is no snapshot of dylens"),
        ("b.dylens.json", "", "b.dylens.json is damaged"),
        (
            "c.dylens.json",
            "{\"snapshot\": 99, \"dylens\": \"9.0.0\"}",
            "c.dylens.json is a snapshot of version 99, written by dylens 9.0.0",
        ),
    ] {
        std::fs::write(folder.path().join(name), text).expect("the file can be written");
        let opened = dylens(folder.path(), &["open", name]);
        assert_eq!((opened.status.code(), out(&opened)), (Some(2), String::new()));
        assert!(said(&opened).contains(words), "{}", said(&opened));
        assert_eq!(said(&opened).lines().count(), 1);
    }
}

#[test]
fn an_anonymous_export_names_nobody_in_any_format() {
    let folder = common::lay_out(
        "//- /home/somebody/site-packages/a.so elf x86_64 needs:libx.so runpath:/home/somebody/lib:/Users/another/lib defines:PyInit_a\n",
    );
    let site = "home/somebody/site-packages";
    for format in ["snapshot", "json", "text", "dot", "tree"] {
        let plain = out(&dylens(folder.path(), &["export", "--format", format, site]));
        let hidden = out(&dylens(folder.path(), &["export", "--format", format, "--anonymize", site]));
        assert!(
            !hidden.is_empty() && !hidden.contains("somebody") && !hidden.contains("another/lib"),
            "{format}: {hidden}"
        );
        if format == "snapshot" {
            assert!(plain.contains("somebody") && hidden.contains("/home/user/lib"), "{hidden}");
        }
    }
}

#[test]
fn the_schema_is_printed() {
    let schema = out(&dylens(Path::new("/"), &["schema"]));
    assert_eq!(schema, dylens::snapshot::SCHEMA);
    assert!(schema.contains("\"title\": \"dylens snapshot\""));
}

#[test]
fn a_regression_makes_the_exit_code_of_diff() {
    let folder = common::lay_out(
        "//- /old/site-packages/a.so elf x86_64 needs:libx.so runpath:$ORIGIN defines:PyInit_a
//- /old/site-packages/libx.so elf x86_64
//- /new/site-packages/a.so elf x86_64 needs:libx.so runpath:$ORIGIN defines:PyInit_a
",
    );
    let diff = |words: &[&str]| dylens(folder.path(), &[&["diff"], words].concat());
    let (old, new) = ("old/site-packages", "new/site-packages");
    dylens(folder.path(), &["export", "-o", "old.dylens.json.gz", old]);
    for before in [old, "old.dylens.json.gz"] {
        let worse = diff(&[before, new]);
        assert_eq!(worse.status.code(), Some(1), "{}", said(&worse));
        assert!(out(&worse).contains("libx.so, needed by a.so, is not found"), "{}", out(&worse));
    }
    assert_eq!(diff(&[new, old]).status.code(), Some(0));
    assert_eq!(diff(&["--fail-on", "never", old, new]).status.code(), Some(0));
    assert_eq!(diff(&[old, old]).status.code(), Some(0));
    assert_eq!(diff(&[old, "gone"]).status.code(), Some(2));
    let json = out(&diff(&["--format", "json", old, new]));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["regressions"], 1);
}
