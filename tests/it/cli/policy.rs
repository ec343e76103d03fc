//! What counts in `dylens check`: what is selected, ignored and known.

use crate::common::{self, dylens, out, said};
use std::fs;
use std::process::Output;

/// A project with two modules whose libraries are not there.
fn project(table: &str) -> tempfile::TempDir {
    let folder = common::lay_out(
        "//- /site-packages/p/a.so elf x86_64 needs:libone.so.1 defines:PyInit_a
//- /site-packages/q/b.so elf x86_64 needs:libtwo.so.2 defines:PyInit_b
//- /src/deep/
",
    );
    fs::write(folder.path().join("pyproject.toml"), table).expect("the table can be written");
    folder
}

fn check(folder: &tempfile::TempDir, words: &[&str]) -> Output {
    dylens(folder.path(), &[&["check"], words, &["site-packages"]].concat())
}

#[test]
fn what_is_ignored_is_told_with_its_reason_and_does_not_fail() {
    let folder = project(
        "[tool.dylens]\nignore = [\n  {rule = 'library-missing', file = 'p/*', reason = 'p does without'},\n  \
         {rule = 'library-missing', subject = 'libtwo.so.*', reason = 'comes with the driver'},\n]\n",
    );
    let checked = check(&folder, &[]);
    assert_eq!((checked.status.code(), said(&checked)), (Some(0), String::new()), "{}", out(&checked));
    let text = out(&checked);
    assert!(text.contains("ignored 1 finding by library-missing in p/*: p does without\n"), "{text}");
    assert!(text.contains("ignored 1 finding by library-missing of libtwo.so.*: comes with the driver\n"), "{text}");
    // The nearest table upward counts, wherever in the project one stands.
    let below = dylens(&folder.path().join("src/deep"), &["check", "../../site-packages"]);
    assert_eq!(below.status.code(), Some(0));
}

#[test]
fn an_entry_of_ignore_that_matches_nothing_is_reported_and_does_not_fail() {
    let folder = project("[tool.dylens]\nfail-on = 'never'\nignore = ['executable-stack']\n");
    let checked = check(&folder, &[]);
    assert_eq!(checked.status.code(), Some(0));
    let warning = said(&checked);
    assert!(warning.starts_with("dylens: executable-stack is ignored, but nothing matches it ("), "{warning}");
    assert!(warning.contains("pyproject.toml); remove it"), "{warning}");
    assert_eq!(out(&checked).matches("is not found").count(), 2);
}

#[test]
fn the_command_line_wins_over_the_table_and_adds_to_what_is_ignored() {
    let folder = project("[tool.dylens]\nfail-on = 'never'\nselect = ['executable-stack']\n");
    assert_eq!(check(&folder, &[]).status.code(), Some(0));
    assert_eq!(check(&folder, &["--fail-on", "error", "--select", "library-missing"]).status.code(), Some(1));
    let words = ["--fail-on", "error", "--select", "library-missing", "--ignore", "library-missing"];
    assert_eq!(check(&folder, &words).status.code(), Some(0));
}

#[test]
fn only_what_is_new_fails_beside_a_baseline() {
    let folder = project("");
    let module = folder.path().join("site-packages/q/b.so");
    let kept = fs::read(&module).expect("the module");
    fs::remove_file(&module).expect("it can be removed");
    for (baseline, words) in
        [("known.json", &["check", "--format", "json"][..]), ("known.dylens.json.zst", &["export"])]
    {
        fs::remove_file(&module).ok();
        dylens(folder.path(), &[words, &["-o", baseline, "site-packages"]].concat());
        let same = check(&folder, &["--baseline", baseline]);
        assert_eq!(same.status.code(), Some(0), "{}{}", said(&same), out(&same));
        assert!(out(&same).contains("1 finding known from "), "{}", out(&same));
        fs::write(&module, &kept).expect("it can be written");
        let worse = check(&folder, &["--baseline", baseline]);
        assert_eq!(worse.status.code(), Some(1), "{}", said(&worse));
        assert!(out(&worse).contains("libtwo.so.2") && !out(&worse).contains("libone.so.1"), "{}", out(&worse));
        fs::remove_file(folder.path().join("site-packages/p/a.so")).expect("it can be removed");
        let mended = check(&folder, &["--baseline", baseline, "--fail-on", "never"]);
        assert!(out(&mended).contains("1 finding of "), "{}", out(&mended));
        assert!(out(&mended).contains("found no more: write it again"), "{}", out(&mended));
        fs::write(folder.path().join("site-packages/p/a.so"), common::elf("x86_64 needs:libone.so.1 defines:PyInit_a"))
            .expect("back");
    }
    // The table may name it, beside itself.
    fs::write(folder.path().join("pyproject.toml"), "[tool.dylens]\nbaseline = 'known.json'\n").expect("written");
    fs::remove_file(&module).ok();
    assert_eq!(check(&folder, &[]).status.code(), Some(0));
}

#[test]
fn each_mistake_has_its_line() {
    for (table, words, line) in [
        (
            "[tool.dylens]\nignore = ['library-mising']",
            &[][..],
            "there is no rule library-mising; did you mean library-missing",
        ),
        ("", &["--select", "no"][..], "there is no rule no; dylens explain lists all"),
        ("[tool.dylens]\nfail_on = 'error'", &[], "pyproject.toml: unknown field `fail_on`"),
        ("", &["--config", "gone.toml"], "gone.toml: cannot be read"),
        ("", &["--config", "pyproject.toml"], "pyproject.toml: it has no [tool.dylens]"),
    ] {
        let folder = project(table);
        let checked = check(&folder, words);
        assert_eq!((checked.status.code(), out(&checked)), (Some(2), String::new()));
        assert!(said(&checked).contains(line), "{}", said(&checked));
        assert_eq!(said(&checked).lines().count(), 1);
    }
}

#[test]
fn a_baseline_is_written_and_written_again_with_all_that_is_known() {
    let folder = project("[tool.dylens]\nbaseline = 'known.json'\n");
    let early = check(&folder, &[]);
    assert_eq!(early.status.code(), Some(1), "everything counts");
    assert!(said(&early).contains("known.json is not there yet"), "{}", said(&early));
    for _ in 0..2 {
        let written = check(&folder, &["--write-baseline"]);
        assert_eq!(written.status.code(), Some(0), "{}", said(&written));
        assert!(said(&written).contains("2 findings written to "), "{}", said(&written));
        let known = check(&folder, &[]);
        assert_eq!(known.status.code(), Some(0));
        assert!(out(&known).contains("2 findings known from "), "{}", out(&known));
    }
    let elsewhere = project("");
    check(&elsewhere, &["--write-baseline"]);
    assert!(elsewhere.path().join("dylens-baseline.json").exists());
    check(&elsewhere, &["--write-baseline", "--baseline", "mine.json"]);
    assert_eq!(check(&elsewhere, &["--baseline", "mine.json"]).status.code(), Some(0));
}

#[test]
fn the_policy_of_what_is_looked_at_counts_wherever_one_stands() {
    let folder = project("[tool.dylens]\nfail-on = 'never'\n");
    let other = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("site-packages");
    let code = |words: &[&str]| {
        let path = target.to_str().expect("a path");
        dylens(other.path(), &[&["check"], words, &[path]].concat()).status.code()
    };
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--no-config"]), Some(1));
    fs::write(folder.path().join("dylens.toml"), "fail-on = 'error'\n").expect("written");
    assert_eq!(code(&[]), Some(1), "dylens.toml comes before the table beside it");
    fs::write(other.path().join("own.toml"), "ignore = ['library-missing']\n").expect("written");
    assert_eq!(code(&["--config", "own.toml"]), Some(0));
}
