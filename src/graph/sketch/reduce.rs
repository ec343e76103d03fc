//! Folding and reducing: what makes a picture small enough to be read.

use std::collections::BTreeMap;
use std::hash::Hash;

use petgraph::algo::tred::{dag_to_toposorted_adjacency_list, dag_transitive_reduction_closure};
use petgraph::algo::{greedy_feedback_arc_set, tarjan_scc, toposort};
use petgraph::graph::DiGraph;
use petgraph::visit::{EdgeRef, IntoNeighbors};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Fold, Item, Link, Sketch};

impl Sketch {
    /// Makes one item of all that have the same key; those without a key stay as they are.
    pub fn fold<K: Hash + Eq>(&mut self, fold: Fold, key: impl Fn(&Item) -> Option<K>) {
        let keys: Vec<Option<K>> = self.items.iter().map(key).collect();
        self.fold_keys(fold, 2, keys);
    }

    /// Makes one item of those of a class that have the same items before and behind them, where there are at least
    /// `least` of them; again and again, as folding makes others alike. Items without a class stay.
    pub fn fold_twins<K: Hash + Eq + Clone>(&mut self, least: usize, class: impl Fn(&Item) -> Option<K>) {
        loop {
            let count = self.items.len();
            let (before, behind) = self.neighbors();
            let around = before.into_iter().zip(behind);
            let keys = self.items.iter().zip(around).map(|(item, around)| Some((class(item)?, item.band, around)));
            let keys: Vec<_> = keys.collect();
            self.fold_keys(Fold::Twins, least, keys);
            if self.items.len() == count {
                return;
            }
        }
    }

    /// Makes one item of each loop of items that need each other.
    pub fn fold_cycles(&mut self) {
        let mut keys = vec![None; self.items.len()];
        for (number, members) in self.cycles().into_iter().enumerate() {
            for member in members {
                keys[member] = Some(number);
            }
        }
        self.fold_keys(Fold::Cycle, 2, keys);
    }

    fn fold_keys<K: Hash + Eq>(&mut self, fold: Fold, least: usize, keys: Vec<Option<K>>) {
        let mut counts: FxHashMap<&K, usize> = FxHashMap::default();
        keys.iter().flatten().for_each(|key| *counts.entry(key).or_default() += 1);
        let mut places: FxHashMap<&K, usize> = FxHashMap::default();
        let mut folds: FxHashMap<usize, Fold> = FxHashMap::default();
        let mut next = 0;
        let mut place = Vec::with_capacity(keys.len());
        for key in &keys {
            let to = match key.as_ref().filter(|key| counts[key] >= least) {
                Some(key) => *places.entry(key).or_insert(next),
                None => next,
            };
            if key.as_ref().is_some_and(|key| counts[key] >= least) {
                folds.insert(to, fold);
            }
            next += usize::from(to == next);
            place.push(to);
        }
        if !folds.is_empty() {
            self.gather(&place, &folds);
        }
    }

    /// The loops of items that need each other, each in order.
    pub fn cycles(&self) -> Vec<Vec<usize>> {
        let graph = self.as_graph();
        let loops = tarjan_scc(&graph).into_iter().filter(|members| members.len() > 1);
        let mut loops: Vec<Vec<usize>> =
            loops.map(|members| members.iter().map(|node| node.index()).collect()).collect();
        loops.iter_mut().for_each(|members| members.sort_unstable());
        loops.sort_unstable();
        loops
    }

    /// Takes away each link that a longer way implies, but for those that must be kept.
    pub fn reduce(&mut self, keep: impl Fn(&Item, &Item) -> bool) {
        let mut graph = self.as_graph();
        // A loop implies everything in it: the links that close loops are kept, and imply nothing.
        let closing: FxHashSet<(usize, usize)> = closing(&graph).into_iter().collect();
        graph.retain_edges(|graph, edge| {
            let (source, target) = graph.edge_endpoints(edge).expect("an edge of the graph");
            !closing.contains(&(source.index(), target.index()))
        });
        let Ok(order) = toposort(&graph, None) else { return };
        let (sorted, _) = dag_to_toposorted_adjacency_list::<_, u32>(&graph, &order);
        let (reduced, _) = dag_transitive_reduction_closure(&sorted);
        let mut needed: FxHashSet<(usize, usize)> = FxHashSet::default();
        for (at, source) in order.iter().enumerate() {
            let targets = (&reduced).neighbors(at as u32);
            needed.extend(targets.map(|target| (source.index(), order[target as usize].index())));
        }
        let items = &self.items;
        let mut implied = 0;
        self.links.retain(|link| {
            let ends = (link.source, link.target);
            let stays =
                needed.contains(&ends) || closing.contains(&ends) || keep(&items[link.source], &items[link.target]);
            implied += if stays { 0 } else { link.edges };
            stays
        });
        self.implied += implied;
    }

    /// At most `most` items a band: those that come first by `rank` stay, those that must be kept always do, and the rest
    /// of each band becomes one item.
    pub fn cap<R: Ord>(
        &mut self,
        most: impl Fn(i32) -> usize,
        rank: impl Fn(&Item) -> R,
        keep: impl Fn(&Item) -> bool,
    ) {
        let mut bands: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
        for (at, item) in self.items.iter().enumerate() {
            bands.entry(item.band).or_default().push(at);
        }
        let mut keys: Vec<Option<i32>> = vec![None; self.items.len()];
        for (band, mut members) in bands {
            let most = most(band).max(2);
            if members.len() <= most {
                continue;
            }
            members.sort_by_cached_key(|&at| (rank(&self.items[at]), at));
            // The line that tells of the rest takes a place too.
            for &at in members[most - 1..].iter().filter(|&&at| !keep(&self.items[at])) {
                keys[at] = Some(band);
            }
        }
        self.fold_keys(Fold::Rest, 1, keys);
    }

    /// As petgraph has it.
    fn as_graph(&self) -> DiGraph<(), (), u32> {
        let mut graph = DiGraph::with_capacity(self.items.len(), self.links.len());
        let nodes: Vec<_> = self.items.iter().map(|_| graph.add_node(())).collect();
        for &Link { source, target, .. } in &self.links {
            graph.add_edge(nodes[source], nodes[target], ());
        }
        graph
    }
}

/// The links without which nothing goes in circles.
fn closing(graph: &DiGraph<(), (), u32>) -> Vec<(usize, usize)> {
    if tarjan_scc(graph).iter().all(|members| members.len() == 1) {
        return Vec::new();
    }
    let mut found: Vec<(usize, usize)> =
        greedy_feedback_arc_set(graph).map(|edge| (edge.source().index(), edge.target().index())).collect();
    found.sort_unstable();
    found
}
