//! The dynamic symbols of one ELF file as a loader asks for them: what its relocations want, and who has a name, through
//! `DT_GNU_HASH` with its filter or `DT_HASH`. A lookup touches a few pages of the file, and these are kept.

use std::sync::{Arc, OnceLock};

use goblin::elf::sym::Sym;
use scroll::Pread;
use scroll::ctx::SizeWith;

use super::relocations::{static_tls, used_symbols};
use super::symbols::{BindingFlags, MOST_TEXT_BYTES, Tables, TlsBlock};
use crate::image::{Definition, Name, Reference, STB_WEAK, SymbolVersion, VERSION_HIDDEN};
use crate::vfs::PagedFile;

/// The longest chain that is followed; real ones have a handful of entries.
const MOST_STEPS: u32 = 1 << 12;
/// Longer names than any compiler's are no names.
const MOST_NAME_BYTES: usize = 1 << 18;
/// Real libraries have fewer than a million.
const MOST_SYMBOLS: u32 = 1 << 22;
/// A version's number has 15 bits.
const MOST_VERSIONS: usize = 1 << 15;

const STB_LOCAL: u8 = 0;
const STV_INTERNAL: u8 = 1;
const STV_HIDDEN: u8 = 2;
const STV_PROTECTED: u8 = 3;

/// The dynamic symbols of one file; tables are read when they are asked for.
pub struct DynamicSymbols {
    file: PagedFile,
    tables: Tables,
    versions: OnceLock<Vec<Option<SymbolVersion>>>,
    references: OnceLock<Option<Arc<[Reference]>>>,
    gnu: OnceLock<Option<GnuHash>>,
    sysv: OnceLock<Option<(u64, u32)>>,
}

/// A name to look up, with its hashes.
pub struct SymbolKey<'a> {
    pub name: &'a [u8],
    pub hash: u32,
    sysv: OnceLock<u32>,
}

impl<'a> SymbolKey<'a> {
    /// Hashes a name.
    pub fn new(name: &'a [u8]) -> SymbolKey<'a> {
        SymbolKey::hashed(name, gnu_hash(name))
    }

    /// A name whose GNU hash is known.
    pub fn hashed(name: &'a [u8], hash: u32) -> SymbolKey<'a> {
        SymbolKey { name, hash, sysv: OnceLock::new() }
    }

    fn sysv(&self) -> u32 {
        *self.sysv.get_or_init(|| sysv_hash(self.name))
    }
}

/// The hash of `DT_GNU_HASH`.
fn gnu_hash(name: &[u8]) -> u32 {
    name.iter().fold(5381u32, |hash, &byte| hash.wrapping_mul(33).wrapping_add(byte.into()))
}

/// The hash of `DT_HASH`.
fn sysv_hash(name: &[u8]) -> u32 {
    name.iter().fold(0u32, |hash, &byte| {
        let hash = (hash << 4).wrapping_add(byte.into());
        let high = hash & 0xf000_0000;
        (hash ^ (high >> 24)) & !high
    })
}

/// The head of `DT_GNU_HASH`: places of its parts in the file.
#[derive(Clone, Copy)]
struct GnuHash {
    buckets: u32,
    first: u32,
    /// The number of words of the filter less one: a power of two less one.
    filter_mask: u32,
    filter_shift: u32,
    filter_at: u64,
    buckets_at: u64,
    chains_at: u64,
}

impl DynamicSymbols {
    /// The symbols of a file whose tables lie there; nothing is read yet.
    pub fn new(file: PagedFile, tables: Tables) -> DynamicSymbols {
        DynamicSymbols {
            file,
            tables,
            versions: OnceLock::new(),
            references: OnceLock::new(),
            gnu: OnceLock::new(),
            sysv: OnceLock::new(),
        }
    }

    /// What the dynamic segment says of how symbols are bound.
    pub fn flags(&self) -> BindingFlags {
        self.tables.flags
    }

    /// The thread-local storage of the file; none where it has none.
    pub fn tls(&self) -> Option<TlsBlock> {
        self.tables.tls
    }

    /// Does the file reach storage of its own at a fixed distance from the thread's pointer, by no name that others have?
    pub fn has_own_static_tls(&self) -> bool {
        let is_own = |index: u32| index == 0 || self.symbol(index).is_some_and(|it| it.st_info >> 4 == STB_LOCAL);
        self.flags().has_static_tls && static_tls(&self.file, &self.tables).into_iter().any(is_own)
    }

    /// Every symbol that a relocation of the file names and that may be bound elsewhere, in the order of the symbol table.
    /// None for a processor whose relocations are not known.
    pub fn references(&self) -> Option<Arc<[Reference]>> {
        self.references.get_or_init(|| self.read_references()).clone()
    }

    fn read_references(&self) -> Option<Arc<[Reference]>> {
        let mut used: Vec<_> = used_symbols(&self.file, &self.tables)?.into_iter().collect();
        used.sort_unstable_by_key(|&(index, _)| index);
        let mut left = MOST_TEXT_BYTES;
        let mut reference = |(index, uses)| {
            let symbol = self.symbol(index)?;
            let (binding, visibility) = (symbol.st_info >> 4, symbol.st_other & 3);
            if binding == STB_LOCAL || matches!(visibility, STV_HIDDEN | STV_INTERNAL) {
                return None;
            }
            let name = Name::from(&*self.name(&symbol)?);
            left = left.checked_sub(name.len())?;
            Some(Reference {
                hash: gnu_hash(&name),
                version: self.raw_version(index).and_then(|raw| self.version(raw & !VERSION_HIDDEN)).cloned(),
                is_weak: binding == STB_WEAK,
                is_defined: symbol.st_shndx != 0,
                is_protected: visibility == STV_PROTECTED,
                uses,
                name,
            })
        };
        Some(used.into_iter().filter_map(&mut reference).collect())
    }

    /// Does the file have version tables that a loader heeds? `DT_VERSYM` alone is none.
    pub fn has_versions(&self) -> bool {
        self.tables.version_of.is_some() && !self.versions().is_empty()
    }

    /// The version of this number, as the file defines it or wants it of another; none of the base and of numbers that
    /// stand for no version.
    pub fn version(&self, index: u16) -> Option<&SymbolVersion> {
        self.versions().get(usize::from(index))?.as_ref()
    }

    /// Calls back for each symbol of this name, in the order of the hash table, until `tell` says that it is enough. Says
    /// whether it did. A file without a hash table has none.
    pub fn find(&self, key: &SymbolKey, tell: &mut dyn FnMut(&Definition) -> bool) -> bool {
        match (self.gnu(), self.sysv()) {
            (Some(table), _) => self.find_gnu(table, key, tell),
            (None, Some((at, buckets))) => self.find_sysv(at, buckets, key, tell),
            (None, None) => false,
        }
    }

    fn find_gnu(&self, table: &GnuHash, key: &SymbolKey, tell: &mut dyn FnMut(&Definition) -> bool) -> bool {
        let hash = key.hash;
        let bits = if self.tables.ctx.is_big() { 64 } else { 32 };
        let place = table.filter_at + u64::from((hash / bits) & table.filter_mask) * u64::from(bits / 8);
        let filter = match bits {
            64 => self.file.bytes(place, 8).and_then(|bytes| bytes.pread_with::<u64>(0, self.tables.ctx.le).ok()),
            _ => self.word(place).map(u64::from),
        };
        let has = |filter: u64, hash: u32| filter >> (hash % bits) & 1 == 1;
        let second = hash.checked_shr(table.filter_shift).unwrap_or(0);
        if !filter.is_some_and(|filter| has(filter, hash) && has(filter, second)) {
            return false;
        }
        let Some(mut index) = self.word(table.buckets_at + u64::from(hash % table.buckets) * 4) else { return false };
        if index < table.first {
            return false;
        }
        for _ in 0..MOST_STEPS {
            let Some(entry) = self.word(table.chains_at + u64::from(index - table.first) * 4) else { return false };
            if entry | 1 == hash | 1 && self.tells(index, key.name, tell) {
                return true;
            }
            let Some(next) = index.checked_add(1).filter(|_| entry & 1 == 0) else { return false };
            index = next;
        }
        false
    }

    fn find_sysv(&self, at: u64, buckets: u32, key: &SymbolKey, tell: &mut dyn FnMut(&Definition) -> bool) -> bool {
        let word = |index: u64| self.word(at.checked_add(index * 4)?);
        let mut next = word(2 + u64::from(key.sysv() % buckets));
        for _ in 0..MOST_STEPS {
            let Some(index) = next.filter(|&index| index != 0) else { return false };
            if self.tells(index, key.name, tell) {
                return true;
            }
            next = word(2 + u64::from(buckets) + u64::from(index));
        }
        false
    }

    /// Tells of a symbol where it has this name.
    fn tells(&self, index: u32, name: &[u8], tell: &mut dyn FnMut(&Definition) -> bool) -> bool {
        let Some(symbol) = self.symbol(index) else { return false };
        let Some(at) = self.name_place(&symbol) else { return false };
        if !self.file.has(at, name) || !self.file.has(at + name.len() as u64, &[0]) {
            return false;
        }
        tell(&self.definition(&symbol, index))
    }

    fn definition(&self, symbol: &Sym, index: u32) -> Definition {
        Definition {
            value: symbol.st_value,
            section: symbol.st_shndx as u16,
            kind: symbol.st_info & 0xf,
            binding: symbol.st_info >> 4,
            visibility: symbol.st_other & 3,
            version: self.raw_version(index).filter(|_| self.has_versions()),
        }
    }

    /// Calls back with each symbol that the file defines for others, in the order of its table. Reads all of them.
    pub fn each_definition(&self, tell: &mut dyn FnMut(&[u8], &Definition)) {
        for index in 1..self.count().min(MOST_SYMBOLS) {
            let Some(symbol) = self.symbol(index) else { break };
            let is_shown = !matches!(symbol.st_other & 3, STV_HIDDEN | STV_INTERNAL);
            if symbol.st_shndx == 0 || symbol.st_info >> 4 == STB_LOCAL || !is_shown {
                continue;
            }
            if let Some(name) = self.name(&symbol) {
                tell(&name, &self.definition(&symbol, index));
            }
        }
    }

    /// Could the file's table of symbols have this name, whosever it is? Looks through the names alone.
    pub fn has_name(&self, name: &[u8]) -> bool {
        // Linkers let a name share its end with a longer one.
        memchr::memmem::find(&self.names(), &[name, b"\0"].concat()).is_some()
    }

    /// The names of symbols, defined or wanted, that contain a text. Walks all of them where one does.
    pub fn names_containing(&self, text: &[u8]) -> Vec<Name> {
        let finder = memchr::memmem::Finder::new(text);
        if finder.find(&self.names()).is_none() {
            return Vec::new();
        }
        let name = |index| {
            self.name(&self.symbol(index)?).filter(|name| finder.find(name).is_some()).map(|it| Name::from(&*it))
        };
        (1..self.count().min(MOST_SYMBOLS)).filter_map(name).collect()
    }

    /// The table of names as it stands in the file.
    fn names(&self) -> Vec<u8> {
        let Some(at) = self.tables.strings else { return Vec::new() };
        self.file.once(at, self.tables.strings_len.min(MOST_TEXT_BYTES as u64) as usize)
    }

    /// How many symbols there are, as the hash tables tell.
    fn count(&self) -> u32 {
        if let Some(count) = self.tables.hash.and_then(|at| self.word(at.checked_add(4)?)) {
            return count;
        }
        let Some(table) = self.gnu() else { return 0 };
        let bucket = |bucket: u32| self.word(table.buckets_at + u64::from(bucket) * 4);
        let last = (0..table.buckets).map_while(bucket).max();
        let Some(mut index) = last.filter(|&last| last >= table.first) else { return table.first };
        while let Some(entry) = self.word(table.chains_at + u64::from(index - table.first) * 4) {
            index = index.saturating_add(1);
            if entry & 1 == 1 || index >= MOST_SYMBOLS {
                break;
            }
        }
        index
    }

    fn word(&self, offset: u64) -> Option<u32> {
        self.file.bytes(offset, 4)?.pread_with(0, self.tables.ctx.le).ok()
    }

    fn half(&self, offset: u64) -> Option<u16> {
        self.file.bytes(offset, 2)?.pread_with(0, self.tables.ctx.le).ok()
    }

    /// The word so many bytes into an entry that begins at a place.
    fn word_in(&self, entry: u64, skip: u64) -> Option<u32> {
        self.word(entry.checked_add(skip)?)
    }

    /// As [`Self::word_in`], of two bytes.
    fn half_in(&self, entry: u64, skip: u64) -> Option<u16> {
        self.half(entry.checked_add(skip)?)
    }

    fn symbol(&self, index: u32) -> Option<Sym> {
        let size = Sym::size_with(&self.tables.ctx);
        let bytes = self.file.bytes(self.tables.symbols?.checked_add(u64::from(index) * size as u64)?, size)?;
        bytes.pread_with(0, self.tables.ctx).ok()
    }

    fn name_place(&self, symbol: &Sym) -> Option<u64> {
        let is_inside = (symbol.st_name as u64) < self.tables.strings_len;
        self.tables.strings?.checked_add(symbol.st_name as u64).filter(|_| is_inside)
    }

    fn name(&self, symbol: &Sym) -> Option<std::borrow::Cow<'_, [u8]>> {
        self.file.string(self.name_place(symbol)?, MOST_NAME_BYTES)
    }

    fn string(&self, at: u32) -> Option<Name> {
        let is_inside = u64::from(at) < self.tables.strings_len;
        let place = self.tables.strings?.checked_add(at.into()).filter(|_| is_inside)?;
        Some(Name::from(&*self.file.string(place, MOST_NAME_BYTES)?))
    }

    fn raw_version(&self, index: u32) -> Option<u16> {
        self.half(self.tables.version_of?.checked_add(u64::from(index) * 2)?)
    }

    fn gnu(&self) -> Option<&GnuHash> {
        let read = || {
            let at = self.tables.gnu_hash?;
            let [buckets, first, filter_len, filter_shift] = [0, 4, 8, 12].map(|skip| self.word(at.checked_add(skip)?));
            let (buckets, first, filter_len, filter_shift) = (buckets?, first?, filter_len?, filter_shift?);
            let filter_word = if self.tables.ctx.is_big() { 8 } else { 4 };
            let filter_at = at.checked_add(16)?;
            let buckets_at = filter_at.checked_add(u64::from(filter_len) * filter_word)?;
            let chains_at = buckets_at.checked_add(u64::from(buckets) * 4)?;
            let is_whole = buckets != 0 && filter_len.is_power_of_two() && chains_at < u64::MAX / 2;
            let filter_mask = filter_len.wrapping_sub(1);
            let table = GnuHash { buckets, first, filter_mask, filter_shift, filter_at, buckets_at, chains_at };
            is_whole.then_some(table)
        };
        self.gnu.get_or_init(read).as_ref()
    }

    fn sysv(&self) -> Option<(u64, u32)> {
        let read = || Some((self.tables.hash?, self.word(self.tables.hash?).filter(|&buckets| buckets != 0)?));
        *self.sysv.get_or_init(read)
    }

    /// The versions by number, as `_dl_check_map_versions` in glibc's `elf/dl-version.c` numbers them.
    fn versions(&self) -> &[Option<SymbolVersion>] {
        self.versions.get_or_init(|| {
            let mut versions = Vec::new();
            self.read_wanted_versions(&mut versions);
            self.read_defined_versions(&mut versions);
            versions
        })
    }

    /// `DT_VERNEED`: a list of files, each with a list of versions.
    fn read_wanted_versions(&self, versions: &mut Vec<Option<SymbolVersion>>) -> Option<()> {
        let (mut at, count) = self.tables.wanted_versions?;
        let mut left = MOST_VERSIONS;
        for _ in 0..count {
            let (entries, from) = (self.half_in(at, 2)?, self.string(self.word_in(at, 4)?)?);
            let mut entry = at.checked_add(self.word_in(at, 8)?.into())?;
            for _ in 0..entries {
                left = left.checked_sub(1)?;
                let (number, name) = (self.half_in(entry, 6)?, self.string(self.word_in(entry, 8)?)?);
                let is_hidden = number & VERSION_HIDDEN != 0;
                put(versions, number, Some(SymbolVersion { name, from: Some(from.clone()), is_hidden }));
                match self.word_in(entry, 12)? {
                    0 => break,
                    next => entry = entry.checked_add(next.into())?,
                }
            }
            left = left.checked_sub(1)?;
            match self.word_in(at, 12)? {
                0 => break,
                next => at = at.checked_add(next.into())?,
            }
        }
        Some(())
    }

    /// `DT_VERDEF`: the base version counts as none.
    fn read_defined_versions(&self, versions: &mut Vec<Option<SymbolVersion>>) -> Option<()> {
        const VER_FLG_BASE: u16 = 1;
        let (mut at, count) = self.tables.versions?;
        for _ in 0..count.min(MOST_VERSIONS as u64) {
            let (flags, number) = (self.half_in(at, 2)?, self.half_in(at, 4)?);
            let name = self.string(self.word(at.checked_add(self.word_in(at, 12)?.into())?)?)?;
            let version = SymbolVersion { name, from: None, is_hidden: false };
            put(versions, number, (flags & VER_FLG_BASE == 0).then_some(version));
            match self.word_in(at, 16)? {
                0 => break,
                next => at = at.checked_add(next.into())?,
            }
        }
        Some(())
    }
}

/// Gives a version its number.
fn put(versions: &mut Vec<Option<SymbolVersion>>, number: u16, version: Option<SymbolVersion>) {
    let number = usize::from(number & !VERSION_HIDDEN);
    if versions.len() <= number {
        versions.resize(number + 1, None);
    }
    if version.is_some() {
        versions[number] = version;
    }
}

#[cfg(test)]
mod tests;
