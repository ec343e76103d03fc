//! The mirror of the symbols that files need.

use super::mirror::{Damage, Mirror, Opening, Taking, mirror};
use super::text::{Bytes, FileNumber, Place};
use crate::survey::{RecordedSymbols, SymbolRow, SymbolStatus};
use crate::world::FileId;

/// Of which edges a snapshot keeps the symbols.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeptSymbols {
    /// Of those that findings tell of.
    #[default]
    OfFindings,
    All,
}

/// The symbols that one file needs.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub(super) struct SymbolsMirror {
    file: FileNumber,
    #[serde(flatten)]
    symbols: RecordedMirror,
}

impl SymbolsMirror {
    pub fn of(file: FileId, symbols: &RecordedSymbols, taking: &Taking) -> SymbolsMirror {
        SymbolsMirror { file: Mirror::of(&file, taking), symbols: Mirror::of(symbols, taking) }
    }

    pub fn back(self, opening: &Opening) -> Result<(FileId, RecordedSymbols), Damage> {
        Ok((self.file.back(opening)?, self.symbols.back(opening)?))
    }
}

mirror! {
    struct RecordedMirror = RecordedSymbols {
        rows [default]: Vec<RowMirror>,
        /// The needs that provide nothing, by place.
        overlinked [default]: Vec<usize>,
        /// All that the file needs; else what it needs of some of its needs, and what nothing provides.
        is_whole [default]: bool,
    }
}

mirror! {
    struct RowMirror = SymbolRow {
        symbol: Bytes,
        version [default]: Option<Bytes>,
        is_weak [default]: bool,
        /// The needed library that it is to come from.
        wanted_of [default]: Option<Bytes>,
        status: StatusMirror,
        /// The path by which the process opened the provider, or a name.
        provider [default]: Option<Place>,
        provider_file [default]: Option<FileNumber>,
    }
}

mirror! {
    #[derive(Clone, Copy)]
    enum StatusMirror = SymbolStatus {
        Undefined,
        Deferred,
        Unknown,
        Bound,
    }
}
