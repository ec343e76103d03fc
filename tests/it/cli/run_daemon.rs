//! `dylens run` ends with its command, whoever that leaves behind.

use std::fs;
use std::process::{Command, Output, Stdio};

/// Runs a script below dylens, with its output in pipes.
fn run(folder: &tempfile::TempDir, script: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dylens"))
        .args(["run", "--", "/bin/sh", "-c", script])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

/// A daemon of a script: it holds the script's output for half a minute, and says in a file that it did so to its end.
const DAEMON: &str = "(for i in $(seq 300); do sleep 0.1; WORK; done; touch over) & echo $! > number;";

/// Ends the daemon, which must not be over yet.
fn end_daemon(folder: &tempfile::TempDir) {
    assert!(!folder.path().join("over").exists(), "it waited until nobody held the pipe any more");
    let number = fs::read_to_string(folder.path().join("number")).expect("a number");
    assert!(Command::new("kill").arg(number.trim()).status().expect("kill").success());
}

fn daemon(work: &str, script: &str) -> String {
    DAEMON.replace("WORK", work) + script
}

#[test]
fn a_daemon_that_holds_the_pipe_does_not_hold_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(&folder, &daemon(":", "echo before; echo beside >&2; exit 3"));
    end_daemon(&folder);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(output.stdout, b"before\n");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("beside\n") && said.contains("the command failed"), "{said}");
}

#[test]
fn all_that_the_command_wrote_comes_through_though_a_daemon_goes_on_writing() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(&folder, &daemon("echo later", "seq 1 20000; exit 0"));
    end_daemon(&folder);
    let text = String::from_utf8(output.stdout).expect("UTF-8").replace("later\n", "");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines.last().copied(), output.status.code()), (20_000, Some("20000"), Some(0)));
}

#[test]
fn what_a_command_says_as_it_dies_is_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    let words = "ImportError: libnowhere.so.9: cannot open shared object file: No such file or directory";
    let output = run(&folder, &daemon(":", &format!("printf '{words}' >&2; kill -9 $$")));
    end_daemon(&folder);
    assert_eq!(output.status.code(), Some(128 + 9));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("library not found") || said.contains("1 failure"), "{said}");
}
