//! Symbols as a loader binds them: what a file wants by its relocations, and what a lookup finds.

use super::Name;

/// A symbol that an ELF file wants by its relocations: one for each entry of its symbol table that a relocation names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub name: Name,
    /// The GNU hash of the name.
    pub hash: u32,
    /// The version that is asked for; none where the file does not say.
    pub version: Option<SymbolVersion>,
    /// A weak reference may stay without a definition.
    pub is_weak: bool,
    /// The file defines the symbol itself.
    pub is_defined: bool,
    /// `STV_PROTECTED`: the file's own definition is taken, whoever comes first.
    pub is_protected: bool,
    pub uses: Uses,
}

/// The kinds of relocations that name a symbol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Calls through the procedure linkage table.
    pub slot: bool,
    /// Thread-local storage, which the loader looks up as it does calls.
    pub tls: bool,
    /// Of that, storage at a fixed distance from the thread's pointer (initial-exec).
    pub static_tls: bool,
    /// Addresses in data or in the global offset table.
    pub data: bool,
    /// Copies into the program's own data.
    pub copy: bool,
}

impl Uses {
    /// Can the loader wait with it until the first call?
    pub fn is_deferrable(self) -> bool {
        self.slot && !self.tls && !self.data && !self.copy
    }
}

/// A version of a symbol as a file's tables name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolVersion {
    pub name: Name,
    /// The needed file that is to have it (`DT_VERNEED`); none of a version that the file defines itself.
    pub from: Option<Name>,
    /// A hidden version: no definition without a version of its own will do.
    pub is_hidden: bool,
}

/// An entry of an ELF symbol table that has the name that was looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    pub value: u64,
    /// `st_shndx`: 0 where the symbol is only wanted.
    pub section: u16,
    /// `STT_…`.
    pub kind: u8,
    /// `STB_…`.
    pub binding: u8,
    /// `STV_…`.
    pub visibility: u8,
    /// The raw entry of `DT_VERSYM`; none where the file has no version tables.
    pub version: Option<u16>,
}

/// `STB_WEAK`: as a reference, may stay without a definition.
pub const STB_WEAK: u8 = 2;
/// `STB_GNU_UNIQUE`: the first definition that anybody is bound to stays the only one in the process.
pub const STB_GNU_UNIQUE: u8 = 10;

/// The bit of `DT_VERSYM` that hides a version from references that name none.
pub const VERSION_HIDDEN: u16 = 0x8000;

impl Definition {
    /// The number of its version, without the hidden bit.
    pub fn version_index(&self) -> u16 {
        self.version.unwrap_or(1) & !VERSION_HIDDEN
    }

    /// May other files be bound to it?
    pub fn is_visible(&self) -> bool {
        const STB_GLOBAL: u8 = 1;
        const STV_INTERNAL: u8 = 1;
        const STV_HIDDEN: u8 = 2;
        !matches!(self.visibility, STV_HIDDEN | STV_INTERNAL)
            && (matches!(self.binding, STB_GLOBAL | STB_WEAK) || self.is_unique())
    }

    /// Is it the one definition of its name in the process?
    pub fn is_unique(&self) -> bool {
        self.binding == STB_GNU_UNIQUE
    }
}
