//! A scan that a person stops.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dylens::discover::{Machine, Request, discover};
use dylens::error::Error;
use dylens::scan::{Scan, scan_until_stopped};
use dylens::survey::{Event, Phase, Progress};
use dylens::vfs::{Entry, FileSystem, Memory, ReadAt, Stat, VPath};
use dylens::world::text;

/// How soon a scan has to answer that is stopped.
const SOON: Duration = Duration::from_millis(100);

/// A disk on which every file takes a moment to open.
struct SlowDisk {
    files: Memory,
    moment: Duration,
}

impl FileSystem for SlowDisk {
    fn list(&self, directory: &VPath) -> io::Result<Vec<Entry>> {
        self.files.list(directory)
    }
    fn stat(&self, path: &VPath) -> io::Result<Stat> {
        self.files.stat(path)
    }
    fn real(&self, path: &VPath) -> io::Result<VPath> {
        self.files.real(path)
    }
    fn link(&self, path: &VPath) -> io::Result<VPath> {
        self.files.link(path)
    }
    fn open(&self, path: &VPath) -> io::Result<Box<dyn ReadAt + '_>> {
        std::thread::sleep(self.moment);
        self.files.open(path)
    }
}

/// An environment of packages that fail, so that much is to be judged.
fn world() -> Memory {
    let mut world = "//- /v/pyvenv.cfg\nversion = 3.11.7\n".to_owned();
    for number in 0..400 {
        let folder = format!("/v/lib/python3.11/site-packages/p{number}");
        let before = number.max(1) - 1;
        world += &format!(
            "//- {folder}/_p.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__p needs:libgone.so\n\
             //- {folder}/__init__.py\nimport p{before}\nfrom . import _p\n"
        );
    }
    text::read(&world).expect("a world").files
}

/// Begins a scan, stops it a moment after this phase has begun, and tells what came of it and how long that took; the best of
/// three, as a machine may be busy.
fn stopped_in(phase: Option<Phase>) -> (Result<Scan, Error>, Duration) {
    let once = || {
        let cancel = AtomicBool::new(false);
        let begun = std::sync::Mutex::new(phase.is_none().then(Instant::now));
        let tell = |event: Event| {
            if matches!(event, Event::Phase(now) if Some(now) == phase) {
                *begun.lock().unwrap() = Some(Instant::now());
            }
        };
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let stopper = scope.spawn(|| {
                while !begun.lock().unwrap().is_some_and(|begun| begun.elapsed() > Duration::from_millis(30)) {
                    assert!(!is_over.load(Ordering::Relaxed), "it was over before it was stopped");
                    std::thread::sleep(Duration::from_millis(2));
                }
                cancel.store(true, Ordering::Relaxed);
                Instant::now()
            });
            // The disk is read for the longest in the phase that is looked at.
            let moment = if phase == Some(Phase::Diagnosing) { 0 } else { 3 };
            let target = move || {
                if phase.is_none() {
                    std::thread::sleep(Duration::from_secs(2));
                }
                let disk = SlowDisk { files: world(), moment: Duration::from_millis(moment) };
                let disk: Arc<dyn FileSystem> = Arc::new(disk);
                discover(&disk, &Machine::described(&[]), &Request::of(VPath::new("/v")))
            };
            let scan = scan_until_stopped(target, &Progress { tell: &tell, cancel: &cancel });
            let ended = Instant::now();
            is_over.store(true, Ordering::Relaxed);
            let stopped = stopper.join().expect("it stops the scan");
            (scan, ended.saturating_duration_since(stopped))
        })
    };
    (0..3).map(|_| once()).min_by_key(|(_, took)| *took).expect("three")
}

#[test]
fn a_scan_that_is_stopped_before_it_looks_says_so_at_once() {
    let (scan, took) = stopped_in(None);
    let error = scan.err().expect("nothing was looked at");
    assert!(error.what.contains("stopped before anything was read"), "{error}");
    assert!(took < SOON, "{took:?}");
}

#[test]
fn a_scan_that_is_stopped_shows_what_it_has_at_once() {
    for phase in [Phase::Reading, Phase::Diagnosing] {
        let (scan, took) = stopped_in(Some(phase));
        let scan = scan.expect("what it has");
        assert!(scan.is_partial && scan.findings.is_empty(), "{phase:?}");
        assert_eq!(scan.items.len() == 400, phase == Phase::Diagnosing);
        assert!(took < SOON, "{phase:?}: {took:?}");
    }
}

#[test]
fn a_scan_that_nobody_stops_is_whole() {
    let target = || {
        let files: Arc<dyn FileSystem> =
            Arc::new(text::read("//- /v/a.so elf x86_64 needs:libgone.so defines:PyInit_a\n").expect("a world").files);
        discover(&files, &Machine::described(&[]), &Request::of(VPath::new("/v")))
    };
    let scan = scan_until_stopped(target, &Progress::unwatched()).expect("a scan");
    assert!(!scan.is_partial && scan.findings.len() == 1);
}
