//! What Tab makes of the last word of a query: the words that narrow it, and their values.

use std::collections::BTreeSet;

use super::super::scan_index::ScanIndex;
use crate::printable::printable;
use crate::survey::SymbolUse;

/// The words that narrow a query.
pub const KEYS: [&str; 5] = ["is:", "kind:", "pkg:", "needs:", "sym:"];
/// What nodes can be.
const STATES: [&str; 5] = ["broken", "missing", "prefix", "rust", "system"];
const KINDS: [&str; 6] = ["distribution", "library", "module", "program", "Python", "system"];
/// Nobody goes through more.
const MOST: usize = 200;

/// What the last word of a query could be, and which of it the query says now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// What stands before the last word.
    before: String,
    /// Never empty.
    words: Vec<String>,
    at: usize,
}

impl Completion {
    /// What a query can be completed to; none where there is nothing. `uses` are the symbols that were found.
    pub fn new(scan_index: &ScanIndex, query: &str, uses: &[SymbolUse]) -> Option<Completion> {
        let start = query.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let (before, word) = query.split_at(start);
        let words: Vec<String> = match word.split_once(':') {
            None => KEYS.iter().filter(|key| key.starts_with(word)).map(|key| (*key).to_owned()).collect(),
            Some((key, value)) => {
                let is_it = |other: &String| starts_with(other, value) && other != value;
                let values = values(scan_index, key, uses).into_iter().filter(is_it);
                values.take(MOST).map(|value| format!("{key}:{value}")).collect()
            }
        };
        (!words.is_empty()).then(|| Completion { before: before.to_owned(), words, at: 0 })
    }

    /// The next of the words, or the one before, around the ends.
    pub fn turn(&mut self, by: isize) {
        self.at = (self.at as isize + by).rem_euclid(self.words.len() as isize) as usize;
    }

    /// Is there one word only?
    pub fn is_alone(&self) -> bool {
        self.words.len() == 1
    }

    /// The query with the word that it is completed to.
    pub fn query(&self) -> String {
        format!("{}{}", self.before, self.words[self.at])
    }

    /// The words that come next, for a hint.
    pub fn others(&self) -> String {
        let behind = self.words[self.at + 1..].iter().chain(&self.words[..self.at]);
        let value = |word: &String| match word.split_once(':') {
            Some((_, value)) if !value.is_empty() => value.to_owned(),
            _ => word.clone(),
        };
        behind.map(value).collect::<Vec<_>>().join(" ")
    }
}

fn starts_with(text: &str, start: &str) -> bool {
    let (text, start) = (text.to_lowercase(), start.to_lowercase());
    text.starts_with(&start)
        || text.strip_prefix("lib").is_some_and(|text| text.starts_with(&start) && !start.is_empty())
}

/// The values that a word can have, in order.
fn values(scan_index: &ScanIndex, key: &str, uses: &[SymbolUse]) -> Vec<String> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    // A query is words: what holds a blank cannot be typed.
    let is_word = |name: &String| !name.is_empty() && !name.contains(char::is_whitespace);
    let names: BTreeSet<String> = match key {
        "is" => return owned(&STATES),
        "kind" => return owned(&KINDS),
        "pkg" => scan_index.entries().map(|(_, entry)| entry.owner.clone()).filter(is_word).collect(),
        "needs" => {
            let graph = &scan_index.scan.graph;
            let needs = graph.nodes().flat_map(|(node, _)| graph.needs(node));
            needs.map(|(_, edge)| printable(&edge.name.to_string())).filter(is_word).collect()
        }
        "sym" => uses.iter().map(|it| printable(&it.symbol.to_string())).filter(is_word).collect(),
        _ => BTreeSet::new(),
    };
    names.into_iter().collect()
}
