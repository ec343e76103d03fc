//! Fuzzy search over every node.
//!
//! A query is words, all of which must match; the matcher takes a blank for a letter like any other, so the words are
//! matched one by one. Words such as `is:broken`, `is:prefix`, `kind:module`, `pkg:scipy` and `needs:libz` narrow what is
//! searched.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use rustc_hash::FxHashMap;

use super::atlas::{Atlas, Entry, Sort};
use crate::graph::NodeId;

/// A node that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub node: NodeId,
    /// The letters of [`Entry::brief`] that matched, by number.
    pub lit: Vec<usize>,
    score: i64,
}

/// What was searched last: its hits are gone to one after the other, and stay lit until it is let go.
#[derive(Clone, Debug)]
pub struct Found {
    pub query: String,
    /// Best first.
    pub hits: Vec<NodeId>,
    /// The hit that was gone to last, by place.
    pub at: usize,
    pub(super) lit: FxHashMap<NodeId, Vec<usize>>,
}

impl Found {
    /// Searches for what is not nothing.
    pub fn new(atlas: &Atlas, query: &str) -> Option<Found> {
        let query = query.trim().to_owned();
        if query.is_empty() {
            return None;
        }
        let hits = search(atlas, &query);
        let nodes = hits.iter().map(|hit| hit.node).collect();
        Some(Found { query, hits: nodes, at: 0, lit: hits.into_iter().map(|hit| (hit.node, hit.lit)).collect() })
    }

    /// The letters of [`Entry::brief`] that matched, by number; none where the node is no hit.
    pub fn lit(&self, node: NodeId) -> Option<&[usize]> {
        self.lit.get(&node).map(Vec::as_slice)
    }

    /// Which letters of a text that names a node matched: what lists write is a part of [`Entry::brief`], or begins with it.
    pub fn letters(&self, node: NodeId, entry: &Entry, text: &str) -> Option<impl Fn(usize) -> bool> {
        let lit = self.lit(node)?;
        let text = text.trim_end_matches(" ⟳");
        let start = match entry.brief.rfind(text) {
            Some(at) => entry.brief[..at].chars().count(),
            None if text.starts_with(&entry.brief) => 0,
            None => return None,
        };
        Some(move |at| lit.binary_search(&(start + at)).is_ok())
    }

    /// Which of how many.
    pub fn place(&self) -> String {
        format!("{} of {}", self.at + 1, self.hits.len())
    }
}

/// What matches, best first.
pub fn search(atlas: &Atlas, query: &str) -> Vec<Hit> {
    let (narrow, words): (Vec<&str>, Vec<&str>) = query.split_whitespace().partition(|word| is_narrowing(word));
    let matcher = SkimMatcherV2::default();
    let mut hits: Vec<Hit> = atlas
        .entries()
        .filter(|(id, entry)| narrow.iter().all(|word| is_within(atlas, *id, entry, word)))
        .filter_map(|(node, entry)| {
            let (score, lit) = matched(&matcher, entry, &words)?;
            Some(Hit { node, lit, score })
        })
        .collect();
    hits.sort_by_key(|hit| {
        let entry = atlas.entry(hit.node);
        (-hit.score, !entry.is_broken, entry.badge.is_clean(), entry.brief.len(), hit.node)
    });
    hits
}

/// The score of an entry and the letters that matched. A word is looked for in the name first, as people remember names,
/// not folders.
fn matched(matcher: &SkimMatcherV2, entry: &Entry, words: &[&str]) -> Option<(i64, Vec<usize>)> {
    let before = entry.brief.chars().count() - entry.label.chars().count().min(entry.brief.chars().count());
    let (mut sum, mut lit) = (0, Vec::new());
    for word in words {
        let in_name = matcher.fuzzy_indices(&entry.label, word);
        let (score, letters, from) = match in_name {
            Some((score, letters)) => {
                let is_start = entry.label.starts_with(word);
                (score + 16 + if is_start { 16 } else { 0 }, letters, before)
            }
            None => {
                let (score, letters) = matcher.fuzzy_indices(&entry.brief, word)?;
                (score, letters, 0)
            }
        };
        sum += score;
        lit.extend(letters.into_iter().map(|letter| letter + from));
    }
    lit.sort_unstable();
    lit.dedup();
    Some((sum, lit))
}

fn is_narrowing(word: &str) -> bool {
    ["is:", "kind:", "pkg:", "needs:"].iter().any(|prefix| word.starts_with(prefix))
}

fn is_within(atlas: &Atlas, id: NodeId, entry: &Entry, word: &str) -> bool {
    let Some((key, value)) = word.split_once(':') else { return true };
    match key {
        "is" if "broken".starts_with(value) => entry.is_broken || entry.badge.is_troubled(),
        "is" if "missing".starts_with(value) => entry.sort == Sort::Missing,
        "is" if "prefix".starts_with(value) => entry.nonstandard.is_some(),
        "is" if "rust".starts_with(value) => entry.is_rust,
        "is" if "system".starts_with(value) => entry.sort == Sort::System,
        "kind" => entry.sort.word().contains(value),
        "pkg" => entry.owner.to_lowercase().contains(&value.to_lowercase()),
        "needs" => atlas.scan.graph.needs(id).iter().any(|(_, edge)| edge.name.to_string().contains(value)),
        _ => false,
    }
}
