//! What a PE file takes from others: the import directory, and the directory of imports that are delayed until they are
//! first used.

use super::layout::Mapped;
use super::{Directory, Tables};
use crate::image::{Import, Name, Need, NeedKind, Origin};

/// More DLLs than any file needs; what a hostile table claims beyond is not read.
const MOST_NEEDS: u32 = 1 << 12;
/// More names than any file takes.
const MOST_IMPORTS: usize = 1 << 20;

/// A DLL that is needed, and the table of what is taken from it.
struct Descriptor {
    name: u32,
    kind: NeedKind,
    table: u32,
    /// What the table's addresses begin with: the base of old delayed imports, which count from 0.
    base: u32,
}

/// Every need in the order of the file, delayed ones last; and whether the lists end as they should.
pub(super) fn needs(mapped: &Mapped, imports: Directory, delayed: Directory, base: u64) -> (Vec<Need>, bool) {
    let (descriptors, mut is_whole) = descriptors(mapped, imports, delayed, base);
    let mut needs = Vec::with_capacity(descriptors.len());
    for descriptor in descriptors {
        match mapped.text(descriptor.name) {
            Some(name) => needs.push(Need { name: Name::from(&name), kind: descriptor.kind }),
            None => is_whole = false,
        }
    }
    (needs, is_whole)
}

/// Every name that is taken, need by need.
pub(super) fn symbols(tables: &Tables, mapped: &Mapped) -> Vec<Import> {
    let (descriptors, _) = descriptors(mapped, tables.imports, tables.delayed, tables.base);
    let mut imports = Vec::new();
    // Counted as `needs` counts.
    let readable = descriptors.into_iter().filter(|descriptor| mapped.text(descriptor.name).is_some());
    for (need, descriptor) in readable.enumerate() {
        let mut at = descriptor.table;
        while imports.len() < MOST_IMPORTS {
            let Some(symbol) = symbol(mapped, tables.is_wide, at, descriptor.base) else { break };
            imports.push(Import { symbol, origin: Origin::Need(need), is_weak: false });
            let Some(next) = at.checked_add(if tables.is_wide { 8 } else { 4 }) else { break };
            at = next;
        }
    }
    imports
}

/// What one entry of a table takes; none at its end.
fn symbol(mapped: &Mapped, is_wide: bool, at: u32, base: u32) -> Option<Name> {
    let (is_ordinal, entry) = match is_wide {
        true => mapped.long(at).map(|entry| (entry >> 63 == 1, entry as u32))?,
        false => mapped.word(at).map(|entry| (entry >> 31 == 1, entry))?,
    };
    if is_ordinal {
        return Some(Name::from(&format!("#{}", entry & 0xffff)));
    }
    // Two bytes before the name hint at its place among the exports.
    let name = entry.checked_sub(base).filter(|&entry| entry != 0)?;
    Some(Name::from(&mapped.text(name.checked_add(2)?)?))
}

fn descriptors(mapped: &Mapped, imports: Directory, delayed: Directory, base: u64) -> (Vec<Descriptor>, bool) {
    let mut found = Vec::new();
    let mut is_whole = list(imports.at, 20, |at| {
        let [lookup, name, addresses] = [0, 12, 16].map(|offset| at.checked_add(offset).and_then(|at| mapped.word(at)));
        let (name, addresses) = (name?, addresses?);
        if name == 0 || addresses == 0 {
            return Some(false);
        }
        // Old linkers wrote the table of addresses alone.
        let table = lookup.filter(|&lookup| lookup != 0).unwrap_or(addresses);
        found.push(Descriptor { name, kind: NeedKind::Normal, table, base: 0 });
        Some(true)
    });
    is_whole &= list(delayed.at, 32, |at| {
        let [flags, name, table] = [0, 4, 16].map(|offset| at.checked_add(offset).and_then(|at| mapped.word(at)));
        let (flags, name, table) = (flags?, name?, table?);
        if name == 0 {
            return Some(false);
        }
        // Before Visual C++ 7 these were addresses in memory.
        let base = if flags & 1 == 1 { 0 } else { base as u32 };
        let (name, table) = (name.wrapping_sub(base), table.wrapping_sub(base));
        found.push(Descriptor { name, kind: NeedKind::Delay, table, base });
        Some(true)
    });
    (found, is_whole)
}

/// Goes through a table of entries to its end; says whether there was one. An image without such a table has an empty one.
fn list(at: u32, size: u32, mut entry: impl FnMut(u32) -> Option<bool>) -> bool {
    if at == 0 {
        return true;
    }
    for index in 0..MOST_NEEDS {
        match at.checked_add(index * size).and_then(&mut entry) {
            Some(true) => {}
            Some(false) => return true,
            None => return false,
        }
    }
    false
}
