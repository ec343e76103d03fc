//! What a Mach-O library interposes: pairs of pointers, to a function of its own and to the one that this replaces
//! (`mach-o/dyld-interposing.h`).
//!
//! Which function is replaced is said by the symbol that the second pointer of a pair is bound to. Places are those of
//! `RuntimeState::appendInterposingTuples` of dyld-1378, sections those of `UnsafeHeader::forEachInterposingSection`. Images
//! of 32 bits, which no macOS since 10.15 runs, interpose nothing here.

use goblin::mach::load_command::{SIZEOF_SEGMENT_COMMAND_64, Section64, SegmentCommand64};
use scroll::{Endian, LE, Pread};

use super::{MOST_BYTES, Part, Tables, imports};
use crate::image::{Import, Name, Origin};
use crate::parse::Window;

/// `S_INTERPOSING` of `mach-o/loader.h`.
const S_INTERPOSING: u32 = 0xd;
const SECTION_TYPE: u32 = 0xff;
/// More than any library has; what a hostile header claims beyond is not read.
const MOST_PAIRS: usize = 1 << 12;
const PAIR: usize = 16;

/// A section of pairs.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// In the file.
    part: Part,
    /// The place of its segment among the load commands.
    segment: usize,
    /// Where it begins in its segment, in bytes.
    offset: u64,
}

/// The sections of a segment that interpose something.
pub(super) fn sections(segment: &SegmentCommand64, place: usize, command: &[u8], endian: Endian) -> Vec<Section> {
    let (mut found, mut at) = (Vec::new(), SIZEOF_SEGMENT_COMMAND_64);
    for _ in 0..segment.nsects {
        let Ok(section) = command.gread_with::<Section64>(&mut at, endian) else { break };
        let is_data = section.segname.starts_with(b"__DATA") || section.segname.starts_with(b"__AUTH");
        let is_named = is_data && section.sectname.starts_with(b"__interpose\0");
        if section.flags & SECTION_TYPE == S_INTERPOSING || is_named {
            let part = Part { offset: section.offset.into(), len: section.size };
            found.push(Section { part, segment: place, offset: section.addr.wrapping_sub(segment.vmaddr) });
        }
    }
    found
}

/// The symbols that are replaced, in order; what cannot be read is passed over.
pub(super) fn read(tables: &Tables, file: &Window) -> Vec<Import> {
    let bytes = |part: Part, most: u64| file.up_to(part.offset, part.len.min(most) as usize);
    let mut replaced = Vec::new();
    for section in &tables.interposing {
        let pairs = bytes(section.part, (MOST_PAIRS * PAIR) as u64);
        match (tables.fixups, tables.binds[0]) {
            (Some(fixups), _) => replaced.extend(chained(&bytes(fixups, MOST_BYTES), section, &pairs)),
            (None, Some(binds)) => replaced.extend(bound(&bytes(binds, MOST_BYTES), section, &pairs)),
            (None, None) => {}
        }
    }
    replaced
}

/// Pairs of a file with chained fixups: the pointers themselves say what they are bound to.
fn chained(fixups: &[u8], section: &Section, pairs: &[u8]) -> Vec<Import> {
    let mut imports = Vec::new();
    imports::chained(fixups, &mut imports);
    let Some(format) = PointerFormat::of_segment(fixups, section.segment) else { return Vec::new() };
    let symbols = pairs.chunks_exact(PAIR).filter_map(|pair| {
        let (replacement, replaced) = (pair.pread_with::<u64>(0, LE).ok()?, pair.pread_with::<u64>(8, LE).ok()?);
        // The library's own function is no symbol that it takes from elsewhere.
        let is_own = replacement != 0 && format.ordinal(replacement).is_none();
        imports.get(format.ordinal(replaced).filter(|_| is_own)?).cloned()
    });
    symbols.collect()
}

/// How chained pointers say what they are bound to (`mach-o/fixup-chains.h`).
#[derive(Clone, Copy)]
struct PointerFormat {
    /// The bit that tells a bind from a rebase.
    bind: u32,
    /// How many bits the place in the table of imports has.
    ordinal: u32,
}

impl PointerFormat {
    /// The format that `dyld_chained_starts_in_segment` names.
    fn of_segment(fixups: &[u8], segment: usize) -> Option<PointerFormat> {
        let word = |at: usize| fixups.pread_with::<u32>(at, LE).ok();
        let starts = word(4)? as usize;
        let count = word(starts)? as usize;
        let place = starts.checked_add(4 + segment.checked_mul(4)?).filter(|_| segment < count)?;
        let start = word(place).filter(|&start| start != 0)?;
        // Behind its size and the size of a page.
        match fixups.pread_with::<u16>(starts.checked_add(start as usize + 6)?, LE).ok()? {
            // `DYLD_CHAINED_PTR_64`, `_64_OFFSET`.
            2 | 6 => Some(PointerFormat { bind: 63, ordinal: 24 }),
            // `DYLD_CHAINED_PTR_ARM64E`, `_ARM64E_USERLAND`.
            1 | 9 => Some(PointerFormat { bind: 62, ordinal: 16 }),
            // `DYLD_CHAINED_PTR_ARM64E_USERLAND24`.
            12 => Some(PointerFormat { bind: 62, ordinal: 24 }),
            _ => None,
        }
    }

    /// The place in the table of imports that a pointer is bound to.
    fn ordinal(self, pointer: u64) -> Option<usize> {
        (pointer >> self.bind & 1 == 1).then_some((pointer & ((1 << self.ordinal) - 1)) as usize)
    }
}

/// Pairs of a file with bind opcodes: these say which pointer is bound to what.
fn bound(opcodes: &[u8], section: &Section, pairs: &[u8]) -> Vec<Import> {
    let mut replaced: Vec<Option<Import>> = vec![None; pairs.len() / PAIR];
    // Each pointer is bound once: who binds more goes round in circles.
    let mut left = 4 * MOST_PAIRS;
    imports::walk(opcodes, &mut |bind| {
        let first = bind.offset.wrapping_sub(section.offset);
        // A run that begins before the section and reaches into it is none that linkers write.
        if bind.segment == section.segment && first < pairs.len() as u64 && first % 8 == 0 {
            let places = (0..bind.count).map(|nth| first.wrapping_add(bind.stride.wrapping_mul(nth)));
            for place in places.take_while(|&place| place < pairs.len() as u64).take(left) {
                left -= 1;
                if place % PAIR as u64 != 8 {
                    continue;
                }
                let slot = replaced.get_mut((place / PAIR as u64) as usize);
                if let (Some(slot), Some(origin)) = (slot, Origin::of(bind.ordinal)) {
                    *slot = Some(Import { symbol: Name::from(bind.name), origin, is_weak: bind.is_weak });
                }
            }
        }
        left > 0
    });
    let is_replaced = |pair: &&[u8]| pair.pread_with::<u64>(0, LE).is_ok_and(|replacement| replacement != 0);
    let named = pairs.chunks_exact(PAIR).zip(replaced);
    named.filter(|(pair, _)| is_replaced(pair)).filter_map(|(_, import)| import).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Part, Section, bound, chained};

    const SECTION: Section = Section { part: Part { offset: 0, len: 48 }, segment: 1, offset: 0x10 };

    fn pairs(pointers: &[u64]) -> Vec<u8> {
        pointers.iter().flat_map(|pointer| pointer.to_le_bytes()).collect()
    }

    /// A table of the imports `_a` of the first library and `_b` of the second, and two segments, the second with pointers
    /// of a format.
    fn fixups(format: u16) -> Vec<u8> {
        let header = [0, 28, 60, 68, 2, 1, 0].map(u32::to_le_bytes).concat();
        let starts = [2u32, 0, 12].map(u32::to_le_bytes).concat();
        let segment = [&24u32.to_le_bytes()[..], &0x4000u16.to_le_bytes(), &format.to_le_bytes(), &[0; 12]].concat();
        let table = [1u32 | 1 << 9, 2 | 4 << 9].map(u32::to_le_bytes).concat();
        [header, starts, segment, table, b"\0_a\0_b\0".to_vec()].concat()
    }

    fn chained_names(format: u16, pointers: &[u64]) -> Vec<String> {
        let replaced = chained(&fixups(format), &SECTION, &pairs(pointers));
        replaced.iter().map(|import| import.symbol.to_string()).collect()
    }

    #[test]
    fn a_chained_pointer_says_which_import_it_is_bound_to() {
        assert_eq!(chained_names(6, &[0x4000, 1 << 63 | 1, 0x4010, 1 << 63]), ["_b", "_a"]);
        assert_eq!(chained_names(12, &[0x4000, 3 << 62 | 1]), ["_b"]);
        assert_eq!(chained_names(9, &[0x4000, 1 << 62 | 1 << 16]), ["_a"]);
    }

    #[test]
    fn a_pair_without_a_function_of_its_own_or_a_symbol_of_others_replaces_nothing() {
        for pointers in [[0, 1 << 63], [1 << 63, 1 << 63], [0x4000, 0x4010], [0x4000, 1 << 63 | 2]] {
            assert_eq!(chained_names(6, &pointers), [""; 0], "{pointers:x?}");
        }
        assert_eq!(chained_names(3, &[0x4000, 1 << 63]), [""; 0], "pointers of another size");
    }

    /// `SET_SEGMENT_AND_OFFSET` is 0x70, `DO_BIND` 0x90, `…_TIMES_SKIPPING` 0xc0.
    #[test]
    fn opcodes_say_which_pointer_is_bound_to_what() {
        let names = |opcodes: &[u8], pointers: &[u64]| -> Vec<String> {
            bound(opcodes, &SECTION, &pairs(pointers)).iter().map(|import| import.symbol.to_string()).collect()
        };
        let three = [0x4000, 0, 0x4010, 0, 0x4020, 0];
        assert_eq!(names(b"\x11\x40_a\0\x71\x18\x90\x40_b\0\x71\x28\x90", &three), ["_a", "_b"]);
        assert_eq!(names(b"\x11\x40_a\0\x71\x18\xc0\x03\x08", &three), ["_a", "_a", "_a"]);
        assert_eq!(names(b"\x11\x40_a\0\x71\x10\x90", &three), [""; 0], "the pointer to its own function");
        assert_eq!(names(b"\x11\x40_a\0\x70\x18\x90", &three), [""; 0], "another segment");
        assert_eq!(names(b"\x11\x40_a\0\x71\x18\x90", &[0, 0]), [""; 0], "no function of its own");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_can_be_read_as_pairs(opcodes: Vec<u8>, words in prop::collection::vec(0..90u32, 0..30), pointers: Vec<u64>) {
            bound(&opcodes, &SECTION, &pairs(&pointers));
            chained(&words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>(), &SECTION, &pairs(&pointers));
        }
    }
}
