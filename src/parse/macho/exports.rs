//! What a Mach-O file defines for others: the export trie, or the symbol table of files that have none.
//!
//! The trie's form is that of dyld's `MachOLoaded::trieWalk`: each node has what it exports, then its edges, each a
//! piece of name and the place of the next node.

use goblin::mach::symbols::{N_EXT, N_STAB, N_TYPE, N_UNDF};
use rustc_hash::FxHashSet;
use scroll::{Pread, Uleb128};

use super::{MOST_BYTES, Part, Strings, Tables};
use crate::parse::Window;

impl Tables {
    /// Which of these names does the file define for others?
    pub(super) fn exports(&self, file: &Window, names: &[&[u8]]) -> Vec<bool> {
        if let Some(trie) = self.exports {
            let trie = file.up_to(trie.offset, trie.len.min(MOST_BYTES) as usize);
            return names.iter().map(|name| contains(&trie, name)).collect();
        }
        let listed = self.symbols.and_then(|(symbols, strings)| self.listed(file, symbols, strings));
        let is_listed = |name: &&[u8]| listed.as_ref().is_some_and(|listed| listed.contains(*name));
        names.iter().map(is_listed).collect()
    }

    /// The names in the symbol table, which is where dyld looks in files older than the trie (10.6).
    fn listed(&self, file: &Window, symbols: Part, strings: Part) -> Option<FxHashSet<Vec<u8>>> {
        let size = if self.is_wide { 16 } else { 12 };
        let table = file.bytes(symbols.offset, symbols.len.min(MOST_BYTES) as usize)?;
        let text = file.bytes(strings.offset, strings.len.min(MOST_BYTES) as usize)?;
        let mut text = Strings::new(&text);
        let names = table.chunks_exact(size).filter_map(|entry| {
            let kind = entry[4];
            let is_exported = kind & N_EXT != 0 && kind & N_STAB == 0 && kind & N_TYPE != N_UNDF;
            let at = is_exported.then(|| entry.pread_with::<u32>(0, self.endian).ok()).flatten()?;
            text.at(at as usize).map(<[u8]>::to_vec)
        });
        Some(names.collect())
    }
}

/// Does a trie lead to this name?
fn contains(trie: &[u8], symbol: &[u8]) -> bool {
    let (mut at, mut rest) = (0, symbol);
    // Nodes do not overlap: a way that reads more than there is leads in circles.
    let mut unread = trie.len();
    loop {
        match step(trie, at, rest) {
            Some(Step::Here) => return true,
            Some(Step::To { node, rest: left, read }) if read <= unread => {
                (at, rest, unread) = (node, left, unread - read);
            }
            _ => return false,
        }
    }
}

enum Step<'a> {
    /// The name ends at this node, and the node exports something.
    Here,
    To {
        node: usize,
        rest: &'a [u8],
        /// How many bytes were looked at.
        read: usize,
    },
}

fn step<'a>(trie: &[u8], start: usize, rest: &'a [u8]) -> Option<Step<'a>> {
    let mut at = start;
    let terminal = usize::try_from(Uleb128::read(trie, &mut at).ok()?).ok()?;
    if rest.is_empty() && terminal > 0 {
        return Some(Step::Here);
    }
    at = at.checked_add(terminal)?;
    let edges = *trie.get(at)?;
    at += 1;
    for _ in 0..edges {
        let edge = trie.get(at..)?;
        let edge = &edge[..memchr::memchr(0, edge)?];
        at += edge.len() + 1;
        let node = usize::try_from(Uleb128::read(trie, &mut at).ok()?).ok()?;
        // Some linkers end a name that others start with by an empty edge.
        if let Some(rest) = rest.strip_prefix(edge) {
            return Some(Step::To { node, rest, read: at - terminal - start });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn a_name_may_end_with_an_empty_edge() {
        assert!(contains(b"\0\x01_a\0\x06\0\x02\0\x0e_b\0\x0e\x02\0\0\0", b"_a"));
        assert!(!contains(b"\0\x01_a\0\x06\0\x01_b\0\x0b\x02\0\0\0", b"_a"));
    }

    #[test]
    fn a_trie_that_leads_in_circles_past_long_names_is_left_soon() {
        let edges = vec![[&[b'x'; 1 << 16][..], b"\0\0"].concat(); 200].concat();
        let trie = [b"\0\xc9", &edges[..], b"\0\0"].concat();
        assert!((0..20).all(|_| !contains(&trie, b"_a")));
    }

    #[test]
    fn a_trie_that_leads_in_circles_or_is_cut_has_nothing() {
        assert!(!contains(b"\0\x01\0\0", b"_a"));
        for len in 0..TRIE.len() - 4 {
            assert!(!contains(&TRIE[..len], b"_PyInit_x"), "{len}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_damaged_trie_is_left_at_last(changes: Vec<(prop::sample::Index, u8)>, name in "[_aPx]{0,4}") {
            let mut trie = TRIE.to_vec();
            for (at, byte) in changes {
                *at.get_mut(&mut trie) = byte;
            }
            contains(&trie, name.as_bytes());
            contains(&trie, b"_PyInit_x");
        }
    }
}
