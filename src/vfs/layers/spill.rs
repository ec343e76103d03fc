//! What is kept of packed layers: a temporary file that has no name, and is gone with the process.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Extent;
use crate::vfs::disk::OpenFile;
use crate::vfs::{ReadAt, VPath};

/// Bytes that are kept at most.
const MOST_BYTES: u64 = 32 << 30;

/// The temporary file; made when the first byte is to be kept.
#[derive(Default)]
pub(super) struct Spill {
    file: Option<Arc<File>>,
    /// Bytes that are in it.
    len: u64,
}

pub(super) fn lock(spill: &Mutex<Spill>) -> MutexGuard<'_, Spill> {
    spill.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Spill {
    /// Keeps all that there is to read.
    pub(super) fn keep(&mut self, from: &mut impl Read) -> io::Result<Extent> {
        let file = match &self.file {
            Some(file) => file.clone(),
            None => self.file.insert(Arc::new(tempfile::tempfile()?)).clone(),
        };
        let offset = self.len;
        let mut limited = from.take(MOST_BYTES - self.len + 1);
        // Written where the last one ended; whoever reads says where.
        let len = io::copy(&mut limited, &mut &*file)?;
        (&*file).flush()?;
        self.len += len;
        if self.len > MOST_BYTES {
            return Err(io::Error::other(format!("more than {MOST_BYTES} bytes would have to be kept")));
        }
        Ok(Extent { file: None, offset, len })
    }

    pub(super) fn reader(&self) -> io::Result<Box<dyn ReadAt>> {
        let file = self.file.as_ref().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(OpenFile { file: file.try_clone()?, path: VPath::default() }))
    }
}
