//! Nuitka's payload: the files of its `.dist` folder in one row, packed by zstd or not (`OnefileCompressor.py` writes it,
//! `OnefileBootstrap.c` reads it).
//!
//! The row does not say how it was made: whether a byte of flags comes before each length (everywhere but on Windows),
//! a checksum after it (where the files stay on disk between two starts), whether names are UTF-16 (Windows), and whether
//! each file is packed by itself. Only one way of reading leads from the first name to the empty one at the end.

use std::io::{self, Read};

use zstd::stream::read::Decoder;

use super::piece;
use crate::vfs::{FileSystem, ReadAt, VPath};

/// What a payload begins with, and what zstd begins with (RFC 8878).
const PACKED: &[u8; 7] = b"KAY\x28\xb5\x2f\xfd";
const PLAIN: &[u8; 3] = b"KAX";
const ZSTD: &[u8; 4] = b"\x28\xb5\x2f\xfd";
/// All files of a program lie in memory while it is looked at, as one stream has them all.
const MOST_BYTES: u64 = 2 << 30;
/// Bytes of one file for one of the payload: zstd packs zeros without end.
const HIGHEST_RATIO: u64 = 1000;
const LONGEST_NAME: usize = 4096;
const MOST_FILES: usize = 200_000;

/// One file of the folder.
pub(super) struct Unpacked {
    pub name: Vec<u8>,
    pub bytes: Vec<u8>,
    pub is_executable: bool,
    pub link: Option<Vec<u8>>,
}

/// So far into a program is anything looked for: files with holes have any length, and take no room.
pub const FARTHEST: u64 = 2 << 30;

/// Where a payload begins in a program; none where there is none.
pub fn find(file: &dyn ReadAt) -> Option<u64> {
    const BLOCK: usize = 4 << 20;
    let mut at = 0;
    loop {
        let mut block = vec![0; BLOCK];
        let got = file.read_at(at, &mut block).ok()?;
        let block = &block[..got];
        let found = memchr::memmem::find(block, PACKED);
        let plain = || memchr::memmem::find_iter(block, PLAIN).find(|&place| is_plain(&block[place..]));
        if let Some(place) = found.or_else(plain) {
            return Some(at + place as u64);
        }
        if got < BLOCK || at > FARTHEST {
            return None;
        }
        at += (BLOCK - LONGEST_NAME) as u64;
    }
}

/// Does a name follow that could be a program's, and what stands before every file?
fn is_plain(bytes: &[u8]) -> bool {
    let name = &bytes[PLAIN.len()..];
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(0);
    let is_name = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    let is_program = [&b".bin"[..], b".exe", b".so", b".dll", b".dylib"].iter().any(|it| name[..end].ends_with(it));
    end > 0 && end < 256 && is_program && name[..end].iter().all(is_name)
}

/// How a row is to be read.
#[derive(Clone, Copy)]
struct Reading {
    has_flags: bool,
    has_checksums: bool,
    is_wide: bool,
    /// Each file is packed by itself.
    is_archive: bool,
}

/// Unpacks all files.
pub(super) fn unpack(fs: &dyn FileSystem, program: &VPath, at: u64) -> Result<Vec<Unpacked>, String> {
    let damaged = |error: io::Error| format!("its payload cannot be read: {error}");
    let file = fs.open(program).map_err(damaged)?;
    let len = file.stat().map_err(damaged)?.len.saturating_sub(at);
    if len > MOST_BYTES {
        return Err(format!("its payload has {len} bytes, more than are read; look at its .dist folder"));
    }
    let bytes = piece(&*file, at, len).map_err(damaged)?;
    let body = &bytes[3..];
    let is_one_stream = body.starts_with(ZSTD);
    let row = if is_one_stream { unpacked(body, len.saturating_mul(HIGHEST_RATIO))? } else { body.to_vec() };
    let ways = [(false, false), (true, false), (false, true), (true, true)];
    let readings = ways.iter().flat_map(|&(has_checksums, is_wide)| {
        [false, true].map(|is_archive| Reading { has_flags: !is_wide, has_checksums, is_wide, is_archive })
    });
    let is_packed = bytes[2] == b'Y';
    let readings = readings.filter(|reading| !(reading.is_archive && (is_one_stream || !is_packed)));
    // Where the rest of the program follows, a wrong way may come to an end too early.
    readings
        .filter_map(|reading| files(&row, reading, is_one_stream))
        .min_by_key(|files| std::cmp::Reverse(files.len()))
        .ok_or_else(|| "its payload is laid out in a way that is not known".to_owned())
}

/// What zstd makes of a stream.
fn unpacked(packed: &[u8], most: u64) -> Result<Vec<u8>, String> {
    let most = most.min(MOST_BYTES);
    let damaged = |error: &dyn std::fmt::Display| format!("its payload is damaged: {error}");
    let decoder = Decoder::with_buffer(packed).map_err(|error| damaged(&error))?;
    let mut row = Vec::new();
    decoder.take(most + 1).read_to_end(&mut row).map_err(|error| damaged(&error))?;
    match row.len() as u64 > most {
        true => Err(format!("its payload unpacks to more than {most} bytes; look at its .dist folder")),
        false => Ok(row),
    }
}

/// Reads the row in one way; none where that does not lead to its end.
fn files(row: &[u8], reading: Reading, is_whole: bool) -> Option<Vec<Unpacked>> {
    let mut files = Vec::new();
    let mut rest = row;
    let mut left = MOST_BYTES.min((row.len() as u64).saturating_mul(HIGHEST_RATIO));
    loop {
        let name = text(&mut rest, reading.is_wide)?;
        if name.is_empty() {
            // Where one stream holds the row, nothing but padding comes after its end.
            let is_end = !is_whole || rest.iter().all(|&byte| byte == 0);
            return (is_end && !files.is_empty()).then_some(files);
        }
        let flags = if reading.has_flags { take(&mut rest, 1)?[0] } else { 0 };
        if flags > 3 || files.len() > MOST_FILES {
            return None;
        }
        let name = if reading.is_wide { name.replace('\\', "/") } else { name };
        let is_executable = flags & 1 != 0 || !reading.has_flags;
        if flags & 2 != 0 {
            let target = text(&mut rest, reading.is_wide)?;
            let link = Some(target.into_bytes());
            files.push(Unpacked { name: name.into_bytes(), bytes: Vec::new(), is_executable, link });
            continue;
        }
        let len = u64::from_le_bytes(take(&mut rest, 8)?.try_into().ok()?);
        if reading.has_checksums {
            take(&mut rest, 4)?;
        }
        let bytes = match reading.is_archive {
            true => {
                let packed = u32::from_le_bytes(take(&mut rest, 4)?.try_into().ok()?);
                left = left.checked_sub(len)?;
                let bytes = unpacked(take(&mut rest, packed as usize)?, len).ok()?;
                (bytes.len() as u64 == len).then_some(bytes)?
            }
            false => take(&mut rest, usize::try_from(len).ok()?)?.to_vec(),
        };
        files.push(Unpacked { name: name.into_bytes(), bytes, is_executable, link: None });
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

/// A text up to its zero.
fn text(rest: &mut &[u8], is_wide: bool) -> Option<String> {
    if !is_wide {
        let end = rest.iter().take(LONGEST_NAME).position(|&byte| byte == 0)?;
        let text = String::from_utf8(take(rest, end)?.to_vec()).ok()?;
        take(rest, 1)?;
        return Some(text);
    }
    let mut units = Vec::new();
    loop {
        match u16::from_le_bytes(take(rest, 2)?.try_into().ok()?) {
            0 => return String::from_utf16(&units).ok(),
            _ if units.len() > LONGEST_NAME => return None,
            unit => units.push(unit),
        }
    }
}
