//! What a Mach-O file defines for others: the export trie, or the symbol table of files that have none.
//!
//! The trie's form is that of dyld's `MachOLoaded::trieWalk`: each node has what it exports, then its edges, each a
//! piece of name and the place of the next node.

use goblin::mach::symbols::{N_EXT, N_STAB, N_TYPE, N_UNDF};
use rustc_hash::FxHashSet;
use scroll::{Pread, Uleb128};

use super::{MOST_BYTES, Part, Strings, Tables};
use crate::image::Name;
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

    /// Every name that the file defines for others, and whether another file's definition may serve in its place (C++).
    pub(super) fn exported_in(&self, file: &Window) -> Vec<(Name, bool)> {
        if let Some(trie) = self.exports {
            return names(&file.up_to(trie.offset, trie.len.min(MOST_BYTES) as usize));
        }
        let listed = self.symbols.and_then(|(symbols, strings)| self.listed(file, symbols, strings));
        listed.into_iter().flatten().map(|name| (Name::from(&name), false)).collect()
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

/// All names of a trie.
fn names(trie: &[u8]) -> Vec<(Name, bool)> {
    let (mut names, mut left) = (Vec::new(), MOST_BYTES as usize);
    // A node that two ways lead to is no trie's.
    let (mut seen, mut open) = (FxHashSet::default(), vec![(0, Vec::new())]);
    while let Some((at, name)) = open.pop() {
        if !seen.insert(at) || name.len() > left {
            continue;
        }
        left -= name.len();
        let Some(node) = Node::read(trie, at) else { continue };
        if let Some(flags) = node.flags {
            names.push((Name::from(&name), flags & EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION != 0));
        }
        open.extend(node.edges.into_iter().map(|(edge, to)| (to, [&name, edge].concat())));
    }
    names
}

/// `mach-o/loader.h`: one definition of several is everybody's.
const EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION: u64 = 4;

/// A node of a trie, read whole.
struct Node<'a> {
    /// Where a name ends here.
    flags: Option<u64>,
    /// A piece of name, and the place of the node that it leads to.
    edges: Vec<(&'a [u8], usize)>,
}

impl Node<'_> {
    fn read(trie: &[u8], start: usize) -> Option<Node<'_>> {
        let mut at = start;
        let terminal = usize::try_from(Uleb128::read(trie, &mut at).ok()?).ok()?;
        let flags = (terminal > 0).then(|| Uleb128::read(trie, &mut { at }).ok()).flatten();
        at = at.checked_add(terminal)?;
        let count = *trie.get(at)?;
        at += 1;
        let mut edges = Vec::new();
        for _ in 0..count {
            let edge = trie.get(at..)?;
            let edge = &edge[..memchr::memchr(0, edge)?];
            at += edge.len() + 1;
            edges.push((edge, usize::try_from(Uleb128::read(trie, &mut at).ok()?).ok()?));
        }
        Some(Node { flags, edges })
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

    use super::{MOST_BYTES, contains, names};

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

    #[test]
    fn all_names_of_a_trie_are_told_once() {
        let mut told: Vec<String> = names(TRIE).iter().map(|(name, _)| name.to_string()).collect();
        told.sort();
        assert_eq!(told, ["_PyInit_x", "_a"]);
        assert!(names(b"\0\x01\0\0").is_empty(), "in circles");
        assert!(names(b"\x02\x04\0\0").first().is_some_and(|(name, is_weak)| name.is_empty() && *is_weak));
    }

    #[test]
    fn names_that_share_long_pieces_are_not_copied_without_end() {
        // Each node has a thousand letters and two ways on to the next.
        let piece = [&[b'x'; 1000][..], b"\0"].concat();
        let mut trie = Vec::new();
        for node in 0..2000 {
            let next = ((node + 1) * 1009) as u32;
            let place = [next | 0x80, next >> 7 | 0x80, next >> 14 & 0x7f].map(|byte| byte as u8);
            trie.extend([&b"\x02\0\0\x01"[..], &piece, &place, b"\0"].concat());
        }
        let total: usize = names(&trie).iter().map(|(name, _)| name.len()).sum();
        assert!(total as u64 <= MOST_BYTES, "{total}");
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
            names(&trie);
        }
    }
}
