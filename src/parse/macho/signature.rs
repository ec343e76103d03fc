//! The code signature: is there one, and does it still fit the headers?
//!
//! Editing an install name (`install_name_tool`) changes the first page of a file; until it is signed again, arm64 Macs
//! refuse to map it. Only that page's hash is checked: it is what every edit of load commands changes. Layout: `xnu`,
//! `osfmk/kern/cs_blobs.h`; everything in it is big-endian.

use scroll::{BE, Pread};
use sha2::{Digest, Sha256};

use super::Part;
use crate::image::Signature;
use crate::parse::Window;

const SUPER_BLOB: u32 = 0xfade_0cc0;
const CODE_DIRECTORY: u32 = 0xfade_0c02;
/// `CS_HASHTYPE_SHA256`; `CS_HASHTYPE_SHA256_TRUNCATED` keeps its first 20 bytes.
const SHA256: u8 = 2;
const SHA256_TRUNCATED: u8 = 3;
/// Real signatures have a handful of blobs.
const MOST_BLOBS: u32 = 32;

pub(super) fn check(file: &Window, place: Part) -> Signature {
    let head = file.up_to(place.offset, 12);
    let word = |at: usize| head.pread_with::<u32>(at, BE).ok();
    let (Some(SUPER_BLOB), Some(count)) = (word(0), word(8)) else { return Signature::Absent };
    // A file may carry directories for several hashes; one that can be checked and does not fit is enough.
    let mut fits = (0..count.min(MOST_BLOBS)).filter_map(|index| first_page_fits(file, place, index));
    match fits.all(|fits| fits) {
        true => Signature::Present,
        false => Signature::Stale,
    }
}

/// Does the hash of the first page fit? None where the blob is no code directory with a known hash.
fn first_page_fits(file: &Window, place: Part, index: u32) -> Option<bool> {
    let entry = file.bytes(place.offset + 12 + u64::from(index) * 8, 8)?;
    let at = place.offset.checked_add(entry.pread_with::<u32>(4, BE).ok()?.into())?;
    let directory = file.bytes(at, 44)?;
    let word = |at: usize| directory.pread_with::<u32>(at, BE).ok();
    let (hash_len, hash_type, page) = (directory[36], directory[37], directory[39]);
    if word(0)? != CODE_DIRECTORY || !matches!(hash_type, SHA256 | SHA256_TRUNCATED) || !(10..=16).contains(&page) {
        return None;
    }
    let (hashes, slots, limit) = (word(16)?, word(28)?, word(32)?);
    if slots == 0 || hash_len > 32 {
        return None;
    }
    let wanted = file.bytes(at.checked_add(hashes.into())?, hash_len.into())?;
    let first = file.bytes(0, (1usize << page).min(limit as usize))?;
    Some(Sha256::digest(&first).starts_with(&wanted))
}
