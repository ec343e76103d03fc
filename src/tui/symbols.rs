//! Symbols are read beside the screen: what a file needs of each of its needs, and who has to do with a name.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::scan_index::ScanIndex;
use crate::graph::NodeId;
use crate::survey::{EdgeSymbols, SymbolUse};
use crate::world::FileId;

/// What is known of symbols, and what of them is wanted.
#[derive(Clone, Default)]
pub struct SymbolBoard {
    /// Of each file that was asked; none where its symbols are not at hand.
    known: FxHashMap<NodeId, Option<Arc<EdgeSymbols>>>,
    /// The files whose symbols are to be read now.
    pub wanted: Vec<NodeId>,
    /// Changes whenever something else is wanted.
    pub number: u64,
}

impl SymbolBoard {
    /// The symbols that a file needs; none before they are read, and where they are not at hand.
    pub fn of(&self, node: NodeId) -> Option<&Arc<EdgeSymbols>> {
        self.known.get(&node)?.as_ref()
    }

    /// What came of reading them: none where they are not read yet, and none within where they are not at hand.
    pub fn answer(&self, node: NodeId) -> Option<Option<Arc<EdgeSymbols>>> {
        self.known.get(&node).cloned()
    }

    /// Are they still to be read?
    pub fn is_reading(&self, node: NodeId) -> bool {
        self.wanted.contains(&node)
    }

    /// Asks for the symbols of these files, where they are not known; whatever else was wanted is not any more.
    pub fn want(&mut self, nodes: impl IntoIterator<Item = NodeId>) {
        let wanted: Vec<NodeId> = nodes.into_iter().filter(|node| !self.known.contains_key(node)).collect();
        if wanted != self.wanted {
            self.wanted = wanted;
            self.number += 1;
        }
    }

    /// Takes in what was read.
    pub fn take(&mut self, node: NodeId, symbols: Option<Arc<EdgeSymbols>>) {
        self.wanted.retain(|wanted| *wanted != node);
        self.known.insert(node, symbols);
    }

    /// Of another scan nothing is known.
    pub fn forget(&mut self) {
        self.known.clear();
        self.want([]);
    }
}

/// The symbols that a file of a scan needs.
pub struct ReadSymbols {
    pub scan_index: Arc<ScanIndex>,
    pub node: NodeId,
    pub symbols: Option<Arc<EdgeSymbols>>,
}

impl ReadSymbols {
    /// Reads them.
    pub fn new(scan_index: Arc<ScanIndex>, node: NodeId) -> ReadSymbols {
        let symbols =
            scan_index.scan.file_of(node).and_then(|file| scan_index.scan.symbols_by_edge(file)).map(Arc::new);
        ReadSymbols { scan_index, node, symbols }
    }
}

/// The files of a scan whose symbols are wanted now.
pub type WantedSymbols = (Arc<ScanIndex>, Vec<NodeId>);

/// Reads what is wanted as long as somebody wants something; of what was wanted meanwhile, only the last.
pub fn read(wanted: &Receiver<WantedSymbols>, tell: &dyn Fn(ReadSymbols) -> bool) {
    let mut next = wanted.recv().ok();
    while let Some((scan_index, nodes)) = next {
        next = None;
        for node in nodes {
            next = wanted.try_iter().last();
            if next.is_some() {
                break;
            }
            if !tell(ReadSymbols::new(scan_index.clone(), node)) {
                return;
            }
        }
        next = next.or_else(|| wanted.recv().ok());
    }
}

/// Has this node symbols that could be read? A snapshot has those of some files.
pub fn has_symbols(scan_index: &ScanIndex, node: NodeId) -> bool {
    let has = |file| match &scan_index.scan.record {
        Some(record) => record.symbols.contains_key(&file),
        None => scan_index.scan.world.file(file).image.is_some(),
    };
    scan_index.scan.file_of(node).is_some_and(has)
}

/// Files that define or need a symbol: some of all, as they are found.
pub struct FoundSymbols {
    pub name: String,
    pub uses: Vec<SymbolUse>,
    /// Nothing more comes.
    pub is_all: bool,
}

/// Of a text that is a part of so many names, nobody reads more.
const MOST_USES: usize = 2000;
/// Of one file.
const MOST_IN_A_FILE: usize = 100;
/// So many files are read before the next find is told.
const FILES: usize = 64;

/// Tells which files define and which need symbols of exactly this name, and then those whose names contain it, as they are found.
pub fn find(scan_index: &ScanIndex, name: &str, is_over: &AtomicBool, tell: &dyn Fn(FoundSymbols)) {
    let scan = &scan_index.scan;
    let found = |uses, is_all| FoundSymbols { name: name.to_owned(), uses, is_all };
    let contains = |symbol: &[u8]| memchr::memmem::find(symbol, name.as_bytes()).is_some();
    if let Some(mut uses) = scan.recorded_uses(&contains) {
        uses.truncate(MOST_USES);
        return tell(found(uses, true));
    }
    let exact = scan.symbol_uses(name.as_bytes());
    let mut count = exact.len();
    tell(found(exact, false));
    let files: Vec<FileId> = scan.files_with_symbols().collect();
    for files in files.chunks(FILES) {
        if is_over.load(Ordering::Relaxed) || count > MOST_USES {
            break;
        }
        let uses = |&file: &FileId| {
            let names = scan.symbols_containing(file, name.as_bytes(), MOST_IN_A_FILE);
            // Mach-O has an underscore before names of C: such are found already.
            let is_exact = |found: &[u8]| found.strip_prefix(b"_").unwrap_or(found) == name.as_bytes();
            let others = names.into_iter().filter(|it| **it != *name.as_bytes() && !is_exact(it));
            others.flat_map(|it| scan.symbol_uses_in(file, &it)).collect::<Vec<_>>()
        };
        let uses: Vec<SymbolUse> = files.par_iter().flat_map_iter(uses).collect();
        count += uses.len();
        if !uses.is_empty() {
            tell(found(uses, false));
        }
    }
    tell(found(Vec::new(), true));
}
