//! What a Mach-O file takes from others: chained fixups (since macOS 12), or bind opcodes.
//!
//! Forms are those of `mach-o/fixup-chains.h` and of the `BIND_OPCODE_…` constants in `mach-o/loader.h`. goblin's own
//! interpreter of bind opcodes trusts the places that it is told, and keeps no special ordinals.

use goblin::mach::bind_opcodes as op;
use rustc_hash::FxHashSet;
use scroll::{Pread, Sleb128, Uleb128};

use super::{MOST_BYTES, Part, Strings, Tables};
use crate::image::{Import, Name, Origin};
use crate::parse::Window;

/// More imports than any library has; what a hostile table claims beyond is not read.
const MOST_IMPORTS: usize = 1 << 20;

pub(super) fn read(tables: &Tables, file: &Window) -> Vec<Import> {
    let bytes = |part: Part| file.up_to(part.offset, part.len.min(MOST_BYTES) as usize);
    let mut imports = Vec::new();
    if let Some(part) = tables.fixups {
        chained(&bytes(part), &mut imports);
    }
    for (kind, part) in tables.binds.iter().enumerate() {
        if let Some(part) = part {
            bound(&bytes(*part), kind == 1, &mut imports);
        }
    }
    let mut seen = FxHashSet::default();
    imports.retain(|import| seen.insert((import.symbol.clone(), import.origin)));
    imports
}

/// `dyld_chained_fixups_header` and its import table; what cannot be read ends it.
pub(super) fn chained(bytes: &[u8], imports: &mut Vec<Import>) -> Option<()> {
    let word = |at: usize| bytes.pread_with::<u32>(at, scroll::LE).ok();
    let (table, strings, count, format, packing) = (word(8)?, word(12)?, word(16)?, word(20)?, word(24)?);
    let mut strings = Strings::new(bytes.get(strings as usize..)?);
    // Compressed names (1) were specified and never written.
    if packing != 0 {
        return None;
    }
    let size = match format {
        1 => 4,
        2 => 8,
        3 => 16,
        _ => return None,
    };
    for index in 0..(count as usize).min(MOST_IMPORTS) {
        let at = (table as usize).checked_add(index * size)?;
        let (ordinal, is_weak, name) = if format == 3 {
            let entry = bytes.pread_with::<u64>(at, scroll::LE).ok()?;
            let ordinal = entry as u16;
            // The highest values stand for the negative, special ordinals.
            let ordinal = if ordinal > 0xfff0 { ordinal.cast_signed().into() } else { i64::from(ordinal) };
            (ordinal, entry >> 16 & 1 == 1, (entry >> 32) as usize)
        } else {
            let entry = word(at)?;
            let ordinal = entry as u8;
            let ordinal = if ordinal > 0xf0 { ordinal.cast_signed().into() } else { i64::from(ordinal) };
            (ordinal, entry >> 8 & 1 == 1, (entry >> 9) as usize)
        };
        let symbol = Name::from(strings.at(name)?);
        imports.push(Import { symbol, origin: Origin::of(ordinal)?, is_weak });
    }
    Some(())
}

/// One symbol that bind opcodes put into pointers.
pub(super) struct Bind<'a> {
    pub name: &'a [u8],
    pub is_weak: bool,
    /// The library ordinal, at the time of the bind: linkers set it before the symbol or after it.
    pub ordinal: i64,
    /// The segment of the pointers, by its place among the load commands.
    pub segment: usize,
    /// Where the first pointer lies in the segment, in bytes.
    pub offset: u64,
    /// How many pointers there are, and how many bytes lie from one to the next.
    pub count: u64,
    pub stride: u64,
}

/// What bind opcodes take from where, each symbol once for each library in a row.
fn bound(bytes: &[u8], is_weak_table: bool, imports: &mut Vec<Import>) -> Option<()> {
    let mut last: Option<(*const u8, i64)> = None;
    walk(bytes, &mut |bind| {
        let this = (bind.name.as_ptr(), bind.ordinal);
        if last.replace(this) != Some(this) {
            let origin = if is_weak_table { Some(Origin::Weak) } else { Origin::of(bind.ordinal) };
            let import = |origin| Import { symbol: Name::from(bind.name), origin, is_weak: bind.is_weak };
            imports.extend(origin.map(import));
        }
        imports.len() < MOST_IMPORTS
    })
}

/// The bytes of a pointer: the places that opcodes of 32 bits name count for nobody.
const POINTER: u64 = 8;

/// Walks bind opcodes, and calls back for each bind until that says no. None where the opcodes are damaged.
pub(super) fn walk<'a>(bytes: &'a [u8], visit: &mut dyn FnMut(&Bind<'a>) -> bool) -> Option<()> {
    let (mut at, mut has_symbol) = (0, false);
    let mut bind = Bind { name: &[], is_weak: false, ordinal: 0, segment: 0, offset: 0, count: 1, stride: 0 };
    while at < bytes.len() {
        let byte = bytes[at];
        at += 1;
        let immediate = byte & op::BIND_IMMEDIATE_MASK;
        match byte & op::BIND_OPCODE_MASK {
            // Lazy binds have one of these after each symbol.
            op::BIND_OPCODE_DONE | op::BIND_OPCODE_SET_TYPE_IMM => {}
            op::BIND_OPCODE_SET_DYLIB_ORDINAL_IMM => bind.ordinal = i64::from(immediate),
            op::BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB => bind.ordinal = Uleb128::read(bytes, &mut at).ok()?.cast_signed(),
            op::BIND_OPCODE_SET_DYLIB_SPECIAL_IMM => {
                bind.ordinal =
                    if immediate == 0 { 0 } else { i64::from((immediate | op::BIND_OPCODE_MASK).cast_signed()) };
            }
            op::BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM => {
                let rest = &bytes[at..];
                bind.name = &rest[..memchr::memchr(0, rest)?];
                at += bind.name.len() + 1;
                bind.is_weak = immediate & op::BIND_SYMBOL_FLAGS_WEAK_IMPORT != 0;
                has_symbol = true;
            }
            op::BIND_OPCODE_SET_ADDEND_SLEB => {
                Sleb128::read(bytes, &mut at).ok()?;
            }
            op::BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB => {
                bind.segment = usize::from(immediate);
                bind.offset = Uleb128::read(bytes, &mut at).ok()?;
            }
            op::BIND_OPCODE_ADD_ADDR_ULEB => {
                bind.offset = bind.offset.wrapping_add(Uleb128::read(bytes, &mut at).ok()?);
            }
            opcode @ (op::BIND_OPCODE_DO_BIND
            | op::BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB
            | op::BIND_OPCODE_DO_BIND_ADD_ADDR_IMM_SCALED
            | op::BIND_OPCODE_DO_BIND_ULEB_TIMES_SKIPPING_ULEB) => {
                let mut number = || Uleb128::read(bytes, &mut at).ok();
                let (count, skipped) = match opcode {
                    op::BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB => (1, number()?),
                    op::BIND_OPCODE_DO_BIND_ADD_ADDR_IMM_SCALED => (1, u64::from(immediate) * POINTER),
                    op::BIND_OPCODE_DO_BIND_ULEB_TIMES_SKIPPING_ULEB => (number()?, number()?),
                    _ => (1, 0),
                };
                (bind.count, bind.stride) = (count, skipped.wrapping_add(POINTER));
                if has_symbol && !visit(&bind) {
                    return Some(());
                }
                bind.offset = bind.offset.wrapping_add(bind.stride.wrapping_mul(count));
            }
            // `BIND_OPCODE_THREADED`: subcode 0 has a count, 1 has nothing.
            _ if immediate == 0 => {
                Uleb128::read(bytes, &mut at).ok()?;
            }
            _ => {}
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MOST_BYTES, bound, chained};
    use crate::image::{Import, Origin};

    /// A table of imports that all have the same name.
    fn shared(name: &[u8], count: u32) -> Vec<u8> {
        let header = [0, 28, 28, 28 + count * 4, count, 1, 0];
        let words = header.into_iter().chain((0..count).map(|_| 1));
        [words.flat_map(u32::to_le_bytes).collect(), name.to_vec(), vec![0]].concat()
    }

    #[test]
    fn a_name_that_many_imports_share_is_not_copied_without_end() {
        let mut imports = Vec::new();
        chained(&shared(b"_a", 1000), &mut imports);
        assert_eq!(imports.len(), 1000);
        imports.clear();
        chained(&shared(&[b'a'; 1 << 17], 1000), &mut imports);
        assert!(imports.iter().map(|import| import.symbol.len() as u64).sum::<u64>() <= MOST_BYTES);
    }

    fn told(bytes: &[u8], is_weak_table: bool) -> Vec<(String, Origin)> {
        let mut imports = Vec::new();
        bound(bytes, is_weak_table, &mut imports).expect("whole opcodes");
        imports.iter().map(|import: &Import| (import.symbol.to_string(), import.origin)).collect()
    }

    /// `SET_DYLIB_ORDINAL_IMM` is 0x10, `SET_DYLIB_SPECIAL_IMM` 0x30, `SET_SYMBOL` 0x40, `DO_BIND` 0x90.
    #[test]
    fn the_ordinal_at_the_time_of_the_bind_counts() {
        let expected = [("_a".to_owned(), Origin::Need(1)), ("_b".to_owned(), Origin::Flat)];
        assert_eq!(told(b"\x12\x40_a\0\x90\x3e\x40_b\0\x90", false), expected);
        // As lld writes it.
        assert_eq!(told(b"\x40_a\0\x12\x90\x40_b\0\x3e\x90", false), expected);
    }

    #[test]
    fn a_symbol_that_is_bound_again_counts_once_for_each_library() {
        let bytes = b"\x11\x40_a\0\x90\x90\x12\x90\xc0\x02\x08";
        assert_eq!(told(bytes, false), [("_a".to_owned(), Origin::Need(0)), ("_a".to_owned(), Origin::Need(1))]);
    }

    #[test]
    fn a_definition_that_overrides_weak_ones_is_taken_from_nobody() {
        assert_eq!(told(b"\x48_a\0\x40_b\0\x90", true), [("_b".to_owned(), Origin::Weak)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_can_be_walked_as_bind_opcodes(bytes: Vec<u8>) {
            let mut imports = Vec::new();
            bound(&bytes, false, &mut imports);
            prop_assert!(imports.len() <= bytes.len());
        }

        #[test]
        fn any_words_can_be_read_as_chained_fixups(
            places in [0..80u32, 0..80u32], count: u32, format in 0..5u32, rest: Vec<u8>,
        ) {
            let header = [0, 28, places[0], places[1], count, format, 0].map(u32::to_le_bytes).concat();
            chained(&[header, rest].concat(), &mut Vec::new());
        }
    }
}
