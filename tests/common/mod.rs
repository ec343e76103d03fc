//! What several tests need: a world written as text, scanned or laid out on disk.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::path::Path;
use std::process::Output;
#[cfg(feature = "cli")]
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dylens::discover::{Machine, Request};
use dylens::export::{Format, Options, Paint};
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::vfs::{FileSystem, Kind, Memory, VPath};
use dylens::world::text;

/// Scans a world written as text; its settings say what is looked at.
pub fn scan(world: &str) -> Scan {
    scan_for(world, &Request::default())
}

/// Scans what is asked for of a world written as text.
pub fn scan_for(world: &str, request: &Request) -> Scan {
    let world = text::read(world).expect("the world is well written");
    let machine = Machine::described(&world.settings);
    let cancel = AtomicBool::new(false);
    let progress = Progress { tell: &|_| {}, cancel: &cancel };
    Scan::of(Arc::new(world.files), &machine, request, &progress).expect("there is something to scan")
}

/// What a format writes of a scan.
pub fn written(format: &Format, scan: &Scan, options: &Options) -> String {
    let mut bytes = Vec::new();
    (format.write)(scan, options, &mut bytes).expect("writing to memory succeeds");
    String::from_utf8(bytes).expect("every format is UTF-8")
}

/// No colors, lines of 100 columns.
pub fn plain() -> Options {
    Options::new(Paint { width: 100, ..Paint::default() })
}

/// The bytes of an image in the words of a text world.
pub fn elf(words: &str) -> Vec<u8> {
    let world = text::read(&format!("//- /x elf {words}\n")).expect("the world is well written");
    world.files.read(&VPath::new("/x"), usize::MAX).expect("the file can be read")
}

/// Lays a world written as text out on disk, below a folder of its own. Its links must be relative.
pub fn lay_out(world: &str) -> tempfile::TempDir {
    let world = text::read(world).expect("the world is well written");
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&world.files, &VPath::new("/"), folder.path());
    folder
}

fn copy(from: &Memory, directory: &VPath, to: &Path) {
    std::fs::create_dir_all(to).expect("the folder can be made");
    for entry in from.list(directory).expect("the folder is there") {
        let path = directory.join(&entry.name);
        let target = to.join(entry.name.to_string());
        match entry.kind {
            Kind::Directory => copy(from, &path, &target),
            #[cfg(unix)]
            Kind::Symlink => {
                let link = from.link(&path).expect("a link").to_string();
                std::os::unix::fs::symlink(link, &target).expect("the link can be made");
            }
            _ => {
                let bytes = from.read(&path, usize::MAX).expect("the file can be read");
                std::fs::write(&target, bytes).expect("the file can be written");
            }
        }
    }
}

/// Runs dylens in an empty environment: what it says may not depend on who runs the tests.
#[cfg(feature = "cli")]
pub fn dylens(directory: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dylens"))
        .args(words)
        .current_dir(directory)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

/// What it printed.
pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// What it complained of.
pub fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}
