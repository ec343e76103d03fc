//! One import statement, from the word `import` backward and forward.

use std::sync::Arc;

use super::{is_word, line_end};

/// What stands around the word.
pub(super) struct Clause {
    /// The modules, each with the dots before it.
    pub modules: Vec<(u32, String)>,
    pub taken: Option<Vec<Arc<str>>>,
    pub is_call: bool,
    /// Where it begins, and where it ends.
    pub start: usize,
    pub end: usize,
}

/// Reads the statement or the call whose `import` begins at `word`; nothing before `start` belongs to it. None where the
/// letters are a part of another word.
pub(super) fn read(source: &[u8], word: usize, start: usize) -> Option<Clause> {
    let end = word + b"import".len();
    let before = word.checked_sub(1).map(|at| source[at]);
    let after = source.get(end).copied();
    if source[..word].ends_with(b"__") && source[end..].starts_with(b"__") {
        return call(source, word, end + 2);
    }
    if before.is_some_and(is_word) {
        return None;
    }
    if source[end..].starts_with(b"_module") {
        return call(source, word, end + b"_module".len());
    }
    if after.is_some_and(is_word) || before == Some(b'.') && from(source, word, start).is_none() {
        return None;
    }
    let mut reader = Reader { source, at: end };
    let Some((begin, level, module)) = from(source, word, start) else {
        let modules = reader.modules();
        return (!modules.is_empty()).then_some(Clause {
            modules,
            taken: None,
            is_call: false,
            start: word,
            end: reader.at,
        });
    };
    let taken = reader.taken();
    (!taken.is_empty()).then_some(Clause {
        modules: vec![(level, module)],
        taken: Some(taken),
        is_call: false,
        start: begin,
        end: reader.at,
    })
}

/// Where `from` stands, and the dots and the name between it and `import`, read backward; none where no `from` is there.
fn from(source: &[u8], word: usize, start: usize) -> Option<(usize, u32, String)> {
    let is_gap = |byte: u8| matches!(byte, b' ' | b'\t' | b'\\' | b'\r' | b'\n' | b'\x0c');
    let mut at = word;
    // Backward over dots, names, and what may stand between them, to a word `from`.
    while at > start && (is_word(source[at - 1]) || source[at - 1] == b'.' || is_gap(source[at - 1])) {
        if source[at - 1] == b'\n' && !source[..at - 1].ends_with(b"\\") && !source[..at - 1].ends_with(b"\\\r") {
            break;
        }
        at -= 1;
        let is_from = source[at..].starts_with(b"from") && (at == 0 || !is_word(source[at - 1]));
        if is_from && !source.get(at + 4).copied().is_some_and(is_word) {
            let written = &source[at + 4..word];
            let name: Vec<u8> = written.iter().copied().filter(|byte| is_word(*byte) || *byte == b'.').collect();
            let level = name.iter().take_while(|byte| **byte == b'.').count();
            let name = String::from_utf8_lossy(&name[level..]).into_owned();
            return (level > 0 || !name.is_empty()).then_some((at, level as u32, name));
        }
    }
    None
}

/// `("name"` behind the name of a function that imports.
fn call(source: &[u8], word: usize, end: usize) -> Option<Clause> {
    let mut reader = Reader { source, at: end };
    reader.gap(true);
    if reader.peek() != Some(b'(') {
        return None;
    }
    reader.at += 1;
    reader.gap(true);
    while reader.peek().is_some_and(|byte| matches!(byte, b'r' | b'u' | b'R' | b'U')) {
        reader.at += 1;
    }
    let quote = reader.peek().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let start = reader.at + 1;
    let len = source[start..].iter().take(256).position(|byte| *byte == quote)?;
    let name = &source[start..start + len];
    if name.is_empty() || !name.iter().all(|byte| is_word(*byte) || *byte == b'.') {
        return None;
    }
    let level = name.iter().take_while(|byte| **byte == b'.').count();
    let module = String::from_utf8_lossy(&name[level..]).into_owned();
    Some(Clause {
        modules: vec![(level as u32, module)],
        taken: None,
        is_call: true,
        start: word,
        end: start + len + 1,
    })
}

/// Goes forward through a statement.
struct Reader<'a> {
    source: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    /// Passes over blanks and continued lines; within brackets over line ends and comments too.
    fn gap(&mut self, in_brackets: bool) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\x0c' => self.at += 1,
                b'\\' if self.source[self.at..].starts_with(b"\\\r\n") => self.at += 3,
                b'\\' if self.source[self.at..].starts_with(b"\\\n") => self.at += 2,
                b'\n' | b'\r' if in_brackets => self.at += 1,
                b'#' if in_brackets => self.at = line_end(self.source, self.at),
                _ => return,
            }
        }
    }

    /// A name, with its dots.
    fn name(&mut self, in_brackets: bool) -> Option<String> {
        let mut name = Vec::new();
        loop {
            let len = self.source[self.at..].iter().take_while(|byte| is_word(**byte)).count();
            name.extend_from_slice(&self.source[self.at..self.at + len]);
            self.at += len;
            self.gap(in_brackets);
            if self.peek() != Some(b'.') || len == 0 {
                break;
            }
            name.push(b'.');
            self.at += 1;
            self.gap(in_brackets);
        }
        (!name.is_empty()).then(|| String::from_utf8_lossy(&name).into_owned())
    }

    /// `as name`, and the comma behind it; says whether another name follows.
    fn follows(&mut self, in_brackets: bool) -> bool {
        if self.source[self.at..].starts_with(b"as") && !self.source.get(self.at + 2).copied().is_some_and(is_word) {
            self.at += 2;
            self.gap(in_brackets);
            self.name(in_brackets);
        }
        let is_comma = self.peek() == Some(b',');
        self.at += usize::from(is_comma);
        is_comma
    }

    /// The modules behind `import`.
    fn modules(&mut self) -> Vec<(u32, String)> {
        let mut modules = Vec::new();
        loop {
            self.gap(false);
            let Some(module) = self.name(false) else { return modules };
            modules.push((0, module));
            if !self.follows(false) {
                return modules;
            }
        }
    }

    /// The names behind `from … import`.
    fn taken(&mut self) -> Vec<Arc<str>> {
        self.gap(false);
        match self.peek() {
            Some(b'*') => {
                self.at += 1;
                return vec!["*".into()];
            }
            Some(b'(') => self.at += 1,
            _ => {}
        }
        let in_brackets = self.at > 0 && self.source[self.at - 1] == b'(';
        let mut taken = Vec::new();
        loop {
            self.gap(in_brackets);
            let Some(name) = self.name(in_brackets) else { return taken };
            taken.push(name.into());
            if !self.follows(in_brackets) {
                return taken;
            }
        }
    }
}
