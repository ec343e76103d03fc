//! floor THREADS FOLDER...: walks the folders, reads the needs of every ELF file with a native name, prints the counts.

use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;

#[derive(Default)]
struct Counts {
    files: AtomicUsize,
    images: AtomicUsize,
    needs: AtomicUsize,
}

/// Folders that wait, and how many threads are at work on one.
struct Queue {
    state: Mutex<(Vec<PathBuf>, usize)>,
    changed: Condvar,
}

impl Queue {
    fn take(&self) -> Option<PathBuf> {
        let mut state = self.state.lock().unwrap();
        loop {
            if let Some(folder) = state.0.pop() {
                state.1 += 1;
                return Some(folder);
            }
            if state.1 == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap();
        }
    }

    fn done(&self, found: Vec<PathBuf>) {
        let mut state = self.state.lock().unwrap();
        state.0.extend(found);
        state.1 -= 1;
        self.changed.notify_all();
    }
}

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let threads: usize =
        arguments.next().and_then(|count| count.to_str()?.parse().ok()).expect("floor THREADS FOLDER...");
    let queue = Queue { state: Mutex::new((arguments.map(PathBuf::from).collect(), 0)), changed: Condvar::new() };
    let counts = Counts::default();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut buffer = Vec::new();
                while let Some(folder) = queue.take() {
                    queue.done(walk(&folder, &counts, &mut buffer));
                }
            });
        }
    });
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!("files={} images={} needs={}", count(&counts.files), count(&counts.images), count(&counts.needs));
}

fn walk(folder: &Path, counts: &Counts, buffer: &mut Vec<u8>) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return folders };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            folders.push(entry.path());
        } else if kind.is_file() {
            counts.files.fetch_add(1, Ordering::Relaxed);
            if is_native(entry.file_name().as_bytes())
                && let Some(needs) = needs(&entry.path(), buffer)
            {
                counts.images.fetch_add(1, Ordering::Relaxed);
                counts.needs.fetch_add(needs, Ordering::Relaxed);
            }
        }
    }
    folders
}

fn is_native(name: &[u8]) -> bool {
    name.ends_with(b".so") || name.windows(4).any(|part| part == b".so.")
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// Reads the header with the segments, the dynamic section, and each name: what a loader reads before it searches.
fn needs(path: &Path, buffer: &mut Vec<u8>) -> Option<usize> {
    const DT_NEEDED: u64 = 1;
    const DT_STRTAB: u64 = 5;
    let file = File::open(path).ok()?;
    let mut start = [0; 4096];
    let len = file.read_at(&mut start, 0).ok()?;
    let start = &start[..len];
    if !start.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let (offset, count) =
        (word(start, 32)? as usize, usize::from(u16::from_le_bytes([*start.get(56)?, *start.get(57)?])));
    let (mut loads, mut dynamic) = (Vec::new(), None);
    for segment in start.get(offset..)?.chunks_exact(56).take(count) {
        let (from, address, size) = (word(segment, 8)?, word(segment, 16)?, word(segment, 32)?);
        match segment[0] {
            1 => loads.push((address, from, size)),
            2 => dynamic = Some((from, size as usize)),
            _ => {}
        }
    }
    let (from, size) = dynamic?;
    buffer.resize(size, 0);
    let got = file.read_at(buffer, from).ok()?;
    let (mut names, mut table) = (Vec::new(), 0);
    for entry in buffer[..got].chunks_exact(16) {
        match (word(entry, 0)?, word(entry, 8)?) {
            (0, _) => break,
            (DT_NEEDED, value) => names.push(value),
            (DT_STRTAB, value) => table = value,
            _ => {}
        }
    }
    let (address, from, _) =
        loads.into_iter().find(|&(address, _, size)| address <= table && table < address + size)?;
    let mut name = [0; 256];
    for at in &names {
        file.read_at(&mut name, table - address + from + at).ok()?;
    }
    Some(names.len())
}
