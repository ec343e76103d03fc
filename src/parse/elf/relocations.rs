//! What relocations name symbols, for each processor (`elf_machine_type_class` in glibc's `sysdeps/*/dl-machine.h`).

use goblin::elf::header::{EM_386, EM_AARCH64, EM_ARM, EM_LOONGARCH, EM_PPC64, EM_RISCV, EM_S390, EM_X86_64};
use rustc_hash::{FxHashMap, FxHashSet};
use scroll::Pread;

use super::symbols::{RelocationTable, Tables};
use crate::image::Uses;
use crate::vfs::PagedFile;

/// More than any linker writes; what hostile tables claim beyond is not read.
const MOST_BYTES: u64 = 512 << 20;
/// So many bytes are read at once.
const PART: u64 = 1 << 20;

/// The numbers of the types that a loader treats apart; all others are addresses in data.
struct Types {
    none: &'static [u32],
    relative: u32,
    slot: u32,
    copy: u32,
    /// First and last of those for thread-local storage, which lie together; and others.
    tls: (u32, u32),
    more_tls: &'static [u32],
    /// Of those, the ones for storage at a fixed distance from the thread's pointer.
    static_tls: &'static [u32],
}

const fn types(machine: u16) -> Option<Types> {
    type Row = (&'static [u32], u32, u32, u32, (u32, u32), &'static [u32], &'static [u32]);
    let (none, relative, slot, copy, tls, more_tls, static_tls): Row = match machine {
        EM_X86_64 => (&[0, 38], 8, 7, 5, (16, 18), &[36], &[18]),
        EM_386 => (&[0], 8, 7, 5, (35, 37), &[14, 41], &[14, 37]),
        EM_AARCH64 => (&[0, 256], 1027, 1026, 1024, (1028, 1030), &[1031], &[1030]),
        EM_ARM => (&[0], 23, 22, 20, (17, 19), &[13], &[19]),
        EM_PPC64 => (&[0], 22, 21, 19, (68, 78), &[], &[73]),
        EM_S390 => (&[0], 12, 11, 9, (54, 56), &[], &[56]),
        EM_RISCV => (&[0], 3, 5, 4, (6, 11), &[12], &[10, 11]),
        EM_LOONGARCH => (&[0], 3, 5, 4, (6, 11), &[14], &[10, 11]),
        _ => return None,
    };
    Some(Types { none, relative, slot, copy, tls, more_tls, static_tls })
}

impl Types {
    /// How a relocation of this type uses its symbol; nothing where it names none.
    fn uses(&self, kind: u32) -> Option<Uses> {
        let nothing = Uses::default();
        match kind {
            kind if kind == self.relative || self.none.contains(&kind) => None,
            kind if kind == self.slot => Some(Uses { slot: true, ..nothing }),
            kind if kind == self.copy => Some(Uses { copy: true, ..nothing }),
            kind if self.more_tls.contains(&kind) || (self.tls.0..=self.tls.1).contains(&kind) => {
                Some(Uses { tls: true, static_tls: self.static_tls.contains(&kind), ..nothing })
            }
            _ => Some(Uses { data: true, ..nothing }),
        }
    }
}

/// The symbols, by their place in the symbol table, that the relocations name. None for a processor that is not known.
pub(super) fn used_symbols(file: &PagedFile, tables: &Tables) -> Option<FxHashMap<u32, Uses>> {
    let types = types(tables.machine)?;
    let mut used = FxHashMap::<u32, Uses>::default();
    for table in &tables.relocations {
        each(file, tables, table, &mut |symbol, kind| {
            if let Some(uses) = types.uses(kind).filter(|_| symbol != 0) {
                let known = used.entry(symbol).or_default();
                known.slot |= uses.slot;
                known.tls |= uses.tls;
                known.static_tls |= uses.static_tls;
                known.data |= uses.data;
                known.copy |= uses.copy;
            }
        });
    }
    Some(used)
}

/// The symbols, by their place in the symbol table, whose thread-local storage the file reaches at a fixed distance from the
/// thread's pointer; 0 is storage of its own without a name.
pub(super) fn static_tls(file: &PagedFile, tables: &Tables) -> FxHashSet<u32> {
    let mut found = FxHashSet::default();
    let Some(types) = types(tables.machine) else { return found };
    for table in &tables.relocations {
        each(file, tables, table, &mut |symbol, kind| {
            if types.static_tls.contains(&kind) {
                found.insert(symbol);
            }
        });
    }
    found
}

/// Calls back with symbol and type of each relocation of a table.
fn each(file: &PagedFile, tables: &Tables, table: &RelocationTable, tell: &mut dyn FnMut(u32, u32)) {
    let is_wide = tables.ctx.is_big();
    let entry = (if is_wide { 8 } else { 4 }) * if table.has_addends { 3 } else { 2 };
    let len = table.len.min(MOST_BYTES);
    let mut at = table.relative.saturating_mul(entry).min(len);
    while at < len {
        let wanted = (len - at).min(PART / entry * entry) as usize;
        let Some(start) = table.offset.checked_add(at) else { return };
        let bytes = file.once(start, wanted);
        for entry in bytes.chunks_exact(entry as usize) {
            let (symbol, kind) = match is_wide {
                true => {
                    let info: u64 = entry.pread_with(8, tables.ctx.le).unwrap_or(0);
                    ((info >> 32) as u32, info as u32)
                }
                false => {
                    let info: u32 = entry.pread_with(4, tables.ctx.le).unwrap_or(0);
                    (info >> 8, info & 0xff)
                }
            };
            tell(symbol, kind);
        }
        if bytes.len() < wanted {
            return;
        }
        at += wanted as u64;
    }
}

#[cfg(test)]
mod tests {
    use goblin::elf::header::{EM_386, EM_X86_64};

    use super::types;

    #[test]
    fn relocations_of_i386_say_how_their_symbol_is_used() {
        let types = types(EM_386).expect("a processor that is known");
        let uses = |kind| types.uses(kind);
        // NONE, RELATIVE
        assert!(uses(0).is_none() && uses(8).is_none());
        // 32, PC32, GLOB_DAT
        assert!([1, 2, 6].into_iter().all(|kind| uses(kind).is_some_and(|uses| uses.data)));
        assert!(uses(7).is_some_and(|uses| uses.is_deferrable()));
        assert!(uses(5).is_some_and(|uses| uses.copy));
        // TLS_TPOFF, TLS_DTPMOD32, TLS_DTPOFF32, TLS_TPOFF32, TLS_DESC
        for (kind, is_static) in [(14, true), (35, false), (36, false), (37, true), (41, false)] {
            assert!(uses(kind).is_some_and(|uses| uses.tls && !uses.data && uses.static_tls == is_static), "{kind}");
        }
    }

    #[test]
    fn the_same_numbers_mean_other_things_for_other_processors() {
        let types = types(EM_X86_64).expect("a processor that is known");
        assert!(types.uses(14).is_some_and(|uses| uses.data) && types.uses(36).is_some_and(|uses| uses.tls));
        assert!(types.uses(41).is_some_and(|uses| uses.data && !uses.tls));
    }
}
