//! A wheel's table of contents, and what makes it one that is refused (PEP 427, APPNOTE.TXT 4.3).
//!
//! Every bound is far beyond what real wheels reach (1 GB packed, 3 GB unpacked, a member of 1.5 GB, some ten thousand
//! members) and far below what would fill a machine.

use zip::CompressionMethod;
use zip::read::{Config, ZipFileEntry};
use zip::unstable::read::ZipIterable;

use super::installed;
use super::members::Member;
use crate::error::Error;
use crate::vfs::cursor::Cursor;
use crate::vfs::tree::is_unsafe;
use crate::vfs::{FileSystem, VPath};

const MOST_MEMBERS: usize = 200_000;
/// Bytes of one member, inflated.
const LARGEST_MEMBER: u64 = 4 << 30;
/// Bytes of all members, inflated.
const LARGEST_WHOLE: u64 = 16 << 30;
/// Bytes of all members for one of the wheel, where they are more than [`HARMLESS`]. Native code packs to a third or a
/// quarter, text to a tenth.
const HIGHEST_RATIO: u64 = 100;
const HARMLESS: u64 = 256 << 20;
/// Bytes that one byte of DEFLATE can stand for (RFC 1951: 258 for two codes of a bit each), and a few for its frame.
const DEFLATE_RATIO: u64 = 1032;

const AGAIN: &str = "download it again";
const ANOTHER: &str = "no installer should unpack it: get the wheel from where it is published";

/// The files of a wheel and where an installer would put each.
///
/// # Errors
/// Where it is no whole zip archive, and where a member's name, method or size is not to be trusted.
pub(super) fn members(fs: &dyn FileSystem, wheel: &VPath) -> Result<Vec<(VPath, Member)>, Error> {
    let unreadable = |error: std::io::Error| Error::new(format!("{wheel} cannot be read: {error}"), "make it readable");
    let file = fs.open(wheel).map_err(unreadable)?;
    let len = file.stat().map_err(unreadable)?.len;
    let cursor = Cursor::over(&*file).map_err(unreadable)?;
    let mut archive = ZipIterable::try_new(cursor, Config::default()).map_err(|_| {
        let mut start = [0; 512];
        let got = file.read_at(0, &mut start).unwrap_or_default();
        let kind = if wheel.file_name().ends_with(b".whl") { "wheel" } else { "zip archive" };
        Error::new(format!("{wheel} is no {kind}: {}", instead(&start[..got])), AGAIN)
    })?;
    if archive.len() > MOST_MEMBERS {
        return Err(Error::new(format!("{wheel} has {} members, more than any wheel", archive.len()), ANOTHER));
    }
    let cut = |error: &dyn std::fmt::Display| {
        Error::new(format!("{wheel} is damaged: its table of contents cannot be read to the end ({error})"), AGAIN)
    };
    let entries: Result<Vec<ZipFileEntry>, _> = archive.files().map_err(|error| cut(&error))?.collect();
    let entries = entries.map_err(|error| cut(&error))?;
    let refused = |what: String| Error::new(format!("{wheel}: {what}"), ANOTHER);
    let names: Result<Vec<VPath>, String> = entries.iter().map(check_member).collect();
    let names = names.map_err(refused)?;
    check_whole(&entries, &names, len).map_err(refused)?;
    let files = names.into_iter().zip(entries).filter(|(_, entry)| !entry.is_dir());
    let placed = |(name, entry): (VPath, ZipFileEntry<'static>)| {
        (VPath::new(&*installed(name.as_bytes())), Member::new(wheel, entry.into()))
    };
    Ok(files.map(placed).collect())
}

/// What a file is that is no zip archive, by its first bytes.
fn instead(start: &[u8]) -> &'static str {
    let text = start.trim_ascii_start().to_ascii_lowercase();
    match start {
        [] => "the file is empty",
        [b'P', b'K', 3, 4, ..] => "the end of the archive is missing, as of a download that was cut off",
        [0x1f, 0x8b, ..] => "it is a gzip archive, as source distributions are",
        _ if text.starts_with(b"<!doctype html") || text.starts_with(b"<html") => "it is an HTML page",
        _ if text.starts_with(b"version https://git-lfs") => "it is a Git LFS pointer; git lfs pull fetches the file",
        _ => "it is no zip archive",
    }
}

/// Judges a member by itself; gives its name without `.` and doubled slashes.
fn check_member(entry: &ZipFileEntry) -> Result<VPath, String> {
    // Names without the flag for UTF-8 are in code page 437 (APPNOTE.TXT, appendix D).
    let name = entry.name().map_or_else(|_| VPath::new(entry.name_raw()), |name| VPath::new(name.as_bytes()));
    if let Some(why) = is_unsafe(name.as_bytes(), "the wheel") {
        return Err(format!("the member {name} {why}"));
    }
    if entry.encrypted() {
        return Err(format!("the member {name} is encrypted"));
    }
    let (packed, unpacked) = (entry.compressed_size(), entry.size());
    let most = match entry.compression() {
        CompressionMethod::Stored => packed,
        CompressionMethod::Deflated => packed.saturating_mul(DEFLATE_RATIO),
        other => return Err(format!("the member {name} is packed by {other}; wheels are by DEFLATE or not at all")),
    };
    if unpacked > most.min(LARGEST_MEMBER) {
        return Err(format!("the member {name} declares {unpacked} bytes in {packed}, as a zip bomb does"));
    }
    Ok(name.folded())
}

/// Judges all members together: none twice, none inside another, not too much in all.
fn check_whole(entries: &[ZipFileEntry], names: &[VPath], len: u64) -> Result<(), String> {
    let mut files: Vec<&VPath> =
        names.iter().zip(entries).filter(|(_, it)| !it.is_dir()).map(|(name, _)| name).collect();
    files.sort();
    if let Some(pair) = files.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("the member {} is there twice", pair[0]));
    }
    let text = |entry: &ZipFileEntry| VPath::new(entry.name_raw());
    let mut by_place: Vec<&ZipFileEntry> = entries.iter().collect();
    by_place.sort_by_key(|entry| entry.header_start());
    // A local header is at least 30 bytes and the name.
    let end = |entry: &ZipFileEntry| {
        entry.header_start().saturating_add(30 + entry.name_raw().len() as u64).saturating_add(entry.compressed_size())
    };
    if let Some(pair) = by_place.windows(2).find(|pair| end(pair[0]) > pair[1].header_start()) {
        return Err(format!("the members {} and {} overlap, as in a zip bomb", text(pair[0]), text(pair[1])));
    }
    let unpacked = entries.iter().fold(0u64, |sum, entry| sum.saturating_add(entry.size()));
    if unpacked > LARGEST_WHOLE || unpacked > HARMLESS.max(len.saturating_mul(HIGHEST_RATIO)) {
        return Err(format!("its members declare {unpacked} bytes in {len}, as a zip bomb does"));
    }
    Ok(())
}
