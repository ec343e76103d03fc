//! Symbols by name over everything that a scan knows: which files define one, and which need it.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::{SymbolRow, demangled};
use crate::graph::Node;
use crate::image::{Format, Name, STB_WEAK};
use crate::survey::Survey;
use crate::world::{DynamicSymbols, FileId, SymbolKey};

/// What a file has to do with a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SymbolRole {
    /// Defines it for others.
    Defines,
    /// Takes it from elsewhere.
    Wants,
}

impl SymbolRole {
    /// The word used in every output.
    pub fn word(self) -> &'static str {
        match self {
            SymbolRole::Defines => "defines",
            SymbolRole::Wants => "wants",
        }
    }
}

/// One file that defines or needs a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolUse {
    pub file: FileId,
    pub role: SymbolRole,
    /// As the file spells it: Mach-O has an underscore before names of C.
    pub symbol: Name,
    pub version: Option<Name>,
    pub is_weak: bool,
}

impl SymbolUse {
    /// The name as it was written in the source; none where it is not mangled.
    pub fn demangled(&self) -> Option<String> {
        demangled(&self.symbol)
    }
}

impl Survey {
    /// Every file that defines or needs a symbol of exactly this name, in the order of their paths; those that define it
    /// first. Asks the hash tables of all files, those of the system that something loads among them, in parallel; of a
    /// snapshot, what it has ([`Survey::recorded_uses`]).
    pub fn symbol_uses(&self, name: &[u8]) -> Vec<SymbolUse> {
        // Mach-O has an underscore before names of C.
        let is_it = |symbol: &[u8]| symbol == name || symbol.strip_prefix(b"_") == Some(name);
        if let Some(uses) = self.recorded_uses(&is_it) {
            return uses;
        }
        let files: Vec<FileId> = self.files_with_symbols().collect();
        let mut uses: Vec<SymbolUse> =
            files.into_par_iter().flat_map_iter(|file| self.symbol_uses_in(file, name)).collect();
        self.sort_uses(&mut uses);
        uses
    }

    fn sort_uses(&self, uses: &mut [SymbolUse]) {
        uses.sort_by_cached_key(|it| (it.role, self.world.file(it.file).path.clone(), it.version.clone()));
    }

    /// The uses that a snapshot has of symbols whose names are asked for: what files need, and the files that provide it. None
    /// where the files themselves are at hand.
    pub fn recorded_uses(&self, is_wanted: &dyn Fn(&[u8]) -> bool) -> Option<Vec<SymbolUse>> {
        let record = self.record.as_ref()?;
        let (mut uses, mut seen) = (Vec::new(), FxHashSet::default());
        let mut add = |file: FileId, role: SymbolRole, row: &SymbolRow| {
            if seen.insert((file, role, row.symbol.clone(), row.version.clone())) {
                let (symbol, version) = (row.symbol.clone(), row.version.clone());
                uses.push(SymbolUse { file, role, symbol, version, is_weak: role == SymbolRole::Wants && row.is_weak });
            }
        };
        for (&file, recorded) in &record.symbols {
            for row in recorded.rows.iter().filter(|row| is_wanted(&row.symbol)) {
                // What a file defines and wants itself, it wants of nobody else.
                if row.provider_file != Some(file) {
                    add(file, SymbolRole::Wants, row);
                }
                if let Some(provider) = row.provider_file {
                    add(provider, SymbolRole::Defines, row);
                }
            }
        }
        self.sort_uses(&mut uses);
        Some(uses)
    }

    /// Of how many native files a snapshot has what they want, of how many of these all of it, and how many native files there
    /// are. None where the files themselves are at hand.
    pub fn recorded_files(&self) -> Option<(usize, usize, usize)> {
        let symbols = &self.record.as_ref()?.symbols;
        let is_native = |file: &FileId| self.world.file(*file).image.is_some();
        let files = self.files_with_symbols().filter(is_native).count();
        Some((symbols.len(), symbols.values().filter(|recorded| recorded.is_whole).count(), files.max(symbols.len())))
    }

    /// The files whose symbols [`Survey::symbol_uses`] asks.
    pub fn files_with_symbols(&self) -> impl Iterator<Item = FileId> {
        self.graph.nodes().filter_map(|(_, node)| match node {
            Node::File { file, .. } | Node::System(file) => Some(*file),
            _ => None,
        })
    }

    /// What one file has to do with a symbol of this name.
    pub fn symbol_uses_in(&self, file: FileId, name: &[u8]) -> Vec<SymbolUse> {
        if let Some(symbols) = self.world.dynamic_symbols(file) {
            return in_elf(file, &symbols, name);
        }
        match self.world.file(file).image.as_ref().map(|image| image.format) {
            Some(Format::MachO) => self.in_macho(file, name),
            Some(Format::Pe) => self.in_pe(file, name),
            Some(Format::Elf) | None => Vec::new(),
        }
    }

    /// The symbols of one file whose names, as they stand in the file, contain a text; no more than `most` of them. Walks
    /// the whole table of names.
    pub fn symbols_containing(&self, file: FileId, text: &[u8], most: usize) -> Vec<Name> {
        let contains = |name: &[u8]| memchr::memmem::find(name, text).is_some();
        let mut names: Vec<Name> = match self.world.dynamic_symbols(file) {
            Some(symbols) => symbols.names_containing(text),
            None => {
                let defined = self.world.exported(file).unwrap_or_default().into_iter().map(|(name, _)| name);
                let taken = self.world.imports(file).into_iter().map(|import| import.symbol);
                defined.chain(taken).filter(|name| contains(name)).collect()
            }
        };
        names.sort_unstable();
        names.dedup();
        names.truncate(most);
        names
    }

    fn in_macho(&self, file: FileId, name: &[u8]) -> Vec<SymbolUse> {
        let spelled = [name.to_vec(), [b"_", name].concat()];
        let asked: Vec<&[u8]> = spelled.iter().map(|name| &name[..]).collect();
        let has = self.world.exports(file, &asked).unwrap_or_default();
        let defines = asked.iter().zip(has).filter(|(_, has)| *has).map(|(name, _)| defined(file, name));
        defines.chain(self.taken(file, &asked)).collect()
    }

    fn in_pe(&self, file: FileId, name: &[u8]) -> Vec<SymbolUse> {
        let has = self.world.dll_exports(file, &[name]).unwrap_or_default();
        let defines = has.into_iter().flatten().map(|_| defined(file, name));
        defines.chain(self.taken(file, &[name])).collect()
    }

    /// The imports of a file that says whom it takes each symbol from.
    fn taken(&self, file: FileId, names: &[&[u8]]) -> impl Iterator<Item = SymbolUse> {
        let mut imports = self.world.imports(file);
        imports.retain(|import| names.contains(&&*import.symbol));
        imports.dedup_by(|a, b| a.symbol == b.symbol);
        imports.into_iter().map(move |import| SymbolUse {
            file,
            role: SymbolRole::Wants,
            symbol: import.symbol,
            version: None,
            is_weak: import.is_weak,
        })
    }
}

fn defined(file: FileId, name: &[u8]) -> SymbolUse {
    SymbolUse { file, role: SymbolRole::Defines, symbol: Name::from(name), version: None, is_weak: false }
}

fn in_elf(file: FileId, symbols: &DynamicSymbols, name: &[u8]) -> Vec<SymbolUse> {
    let mut uses = Vec::new();
    symbols.find(&SymbolKey::new(name), &mut |definition| {
        if definition.section != 0 && definition.is_visible() {
            let version = symbols.version(definition.version_index()).map(|version| version.name.clone());
            uses.push(SymbolUse { version, is_weak: definition.binding == STB_WEAK, ..defined(file, name) });
        }
        false
    });
    // Only where the name stands in the file are its relocations worth reading.
    let references = symbols.has_name(name).then(|| symbols.references()).flatten();
    let wanted = references.iter().flat_map(|all| all.iter()).filter(|it| *it.name == *name && !it.is_defined);
    uses.extend(wanted.map(|reference| SymbolUse {
        file,
        role: SymbolRole::Wants,
        symbol: Name::from(name),
        version: reference.version.as_ref().map(|version| version.name.clone()),
        is_weak: reference.is_weak,
    }));
    uses
}
