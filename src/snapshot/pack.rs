//! Snapshots in fewer bytes: zstd or gzip, told by the name when they are written and by the bytes when they are read.

use std::borrow::Cow;
use std::io::{Read, Write};

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    Zstd,
    Gzip,
}

/// More than the snapshot of any environment seen (tens of megabytes), and less than what a bomb wants to become.
pub(super) const MOST_BYTES: usize = 1 << 30;

impl Packing {
    /// What a file of this name is packed with.
    pub fn named(name: &[u8]) -> Option<Packing> {
        if name.ends_with(b".zst") {
            return Some(Packing::Zstd);
        }
        name.ends_with(b".gz").then_some(Packing::Gzip)
    }

    /// What these first bytes are packed with.
    pub fn told(head: &[u8]) -> Option<Packing> {
        match head {
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
            [0x1f, 0x8b, ..] => Some(Packing::Gzip),
            _ => None,
        }
    }
}

/// Packs bytes as the name of their file asks for. The same bytes become the same bytes: no time, no name is kept.
pub fn packed(bytes: Vec<u8>, name: &[u8]) -> Vec<u8> {
    match Packing::named(name) {
        None => bytes,
        Some(Packing::Zstd) => zstd::bulk::compress(&bytes, 9).expect("memory can be compressed"),
        Some(Packing::Gzip) => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&bytes).and_then(|()| encoder.finish()).expect("memory can be compressed")
        }
    }
}

/// The bytes themselves; as they are where they are not packed.
///
/// # Errors
/// Where the packing is damaged or holds more than any snapshot; in words.
pub fn unpacked(bytes: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    let mut all = Vec::new();
    let read = match Packing::told(bytes) {
        None => return Ok(bytes.into()),
        Some(Packing::Zstd) => {
            zstd::Decoder::new(bytes).and_then(|decoder| decoder.take(MOST_BYTES as u64).read_to_end(&mut all))
        }
        Some(Packing::Gzip) => flate2::read::MultiGzDecoder::new(bytes).take(MOST_BYTES as u64).read_to_end(&mut all),
    };
    match read {
        Ok(MOST_BYTES) => Err("it unpacks to more than a gigabyte".into()),
        Ok(_) => Ok(all.into()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{packed, unpacked};

    #[test]
    fn what_is_packed_reads_back_whatever_it_is_called() {
        for name in ["x.dylens.json", "x.dylens.json.gz", "x.dylens.json.zst"] {
            let packed = packed(b"{\"snapshot\": 1}".to_vec(), name.as_bytes());
            assert_eq!(unpacked(&packed).as_deref(), Ok(&b"{\"snapshot\": 1}"[..]), "{name}");
        }
    }

    #[test]
    fn a_cut_file_is_no_snapshot() {
        for name in ["x.gz", "x.zst"] {
            let packed = packed(vec![b'x'; 1000], name.as_bytes());
            assert!(unpacked(&packed[..packed.len() - 4]).is_err(), "{name}");
        }
    }
}
