//! A file of which pages are read as they are asked for, and kept: for tables that are searched by hash.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::{FileSystem, VPath};

/// In bytes. Symbol, string and hash tables of a small library lie within one or two pages.
const PAGE: u64 = 32 << 10;
/// Nothing behind this place of a file is read: real libraries stay far below it, sparse files do not.
const MOST_BYTES: u64 = 16 << 30;

/// A file that is read page by page. Not open between reads; a page that cannot be read has no bytes.
pub struct PagedFile {
    fs: Arc<dyn FileSystem>,
    path: VPath,
    /// In bytes.
    len: u64,
    pages: Vec<OnceLock<Box<[u8]>>>,
}

impl PagedFile {
    /// A file of this length in bytes; nothing is read yet.
    pub fn new(fs: Arc<dyn FileSystem>, path: VPath, len: u64) -> PagedFile {
        let len = len.min(MOST_BYTES);
        let count = len.div_ceil(PAGE) as usize;
        PagedFile { fs, path, len, pages: std::iter::repeat_with(OnceLock::new).take(count).collect() }
    }

    /// Exactly `count` bytes from `offset` on; none where the file ends before or cannot be read.
    pub fn bytes(&self, offset: u64, count: usize) -> Option<Cow<'_, [u8]>> {
        let part = self.part(offset)?;
        if let Some(bytes) = part.get(..count) {
            return Some(bytes.into());
        }
        let mut bytes = Vec::with_capacity(count.min(PAGE as usize));
        let mut part = part;
        loop {
            bytes.extend_from_slice(&part[..part.len().min(count - bytes.len())]);
            if bytes.len() == count {
                return Some(bytes.into());
            }
            part = self.part(offset.checked_add(bytes.len() as u64)?)?;
        }
    }

    /// Does the file have these bytes at `offset`?
    pub fn has(&self, offset: u64, bytes: &[u8]) -> bool {
        match self.part(offset) {
            Some(part) if part.len() >= bytes.len() => part.starts_with(bytes),
            _ => self.bytes(offset, bytes.len()).is_some_and(|found| *found == *bytes),
        }
    }

    /// The NUL-terminated string at `offset`, without its end; none where it is longer than `limit` bytes.
    pub fn string(&self, offset: u64, limit: usize) -> Option<Cow<'_, [u8]>> {
        let part = self.part(offset)?;
        if let Some(end) = memchr::memchr(0, &part[..part.len().min(limit)]) {
            return Some(part[..end].into());
        }
        let there = usize::try_from(self.len - offset).unwrap_or(limit).min(limit);
        let bytes = self.bytes(offset, there)?;
        let end = memchr::memchr(0, &bytes)?;
        Some(bytes[..end].to_vec().into())
    }

    /// Reads `count` bytes from `offset` on without keeping them; fewer where the file ends or fails.
    pub fn once(&self, offset: u64, count: usize) -> Vec<u8> {
        let count = count.min(usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX));
        let mut bytes = vec![0; count];
        let read = self.fs.open(&self.path).and_then(|file| file.read_at(offset, &mut bytes));
        bytes.truncate(read.unwrap_or(0));
        bytes
    }

    /// What the page that holds `offset` has from there on; never empty.
    fn part(&self, offset: u64) -> Option<&[u8]> {
        let number = usize::try_from(offset / PAGE).ok()?;
        let page = self.pages.get(number)?.get_or_init(|| self.once(offset / PAGE * PAGE, PAGE as usize).into());
        page.get((offset % PAGE) as usize..).filter(|part| !part.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vfs::Memory;

    fn paged(bytes: Vec<u8>, len: u64) -> PagedFile {
        let (mut memory, path) = (Memory::new(), VPath::new("/x"));
        memory.file(&path, bytes);
        PagedFile::new(Arc::new(memory), path, len)
    }

    #[test]
    fn what_spans_two_pages_is_read_as_one() {
        let bytes: Vec<u8> = (0..3 * PAGE as usize).map(|at| (at % 251) as u8).collect();
        let file = paged(bytes.clone(), bytes.len() as u64);
        for (at, count) in [(0, 4), (PAGE as usize - 2, 4), (5, 2 * PAGE as usize), (3 * PAGE as usize - 4, 4)] {
            assert_eq!(file.bytes(at as u64, count).as_deref(), Some(&bytes[at..at + count]), "{at}");
            assert!(file.has(at as u64, &bytes[at..at + count]), "{at}");
        }
        assert_eq!(file.bytes(3 * PAGE - 3, 4), None);
    }

    #[test]
    fn a_string_ends_at_its_zero_or_is_none() {
        let mut bytes = vec![b'a'; PAGE as usize + 10];
        bytes[PAGE as usize + 3] = 0;
        let file = paged(bytes.clone(), bytes.len() as u64);
        assert_eq!(file.string(PAGE - 2, 100).as_deref(), Some(&b"aaaaa"[..]));
        assert_eq!(file.string(PAGE - 2, 5), None);
        assert_eq!(file.string(PAGE + 5, 100), None);
    }

    #[test]
    fn a_file_that_is_shorter_than_it_was_is_a_short_read() {
        let file = paged(vec![1; 10], 5 * PAGE);
        assert_eq!(file.bytes(8, 4), None);
        assert_eq!(file.bytes(4 * PAGE, 1), None);
        assert_eq!(file.once(8, 100), [1, 1]);
    }
}
