//! Bytes → lines as their tools meant them: without colors, progress bars and prefixes, and with what was wrapped in one
//! piece again.

use std::collections::VecDeque;

use super::container::unprefixed;
use super::decode::{Encoding, TELLING, plain, unescaped};
use super::log_text::LogText;

/// Of a line so many bytes are looked at: a longer one is no message.
const MOST_BYTES: usize = 1 << 16;
/// A message that was wrapped into more lines than this is none.
const MOST_WRAPPED: usize = 64;

/// A line, or several that were one before somebody wrapped them.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub text: String,
    /// Where in the text each line of the log begins, and its number, counted from 1.
    pub starts: Vec<(usize, usize)>,
    /// Was it shown for a while only, as progress bars are?
    pub is_overwritten: bool,
    /// Did its tool begin it with a level or a name?
    pub begins: bool,
    /// Did its tool call it an error?
    pub is_error: bool,
    /// How many characters its last piece has in the log, and how many of these the tool wrote.
    pub width: usize,
    pub own_width: usize,
    /// Did its last piece end with a blank?
    pub ends_blank: bool,
    /// The prefix with which its tool begins every line of a wrapped message.
    prefix: Option<String>,
}

impl Line {
    /// The number of the line of the log that a place of the text stands in.
    pub fn number(&self, at: usize) -> usize {
        self.starts
            .iter()
            .rev()
            .find(|(start, _)| *start <= at)
            .or(self.starts.first())
            .map_or(0, |(_, number)| *number)
    }

    /// Takes in the next line as the rest of this one; says whether there was room.
    pub fn join(&mut self, next: Line) -> bool {
        if self.text.len() + next.text.len() > MOST_BYTES || self.starts.len() >= MOST_WRAPPED {
            return false;
        }
        if self.ends_blank {
            self.text.push(' ');
        }
        let at = self.text.len();
        self.text += &next.text;
        self.starts.extend(next.starts.iter().map(|(start, number)| (at + start, *number)));
        (self.width, self.own_width, self.ends_blank) = (next.width, next.own_width, next.ends_blank);
        self.is_error |= next.is_error;
        true
    }
}

/// Makes lines of what comes in pieces.
#[derive(Debug, Default)]
pub struct Lines {
    encoding: Encoding,
    /// The bytes of the line that is not at its end yet.
    rest: Vec<u8>,
    /// What stands before a carriage return, and may be written over.
    shown: Vec<u8>,
    /// How many lines have come to their end.
    pub count: usize,
    is_xml: bool,
    /// What may go on in the next line.
    open: Option<Line>,
    ready: VecDeque<Line>,
    /// What a person may want to look at.
    pub kept: LogText,
}

impl Lines {
    /// Takes in the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        let joined;
        if self.encoding == Encoding::Unknown {
            if self.rest.len() + bytes.len() < TELLING {
                self.rest.extend_from_slice(bytes);
                return;
            }
            joined = [std::mem::take(&mut self.rest), bytes.to_vec()].concat();
            let (encoding, mark) = Encoding::of(&joined);
            self.encoding = encoding;
            bytes = &joined[mark..];
        }
        match self.encoding {
            Encoding::Little | Encoding::Big => self.feed_wide(bytes),
            _ => self.feed_bytes(bytes),
        }
    }

    fn feed_bytes(&mut self, mut bytes: &[u8]) {
        while let Some(at) = memchr::memchr2(b'\n', b'\r', bytes) {
            self.keep(&bytes[..at]);
            self.end(bytes[at] == b'\n');
            bytes = &bytes[at + 1..];
        }
        self.keep(bytes);
    }

    fn feed_wide(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.keep(&[byte]);
            // Units are whole where an even number of bytes was kept; a line too long to look at loses that, and its end.
            let [.., a, b] = self.rest[..] else { continue };
            if !self.rest.len().is_multiple_of(2) {
                continue;
            }
            let unit = if self.encoding == Encoding::Little { [b, a] } else { [a, b] };
            if matches!(unit, [0, b'\n' | b'\r']) {
                self.rest.truncate(self.rest.len() - 2);
                self.end(unit[1] == b'\n');
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let is_wide = self.encoding.is_wide();
        let room = MOST_BYTES.saturating_sub(self.rest.len());
        // What is wide comes byte by byte, and must stay aligned: the last unit is written over.
        if is_wide && room == 0 {
            self.rest.truncate(MOST_BYTES - 2);
            self.rest.extend_from_slice(bytes);
            return;
        }
        self.rest.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// A line is at its end, or goes back to its beginning.
    fn end(&mut self, is_line: bool) {
        let mut bytes = std::mem::take(&mut self.rest);
        if !bytes.is_empty() {
            // It may have been a message all the same.
            if !self.shown.is_empty() {
                self.shown_line(true);
            }
            std::mem::swap(&mut self.shown, &mut bytes);
        }
        if is_line {
            self.shown_line(false);
            self.shown.clear();
            self.count += 1;
        }
        // The room is used again.
        bytes.clear();
        self.rest = bytes;
    }

    fn shown_line(&mut self, is_overwritten: bool) {
        let shown = std::mem::take(&mut self.shown);
        self.line(&self.encoding.decode(&shown), is_overwritten);
        self.shown = shown;
    }

    /// One line of the log, as it was written.
    fn line(&mut self, text: &str, is_overwritten: bool) {
        let number = self.count + 1;
        let text = plain(text);
        if !is_overwritten {
            self.kept.push(number, &text);
        }
        if !self.is_xml && number < 4 {
            self.is_xml = ["<?xml", "<nuitka-compilation-report"].iter().any(|start| text.starts_with(start));
        }
        let is_escaped = memchr::memchr(b'&', text.as_bytes()).is_some() && text.contains(';');
        match is_escaped {
            // An attribute holds the whole of a text, line breaks and all.
            true if self.is_xml => {
                for line in unescaped(&text).lines() {
                    self.clean_line(line, number, is_overwritten);
                }
            }
            // Who copies from a page gets its entities.
            true => self.clean_line(&unescaped(&text), number, is_overwritten),
            false => self.clean_line(&text, number, is_overwritten),
        }
    }

    fn clean_line(&mut self, line: &str, number: usize, is_overwritten: bool) {
        let found = unprefixed(line);
        if let Some(open) = &mut self.open {
            let is_same = found.prefix.is_some() && open.prefix.as_deref() == found.prefix;
            if is_same && open.starts.len() < MOST_WRAPPED && open.text.len() < MOST_BYTES {
                open.text.push(' ');
                open.starts.push((open.text.len(), number));
                open.text.push_str(found.text.trim());
                open.width = 0;
                return;
            }
            self.ready.extend(self.open.take());
        }
        let trimmed = found.text.trim_end();
        let width = line.chars().count();
        let line = Line {
            text: trimmed.to_owned(),
            starts: vec![(0, number)],
            is_overwritten,
            begins: found.begins,
            is_error: found.is_error,
            width,
            own_width: width - found.collected.min(width),
            ends_blank: trimmed.len() < found.text.len(),
            prefix: found.prefix.map(str::to_owned),
        };
        match line.prefix {
            Some(_) => self.open = Some(line),
            None => self.ready.push_back(line),
        }
    }

    /// The next line that is whole.
    pub fn next(&mut self) -> Option<Line> {
        self.ready.pop_front()
    }

    /// The log is at its end.
    pub fn finish(&mut self) {
        if self.encoding == Encoding::Unknown {
            self.encoding = Encoding::Bytes;
        }
        if !self.rest.is_empty() || !self.shown.is_empty() {
            self.end(true);
        }
        self.ready.extend(self.open.take());
    }
}

#[cfg(test)]
mod tests;
