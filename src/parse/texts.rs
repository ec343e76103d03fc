//! Bytes → which of some names stand in a file's constants, as C writes a text: between two zero bytes.

use aho_corasick::{AhoCorasick, MatchKind};

use super::{elf, pe};
use crate::vfs::ReadAt;

/// How much is read at a time, in bytes.
const CHUNK: usize = 1 << 16;
/// No name that is looked for is longer, in bytes.
const LONGEST: usize = 1024;

/// Names to look for, all at once.
#[derive(Debug)]
pub struct TextFinder {
    finder: AhoCorasick,
    len: usize,
}

impl TextFinder {
    /// Looks for these names; those that are empty or longer than any name are never found.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<TextFinder> {
        let texts: Vec<&[u8]> = names.into_iter().map(str::as_bytes).collect();
        let is_usable = |text: &&[u8]| !text.is_empty() && text.len() < LONGEST - 1;
        if !texts.iter().any(is_usable) {
            return None;
        }
        // The zero bytes around a text are no part of what is looked for: constants are full of them.
        let usable = texts.iter().map(|text| if is_usable(text) { text } else { &b"\xff\xff\xff\xff\xff\xff"[..] });
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(usable).ok()?;
        Some(TextFinder { finder, len: texts.len() })
    }

    /// Which of the names stand in a file, in their order. What cannot be read has none.
    pub fn find(&self, file: &dyn ReadAt, len: u64) -> Vec<bool> {
        let mut found = vec![false; self.len];
        let parts = elf::constants(file, len).or_else(|| pe::constants(file, len)).unwrap_or_else(|| vec![(0, len)]);
        for (start, end) in parts {
            self.look(file, start, end, &mut found);
        }
        found
    }

    fn look(&self, file: &dyn ReadAt, start: u64, end: u64, found: &mut [bool]) {
        let mut buffer = vec![0; CHUNK.min(end.saturating_sub(start) as usize)];
        let mut offset = start;
        while offset < end {
            let wanted = buffer.len().min((end - offset) as usize);
            let Ok(got @ 1..) = file.read_at(offset, &mut buffer[..wanted]) else { break };
            for text in self.finder.find_iter(&buffer[..got]) {
                // At the very start of a part nothing stands before it; elsewhere the chunk before has had its turn.
                let begins = text.start() == 0 && offset == start || text.start() > 0 && buffer[text.start() - 1] == 0;
                if begins && buffer[..got].get(text.end()) == Some(&0) {
                    found[text.pattern().as_usize()] = true;
                }
            }
            if got <= LONGEST || offset + got as u64 >= end {
                break;
            }
            offset += (got - LONGEST) as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, TextFinder};
    use crate::vfs::{FileSystem, Memory, VPath};

    fn found(bytes: Vec<u8>) -> Vec<bool> {
        let mut memory = Memory::new();
        let (path, len) = (VPath::new("/x.so"), bytes.len() as u64);
        memory.file(&path, bytes);
        let finder = TextFinder::new(["p.a", "p.b"]).expect("two names");
        finder.find(&*memory.open(&path).expect("the file"), len)
    }

    #[test]
    fn a_name_counts_where_it_is_the_whole_text() {
        assert_eq!(found(b"\0p.a\0p.b\0".to_vec()), [true, true]);
        assert_eq!(found(b"p.a\0x.p.b\0".to_vec()), [true, false]);
        assert_eq!(found(b"\0p.a.f\0p.bc\0".to_vec()), [false, false]);
    }

    #[test]
    fn a_name_that_two_reads_share_is_found() {
        for at in [CHUNK - 1030, CHUNK - 1024, CHUNK - 3, CHUNK - 1, CHUNK + 1] {
            let mut bytes = vec![0; at];
            bytes.extend(b"\0p.b\0");
            bytes.extend(vec![0; CHUNK]);
            assert_eq!(found(bytes), [false, true], "{at}");
        }
    }
}
