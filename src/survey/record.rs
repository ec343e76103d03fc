//! What else is read from the files again, as it was when a snapshot was taken.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Rust, Survey, simulate};
use crate::loader::{Probe, Resolution};
use crate::world::FileId;

/// A search: the import, the file whose need it is, and the need by its place.
pub type Search = (usize, FileId, usize);

/// The places that a search tried, and what became of it.
pub type Found = (Vec<Probe>, Resolution);

/// The answers of an environment that is not there any more. A [`Survey`] that has one asks it and no file.
#[derive(Debug, Default)]
pub struct Record {
    pub searches: FxHashMap<Search, Found>,
    pub rust: FxHashMap<FileId, Rust>,
}

impl Survey {
    /// As [`Survey::explain_in`], for many searches at once: each import is simulated once.
    pub fn explain_all(&self, mut searches: Vec<Search>) -> FxHashMap<Search, Found> {
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
