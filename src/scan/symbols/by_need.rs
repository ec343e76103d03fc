//! The symbols of formats whose files say which library each is taken from: Mach-O (two-level namespaces) and PE.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::{SymbolRow, SymbolStatus};
use crate::graph::NeedEdge;
use crate::image::{Format, Import, NeedKind, Origin};
use crate::resolve::Resolution;
use crate::scan::Scan;
use crate::vfs::VPath;
use crate::world::FileId;

/// What became of a symbol, and where it is.
type Outcome = (SymbolStatus, Option<VPath>);

impl Scan {
    /// The symbols that a Mach-O or PE file takes from others. None of ELF files, and where they are not at hand.
    pub(super) fn symbols_by_need(&self, file: FileId) -> Option<Vec<SymbolRow>> {
        let format = self.world.file(file).image.as_ref()?.format;
        if format == Format::Elf || self.record.is_some() {
            return None;
        }
        let mut edges = BTreeMap::<usize, &NeedEdge>::new();
        for (_, edge) in self.graph.needs(self.graph.file(file)?) {
            edges.entry(edge.need).or_insert(edge);
        }
        let mut by_origin = BTreeMap::<Option<usize>, Vec<Import>>::new();
        for import in self.world.imports(file) {
            let need = if let Origin::Need(need) = import.origin { Some(need) } else { None };
            by_origin.entry(need).or_default().push(import);
        }
        let mut rows = Vec::new();
        for (need, imports) in by_origin {
            let symbols: Vec<&[u8]> = imports.iter().map(|import| &*import.symbol).collect();
            let outcomes = match need.map(|need| edges.get(&need)) {
                Some(Some(edge)) => self.outcomes_of(edge, &symbols),
                Some(None) => vec![(SymbolStatus::Unknown, None); symbols.len()],
                None => self.outcomes_of_flat(file, &symbols),
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

    /// Which of these symbols a library has, itself or by what it offers as its own.
    fn provided_by(&self, library: FileId, symbols: &[&[u8]], absent: SymbolStatus) -> Vec<Outcome> {
        let mut outcomes = vec![(absent, None); symbols.len()];
        let (mut seen, mut libraries) = (FxHashSet::default(), vec![library]);
        while let Some(library) = libraries.pop() {
            if !seen.insert(library) {
                continue;
            }
            let path = self.world.file(library).path.clone();
            let left: Vec<usize> = (0..symbols.len()).filter(|&at| outcomes[at].1.is_none()).collect();
            let wanted: Vec<&[u8]> = left.iter().map(|&at| symbols[at]).collect();
            let Some(has) = self.exported(library, &wanted) else {
                left.iter().for_each(|&at| outcomes[at] = (SymbolStatus::Unknown, None));
                return outcomes;
            };
            for (at, _) in left.iter().zip(has).filter(|(_, has)| *has) {
                outcomes[*at] = (SymbolStatus::Bound, Some(path.clone()));
            }
            let needs = self.graph.file(library).map(|node| self.graph.needs(node)).unwrap_or_default();
            for (_, edge) in needs.into_iter().filter(|(_, edge)| edge.kind == NeedKind::Reexport) {
                match edge.resolution.file() {
                    Some(offered) => libraries.push(offered),
                    // What a library of the system has is not known symbol by symbol.
                    None => outcomes.iter_mut().filter(|it| it.0 == absent).for_each(|it| it.0 = SymbolStatus::Unknown),
                }
            }
        }
        outcomes
    }

    fn exported(&self, library: FileId, symbols: &[&[u8]]) -> Option<Vec<bool>> {
        let dll = self.world.dll_exports(library, symbols);
        dll.map(|found| found.iter().map(Option::is_some).collect()).or_else(|| self.world.exports(library, symbols))
    }

    /// What becomes of symbols that are looked up in everything that is loaded: in the order of loading. What is not found
    /// there may be Python's, or the system's.
    fn outcomes_of_flat(&self, file: FileId, symbols: &[&[u8]]) -> Vec<Outcome> {
        let started = self.imports.iter().filter(|import| import.kind == super::ImportKind::Interpreter);
        let own = self.import_with(file);
        let mut outcomes = vec![(SymbolStatus::Unknown, None); symbols.len()];
        for &library in started.chain(own).flat_map(|import| &import.loads.loads) {
            let Some(has) = self.exported(library, symbols) else { continue };
            let path = self.world.file(library).path.clone();
            for (outcome, _) in outcomes.iter_mut().zip(has).filter(|(outcome, has)| *has && outcome.1.is_none()) {
                *outcome = (SymbolStatus::Bound, Some(path.clone()));
            }
        }
        outcomes
    }
}
