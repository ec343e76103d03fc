//! Exports, as the explorer writes them: looked at first, never over another file, never half, and given up at a word.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::message::Msg;
use crate::export::{Excerpt, Format, Options, Paint};
use crate::scan::Scan;
use crate::vfs::save::{Unnamed, begin};

/// More lines than a preview shows.
const LINES: usize = 20;
/// How many bytes are written between two words on how far it is.
const STEP: usize = 1 << 18;

/// An export that is under way, as those see it who wait for it.
#[derive(Default)]
pub(super) struct Job {
    is_cancelled: AtomicBool,
    /// Locked while the file that is written becomes the one that is wanted: who cancels comes before that, or too late.
    part: Mutex<FileState>,
}

/// What there is of a file.
#[derive(Default)]
enum FileState {
    #[default]
    Nothing,
    /// It is being written, and is gone where this is dropped.
    Unnamed(Unnamed),
    Whole,
}

impl Job {
    /// Gives it up, at once: whatever its thread is still at, no file comes of it. The answer is false where it is there
    /// already.
    pub(super) fn cancel(&self) -> bool {
        let mut part = self.part.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_cancelled.store(true, Ordering::Relaxed);
        if matches!(*part, FileState::Whole) {
            return false;
        }
        *part = FileState::Nothing;
        true
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    fn go_on(&self) -> io::Result<()> {
        if self.is_cancelled() { Err(io::Error::other("cancelled")) } else { Ok(()) }
    }

    /// Makes the file that is written first.
    fn begin(&self, path: &Path) -> io::Result<File> {
        self.go_on()?;
        // Not under the lock: opening a pipe waits for its reader.
        let (file, unnamed) = begin(path, false)?;
        let mut part = self.part.lock().unwrap_or_else(PoisonError::into_inner);
        self.go_on()?;
        *part = FileState::Unnamed(unnamed);
        Ok(file)
    }

    /// Gives it its name, unless something else bears that by now.
    fn finish(&self, file: &mut File) -> io::Result<()> {
        let mut part = self.part.lock().unwrap_or_else(PoisonError::into_inner);
        self.go_on()?;
        let FileState::Unnamed(unnamed) = std::mem::take(&mut *part) else { return Ok(()) };
        unnamed.finish(file)?;
        *part = FileState::Whole;
        Ok(())
    }

    /// Nothing comes of it any more.
    fn drop_part(&self) {
        *self.part.lock().unwrap_or_else(PoisonError::into_inner) = FileState::Nothing;
    }
}

/// What a format writes, as long as nobody cancels.
struct Sink<'a> {
    job: &'a Job,
    tell: &'a dyn Fn(usize),
    bytes: Vec<u8>,
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.job.go_on()?;
        let before = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        if before / STEP < self.bytes.len() / STEP {
            (self.tell)(self.bytes.len());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is to be written, and how others follow it.
pub(super) struct Order<'a> {
    pub format: &'static Format,
    pub excerpt: Excerpt,
    pub job: &'a Job,
    /// Told how many bytes there are.
    pub tell: &'a dyn Fn(usize),
}

impl Order<'_> {
    fn bytes(&self, scan: &Scan, tell: &dyn Fn(usize)) -> Result<Vec<u8>, String> {
        let paint = Paint { color: false, ascii: false, width: 100 };
        let Excerpt { scope, folding } = self.excerpt.clone();
        let options = Options { scope, folding, ..Options::new(paint) };
        let mut sink = Sink { job: self.job, tell, bytes: Vec::new() };
        match (self.format.write)(scan, &options, &mut sink) {
            Ok(()) => Ok(sink.bytes),
            Err(error) => Err(format!("{} cannot be written: {error}", self.format.name)),
        }
    }

    /// How the format would look; nothing where nobody wants to know any more.
    pub(super) fn preview(&self, scan: &Scan) -> Option<Msg> {
        let msg = match self.bytes(scan, &|_| {}) {
            Ok(bytes) => {
                let first = String::from_utf8_lossy(&bytes[..bytes.len().min(8192)]).into_owned();
                let first = first.lines().take(LINES).map(str::to_owned).collect();
                Msg::Preview(self.format.name, bytes.len(), self.excerpt.extent(scan, self.format), first)
            }
            Err(what) => Msg::NoPreview(what),
        };
        (!self.job.is_cancelled()).then_some(msg)
    }

    /// What goes on the clipboard.
    pub(super) fn text(&self, scan: &Scan) -> Option<Msg> {
        let is_text = |bytes| String::from_utf8(bytes).map_err(|_| format!("{} is no text", self.format.name));
        let msg = Msg::Written(self.bytes(scan, self.tell).and_then(is_text));
        (!self.job.is_cancelled()).then_some(msg)
    }

    /// Writes a file that is not there yet, or through what is no regular file.
    pub(super) fn write(&self, scan: &Scan, path: &str) -> Option<Msg> {
        let written = self.bytes(scan, self.tell).and_then(|bytes| self.deliver(&bytes, &whole(path)));
        (written.is_ok() || !self.job.is_cancelled()).then_some(Msg::Exported(written))
    }

    fn deliver(&self, bytes: &[u8], path: &Path) -> Result<String, String> {
        let shown = path.display();
        let written = self.job.begin(path).and_then(|mut file| {
            let written = bytes.chunks(STEP).try_for_each(|bytes| {
                self.job.go_on()?;
                file.write_all(bytes)
            });
            written.and_then(|()| self.job.finish(&mut file)).inspect_err(|_| self.job.drop_part())
        });
        match written {
            Ok(()) => Ok(shown.to_string()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(format!("{shown} is there already: type another name"))
            }
            Err(error) => Err(format!("{shown} cannot be written: {error}")),
        }
    }
}

/// `~` is the home of the person, as in a shell.
pub(super) fn whole(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests;
