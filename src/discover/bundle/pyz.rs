//! PyInstaller's archive of Python modules: its table of contents, and their code (`ZlibArchiveReader` in
//! `PyInstaller/loader/pyimod01_archive.py`).
//!
//! The table is what Python's `marshal` makes of a list or a dictionary, name → (kind, place, length); each piece of code is
//! packed by zlib.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::ZlibDecoder;

use crate::python::marshal::{self, Value};

/// The head: magic, Python's own magic, and the place of the table.
const MAGIC: &[u8] = b"PYZ\0";
/// More than the code of any module.
const MOST_CODE: u64 = 64 << 20;

/// An archive in memory.
pub(super) struct Archive {
    bytes: Vec<u8>,
    entries: BTreeMap<String, ArchivedModule>,
}

/// Where the code of a module lies.
#[derive(Clone, Copy)]
struct ArchivedModule {
    kind: i64,
    place: usize,
    len: usize,
}

impl Archive {
    /// None where it is none, or damaged.
    pub fn read(bytes: Vec<u8>) -> Option<Archive> {
        let place = bytes.strip_prefix(MAGIC)?.get(4..8)?;
        let place = u32::from_be_bytes(place.try_into().ok()?) as usize;
        // Its parts are the same in every Python.
        let table = marshal::read(bytes.get(place..)?, true)?;
        let Value::Many(values) = &table else { return None };
        // A list of pairs, or a dictionary: its keys and values in turn.
        let pairs: Vec<(&Value, &Value)> = match values.first() {
            Some(Value::Many(_)) => {
                values.iter().filter_map(|pair| Some((pair.many().first()?, pair.many().get(1)?))).collect()
            }
            _ => values.chunks_exact(2).map(|pair| (&pair[0], &pair[1])).collect(),
        };
        let number = |value: &Value, at: usize| value.many().get(at).and_then(Value::int).unwrap_or(-1);
        let size = |value: &Value, at: usize| usize::try_from(number(value, at)).unwrap_or(0);
        let entry =
            |value: &Value| ArchivedModule { kind: number(value, 0), place: size(value, 1), len: size(value, 2) };
        let entries = pairs.iter().filter_map(|(name, value)| Some((name.text()?.to_owned(), entry(value)))).collect();
        Some(Archive { bytes, entries })
    }

    /// The names of its modules.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.entries.keys()
    }

    /// Python's own magic, which tells its version.
    pub fn python(&self) -> u16 {
        u16::from_le_bytes([self.bytes[4], self.bytes[5]])
    }

    /// Has it a module of this name?
    pub fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// Is this module a package? Before PyInstaller 4 that was all that was said (`PYZ_TYPE_PKG`, `PYZ_TYPE_NSPKG`).
    pub fn is_package(&self, name: &str) -> bool {
        self.entries.get(name).is_some_and(|entry| entry.kind == 1 || entry.kind == 3)
    }

    /// The compiled code of a module, as `marshal` writes it; none where it has none, or it was encrypted.
    pub fn code(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.get(name)?;
        let packed = self.bytes.get(entry.place..entry.place.checked_add(entry.len)?)?;
        let mut code = Vec::new();
        ZlibDecoder::new(packed).take(MOST_CODE).read_to_end(&mut code).ok()?;
        Some(code)
    }
}

#[cfg(test)]
mod tests {
    use super::Archive;

    fn names(bytes: &[u8]) -> Option<Vec<String>> {
        Some(Archive::read(bytes.to_vec())?.names().cloned().collect())
    }

    fn archive(table: &[u8]) -> Vec<u8> {
        [b"PYZ\0", &[0xa7, 0x0d, 0x0d, 0x0a], &12u32.to_be_bytes()[..], table].concat()
    }

    #[test]
    fn names_are_read_from_lists_and_dictionaries_and_by_reference() {
        // [("a", (1, 2)), ("b.c", ("a", None))]
        let list = b"[\x02\0\0\0)\x02\xda\x01a)\x02i\x01\0\0\0i\x02\0\0\0)\x02z\x03b.c)\x02r\0\0\0\0N";
        assert_eq!(names(&archive(list)).expect("a table"), ["a", "b.c"]);
        let dictionary = b"{\xda\x01a)\x02i\x01\0\0\0i\x02\0\0\0u\x02\0\0\0b1N0";
        assert_eq!(names(&archive(dictionary)).expect("a table"), ["a", "b1"]);
    }

    #[test]
    fn what_is_cut_off_or_lies_is_no_table() {
        for table in [&b""[..], b"[\xff\xff\xff\xff", b"[\x02\0\0\0)\x02z", b"z\x01a", b"?", b"{z\x01a"] {
            assert!(names(&archive(table)).is_none(), "{table:?}");
        }
        let deep = [&b"("[..], b"\x01\0\0\0"].concat().repeat(100_000);
        assert!(names(&archive(&deep)).is_none());
        assert!(names(b"PYZ\0").is_none());
        assert!(names(&[b"PYZ\0\0\0\0\0", &u32::MAX.to_be_bytes()[..]].concat()).is_none());
    }
}
