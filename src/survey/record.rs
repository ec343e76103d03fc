//! What else is read from the files again, as it was when a snapshot was taken.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Rust, Survey, SymbolRow, simulate};
use crate::graph::NodeId;
use crate::loader::{Probe, Resolution};
use crate::world::FileId;

/// A search: the import, the file whose need it is, and the need by its place.
pub type Search = (usize, FileId, usize);

/// The places that a search tried, and what became of it.
pub type SearchResult = (Vec<Probe>, Resolution);

/// The answers of an environment that is not there any more. A [`Survey`] that has one asks it and no file.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub searches: FxHashMap<Search, SearchResult>,
    pub rust: FxHashMap<FileId, Rust>,
    pub symbols: FxHashMap<FileId, RecordedSymbols>,
}

/// The symbols that a file needs, as a snapshot keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedSymbols {
    pub rows: Vec<SymbolRow>,
    /// The needs that provide nothing, by place ([`crate::image::Image::needs`]).
    pub overlinked: Vec<usize>,
    /// All that the file needs; else what it needs of some of its needs, and what nothing provides.
    pub is_whole: bool,
}

/// Which symbols of a file are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SymbolsToKeep {
    All,
    /// Those that come from these needs, by place, and those that nothing provides.
    OfNeeds(Vec<usize>),
}

impl Survey {
    /// The symbols of files, to be kept in a snapshot; nothing of those whose symbols are not at hand.
    pub fn symbols_to_record(&self, wanted: Vec<(FileId, SymbolsToKeep)>) -> Vec<(FileId, RecordedSymbols)> {
        if let Some(record) = &self.record {
            let mut known: Vec<_> = record.symbols.iter().map(|(file, symbols)| (*file, symbols.clone())).collect();
            known.sort_by_key(|(file, _)| *file);
            return known;
        }
        let recorded = wanted.into_par_iter().map(|(file, keep)| Some((file, self.recorded(file, &keep)?)));
        recorded.flatten().collect()
    }

    fn recorded(&self, file: FileId, keep: &SymbolsToKeep) -> Option<RecordedSymbols> {
        let node = self.graph.file(file)?;
        let symbols = self.symbols_by_edge(file)?;
        let targets: Vec<(NodeId, usize)> =
            self.graph.needs(node).into_iter().map(|(target, edge)| (target, edge.need)).collect();
        let overlinked = targets.iter().filter(|(target, _)| symbols.is_overlinked(*target)).map(|(_, need)| *need);
        let overlinked = overlinked.collect();
        let SymbolsToKeep::OfNeeds(needs) = keep else {
            return Some(RecordedSymbols { rows: symbols.rows, overlinked, is_whole: true });
        };
        let of_needs = targets.iter().filter(|(_, need)| needs.contains(need));
        let mut places: Vec<usize> =
            of_needs.flat_map(|(target, _)| symbols.of(*target).unwrap_or_default()).copied().collect();
        places.extend((0..symbols.rows.len()).filter(|&at| symbols.rows[at].fails()));
        places.sort_unstable();
        places.dedup();
        let is_whole = places.len() == symbols.rows.len();
        let rows = places.into_iter().map(|at| symbols.rows[at].clone()).collect();
        Some(RecordedSymbols { rows, overlinked, is_whole })
    }

    /// As [`Survey::explain_in`], for many searches at once: each import is simulated once.
    pub fn explain_all(&self, mut searches: Vec<Search>) -> FxHashMap<Search, SearchResult> {
        if let Some(record) = &self.record {
            let known = |search: Search| Some((search, record.searches.get(&search)?.clone()));
            return searches.into_iter().filter_map(known).collect();
        }
        searches.sort_unstable();
        searches.dedup();
        let by_import: Vec<&[Search]> = searches.chunk_by(|a, b| a.0 == b.0).collect();
        let explained = by_import.par_iter().flat_map_iter(|searches| {
            let import = self.imports.get(searches[0].0);
            import.map(|import| simulate::explain_all(&self.world, import, searches)).unwrap_or_default()
        });
        explained.collect()
    }
}
