//! The symbols of PE files, which say which DLL each is taken from.

use std::collections::BTreeMap;

use super::{SymbolRow, SymbolStatus};
use crate::bind::{DllBinder, DllSymbol};
use crate::graph::NeedEdge;
use crate::image::{Format, Import, NeedKind, Origin};
use crate::loader::Resolution;
use crate::survey::{ImportKind, Survey};
use crate::vfs::VPath;
use crate::world::FileId;

/// What became of a symbol, and where it is.
type Outcome = (SymbolStatus, Option<VPath>, Option<FileId>);

impl Survey {
    /// What binds the symbols of a PE file, in the process of the first import that loads it.
    pub fn dll_binder(&self, file: FileId) -> DllBinder<'_> {
        let start = self.imports.iter().find(|import| import.kind == ImportKind::Interpreter);
        let loads = start.into_iter().chain(self.import_with(file)).flat_map(|import| &import.loads.loads);
        DllBinder::new(&self.world, loads.copied())
    }

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
        let binder = self.dll_binder(file);
        let needs = &self.world.file(file).image.as_ref()?.needs.clone();
        let mut rows = Vec::new();
        for (need, imports) in by_need {
            let wanted_of = needs.get(need).map(|need| need.name.clone());
            let symbols: Vec<&[u8]> = imports.iter().map(|import| &*import.symbol).collect();
            let outcomes = match edges.get(&need) {
                Some(edge) => self.outcomes_of(&binder, edge, &symbols),
                None => vec![(SymbolStatus::Unknown, None, None); symbols.len()],
            };
            let row = |(import, (status, provider, provider_file)): (&Import, Outcome)| SymbolRow {
                symbol: import.symbol.clone(),
                version: None,
                is_weak: import.is_weak,
                wanted_of: wanted_of.clone(),
                status,
                provider,
                provider_file,
            };
            rows.extend(imports.iter().zip(outcomes).map(row));
        }
        Some(rows)
    }

    /// What becomes of symbols that are taken from one need.
    fn outcomes_of(&self, binder: &DllBinder, edge: &NeedEdge, symbols: &[&[u8]]) -> Vec<Outcome> {
        let absent = if edge.kind == NeedKind::Delay { SymbolStatus::Deferred } else { SymbolStatus::Undefined };
        let found = match (&edge.resolution, edge.resolution.file()) {
            (Resolution::Builtin(_), _) => symbols.iter().map(|symbol| binder.in_system(&edge.name, symbol)).collect(),
            (_, Some(library)) => binder.in_library(library, symbols),
            (_, None) => return vec![(absent, None, None); symbols.len()],
        };
        let outcome = |symbol| match symbol {
            DllSymbol::In(library) => (SymbolStatus::Bound, Some(self.world.file(library).path.clone()), Some(library)),
            DllSymbol::InSystem(dll) => (SymbolStatus::Bound, Some(VPath::new(&dll)), None),
            DllSymbol::Unknown(dll) => (SymbolStatus::Unknown, dll.map(|dll| VPath::new(&dll)), None),
            DllSymbol::Absent(_) | DllSymbol::NoLibrary(_) => (absent, None, None),
        };
        found.into_iter().map(outcome).collect()
    }
}
