//! The symbols that a file needs, by the edge of the graph that carries them.

use rustc_hash::FxHashSet;

use super::{SymbolContext, SymbolRow, SymbolStatus};
use crate::graph::NodeId;
use crate::image::NeedKind;
use crate::survey::Survey;
use crate::world::FileId;

/// The symbols that one file needs, by the need that provides them.
#[derive(Clone, Debug, Default)]
pub struct EdgeSymbols {
    /// Every symbol that the file needs, in the order of its own table.
    pub rows: Vec<SymbolRow>,
    /// For each node that the file needs, the places of the rows that come from it.
    edges: Vec<(NodeId, Vec<usize>)>,
    overlinked: FxHashSet<NodeId>,
    /// A snapshot has only some of them.
    pub is_partial: bool,
}

impl EdgeSymbols {
    /// The places of the rows that come from a node; of one that is missing, of those that nothing else has. None where the
    /// file does not need it.
    pub fn of(&self, target: NodeId) -> Option<&[usize]> {
        self.edges.iter().find(|(node, _)| *node == target).map(|(_, rows)| &rows[..])
    }

    /// Is this node needed although it defines nothing that the file needs? (`ldd -u`)
    pub fn is_overlinked(&self, target: NodeId) -> bool {
        self.overlinked.contains(&target)
    }
}

impl SymbolRow {
    /// Is the load, or the first call, bound to fail for it?
    pub fn fails(&self) -> bool {
        matches!(self.status, SymbolStatus::Undefined | SymbolStatus::Deferred) && !self.is_weak
    }
}

impl Survey {
    /// The symbols that a file needs in the process of the first import that loads it, by the needs that provide them. None
    /// where they are not at hand.
    pub fn symbols_by_edge(&self, file: FileId) -> Option<EdgeSymbols> {
        let node = self.graph.file(file)?;
        let rows = self.symbols(file, &SymbolContext::default())?;
        let recorded = self.record.as_ref().and_then(|record| record.symbols.get(&file));
        let is_partial = recorded.is_some_and(|recorded| !recorded.is_whole);
        let mut symbols = EdgeSymbols { rows, is_partial, ..EdgeSymbols::default() };
        for (target, edge) in self.graph.needs(node) {
            if symbols.of(target).is_some() {
                continue;
            }
            let provider = edge.resolution.file();
            let is_from = |row: &SymbolRow| match provider {
                Some(_) => row.provider_file == provider,
                None if edge.resolution.is_met() => {
                    row.provider.as_ref().is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(&edge.name))
                }
                None => {
                    let is_other = row.wanted_of.as_ref().is_some_and(|of| *of != edge.name);
                    row.provider.is_none() && row.status != SymbolStatus::Bound && !is_other
                }
            };
            let places: Vec<usize> = (0..symbols.rows.len()).filter(|&at| is_from(&symbols.rows[at])).collect();
            let is_plain = matches!(edge.kind, NeedKind::Normal | NeedKind::Upward);
            if recorded.is_some_and(|recorded| recorded.overlinked.contains(&edge.need)) {
                symbols.overlinked.insert(target);
            }
            if let Some(library) = provider
                .filter(|_| recorded.is_none())
                .filter(|_| places.is_empty() && is_plain && !symbols.rows.is_empty())
                && self.defines_any(library, &symbols.rows) == Some(false)
            {
                symbols.overlinked.insert(target);
            }
            symbols.edges.push((target, places));
        }
        Some(symbols)
    }

    /// Does a library define one of these symbols, by itself? None where that cannot be told, and where it hands on what
    /// others define.
    fn defines_any(&self, library: FileId, wanted: &[SymbolRow]) -> Option<bool> {
        let content = self.world.file(library);
        let image = content.image.as_ref()?;
        let hands_on = image.needs.iter().any(|need| need.kind == NeedKind::Reexport)
            || image.pe.as_ref().is_some_and(|pe| !pe.forwards_to.is_empty());
        if hands_on {
            return None;
        }
        if self.world.dynamic_symbols(library).is_some() {
            return Some(wanted.iter().any(|row| self.world.provides(library, &row.symbol)));
        }
        let names: Vec<&[u8]> = wanted.iter().map(|row| &*row.symbol).collect();
        let exports = || Some(self.world.exports(library, &names)?.contains(&true));
        exports().or_else(|| Some(self.world.dll_exports(library, &names)?.iter().any(Option::is_some)))
    }
}
