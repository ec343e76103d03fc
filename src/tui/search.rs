//! Fuzzy search over every node.
//!
//! A query is words, all of which must match; the matcher takes a blank for a letter like any other, so the words are
//! matched one by one. Words such as `is:broken`, `is:prefix`, `kind:module`, `pkg:scipy` and `needs:libz` narrow what is
//! searched; `sym:NAME` finds the files that define or need a symbol.

pub mod complete;

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use rustc_hash::{FxHashMap, FxHashSet};

use super::scan_index::{NodeEntry, NodeKind, ScanIndex};
use crate::graph::NodeId;
use crate::survey::SymbolUse;

/// A node that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub node: NodeId,
    /// The letters of [`NodeEntry::brief`] that matched, by number.
    pub lit: Vec<usize>,
    /// What the file has to do with the symbol that is looked for.
    pub symbol: Option<SymbolUse>,
    score: i64,
}

/// What was searched last: its hits are gone to one after the other, and stay lit until it is cleared.
#[derive(Clone, Debug)]
pub struct SearchHits {
    pub query: String,
    /// Best first.
    pub hits: Vec<NodeId>,
    /// The hit that was gone to last, by place.
    pub at: usize,
    pub(super) lit: FxHashMap<NodeId, Vec<usize>>,
}

impl SearchHits {
    /// Searches for what is not nothing.
    pub fn new(scan_index: &ScanIndex, query: &str) -> Option<SearchHits> {
        let query = query.trim().to_owned();
        if query.is_empty() {
            return None;
        }
        let hits = search(scan_index, &query);
        Some(SearchHits::of(query, &hits))
    }

    /// What was found already.
    pub fn of(query: String, hits: &[Hit]) -> SearchHits {
        let mut nodes: Vec<NodeId> = hits.iter().map(|hit| hit.node).collect();
        // A file may have several symbols.
        let mut seen = FxHashSet::default();
        nodes.retain(|&node| seen.insert(node));
        SearchHits { query, hits: nodes, at: 0, lit: hits.iter().map(|hit| (hit.node, hit.lit.clone())).collect() }
    }

    /// The letters of [`NodeEntry::brief`] that matched, by number; none where the node is no hit.
    pub fn lit(&self, node: NodeId) -> Option<&[usize]> {
        self.lit.get(&node).map(Vec::as_slice)
    }

    /// Which letters of a text that names a node matched: what lists write is a part of [`NodeEntry::brief`], or begins with it.
    pub fn letters(&self, node: NodeId, entry: &NodeEntry, text: &str) -> Option<impl Fn(usize) -> bool> {
        let lit = self.lit(node)?;
        let text = text.trim_end_matches(" ↔");
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

/// Of more entries than this, nobody looks at the last: they keep the order of a rough look.
const MOST_SCORED: usize = 500;

/// What matches, best first.
pub fn search(scan_index: &ScanIndex, query: &str) -> Vec<Hit> {
    // Symbols are read beside the screen.
    if symbol_name(query).is_some() {
        return Vec::new();
    }
    let hits = matching(scan_index, query);
    // Modules are known by their dotted names, and lie in folders.
    if hits.is_empty() && query.contains('.') { matching(scan_index, &query.replace('.', "/")) } else { hits }
}

/// Everything: first what findings are about, the worst before, then what was looked at last.
pub fn all(scan_index: &ScanIndex, recent: &[NodeId]) -> Vec<Hit> {
    let causes = (0..scan_index.scan.findings.len()).filter_map(|at| scan_index.node_of(at));
    let mut seen = FxHashSet::default();
    let hit = |node: NodeId| Hit { node, lit: Vec::new(), symbol: None, score: 0 };
    let first = causes.take(MOST_CAUSES).chain(recent.iter().copied()).map(hit);
    first.chain(search(scan_index, "")).filter(|hit| seen.insert(hit.node)).collect()
}

/// Of more causes than this, an empty search shows the first.
const MOST_CAUSES: usize = 20;

/// The name of the symbol that a query looks for; empty where there is none yet.
pub fn symbol_name(query: &str) -> Option<&str> {
    query.split_whitespace().filter_map(|word| word.strip_prefix("sym:")).next_back()
}

/// The files that define or need a symbol, as far as the other words of a query match them, in the order in which they came.
pub fn among(scan_index: &ScanIndex, query: &str, uses: &[SymbolUse]) -> Vec<Hit> {
    let (narrow, words) = parts(query);
    let hit = |it: &SymbolUse| {
        let node = scan_index.scan.graph.file(it.file)?;
        let entry = scan_index.entry(node);
        let is_hit = narrow.iter().all(|&word| is_within(scan_index, node, entry, word))
            && words.iter().all(|word| has_letters(&entry.brief, word));
        is_hit.then(|| Hit { node, lit: Vec::new(), symbol: Some(it.clone()), score: 0 })
    };
    uses.iter().filter_map(hit).collect()
}

/// The words of a query that narrow it, apart from the others.
fn parts(query: &str) -> (Vec<(&str, &str)>, Vec<&str>) {
    let (narrow, words): (Vec<&str>, Vec<&str>) = query.split_whitespace().partition(|word| is_narrowing(word));
    (narrow.iter().filter_map(|word| word.split_once(':')).collect(), words)
}

fn matching(scan_index: &ScanIndex, query: &str) -> Vec<Hit> {
    let (narrow, words) = parts(query);
    let mut first: Vec<Rough> = scan_index
        .entries()
        .filter(|(id, entry)| narrow.iter().all(|&word| is_within(scan_index, *id, entry, word)))
        .filter_map(|(id, entry)| rough(id, entry, &words))
        .collect();
    let mut rest = Vec::new();
    if first.len() > MOST_SCORED {
        first.select_nth_unstable(MOST_SCORED);
        rest = first.split_off(MOST_SCORED);
        rest.sort_unstable();
    }
    let matcher = SkimMatcherV2::default();
    let node = |rough: Rough| NodeId::new(rough as u32 as usize);
    let scored = |rough| {
        let node = node(rough);
        let Matched { score, lit, is_scattered } = matched(&matcher, scan_index.entry(node), &words)?;
        Some((is_scattered, Hit { node, lit, symbol: None, score }))
    };
    let mut hits: Vec<(bool, Hit)> = first.into_iter().filter_map(scored).collect();
    // Letters from here and there say nothing, where whole parts of other names match.
    if hits.iter().any(|(is_scattered, _)| !is_scattered) {
        hits.retain(|(is_scattered, _)| !is_scattered);
        rest.retain(|&rough| {
            words.iter().all(|word| word.chars().count() < 3 || has_run(&scan_index.entry(node(rough)).brief, word))
        });
    }
    let mut hits: Vec<Hit> = hits.into_iter().map(|(_, hit)| hit).collect();
    hits.sort_by_key(|hit| {
        let entry = scan_index.entry(hit.node);
        // A file comes before a name that is only asked for.
        (-hit.score, entry.kind.is_missing(), !entry.is_marked(), entry.brief.len(), hit.node)
    });
    hits.extend(rest.into_iter().map(|rough| Hit { node: node(rough), lit: Vec::new(), symbol: None, score: 0 }));
    hits
}

/// How well an entry seems to match, the best first, and which it is: from the highest bits down how its words are found,
/// whether something is wrong with it, how long it is, and its number.
type Rough = u64;

/// A look at an entry that costs a hundredth of its score; none where it does not match.
fn rough(node: NodeId, entry: &NodeEntry, words: &[&str]) -> Option<Rough> {
    let mut how = 0;
    for word in words {
        how += match () {
            () if entry.label.starts_with(word) => 0,
            () if memchr::memmem::find(entry.label.as_bytes(), word.as_bytes()).is_some() => 1,
            () if has_letters(&entry.label, word) => 2,
            () if has_letters(&entry.brief, word) => 3,
            () => return None,
        };
    }
    let is_fine = u64::from(!entry.is_broken) << 1 | u64::from(entry.badge.is_clean());
    let len = entry.brief.len().min(0xffff) as u64;
    Some(how.min(0x3fff) << 50 | is_fine << 48 | len << 32 | node.index() as u64)
}

/// Does a text have the letters of a word, in their order? As the matcher takes them: without a capital in the word, the
/// text's capitals count as small ones.
fn has_letters(text: &str, word: &str) -> bool {
    let is_exact = word.chars().any(char::is_uppercase);
    if !word.is_ascii() {
        let mut letters = text.chars();
        return word
            .chars()
            .all(|wanted| letters.any(|it| it == wanted || !is_exact && it.eq_ignore_ascii_case(&wanted)));
    }
    let mut rest = text.as_bytes();
    word.bytes().all(|wanted| {
        let found = match is_exact {
            true => memchr::memchr(wanted, rest),
            false => memchr::memchr2(wanted, wanted.to_ascii_uppercase(), rest),
        };
        rest = found.map_or(&[], |at| &rest[at + 1..]);
        found.is_some()
    })
}

/// Does a text have a word whole, letters without a capital in the word standing for both?
fn has_run(text: &str, word: &str) -> bool {
    if word.chars().any(char::is_uppercase) {
        return text.contains(word);
    }
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some(&first) = word.first() else { return true };
    let mut starts = memchr::memchr2_iter(first, first.to_ascii_uppercase(), text);
    starts.any(|at| text.get(at..at + word.len()).is_some_and(|run| run.eq_ignore_ascii_case(word)))
}

/// How an entry matches.
struct Matched {
    score: i64,
    /// The letters of [`NodeEntry::brief`], by number.
    lit: Vec<usize>,
    /// Letters of a word come from here and there.
    is_scattered: bool,
}

/// The score of an entry and the letters that matched. A word is looked for in the name first, as people remember names,
/// not folders.
fn matched(matcher: &SkimMatcherV2, entry: &NodeEntry, words: &[&str]) -> Option<Matched> {
    let before = entry.brief.chars().count() - entry.label.chars().count().min(entry.brief.chars().count());
    let mut all = Matched { score: 0, lit: Vec::new(), is_scattered: false };
    for word in words {
        let name = matcher.fuzzy_indices(&entry.label, word).map(|(score, letters)| {
            let is_scattered = is_scattered(&entry.label, &letters);
            (score + in_name_bonus(entry, word), letters, before, is_scattered)
        });
        let whole = || {
            let (score, letters) = matcher.fuzzy_indices(&entry.brief, word)?;
            let is_scattered = is_scattered(&entry.brief, &letters);
            Some((score, letters, 0, is_scattered))
        };
        // Letters from all over the name are worth less than a folder of that name.
        let (score, letters, from, is_scattered) = match name {
            Some(name) if !name.3 => name,
            name => whole().filter(|whole| !whole.3 || name.is_none()).or(name)?,
        };
        all.score += score;
        all.is_scattered |= is_scattered;
        all.lit.extend(letters.into_iter().map(|letter| letter + from));
    }
    all.lit.sort_unstable();
    all.lit.dedup();
    Some(all)
}

/// What a match in the name is worth: most where the word is its stem, then where the name begins with it.
fn in_name_bonus(entry: &NodeEntry, word: &str) -> i64 {
    let stem = entry.label.split(['.', '-']).next().unwrap_or_default().trim_start_matches('_');
    let bare = stem.strip_prefix("lib").unwrap_or(stem);
    match () {
        () if stem.eq_ignore_ascii_case(word) || bare.eq_ignore_ascii_case(word) => 96,
        () if entry.label.starts_with(word) || bare.starts_with(word) => 32,
        () => 16,
    }
}

/// Are the letters of one word that matched from here and there? Each run of them should begin a word or have three letters.
fn is_scattered(text: &str, lit: &[usize]) -> bool {
    if lit.len() < 3 {
        return false;
    }
    let letters: Vec<char> = text.chars().collect();
    let begins = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let letter = letters.get(at);
        before.is_none_or(|before| {
            !before.is_alphanumeric()
                || before.is_lowercase() && letter.is_some_and(|letter| letter.is_uppercase())
                || !before.is_ascii_digit() && letter.is_some_and(char::is_ascii_digit)
        })
    };
    lit.chunk_by(|one, next| one + 1 == *next).any(|run| run.len() < 3 && !begins(run[0]))
}

fn is_narrowing(word: &str) -> bool {
    complete::KEYS.iter().any(|prefix| word.starts_with(prefix))
}

fn is_within(scan_index: &ScanIndex, id: NodeId, entry: &NodeEntry, (key, value): (&str, &str)) -> bool {
    match key {
        "is" if "broken".starts_with(value) => entry.is_marked(),
        "is" if "missing".starts_with(value) => entry.kind == NodeKind::Missing,
        "is" if "prefix".starts_with(value) => entry.nonstandard.is_some(),
        "is" if "rust".starts_with(value) => entry.is_rust,
        "is" if "system".starts_with(value) => entry.kind == NodeKind::System,
        "kind" => memchr::memmem::find(entry.kind.word().as_bytes(), value.as_bytes()).is_some(),
        "pkg" => entry.owner.to_lowercase().contains(&value.to_lowercase()),
        "sym" => true,
        "needs" => scan_index.scan.graph.needs(id).iter().any(|(_, edge)| edge.name.to_string().contains(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_from_here_and_there_are_scattered() {
        let matcher = SkimMatcherV2::default();
        let is_scattered = |text: &str, word: &str| {
            let (_, letters) = matcher.fuzzy_indices(text, word).expect("it matches");
            is_scattered(text, &letters)
        };
        for (text, word) in [
            ("libgfortran-040039e1.so.5.0.0", "gfortran"),
            ("libgfortran-040039e1.so.5.0.0", "libgfo5"),
            ("_umath_linalg.so", "umlin"),
            ("libQt6Core.so.6", "qtcore"),
            ("_multiarray_umath.so", "mu"),
            ("libz.so", "zs"),
        ] {
            assert!(!is_scattered(text, word), "{word} in {text}");
        }
        for (text, word) in [
            ("pandas/_libs/tslibs/offsets.so", "ssl"),
            ("pandas/_libs/tslibs/offsets.so", "pls"),
            ("scipy/stats/_stats_pythran.so", "cat"),
            ("pandas/_libs/tslibs/parsing.so", "png"),
            ("matplotlib/backends/_backend_agg.so", "tbag"),
            ("_generator.cpython-312-x86_64-linux-gnu.so", "torch"),
        ] {
            assert!(is_scattered(text, word), "{word} in {text}");
        }
    }

    #[test]
    fn the_rough_look_takes_what_the_matcher_takes() {
        let texts =
            ["_umath_linalg.cpython-311.so", "libQt6Core.so.6", "Ärger_漢字.so", "a", "", "LIBZ", "e\u{301}tude"];
        let words =
            ["lin", "qt6", "Qt", "QT", "ä", "Ä", "漢", "z", "Z", "libz", "a.so", "ec", "xyz", "aa", "é", "\u{301}"];
        let matcher = SkimMatcherV2::default();
        let mut both = [0, 0];
        for (text, word) in texts.iter().flat_map(|text| words.iter().map(move |word| (text, word))) {
            let is_taken = matcher.fuzzy_indices(text, word).is_some();
            assert_eq!(has_letters(text, word), is_taken, "{word} in {text}");
            both[usize::from(is_taken)] += 1;
        }
        assert!(both.iter().all(|&count| count > 10), "{both:?}");
    }
}
