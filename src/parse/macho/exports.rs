//! What a Mach-O file defines for others: the export trie, or the symbol table of files that have none.
//!
//! The trie's form is that of dyld's `MachOLoaded::trieWalk`: each node has what it exports, then its edges, each a
//! piece of name and the place of the next node.

use goblin::mach::symbols::{N_EXT, N_STAB, N_TYPE, N_UNDF};
use scroll::{Pread, Uleb128};

use super::{Part, Tables};
use crate::parse::Window;

/// The largest trie that is read: those of the largest frameworks take a few megabytes.
const MOST_BYTES: u64 = 64 << 20;
/// A name has fewer pieces; a trie that leads in circles has more.
const MOST_STEPS: usize = 4096;

impl Tables {
    pub(super) fn exports(&self, file: &Window, symbol: &[u8]) -> bool {
        match (self.exports, self.symbols) {
            (Some(trie), _) => contains(&file.up_to(trie.offset, trie.len.min(MOST_BYTES) as usize), symbol),
            (None, Some((symbols, strings))) => self.lists(file, symbols, strings, symbol).unwrap_or(false),
            (None, None) => false,
        }
    }

    /// Looks a name up in the symbol table, entry by entry, as dyld does for files older than the trie (10.6).
    fn lists(&self, file: &Window, symbols: Part, strings: Part, wanted: &[u8]) -> Option<bool> {
        let size = if self.is_wide { 16 } else { 12 };
        let table = file.bytes(symbols.offset, symbols.len.min(MOST_BYTES) as usize)?;
        let text = file.bytes(strings.offset, strings.len.min(MOST_BYTES) as usize)?;
        let names = table.chunks_exact(size).filter_map(|entry| {
            let kind = entry[4];
            let is_exported = kind & N_EXT != 0 && kind & N_STAB == 0 && kind & N_TYPE != N_UNDF;
            let at = is_exported.then(|| entry.pread_with::<u32>(0, self.endian).ok()).flatten()?;
            text.get(at as usize..)
        });
        let mut names = names;
        Some(names.any(|rest| rest.strip_prefix(wanted).is_some_and(|rest| rest.first() == Some(&0))))
    }
}

/// Does a trie lead to this name?
fn contains(trie: &[u8], symbol: &[u8]) -> bool {
    let mut rest = symbol;
    let mut at = 0;
    for _ in 0..MOST_STEPS {
        match step(trie, at, rest) {
            Some(Step::Here(is_exported)) => return is_exported,
            Some(Step::To { node, rest: left }) => (at, rest) = (node, left),
            None => return false,
        }
    }
    false
}

enum Step<'a> {
    /// The name ends at this node; does the node export something?
    Here(bool),
    To {
        node: usize,
        rest: &'a [u8],
    },
}

fn step<'a>(trie: &[u8], mut at: usize, rest: &'a [u8]) -> Option<Step<'a>> {
    let terminal = usize::try_from(Uleb128::read(trie, &mut at).ok()?).ok()?;
    if rest.is_empty() {
        return Some(Step::Here(terminal > 0));
    }
    at = at.checked_add(terminal)?;
    let edges = *trie.get(at)?;
    at += 1;
    for _ in 0..edges {
        let edge = trie.get(at..)?;
        let edge = &edge[..memchr::memchr(0, edge)?];
        at += edge.len() + 1;
        let node = usize::try_from(Uleb128::read(trie, &mut at).ok()?).ok()?;
        if let Some(rest) = rest.strip_prefix(edge) {
            return Some(Step::To { node, rest });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::contains;

    /// `_a`, and `_PyInit_x` behind the shared underscore.
    const TRIE: &[u8] = b"\0\x01_\0\x05\0\x02a\0\x14PyInit_x\0\x18\x02\0\0\0\x02\0\0\0";

    #[test]
    fn a_name_is_found_piece_by_piece_and_a_piece_alone_is_no_name() {
        assert!(contains(TRIE, b"_a"));
        assert!(contains(TRIE, b"_PyInit_x"));
        for other in [&b"_"[..], b"_b", b"_PyInit_", b"_PyInit_xy", b"a", b""] {
            assert!(!contains(TRIE, other), "{}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn a_trie_that_leads_in_circles_or_is_cut_has_nothing() {
        assert!(!contains(b"\0\x01\0\0", b"_a"));
        for len in 0..TRIE.len() - 4 {
            assert!(!contains(&TRIE[..len], b"_PyInit_x"), "{len}");
        }
    }
}
