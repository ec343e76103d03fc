//! The members of one tar archive, packed by gzip, zstd, bzip2 or not at all.

use std::io::{self, BufReader, Read};
use std::sync::Mutex;

use rustc_hash::FxHashMap;
use tar::{Archive, EntryType};

use super::Extent;
use super::spill::{self, Spill};
use crate::error::Error;
use crate::vfs::cursor::Cursor;
use crate::vfs::{ReadAt, VPath};

/// Members of one archive.
const MOST_MEMBERS: usize = 4_000_000;
/// Bytes of a path, and its parts.
const LONGEST_PATH: usize = 4096;
const MOST_PARTS: usize = 200;
/// Unpacked bytes for one of a packed layer, where they are more than [`HARMLESS`].
const HIGHEST_RATIO: u64 = 200;
const HARMLESS: u64 = 1 << 30;
/// Files up to this many bytes are kept whatever they are: sources and settings.
const SMALL: u64 = 256 << 10;
/// Bytes of a block of a tar archive.
const BLOCK: usize = 512;
/// Bytes that tell what a file is.
const HEAD: usize = 64;

/// Something in an archive, by its path from `/`.
pub(super) struct Member {
    pub path: VPath,
    pub what: What,
}

pub(super) enum What {
    Directory,
    Link(VPath),
    HardLink(VPath),
    Other,
    File {
        /// In bytes.
        len: u64,
        is_executable: bool,
        /// Where it can be read; none for what was passed over in a packed archive.
        kept: Option<Extent>,
        /// Its place in the list of members.
        number: usize,
    },
}

pub(super) fn unreadable(path: &VPath, error: &io::Error) -> Error {
    Error::new(format!("{path} cannot be read: {error}"), "make it readable, or write it again")
}

pub(super) fn refused(path: &VPath, what: &str) -> Error {
    Error::new(format!("{path}: {what}"), "nobody should unpack it: get the archive from where it is published")
}

/// Tells of each member, and whether the archive is packed.
///
/// # Errors
/// Where it is no tar archive, ends too early, or has a member whose name leads out of it.
pub(super) fn members(
    file: &dyn ReadAt,
    extent: &Extent,
    spill: &Mutex<Spill>,
    name: &VPath,
    tell: &mut dyn FnMut(Member),
) -> Result<bool, Error> {
    let damaged =
        |error: io::Error| Error::new(format!("{name} is damaged: {error}"), "write it again, or download it again");
    match unpacked(file, extent.len).map_err(damaged)? {
        Some(reader) => {
            let mut archive = Archive::new(reader);
            for (number, entry) in archive.entries().map_err(damaged)?.enumerate() {
                let mut entry = entry.map_err(damaged)?;
                let what = checked(&entry, number).map_err(|what| refused(name, &what))?;
                tell(kept(what, &mut entry, spill).map_err(damaged)?);
            }
            Ok(true)
        }
        None => {
            // Two empty blocks end every archive; of one that was cut off between members nothing else tells.
            let mut end = [0; BLOCK];
            let got = file.read_at(extent.len.saturating_sub(BLOCK as u64), &mut end).map_err(damaged)?;
            if got < BLOCK || end != [0; BLOCK] {
                return Err(damaged(io::Error::other("it is no tar archive, or its end is missing")));
            }
            let mut archive = Archive::new(Cursor::sparse(file).map_err(|error| unreadable(name, &error))?);
            for (number, entry) in archive.entries_with_seek().map_err(damaged)?.enumerate() {
                let mut entry = entry.map_err(damaged)?;
                let mut member = checked(&entry, number).map_err(|what| refused(name, &what))?;
                let offset = extent.offset + entry.raw_file_position();
                // The holes of a sparse file are not in the archive.
                if entry.header().entry_type().is_gnu_sparse() {
                    tell(kept(member, &mut entry, spill).map_err(damaged)?);
                    continue;
                }
                if let What::File { len, kept, .. } = &mut member.what {
                    if entry.raw_file_position().saturating_add(*len) > extent.len {
                        return Err(damaged(io::Error::other("it ends within a member")));
                    }
                    *kept = Some(Extent { file: extent.file.clone(), offset, len: *len });
                }
                tell(member);
            }
            Ok(false)
        }
    }
}

/// Keeps all that the first reading of a packed archive passed over.
pub(super) fn rest(file: &dyn ReadAt, len: u64, spill: &Mutex<Spill>) -> io::Result<FxHashMap<usize, Extent>> {
    let Some(reader) = unpacked(file, len)? else { return Ok(FxHashMap::default()) };
    let (mut archive, mut found) = (Archive::new(reader), FxHashMap::default());
    for (number, entry) in archive.entries()?.enumerate() {
        let mut entry = entry?;
        if entry.header().entry_type().is_file() && entry.size() > SMALL {
            let mut head = [0; HEAD];
            let got = read_up_to(&mut entry, &mut head)?;
            if !is_wanted(&head[..got]) {
                let extent = spill::lock(spill).keep(&mut (&head[..got]).chain(&mut entry))?;
                found.insert(number, extent);
            }
        }
    }
    Ok(found)
}

/// The content of a packed archive; none where it is not packed.
fn unpacked<'a>(file: &'a dyn ReadAt, len: u64) -> io::Result<Option<Box<dyn Read + 'a>>> {
    let mut magic = [0; 6];
    let got = file.read_at(0, &mut magic)?;
    let packed = || Cursor::over(file);
    let reader: Box<dyn Read + 'a> = match &magic[..got] {
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(packed()?)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Box::new(zstd::stream::read::Decoder::new(packed()?)?),
        [b'B', b'Z', b'h', ..] => Box::new(bzip2::read::MultiBzDecoder::new(packed()?)),
        _ => return Ok(None),
    };
    let most = HARMLESS.max(len.saturating_mul(HIGHEST_RATIO));
    Ok(Some(Box::new(BufReader::with_capacity(64 << 10, Bounded { reader, left: most }))))
}

/// Ends with an error where there is more to unpack than any layer has.
struct Bounded<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.reader.read(buffer)?;
        self.left = self.left.checked_sub(got as u64).ok_or_else(|| {
            io::Error::other("it unpacks to more than two hundred times its size, as an archive bomb does")
        })?;
        Ok(got)
    }
}

/// What a member is, where its name stays within the archive.
fn checked<R: Read>(entry: &tar::Entry<'_, R>, number: usize) -> Result<Member, String> {
    let path = inside(&entry.path_bytes())?;
    let link = || VPath::new(entry.link_name_bytes().unwrap_or_default());
    let kind = entry.header().entry_type();
    let what = match kind {
        EntryType::Directory => What::Directory,
        EntryType::Symlink => What::Link(link()),
        EntryType::Link => What::HardLink(inside(link().as_bytes())?),
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
            let is_executable = entry.header().mode().is_ok_and(|mode| mode & 0o111 != 0);
            What::File { len: entry.size(), is_executable, kept: None, number }
        }
        _ => What::Other,
    };
    match number {
        MOST_MEMBERS.. => Err(format!("it has more than {MOST_MEMBERS} members")),
        _ => Ok(Member { path, what }),
    }
}

/// A member's path from `/`.
fn inside(name: &[u8]) -> Result<VPath, String> {
    let shown = VPath::new(&name[..name.len().min(200)]);
    let parts = || name.split(|&byte| byte == b'/');
    if parts().any(|part| part == b"..") {
        return Err(format!("the member {shown} climbs out of the archive"));
    }
    if name.len() > LONGEST_PATH || parts().count() > MOST_PARTS || name.contains(&0) {
        return Err(format!("the member {shown} has a path that no system takes"));
    }
    Ok(VPath::new("/").join(VPath::new([b"/", name].concat()).folded()))
}

/// The member with its content kept, where that is likely to be asked for.
fn kept<R: Read>(mut member: Member, entry: &mut tar::Entry<'_, R>, spill: &Mutex<Spill>) -> io::Result<Member> {
    if let What::File { len, kept, .. } = &mut member.what {
        let mut head = [0; HEAD];
        let got = read_up_to(entry, &mut head)?;
        if *len <= SMALL || is_wanted(&head[..got]) {
            let extent = spill::lock(spill).keep(&mut (&head[..got]).chain(entry))?;
            if extent.len != *len {
                return Err(io::Error::other("it ends within a member"));
            }
            *kept = Some(extent);
        }
    }
    Ok(member)
}

/// Does a file that begins so belong to what is looked at? ELF, Mach-O, universal files, PE.
fn is_wanted(head: &[u8]) -> bool {
    const MAGICS: [&[u8]; 6] =
        [b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf", b"MZ"];
    MAGICS.iter().any(|magic| head.starts_with(magic))
}

fn read_up_to(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match from.read(&mut buffer[done..]) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}
