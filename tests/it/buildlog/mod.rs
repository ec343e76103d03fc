//! Logs of failed builds: what is recognized, whom it is tied to, what it comes to.

mod android;
mod compiling;
mod cython;
mod exceptions;
mod installers;
mod linux;
mod macos;
mod numpy;
mod others;
mod python;
mod reading;
mod remedies;
mod surroundings;
mod texts;
mod threads;
mod windows;

use dylens::buildlog::{Judged, Log, LogContext, Verdict, judge, read};
use dylens::command::Shell;
use dylens::discover::{Machine, Request};
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::vfs::VPath;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Reads a log.
fn log(text: &str) -> Log {
    read(&mut text.as_bytes()).expect("memory can be read")
}

/// What a log comes to by itself.
fn alone(text: &str) -> Vec<Judged> {
    judge(&log(text), None)
}

/// What a log comes to beside a world: `ROOT` and its files, one a line, indented for reading.
fn beside(text: &str, root: &str, world: &str) -> Vec<Judged> {
    judge(&log(text), Some(&LogContext::new(&scan(root, world))))
}

/// Scans one folder of a world. `MODULE` stands for a module for macOS, `DARWIN`, `LINUX` and `SITE` for what is long.
fn scan(root: &str, world: &str) -> Scan {
    let lines: Vec<&str> = world.lines().map(str::trim_start).collect();
    let text =
        lines.join("\n").replace("MODULE", "macho arm64 bundle").replace("LINUX", "cpython-311-x86_64-linux-gnu.so");
    let text = text.replace("DARWIN", "cpython-311-darwin.so").replace("SITE", "/env/lib/python3.11/site-packages");
    let world = dylens::world::text::read(&text).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(world.files), &machine, &Request::of(VPath::new(root)), &progress).expect("a scan")
}

/// What the first incident has to come to; parts of the sentence, the remedy and the command, `/` for none.
struct Expected<'a> {
    cause: &'a str,
    verdict: Verdict,
    file: &'a str,
    sentence: &'a str,
    remedy: &'a str,
    command: &'a str,
}

#[track_caller]
fn assert_first(judged: &[Judged], expected: &Expected) {
    let Some(first) = judged.first() else { panic!("no incident at all") };
    let told = format!("{first:#?}");
    assert_eq!(first.cause.word(), expected.cause, "{told}");
    assert_eq!(first.verdict, expected.verdict, "{told}");
    let file = first.file.as_ref().map(ToString::to_string).unwrap_or_default();
    assert_eq!(file, expected.file, "{told}");
    assert!(first.sentence.contains(expected.sentence), "“{}” is not in\n{}", expected.sentence, first.sentence);
    assert!(first.remedy.text.contains(expected.remedy), "“{}” is not in\n{}", expected.remedy, first.remedy.text);
    let command = first.remedy.lines(Shell::Sh).join("\n");
    assert!(command.contains(expected.command), "“{}” is not in\n{command}", expected.command);
}

/// Nothing in it is recognized.
#[track_caller]
fn assert_nothing(text: &str) {
    let judged = alone(text);
    assert!(judged.is_empty(), "{judged:#?}");
}
