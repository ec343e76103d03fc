//! Symbols and versions on demand, through the file's own hash tables: one lookup reads a few dozen bytes.

use goblin::container::Ctx;
use goblin::elf::section_header::{SHT_GNU_VERDEF, SectionHeader};
use goblin::elf::sym::Sym;
use goblin::elf::symver::VerdefSection;
use scroll::Pread;
use scroll::ctx::SizeWith;

use super::Strings;
use crate::image::{Import, Name, Origin};
use crate::parse::Window;
use crate::vfs::ReadAt;

/// The longest chain that is followed; real ones have a handful of entries.
const MOST_STEPS: u32 = 1 << 16;
const MOST_VERSION_BYTES: usize = 1 << 20;
/// `Elf64_Verdef`, in both classes.
const SIZEOF_VERDEF: usize = 20;
/// How much text is read of one table, and handed out of it: entries without number may share one long name. TensorFlow's
/// strings take 79 MiB.
pub(super) const MOST_TEXT_BYTES: usize = 256 << 20;

/// Where an ELF file keeps its dynamic symbols: places in the file, not addresses.
#[derive(Clone, Debug)]
pub struct Tables {
    pub(super) ctx: Ctx,
    pub(super) gnu_hash: Option<u64>,
    pub(super) hash: Option<u64>,
    pub(super) symbols: Option<u64>,
    pub(super) strings: Option<u64>,
    pub(super) strings_len: u64,
    /// The version definitions: place and count.
    pub(super) versions: Option<(u64, u64)>,
    /// The notes on properties of the code: places and lengths.
    pub(super) notes: Vec<(u64, u64)>,
    /// `e_machine`.
    pub(super) machine: u16,
    /// The version of each symbol.
    pub(super) version_of: Option<u64>,
    /// The versions that are wanted: place and count of files.
    pub(super) wanted_versions: Option<(u64, u64)>,
    pub(super) relocations: Vec<RelocationTable>,
    /// `PT_TLS`.
    pub(super) tls: Option<TlsBlock>,
    pub(super) flags: BindingFlags,
}

/// A table of relocations: its place, its length in bytes, and the form of its entries.
#[derive(Clone, Copy, Debug)]
pub(super) struct RelocationTable {
    pub offset: u64,
    pub len: u64,
    pub has_addends: bool,
    /// So many at its start are relative and name no symbol.
    pub relative: u64,
}

/// What each thread has for a file: thread-local storage, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsBlock {
    pub len: u64,
    pub align: u64,
}

/// What a file's dynamic segment says of how its symbols are bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BindingFlags {
    /// `DT_SYMBOLIC` or `DF_SYMBOLIC`: its own definitions come first.
    pub is_symbolic: bool,
    /// `DT_BIND_NOW`, `DF_BIND_NOW` or `DF_1_NOW`.
    pub binds_now: bool,
    /// `DF_STATIC_TLS`.
    pub has_static_tls: bool,
}

/// The text at a place of a table, up to its zero; none where it lies outside, or no more than `left` may be read.
fn name_at(text: &[u8], at: usize, left: &mut usize) -> Option<Name> {
    let rest = text.get(at..)?;
    let rest = &rest[..rest.len().min(*left)];
    let end = memchr::memchr(0, rest);
    *left -= end.map_or(rest.len(), |end| end + 1);
    Some(Name::from(&rest[..end?]))
}

impl Tables {
    /// Does the file define this symbol for others?
    pub fn defines(&self, file: &dyn ReadAt, name: &[u8]) -> bool {
        self.defines_in(&Window::of(file), name)
    }

    /// As [`Tables::defines`], for a file whose beginning is at hand.
    pub(in crate::parse) fn defines_in(&self, file: &Window, name: &[u8]) -> bool {
        self.gnu_lookup(file, name).or_else(|| self.sysv_lookup(file, name)).unwrap_or(false)
    }

    /// The symbols that the file takes from elsewhere, with a binding that may fail or not. Linkers put them before those
    /// that it defines, which the hash table's first entry tells from them.
    pub fn undefined(&self, file: &dyn ReadAt) -> Vec<Import> {
        self.imports(file).into_iter().map(|(import, _)| import).collect()
    }

    /// Those of them that the linker knew to be functions, because it saw who defines them.
    pub fn undefined_functions(&self, file: &dyn ReadAt) -> Vec<Name> {
        const STT_FUNC: u8 = 2;
        let functions = self.imports(file).into_iter().filter(|(_, kind)| *kind == STT_FUNC);
        functions.map(|(import, _)| import.symbol).collect()
    }

    /// What is taken from elsewhere, with the type of each symbol.
    fn imports(&self, file: &dyn ReadAt) -> Vec<(Import, u8)> {
        const MOST_SYMBOLS: u32 = 1 << 20;
        const STB_WEAK: u8 = 2;
        let file = Window::of(file);
        let first_defined =
            self.gnu_hash.and_then(|table| self.word(&file, table.checked_add(4)?)).filter(|&at| at > 1);
        let all = || self.hash.and_then(|table| self.word(&file, table.checked_add(4)?));
        // Without either, the names follow the symbols, as linkers write them.
        let size = Sym::size_with(&self.ctx) as u64;
        let before_names = || Some((self.strings?.checked_sub(self.symbols?)? / size).min(MOST_SYMBOLS.into()) as u32);
        let count = first_defined.or_else(all).or_else(before_names).unwrap_or(0).min(MOST_SYMBOLS);
        let (Some(symbols), Some(strings)) = (self.symbols, self.strings) else { return Vec::new() };
        let table = file.up_to(symbols, count as usize * size as usize);
        let text = file.up_to(strings, self.strings_len.min(MOST_TEXT_BYTES as u64) as usize);
        let mut left = MOST_TEXT_BYTES;
        let import = |index: u32| {
            let symbol: Sym = table.pread_with(index as usize * size as usize, self.ctx).ok()?;
            let symbol_name = (symbol.st_shndx == 0).then(|| name_at(&text, symbol.st_name, &mut left)).flatten()?;
            let is_weak = symbol.st_info >> 4 == STB_WEAK;
            (!symbol_name.is_empty())
                .then_some((Import { symbol: symbol_name, origin: Origin::Flat, is_weak }, symbol.st_info & 0xf))
        };
        (1..count).filter_map(import).collect()
    }

    /// The names of dynamic symbols that begin so, whosever they are.
    pub fn names(&self, file: &dyn ReadAt, start: &[u8]) -> Vec<Name> {
        let Some(strings) = self.strings else { return Vec::new() };
        let text = Window::of(file).up_to(strings, self.strings_len.min(MOST_TEXT_BYTES as u64) as usize).into_owned();
        let is_start = |at: &usize| *at == 0 || text[at - 1] == 0;
        let name = |at: usize| Some(Name::from(&text[at..at + memchr::memchr(0, &text[at..])?]));
        memchr::memmem::find_iter(&text, start).filter(is_start).filter_map(name).collect()
    }

    /// Does a name of a dynamic symbol begin so? Looks through the names alone, whosever they are.
    pub fn mentions(&self, file: &dyn ReadAt, start: &[u8]) -> bool {
        !self.names(file, start).is_empty()
    }

    /// The symbol versions that the file defines (`DT_VERDEF`); none where it has no such table, in which case glibc
    /// only warns.
    pub fn defined_versions(&self, file: &dyn ReadAt) -> Option<Vec<Name>> {
        let (offset, count) = self.versions?;
        let strings = self.strings?;
        let file = Window::of(file);
        let table = file.up_to(offset, MOST_VERSION_BYTES);
        let section = SectionHeader {
            sh_type: SHT_GNU_VERDEF,
            sh_size: table.len() as u64,
            sh_info: count.min(u32::MAX.into()) as u32,
            ..SectionHeader::default()
        };
        let section = VerdefSection::parse(&table, &[section], self.ctx).ok()??;
        let most = table.len() / SIZEOF_VERDEF;
        let names = section.iter().take(most).filter_map(|version| Some(version.iter().next()?.vda_name as u64));
        let names: Vec<u64> = names.collect();
        // The table of strings may be larger than what is worth reading for a handful of names.
        let text = Strings::read(&file, strings, self.strings_len, names.iter().copied());
        Some(names.into_iter().filter_map(|at| text.get(at)).collect())
    }

    /// The levels of x86-64 that the file says it cannot do without (`GNU_PROPERTY_X86_ISA_1_NEEDED`): bit 0 the
    /// baseline, bits 1 to 3 `x86-64-v2` to `v4`; 0 where it says nothing.
    pub fn x86_isa(&self, file: &dyn ReadAt) -> u32 {
        const NT_GNU_PROPERTY_TYPE_0: u32 = 5;
        const X86_ISA_1_NEEDED: u32 = 0xc000_8002;
        const MOST_NOTE_BYTES: usize = 1 << 12;
        let file = Window::of(file);
        let mut needed = 0;
        for &(place, len) in &self.notes {
            let bytes = file.up_to(place, len.min(MOST_NOTE_BYTES as u64) as usize);
            let word = |at: usize| bytes.pread_with::<u32>(at, self.ctx.le).ok();
            let align = if self.ctx.is_big() { 8 } else { 4 };
            let mut at = 0;
            while let (Some(name), Some(body), Some(kind)) = (word(at), word(at + 4), word(at + 8)) {
                let start = at + 12 + (name as usize).next_multiple_of(4);
                let end = start.saturating_add(body as usize).min(bytes.len());
                let is_property = kind == NT_GNU_PROPERTY_TYPE_0 && bytes.get(at + 12..start) == Some(b"GNU\0");
                let mut property = start;
                while let (true, Some(kind), Some(size)) =
                    (is_property && property < end, word(property), word(property + 4))
                {
                    if kind == X86_ISA_1_NEEDED && size == 4 {
                        needed |= word(property + 8).unwrap_or(0);
                    }
                    property = property.saturating_add(8 + (size as usize).next_multiple_of(align));
                }
                at = end.next_multiple_of(align).max(at + 12);
            }
        }
        needed
    }

    fn word(&self, file: &Window, offset: u64) -> Option<u32> {
        file.bytes(offset, 4)?.pread_with(0, self.ctx.le).ok()
    }

    fn symbol(&self, file: &Window, index: u32) -> Option<Sym> {
        let size = Sym::size_with(&self.ctx);
        let bytes = file.up_to(self.symbols?.checked_add(u64::from(index) * size as u64)?, size);
        bytes.pread_with(0, self.ctx).ok()
    }

    fn is(&self, file: &Window, index: u32, name: &[u8]) -> Option<bool> {
        let symbol = self.symbol(file, index)?;
        let text = file.up_to(self.strings?.checked_add(symbol.st_name as u64)?, name.len() + 1);
        Some(text.strip_prefix(name) == Some(&[0][..]) && symbol.st_shndx != 0)
    }

    /// `DT_GNU_HASH`: bloom filter, buckets, chains. None where there is no such table.
    fn gnu_lookup(&self, file: &Window, name: &[u8]) -> Option<bool> {
        let table = self.gnu_hash?;
        let word = |index: u64| self.word(file, table.checked_add(index.checked_mul(4)?)?);
        let (buckets, first, bloom_len) = (word(0)?, word(1)?, word(2)?);
        if buckets == 0 {
            return Some(false);
        }
        let hash = name.iter().fold(5381u32, |hash, &byte| hash.wrapping_mul(33).wrapping_add(byte.into()));
        let bloom_words = u64::from(bloom_len) * if self.ctx.is_big() { 2 } else { 1 };
        let bucket = 4 + bloom_words + u64::from(hash % buckets);
        let Some(mut index) = word(bucket) else { return Some(false) };
        if index < first {
            return Some(false);
        }
        for _ in 0..MOST_STEPS {
            let chain = 4 + bloom_words + u64::from(buckets) + u64::from(index - first);
            let Some(entry) = word(chain) else { return Some(false) };
            if entry | 1 == hash | 1 && self.is(file, index, name)? {
                return Some(true);
            }
            if entry & 1 == 1 {
                return Some(false);
            }
            index = index.checked_add(1)?;
        }
        Some(false)
    }

    /// `DT_HASH`, the older table.
    fn sysv_lookup(&self, file: &Window, name: &[u8]) -> Option<bool> {
        let table = self.hash?;
        let word = |index: u64| self.word(file, table.checked_add(index.checked_mul(4)?)?);
        let buckets = word(0)?;
        if buckets == 0 {
            return Some(false);
        }
        let hash = name.iter().fold(0u32, |hash, &byte| {
            let hash = (hash << 4).wrapping_add(byte.into());
            let high = hash & 0xf000_0000;
            (hash ^ (high >> 24)) & !high
        });
        let mut index = word(2 + u64::from(hash % buckets))?;
        for _ in 0..MOST_STEPS {
            if index == 0 {
                return Some(false);
            }
            if self.is(file, index, name)? {
                return Some(true);
            }
            index = word(2 + u64::from(buckets) + u64::from(index))?;
        }
        Some(false)
    }
}
