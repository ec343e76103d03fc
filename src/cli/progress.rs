//! One line on the error stream while a scan takes long; it is gone when the scan is done.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::args::Arguments;
use crate::survey::{Event, Phase, Progress};

/// What is over sooner needs no line.
const PATIENCE: Duration = Duration::from_millis(300);
const BETWEEN: Duration = Duration::from_millis(80);

struct Line {
    next: Instant,
    phase: Phase,
    files: usize,
    is_shown: bool,
}

/// Runs something long, telling how far it is where a person watches and has not asked for quiet.
pub(super) fn watched<T>(arguments: &Arguments, work: impl FnOnce(&Progress) -> T) -> T {
    let cancel = AtomicBool::new(false);
    if arguments.quiet || !io::stderr().is_terminal() {
        return work(&Progress { tell: &|_| {}, cancel: &cancel });
    }
    let line = Mutex::new(Line { next: Instant::now() + PATIENCE, phase: Phase::Reading, files: 0, is_shown: false });
    let done = work(&Progress { tell: &|event| tell(&line, event), cancel: &cancel });
    if line.lock().is_ok_and(|line| line.is_shown) {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    done
}

fn tell(line: &Mutex<Line>, event: Event) {
    // Another thread is telling already; what it tells is as good.
    let Ok(mut line) = line.try_lock() else { return };
    match event {
        Event::Folder(_) => {}
        Event::Files(files, _) => line.files = line.files.max(files),
        Event::Phase(phase) => line.phase = phase,
    }
    let now = Instant::now();
    if now >= line.next {
        line.next = now + BETWEEN;
        line.is_shown = true;
        let _ = write!(io::stderr(), "\r\x1b[Kdylens: {} ({} files)", line.phase.word(), line.files);
    }
}
