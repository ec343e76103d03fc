//! The members of wheels: inflated when they are opened, whole.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use zip::ZipReadOptions;
use zip::read::OwnedZipFileEntry;

use super::installed;
use crate::vfs::cursor::Cursor;
use crate::vfs::{FileSystem, VPath};

/// One file of a wheel.
pub(super) struct Member {
    wheel: VPath,
    entry: OwnedZipFileEntry,
    /// Its content, as long as anybody has it.
    bytes: Mutex<Weak<Vec<u8>>>,
}

impl Member {
    pub(super) fn new(wheel: &VPath, entry: OwnedZipFileEntry) -> Member {
        Member { wheel: wheel.clone(), entry, bytes: Mutex::default() }
    }

    pub(super) fn wheel(&self) -> &VPath {
        &self.wheel
    }

    /// As the archive spells it.
    pub(super) fn name(&self) -> &[u8] {
        self.entry.name_raw()
    }

    /// In bytes, inflated; as declared, which is checked when it is read.
    pub(super) fn len(&self) -> u64 {
        self.entry.size()
    }

    /// Would an installer make it a program? An archive that tells no modes leaves that open.
    pub(super) fn is_executable(&self) -> bool {
        installed(self.name()).starts_with(b"bin/") || self.entry.unix_mode().is_none_or(|mode| mode & 0o111 != 0)
    }

    /// Has it the same content, by length and checksum?
    pub(super) fn is_like(&self, other: &Member) -> bool {
        (self.entry.size(), self.entry.crc32()) == (other.entry.size(), other.entry.crc32())
    }

    /// The whole content. Whoever comes while it is inflated waits for it.
    pub(super) fn bytes(&self, fs: &dyn FileSystem) -> io::Result<Arc<Vec<u8>>> {
        let mut slot = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = slot.upgrade() {
            return Ok(bytes);
        }
        // No kind of its own: a member that cannot be inflated is there all the same.
        let bytes = self.inflated(fs).map_err(|error| io::Error::other(format!("damaged in the wheel: {error}")))?;
        let bytes = Arc::new(bytes);
        *slot = Arc::downgrade(&bytes);
        Ok(bytes)
    }

    fn inflated(&self, fs: &dyn FileSystem) -> io::Result<Vec<u8>> {
        let file = fs.open(&self.wheel)?;
        let mut cursor = Cursor::over(&*file)?;
        let mut reader = self.entry.as_ref().with_reader(&mut cursor, ZipReadOptions::default())?;
        let len = usize::try_from(self.len()).map_err(io::Error::other)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(len).map_err(io::Error::other)?;
        // One more than declared: the archive's word is not believed, and the checksum is compared at the end.
        (&mut reader).take(self.len() + 1).read_to_end(&mut bytes)?;
        match bytes.len() == len {
            true => Ok(bytes),
            false => Err(io::Error::other(format!("it does not inflate to the {len} bytes that it declares"))),
        }
    }
}
