//! A file as the readers of archives want it.

use std::io::{self, Read, Seek, SeekFrom};

use super::ReadAt;

/// A file with a place where it is, and some bytes read ahead.
pub(super) struct Cursor<'a> {
    file: &'a dyn ReadAt,
    len: u64,
    /// Bytes that are read at once.
    step: usize,
    at: u64,
    block: Vec<u8>,
    block_at: u64,
}

impl Cursor<'_> {
    /// Bytes that are read at once: a table of contents is read in a row.
    const BLOCK: usize = 64 << 10;
    /// Of an archive whose heads lie far apart.
    const SPARSE: usize = 4 << 10;

    pub(super) fn over(file: &dyn ReadAt) -> io::Result<Cursor<'_>> {
        Ok(Cursor { file, len: file.stat()?.len, step: Cursor::BLOCK, at: 0, block: Vec::new(), block_at: 0 })
    }

    /// As [`Cursor::over`], for what is mostly passed over.
    pub(super) fn sparse(file: &dyn ReadAt) -> io::Result<Cursor<'_>> {
        Ok(Cursor { step: Cursor::SPARSE, ..Cursor::over(file)? })
    }
}

impl Read for Cursor<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let is_read = (self.block_at..self.block_at + self.block.len() as u64).contains(&self.at);
        if !is_read {
            self.block.resize(self.step, 0);
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
