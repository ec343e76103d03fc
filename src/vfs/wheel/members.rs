//! The members of wheels: inflated when they are opened, whole.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use zip::ZipReadOptions;
use zip::read::OwnedZipFileEntry;

use super::installed;
use crate::vfs::{FileSystem, ReadAt, VPath};

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

/// A file as the archive's reader wants it: with a place where it is, and some bytes read ahead.
pub(super) struct Cursor<'a> {
    file: &'a dyn ReadAt,
    len: u64,
    at: u64,
    block: Vec<u8>,
    block_at: u64,
}

impl Cursor<'_> {
    const BLOCK: usize = 64 << 10;

    pub(super) fn over(file: &dyn ReadAt) -> io::Result<Cursor<'_>> {
        Ok(Cursor { file, len: file.stat()?.len, at: 0, block: Vec::new(), block_at: 0 })
    }
}

impl Read for Cursor<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let is_read = (self.block_at..self.block_at + self.block.len() as u64).contains(&self.at);
        if !is_read {
            self.block.resize(Self::BLOCK, 0);
            let got = self.file.read_at(self.at, &mut self.block);
            self.block.truncate(*got.as_ref().unwrap_or(&0));
            self.block_at = self.at;
            got?;
        }
        let ready = &self.block[(self.at - self.block_at) as usize..];
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Cursor<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
