//! The symbols of PE files, which say which DLL each is taken from.

use std::collections::BTreeMap;

use super::{SymbolRow, SymbolStatus};
use crate::graph::NeedEdge;
use crate::image::{Format, Import, NeedKind, Origin};
use crate::loader::Resolution;
use crate::survey::Survey;
use crate::vfs::VPath;
use crate::world::FileId;

/// What became of a symbol, and where it is.
type Outcome = (SymbolStatus, Option<VPath>);

impl Survey {
    /// The symbols that a PE file takes from others. None of other files, and where they are not at hand.
    pub(super) fn symbols_by_need(&self, file: FileId) -> Option<Vec<SymbolRow>> {
        let format = self.world.file(file).image.as_ref()?.format;
        if format != Format::Pe || self.record.is_some() {
            return None;
        }
        let mut edges = BTreeMap::<usize, &NeedEdge>::new();
        for (_, edge) in self.graph.needs(self.graph.file(file)?) {
            edges.entry(edge.need).or_insert(edge);
        }
        let mut by_need = BTreeMap::<usize, Vec<Import>>::new();
        for import in self.world.imports(file) {
            if let Origin::Need(need) = import.origin {
                by_need.entry(need).or_default().push(import);
            }
        }
        let mut rows = Vec::new();
        for (need, imports) in by_need {
            let symbols: Vec<&[u8]> = imports.iter().map(|import| &*import.symbol).collect();
            let outcomes = match edges.get(&need) {
                Some(edge) => self.outcomes_of(edge, &symbols),
                None => vec![(SymbolStatus::Unknown, None); symbols.len()],
            };
            let row = |(import, (status, provider)): (&Import, Outcome)| SymbolRow {
                symbol: import.symbol.clone(),
                version: None,
                is_weak: import.is_weak,
                status,
                provider,
            };
            rows.extend(imports.iter().zip(outcomes).map(row));
        }
        Some(rows)
    }

    /// What becomes of symbols that are taken from one need.
    fn outcomes_of(&self, edge: &NeedEdge, symbols: &[&[u8]]) -> Vec<Outcome> {
        let absent = if edge.kind == NeedKind::Delay { SymbolStatus::Deferred } else { SymbolStatus::Undefined };
        match &edge.resolution {
            Resolution::Builtin(_) => vec![(SymbolStatus::Unknown, Some(VPath::new(&edge.name))); symbols.len()],
            resolution => match resolution.file() {
                Some(library) => self.provided_by(library, symbols, absent),
                None => vec![(absent, None); symbols.len()],
            },
        }
    }

    /// Which of these symbols a DLL has.
    fn provided_by(&self, library: FileId, symbols: &[&[u8]], absent: SymbolStatus) -> Vec<Outcome> {
        let Some(has) = self.world.dll_exports(library, symbols) else {
            return vec![(SymbolStatus::Unknown, None); symbols.len()];
        };
        let path = self.world.file(library).path.clone();
        let outcome = |found: &Option<_>| match found {
            Some(_) => (SymbolStatus::Bound, Some(path.clone())),
            None => (absent, None),
        };
        has.iter().map(outcome).collect()
    }
}
