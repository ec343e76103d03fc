//! In which blocks a place stands, by indentation: looked at only for sources whose imports are indented.

use memchr::{memchr, memrchr};

use super::{Standing, is_word};

/// The blocks around a place that goes forward.
pub(super) struct Blocks<'a> {
    source: &'a [u8],
    /// The beginning of the first line that was not looked at.
    at: usize,
    /// The blocks around it: how far each is indented, and whether it is a function.
    open: Vec<(usize, bool)>,
    /// Texts over several lines that were not passed yet.
    texts: Vec<(usize, usize)>,
}

impl<'a> Blocks<'a> {
    pub fn new(source: &'a [u8]) -> Blocks<'a> {
        Blocks { source, at: 0, open: Vec::new(), texts: Vec::new() }
    }

    /// A text stands here; returns its end.
    pub fn text(&mut self, start: usize, end: usize) -> usize {
        if memchr(b'\n', &self.source[start..end]).is_some() {
            self.texts.push((start, end));
        }
        end
    }

    /// Where the word at a place stands.
    pub fn standing(&mut self, word: usize) -> Standing {
        let start = memrchr(b'\n', &self.source[..word]).map_or(0, |end| end + 1);
        let line = &self.source[start..word];
        let indent = indent(line);
        let around = if indent == 0 { self.leave(start) } else { self.go_to(start, indent) };
        // A block on the same line.
        match head(&line[indent.min(line.len())..]) {
            Some(true) => Standing::Function,
            Some(false) if memchr(b':', line).is_some() => around.max(Standing::Block),
            _ => around,
        }
    }

    /// At the left edge no block is open, and what lies before needs no look.
    fn leave(&mut self, start: usize) -> Standing {
        self.open.clear();
        self.texts.clear();
        self.at = start;
        Standing::Top
    }

    fn go_to(&mut self, end: usize, indented: usize) -> Standing {
        let mut texts = self.texts.drain(..).peekable();
        while self.at < end {
            let line_end = memchr(b'\n', &self.source[self.at..]).map_or(self.source.len(), |len| self.at + len);
            let line = &self.source[self.at..line_end];
            let begins = self.at;
            self.at = line_end + 1;
            while texts.peek().is_some_and(|(_, end)| *end <= begins) {
                texts.next();
            }
            if texts.peek().is_some_and(|(start, _)| *start < begins) {
                continue;
            }
            let indent = indent(line);
            let rest = &line[indent..];
            // What closes a bracket stands further left than what the bracket belongs to may.
            if matches!(rest.first(), None | Some(b'#' | b'\r' | b')' | b']' | b'}' | b'"' | b'\'')) {
                continue;
            }
            while self.open.last().is_some_and(|(open, _)| *open >= indent) {
                self.open.pop();
            }
            if let Some(is_function) = head(rest) {
                self.open.push((indent, is_function));
            }
        }
        drop(texts);
        let around = self.open.iter().filter(|(open, _)| *open < indented);
        match around.map(|(_, is_function)| *is_function).reduce(|one, other| one || other) {
            Some(true) => Standing::Function,
            _ => Standing::Block,
        }
    }
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c')).count()
}

/// Does a line begin a block: of a function, or another one?
fn head(line: &[u8]) -> Option<bool> {
    let len = line.iter().take_while(|byte| is_word(**byte)).count();
    match &line[..len] {
        b"def" => Some(true),
        b"async" => Some(line[len..].trim_ascii_start().starts_with(b"def")),
        // Cython's functions; its classes and declarations of other languages have no parameters.
        b"cdef" | b"cpdef" => Some(memchr(b'(', line).is_some()),
        b"if" | b"elif" | b"else" | b"try" | b"except" | b"finally" | b"with" | b"for" | b"while" | b"class"
        | b"match" | b"case" => Some(false),
        _ => None,
    }
}
