//! Files as a person asks for them with `-o`: nothing that was there is lost, and nothing half is left.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::{dylens, out, said};

/// A folder with a module whose library is not there.
fn small() -> tempfile::TempDir {
    crate::common::lay_out("//- /site/a.so elf x86_64 needs:libnowhere.so.9 defines:PyInit_a\n")
}

fn export(folder: &Path, words: &[&str]) -> Output {
    dylens(folder, &[&["export", "--format", "json", "site"], words].concat())
}

/// What an export writes to standard output.
fn wanted(folder: &Path) -> String {
    out(&export(folder, &[]))
}

fn is_well(output: &Output) {
    assert_eq!((output.status.code(), said(output)), (Some(0), String::new()));
}

fn is_there_already(output: &Output) {
    assert_eq!(output.status.code(), Some(2));
    assert!(said(output).contains("is there already; give --force"), "{}", said(output));
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_pipe_stays_a_pipe_and_its_reader_gets_everything() {
    let folder = small();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    for force in [&[][..], &["--force"]] {
        let from = pipe.clone();
        let reader = std::thread::spawn(move || fs::read_to_string(from).expect("text"));
        is_well(&export(folder.path(), &[&["-o", "pipe"], force].concat()));
        // Where nobody wrote into it, the reader would wait for ever: another writer lets it go.
        drop(fs::OpenOptions::new().read(true).write(true).open(&pipe));
        assert!(fs::symlink_metadata(&pipe).expect("it is there").file_type().is_fifo(), "{force:?}");
        assert_eq!(reader.join().expect("no panic"), wanted(folder.path()), "{force:?}");
    }
    assert_eq!(names(folder.path()), ["pipe", "site"]);
}

#[test]
fn a_device_stays_a_device() {
    let folder = small();
    let null = folder.path().join("null");
    // Only root makes devices; the pipe above goes the same way.
    if !Command::new("mknod")
        .arg(&null)
        .args(["c", "1", "3"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|it| it.success())
    {
        return;
    }
    symlink("null", folder.path().join("link")).expect("a link");
    for words in [&["-o", "null"][..], &["-o", "null", "--force"], &["-o", "link"], &["-o", "link", "--force"]] {
        is_well(&export(folder.path(), words));
        assert!(fs::symlink_metadata(&null).expect("it is there").file_type().is_char_device(), "{words:?}");
    }
    assert!(fs::symlink_metadata(folder.path().join("link")).expect("it is there").is_symlink());
}

#[test]
fn standard_output_can_be_given_by_its_name_wherever_it_leads() {
    let folder = small();
    for force in [&[][..], &["--force"]] {
        let named = export(folder.path(), &[&["-o", "/dev/stdout"], force].concat());
        is_well(&named);
        assert_eq!(out(&named), wanted(folder.path()));
        // As `>>` in a shell: what stood there stays.
        let log = folder.path().join("log");
        fs::write(&log, "before\n").expect("a file");
        let status = Command::new(env!("CARGO_BIN_EXE_dylens"))
            .args(["export", "--format", "json", "site", "-o", "/dev/stdout"])
            .args(force)
            .current_dir(folder.path())
            .env_clear()
            .stdout(fs::OpenOptions::new().append(true).open(&log).expect("a file"))
            .status();
        assert!(status.expect("it starts").success());
        assert_eq!(fs::read_to_string(&log).expect("text"), format!("before\n{}", wanted(folder.path())));
    }
}

#[test]
fn a_link_is_followed_and_stays_a_link() {
    let folder = small();
    let place = |name: &str| folder.path().join(name);
    fs::create_dir(place("real")).expect("a folder");
    fs::write(place("real/file"), "old").expect("a file");
    symlink("real/file", place("link")).expect("a link");
    symlink("real/new", place("dangling")).expect("a link");
    for (link, target) in [("link", "real/file"), ("dangling", "real/new")] {
        is_there_already(&export(folder.path(), &["-o", link]));
        is_well(&export(folder.path(), &["-o", link, "--force"]));
        assert!(fs::symlink_metadata(place(link)).expect("it is there").is_symlink());
        assert_eq!(fs::read_to_string(place(target)).expect("text"), wanted(folder.path()));
    }
    assert_eq!(names(&place("real")), ["file", "new"]);
    symlink("round", place("round")).expect("a link");
    assert_eq!(export(folder.path(), &["-o", "round", "--force"]).status.code(), Some(2));
}

#[test]
fn mode_owner_and_other_names_stay() {
    let folder = small();
    let file = folder.path().join("file");
    fs::write(&file, "old and longer than what comes".repeat(1000)).expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("a mode");
    // Only root gives files away.
    let _ = std::os::unix::fs::chown(&file, Some(4321), Some(1234));
    let before = fs::metadata(&file).expect("it is there");
    is_there_already(&export(folder.path(), &["-o", "file"]));
    is_well(&export(folder.path(), &["-o", "file", "--force"]));
    let after = fs::metadata(&file).expect("it is there");
    assert_eq!((after.mode(), after.uid(), after.gid()), (before.mode(), before.uid(), before.gid()));
    assert_eq!(fs::read_to_string(&file).expect("text"), wanted(folder.path()));

    fs::write(&file, "old and longer than what comes".repeat(1000)).expect("a file");
    fs::hard_link(&file, folder.path().join("other")).expect("a link");
    is_well(&export(folder.path(), &["-o", "file", "--force"]));
    assert_eq!(fs::read_to_string(folder.path().join("other")).expect("text"), wanted(folder.path()));
    assert_eq!(names(folder.path()), ["file", "other", "site"]);
}

#[test]
fn a_new_file_has_the_mode_that_the_person_wants() {
    let folder = small();
    let shell = format!("umask 027; exec {} export site -o new.json", env!("CARGO_BIN_EXE_dylens"));
    assert!(Command::new("sh").args(["-c", &shell]).current_dir(folder.path()).status().expect("a shell").success());
    assert_eq!(fs::metadata(folder.path().join("new.json")).expect("it is there").mode() & 0o777, 0o640);
}

#[test]
fn what_a_killed_run_left_does_not_block_the_next() {
    let folder = small();
    // The process keeps its number when the shell becomes dylens.
    let shell =
        format!(": > .x.json.$$.part; : > x.json.$$.part; exec {} export site -o x.json", env!("CARGO_BIN_EXE_dylens"));
    let output = Command::new("/bin/sh").args(["-c", &shell]).current_dir(folder.path()).env_clear().output();
    let output = output.expect("a shell");
    is_well(&output);
    assert_eq!(fs::read_to_string(folder.path().join("x.json")).expect("text"), wanted(folder.path()));
}

#[test]
fn the_longest_name_of_a_file_can_be_given() {
    let folder = small();
    let name = "x".repeat(250) + ".json";
    for force in [&[][..], &["--force"]] {
        is_well(&export(folder.path(), &[&["-o", &name], force].concat()));
        assert_eq!(fs::read_to_string(folder.path().join(&name)).expect("text"), wanted(folder.path()));
    }
    let longer = "x".repeat(300);
    let output = export(folder.path(), &["-o", &longer]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).lines().count() == 1 && !said(&output).contains(".part"), "{}", said(&output));
}

#[test]
fn a_folder_is_never_taken_for_a_file() {
    let folder = small();
    for force in [&[][..], &["--force"]] {
        let output = export(folder.path(), &[&["-o", "site"], force].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("site cannot be written: is a directory"), "{}", said(&output));
    }
    assert_eq!(names(folder.path()), ["site"]);
}

#[test]
fn a_pipe_that_is_closed_early_is_no_trouble() {
    let folder = small();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let from = pipe.clone();
    let reader = std::thread::spawn(move || {
        let mut first = [0; 1];
        fs::File::open(from).and_then(|mut pipe| pipe.read_exact(&mut first)).expect("a byte");
    });
    let mut child = Command::new(env!("CARGO_BIN_EXE_dylens"))
        .args(["export", "--demo", "--format", "html", "-o", "pipe"])
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().map(|mut input| input.flush()).transpose().expect("an input");
    assert!(child.wait().expect("it ends").success());
    reader.join().expect("no panic");
}
