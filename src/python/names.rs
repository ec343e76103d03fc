//! The import statements of a source, without parsing it: fast, and rather one too many than one too few.
//!
//! `import` is a reserved word: wherever it stands by itself, outside of texts and comments, an import stands. So the pass
//! jumps from quote to quote and from `#` to `#`, and looks at what lies between for that word only.

mod certain;
mod clause;
mod cython;
mod standing;

use std::sync::Arc;

use memchr::{memchr, memchr_iter, memchr2, memchr3, memmem};

pub use certain::certain_imports;
use clause::Clause;
pub use cython::{ImplicitImports, cimported_by_python, cython_imports, cython_includes, implicit_imports};
use standing::Blocks;

/// Where an import statement stands, by indentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// At the top of the module, under nothing.
    Top,
    /// Under `if`, `try`, `with`, `for`, `while`, `class` …, outside of functions.
    Block,
    /// In a function.
    Function,
}

/// One import statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NamedImport {
    /// How many dots stand before the name: 0 is absolute.
    pub level: u32,
    /// As written; empty in `from . import a`.
    pub module: Arc<str>,
    /// What `from` takes; none for `import module`. `*` is one of them.
    pub taken: Option<Vec<Arc<str>>>,
    /// The line on which it begins, from 1.
    pub line: u32,
    pub standing: Standing,
    /// `importlib.import_module("…")`, `__import__("…")`: of a literal, with its dots in `level`.
    pub is_call: bool,
}

impl NamedImport {
    /// The module that it names, as seen from a package; none of what climbs out of everything.
    pub fn absolute(&self, package: &str) -> Option<String> {
        let level = self.level as usize;
        if level == 0 {
            return Some(self.module.to_string());
        }
        let parts: Vec<&str> = package.split('.').filter(|part| !part.is_empty()).collect();
        let above = parts.get(..parts.len().checked_sub(level - 1)?)?;
        let name = above.iter().copied().chain(self.module.split('.').filter(|part| !part.is_empty()));
        let name = name.collect::<Vec<_>>().join(".");
        (!name.is_empty()).then_some(name)
    }
}

/// The top-level name of a module: `a` of `a.b.c`.
pub fn top(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// All import statements in order, one for each module that a statement names. Texts over several lines, comments, and
/// continued lines are understood; nothing is evaluated. Costs one pass over the bytes.
pub fn named_imports(source: &[u8]) -> Vec<NamedImport> {
    let mut imports = Vec::new();
    let mut lines = Lines { at: 0, line: 1 };
    each_word(source, b"import", |blocks, word, done| {
        let clause = clause::read(source, word, done)?;
        let (end, standing) = (clause.end, blocks.standing(clause.start));
        let line = lines.of(source, clause.start);
        add(&mut imports, clause, line, standing);
        Some(end)
    });
    imports
}

/// Does a word stand outside of texts, comments, and functions?
pub fn stands_outside_functions(source: &[u8], word: &[u8]) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte));
    let mut is_outside = false;
    each_word(source, word, |blocks, at, _| {
        let before = at.checked_sub(1).and_then(|before| source.get(before));
        let is_whole = !is_part(before) && !is_part(source.get(at + word.len()));
        is_outside = is_whole && blocks.standing(at) != Standing::Function;
        is_outside.then_some(source.len())
    });
    is_outside
}

/// Visits each place outside of texts and comments where these letters stand, with the end of what was read or passed over
/// before; goes on where the visitor says, else behind the letters.
fn each_word<'s>(
    source: &'s [u8],
    letters: &[u8],
    mut visit: impl FnMut(&mut Blocks<'s>, usize, usize) -> Option<usize>,
) {
    let finder = memmem::Finder::new(letters);
    let next_word = |from: usize| finder.find(&source[from..]).map_or(source.len(), |at| from + at);
    // Where to go on, the end of what was read or passed over, and the next place that may be the word.
    let (mut at, mut done, mut word) = (0, 0, next_word(0));
    let mut blocks = Blocks::new(source);
    while word < source.len() {
        let text = memchr3(b'"', b'\'', b'#', &source[at..]).map_or(source.len(), |found| at + found);
        if word < text {
            at = word + letters.len();
            if let Some(end) = visit(&mut blocks, word, done) {
                (at, done) = (end, end);
            }
        } else {
            at = if source[text] == b'#' { line_end(source, text) } else { blocks.text(text, text_end(source, text)) };
            done = at;
        }
        if word < at {
            word = next_word(at);
        }
    }
}

fn add(imports: &mut Vec<NamedImport>, clause: Clause, line: u32, standing: Standing) {
    let Clause { modules, taken, is_call, .. } = clause;
    for (level, module) in modules {
        imports.push(NamedImport { level, module: module.into(), taken: taken.clone(), line, standing, is_call });
    }
}

/// Counts lines, going forward.
struct Lines {
    at: usize,
    line: u32,
}

impl Lines {
    fn of(&mut self, source: &[u8], place: usize) -> u32 {
        if place > self.at {
            self.line += memchr_iter(b'\n', &source[self.at..place]).count() as u32;
            self.at = place;
        }
        self.line
    }
}

/// Where the line ends, at its line feed.
pub(super) fn line_end(source: &[u8], from: usize) -> usize {
    memchr(b'\n', &source[from..]).map_or(source.len(), |end| from + end)
}

/// Behind the text that begins with this quote.
pub(super) fn text_end(source: &[u8], start: usize) -> usize {
    let quote = source[start];
    let is_triple = source[start..].starts_with(&[quote; 3]);
    let mut at = start + if is_triple { 3 } else { 1 };
    loop {
        let next =
            if is_triple { memchr2(quote, b'\\', &source[at..]) } else { memchr3(quote, b'\\', b'\n', &source[at..]) };
        let Some(next) = next else { return source.len() };
        at += next;
        match source[at] {
            // Raw texts, too, go on behind an escaped quote.
            b'\\' => at = (at + if source[at..].starts_with(b"\\\r\n") { 3 } else { 2 }).min(source.len()),
            b'\n' => return at,
            _ if !is_triple => return at + 1,
            _ if source[at..].starts_with(&[quote; 3]) => return at + 3,
            _ => at += 1,
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests;
