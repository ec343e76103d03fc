//! PyInstaller's archive at the end of a program: its cookie and its table of contents (`CArchiveReader` in
//! `PyInstaller/archive/readers.py`, `pyi_archive.h` of the bootloader).

use std::io;

use super::{DEFLATE_RATIO, inflated, piece};
use crate::vfs::{FileSystem, ReadAt, VPath};

/// What the cookie begins with.
const MAGIC: &[u8; 8] = b"MEI\x0c\x0b\x0a\x0b\x0e";
/// Magic, length of the archive, place and length of the table, Python's version, name of its library.
const COOKIE: usize = 8 + 4 * 4 + 64;
/// Four numbers, a flag and a letter; the name follows.
const ENTRY: usize = 18;
/// The cookie stands at the end; signatures, and the sections that it was wrapped in, come after.
const FARTHEST: u64 = 64 << 20;
/// More than any table of contents.
const MOST_BYTES: u64 = 64 << 20;
const MOST_ENTRIES: usize = 200_000;
/// Bytes of an entry that is read whole: the modules of the largest programs take some hundred megabytes.
const LARGEST_ENTRY: u64 = 1 << 30;

/// An archive, by its table of contents.
#[derive(Clone, Debug, Default)]
pub struct CArchive {
    /// Where it begins in the program.
    start: u64,
    /// Major and minor version of its Python.
    pub python: (u16, u16),
    /// The library that the bootloader loads first: `libpython3.11.so.1.0`, `Python`, `python311.dll`.
    pub library: String,
    pub entries: Vec<ArchiveEntry>,
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveEntry {
    pub name: String,
    /// What it is: `b` a binary, `x` data, `n` a link, `z` the archive of Python modules, `m` and `M` a module, `s` a
    /// script, `o` an option of the bootloader.
    pub kind: u8,
    /// From the beginning of the archive.
    offset: u64,
    pub packed: u64,
    pub len: u64,
    pub is_packed: bool,
}

impl ArchiveEntry {
    pub fn is_binary(&self) -> bool {
        self.kind == b'b'
    }

    pub fn is_link(&self) -> bool {
        self.kind == b'n'
    }
}

impl CArchive {
    /// Looks for the cookie from the end of a program on, and reads the table of contents; none where there is no cookie.
    ///
    /// # Errors
    /// Where there is one and what it says cannot be: the program is cut off, or was never one.
    pub fn find(file: &dyn ReadAt) -> Option<Result<CArchive, String>> {
        let len = file.stat().ok()?.len;
        let at = cookie(file, len)?;
        Some(CArchive::read(file, at))
    }

    fn read(file: &dyn ReadAt, at: u64) -> Result<CArchive, String> {
        let damaged = |what: &str| format!("its archive is damaged: {what}");
        let cookie = piece(file, at, COOKIE as u64).map_err(|_| damaged("the cookie is cut off"))?;
        let word = |place: usize| u32::from_be_bytes(cookie[place..place + 4].try_into().unwrap_or_default());
        let (whole, place, length, python) = (word(8), word(12), word(16), word(20));
        let end = at + COOKIE as u64;
        let start = end.checked_sub(u64::from(whole)).ok_or_else(|| damaged("it is longer than the program"))?;
        let table = start + u64::from(place);
        if table + u64::from(length) > at || u64::from(length) > MOST_BYTES {
            return Err(damaged("its table of contents lies outside"));
        }
        let table = piece(file, table, length.into()).map_err(|_| damaged("its table of contents cannot be read"))?;
        let library = &cookie[24..];
        let library = &library[..library.iter().position(|&byte| byte == 0).unwrap_or(library.len())];
        let entries = entries(&table).ok_or_else(|| damaged("its table of contents makes no sense"))?;
        let outside = |entry: &&ArchiveEntry| entry.offset.saturating_add(entry.packed) > u64::from(whole);
        if let Some(entry) = entries.iter().find(outside) {
            return Err(damaged(&format!("{} lies outside", entry.name)));
        }
        let packed = entries.iter().fold(0u64, |sum, entry| sum.saturating_add(entry.packed));
        if packed > u64::from(whole) {
            return Err(damaged("its entries overlap"));
        }
        // 311 is 3.11, and 38 is 3.8: the number was two digits before Python 3.10.
        let python = if python >= 100 { (python / 100, python % 100) } else { (python / 10, python % 10) };
        let python = (python.0.min(99) as u16, python.1 as u16);
        Ok(CArchive { start, python, library: String::from_utf8_lossy(library).into_owned(), entries })
    }

    /// What a program of one file unpacks when it starts.
    pub fn unpacked(&self) -> impl Iterator<Item = &ArchiveEntry> {
        self.entries.iter().filter(|entry| matches!(entry.kind, b'b' | b'x' | b'n' | b'Z'))
    }

    /// Does it unpack anything? A program that lies in its folder has nothing but Python code with it.
    pub fn is_one_file(&self) -> bool {
        self.entries.iter().any(ArchiveEntry::is_binary)
    }

    /// The options of the bootloader: `pyi-contents-directory _internal`.
    pub fn option(&self, name: &str) -> Option<&str> {
        let options = self.entries.iter().filter(|entry| entry.kind == b'o');
        options.filter_map(|entry| entry.name.strip_prefix(name)?.strip_prefix(' ')).next()
    }

    /// Where an entry lies in the program, and how many bytes it takes there.
    pub fn place(&self, entry: &ArchiveEntry) -> (u64, u64) {
        (self.start + entry.offset, entry.packed)
    }

    /// The whole content of an entry.
    ///
    /// # Errors
    /// Where the program cannot be read, and where the entry is damaged or declares more than it can hold.
    pub fn bytes(&self, fs: &dyn FileSystem, program: &VPath, entry: &ArchiveEntry) -> io::Result<Vec<u8>> {
        if entry.len > LARGEST_ENTRY || entry.is_packed && entry.len > entry.packed.saturating_mul(DEFLATE_RATIO) {
            return Err(io::Error::other(format!("it declares {} bytes in {}", entry.len, entry.packed)));
        }
        let file = fs.open(program)?;
        let (offset, packed) = self.place(entry);
        let bytes = piece(&*file, offset, packed)?;
        if entry.is_packed { inflated(&bytes, entry.len) } else { Ok(bytes) }
    }
}

/// The place of the last cookie.
fn cookie(file: &dyn ReadAt, len: u64) -> Option<u64> {
    const BLOCK: u64 = 1 << 20;
    let mut end = len;
    let last = len.saturating_sub(FARTHEST);
    while end > last {
        let start = end.saturating_sub(BLOCK).max(last);
        // The magic may lie over the border of two blocks.
        let mut block = vec![0; (end - start) as usize + MAGIC.len() - 1];
        let got = file.read_at(start, &mut block).ok()?;
        if let Some(at) = memchr::memmem::rfind(&block[..got], MAGIC) {
            return Some(start + at as u64);
        }
        end = start;
    }
    None
}

/// Reads the lines of a table of contents; none where one of them cannot be.
fn entries(mut table: &[u8]) -> Option<Vec<ArchiveEntry>> {
    let mut entries = Vec::new();
    while !table.is_empty() {
        let length = u32::from_be_bytes(table.get(..4)?.try_into().ok()?) as usize;
        let line = table.get(..length).filter(|line| line.len() >= ENTRY)?;
        let word = |place: usize| u32::from_be_bytes(line[place..place + 4].try_into().unwrap_or_default());
        let name = &line[ENTRY..];
        let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
        entries.push(ArchiveEntry {
            name: String::from_utf8_lossy(&name[..end]).into_owned(),
            kind: line[17],
            offset: word(4).into(),
            packed: word(8).into(),
            len: word(12).into(),
            is_packed: line[16] != 0,
        });
        if entries.len() > MOST_ENTRIES {
            return None;
        }
        table = &table[length..];
    }
    Some(entries)
}
