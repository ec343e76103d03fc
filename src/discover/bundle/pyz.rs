//! PyInstaller's archive of Python modules: the names in its table of contents (`ZlibArchiveReader` in
//! `PyInstaller/loader/pyimod01_archive.py`).
//!
//! The table is what Python's `marshal` makes of a list or a dictionary, name → (kind, place, length); as much of that
//! format is read as is needed for it (`Python/marshal.c`).

/// The head: magic, Python's own magic, and the place of the table.
const MAGIC: &[u8] = b"PYZ\0";
/// A table within tables within tables: no archive goes deeper than three.
const DEEPEST: usize = 6;

/// The names of the modules in an archive; none where it is none, or damaged.
pub(super) fn names(archive: &[u8]) -> Option<Vec<String>> {
    let place = archive.strip_prefix(MAGIC)?.get(4..8)?;
    let place = u32::from_be_bytes(place.try_into().ok()?) as usize;
    let mut marshal = Marshal { rest: archive.get(place..)?, refs: Vec::new() };
    let Value::Many(entries) = marshal.value(0)? else { return None };
    let text = |value: &Value| match value {
        Value::Text(name) => Some(name.clone()),
        _ => None,
    };
    // A list of pairs, or a dictionary: its keys and values in turn.
    let names = entries.iter().filter_map(|entry| match entry {
        Value::Many(pair) => pair.first().and_then(text),
        entry => text(entry),
    });
    Some(names.collect())
}

#[derive(Clone)]
enum Value {
    Text(String),
    Many(Vec<Value>),
    Other,
}

struct Marshal<'a> {
    rest: &'a [u8],
    /// What was marked to be referred to later; only texts are.
    refs: Vec<Option<String>>,
}

impl Marshal<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn word(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?) as usize)
    }

    fn text(&mut self, len: usize) -> Option<Value> {
        Some(Value::Text(String::from_utf8_lossy(self.take(len)?).into_owned()))
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let kind = self.take(1)?[0];
        let slot = (kind & 0x80 != 0).then(|| {
            self.refs.push(None);
            self.refs.len() - 1
        });
        let value = match kind & 0x7f {
            b'z' | b'Z' => {
                let len = self.take(1)?[0];
                self.text(len.into())?
            }
            b'a' | b'A' | b'u' | b't' | b's' => {
                let len = self.word()?;
                self.text(len)?
            }
            b'i' => self.take(4).map(|_| Value::Other)?,
            b'I' => self.take(8).map(|_| Value::Other)?,
            b'l' => {
                let digits = self.word()? as u32 as i32;
                self.take(usize::try_from(digits.unsigned_abs()).ok()?.checked_mul(2)?).map(|_| Value::Other)?
            }
            b'N' | b'T' | b'F' => Value::Other,
            b'r' => {
                let at = self.word()?;
                self.refs.get(at)?.clone().map_or(Value::Other, Value::Text)
            }
            b')' => {
                let count = self.take(1)?[0];
                self.many(count.into(), depth)?
            }
            b'(' | b'[' => {
                let count = self.word()?;
                self.many(count, depth)?
            }
            b'{' => self.pairs(depth)?,
            _ => return None,
        };
        if let (Some(slot), Value::Text(text)) = (slot, &value) {
            self.refs[slot] = Some(text.clone());
        }
        Some(value)
    }

    fn many(&mut self, count: usize, depth: usize) -> Option<Value> {
        // Every value takes a byte at least: a count beyond that is a lie.
        if depth > DEEPEST || count > self.rest.len() {
            return None;
        }
        (0..count).map(|_| self.value(depth + 1)).collect::<Option<_>>().map(Value::Many)
    }

    /// A dictionary, up to its end mark, as its keys.
    fn pairs(&mut self, depth: usize) -> Option<Value> {
        let mut keys = Vec::new();
        while self.rest.first()? & 0x7f != b'0' {
            if depth > DEEPEST {
                return None;
            }
            keys.push(self.value(depth + 1)?);
            self.value(depth + 1)?;
        }
        self.take(1)?;
        Some(Value::Many(keys))
    }
}

#[cfg(test)]
mod tests {
    use super::names;

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
