//! Bytes → lines as their tools meant them: without colors, progress bars and prefixes, and with what was wrapped in one
//! piece again.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::OnceLock;

use regex::Regex;

/// Of a line so many bytes are looked at: a longer one is no message.
const MOST_BYTES: usize = 1 << 16;
/// A message that was wrapped into more lines than this is none.
const MOST_WRAPPED: usize = 64;

/// A line, or several that were one before somebody wrapped them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    /// Where in the text each line of the log begins, and its number, counted from 1.
    pub starts: Vec<(usize, usize)>,
    /// Was it shown for a while only, as progress bars are?
    pub is_overwritten: bool,
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
}

/// How the log's bytes stand for text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Encoding {
    /// Not told yet.
    #[default]
    Unknown,
    /// UTF-8, or anything else that shares its ASCII.
    Bytes,
    /// UTF-16, as PowerShell redirects: with the lower byte first, or the upper.
    Little,
    Big,
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
}

impl Lines {
    /// Takes in the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        let joined;
        if self.encoding == Encoding::Unknown {
            if self.rest.len() + bytes.len() < 3 {
                self.rest.extend_from_slice(bytes);
                return;
            }
            joined = [std::mem::take(&mut self.rest), bytes.to_vec()].concat();
            bytes = self.told_encoding(&joined);
        }
        match self.encoding {
            Encoding::Little | Encoding::Big => self.feed_wide(bytes),
            _ => self.feed_bytes(bytes),
        }
    }

    /// Tells the encoding by the mark at the beginning, and passes that over.
    fn told_encoding<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (encoding, mark) = match bytes {
            [0xff, 0xfe, ..] => (Encoding::Little, 2),
            [0xfe, 0xff, ..] => (Encoding::Big, 2),
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Bytes, 3),
            _ => (Encoding::Bytes, 0),
        };
        self.encoding = encoding;
        &bytes[mark..]
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
        let is_wide = matches!(self.encoding, Encoding::Little | Encoding::Big);
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
        self.line(&decoded(self.encoding, &shown), is_overwritten);
        self.shown = shown;
    }

    /// One line of the log, as it was written.
    fn line(&mut self, text: &str, is_overwritten: bool) {
        let number = self.count + 1;
        let text = plain(text);
        if !self.is_xml && number < 4 {
            self.is_xml = ["<?xml", "<nuitka-compilation-report"].iter().any(|start| text.starts_with(start));
        }
        if self.is_xml && text.contains('&') {
            // An attribute holds the whole of a text, line breaks and all.
            for line in unescaped(&text).lines() {
                self.clean_line(line, number, is_overwritten);
            }
        } else {
            self.clean_line(&text, number, is_overwritten);
        }
    }

    fn clean_line(&mut self, text: &str, number: usize, is_overwritten: bool) {
        let (text, prefix) = unprefixed(text);
        if let Some(open) = &mut self.open {
            if prefix.is_some() && open.prefix.as_deref() == prefix && open.starts.len() < MOST_WRAPPED {
                open.text.push(' ');
                open.starts.push((open.text.len(), number));
                open.text.push_str(text.trim());
                return;
            }
            self.ready.extend(self.open.take());
        }
        let prefix = prefix.map(str::to_owned);
        let line = Line { text: text.trim_end().to_owned(), starts: vec![(0, number)], is_overwritten, prefix };
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

fn decoded(encoding: Encoding, bytes: &[u8]) -> Cow<'_, str> {
    let unit = |pair: &[u8]| match encoding {
        Encoding::Little => u16::from_le_bytes([pair[0], pair[1]]),
        _ => u16::from_be_bytes([pair[0], pair[1]]),
    };
    match encoding {
        Encoding::Little | Encoding::Big => {
            let units: Vec<u16> = bytes.chunks_exact(2).map(unit).collect();
            String::from_utf16_lossy(&units).into()
        }
        _ => String::from_utf8_lossy(bytes),
    }
}

/// Without escape sequences (ECMA-48) and other control characters.
fn plain(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte < b' ' && byte != b'\t') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' => match chars.next() {
                // A control sequence, up to its final character.
                Some('[') => drop(chars.by_ref().find(|c| ('@'..='~').contains(c))),
                // A command for the system or a program (Buildkite's times), up to a bell or a string terminator.
                Some(']' | '_' | 'P' | '^') => drop(chars.by_ref().find(|c| matches!(c, '\x07' | '\\'))),
                _ => {}
            },
            '\t' => plain.push(c),
            c if c.is_control() => {}
            c => plain.push(c),
        }
    }
    plain.into()
}

/// What the five entities of XML and its numbered ones stand for.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain += before;
        let (entity, after_entity) = after.split_once(';').unwrap_or(("", after));
        let numbered = entity.strip_prefix('#').and_then(|digits| match digits.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => digits.parse().ok(),
        });
        let c = match entity {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => numbered.and_then(char::from_u32),
        };
        match c {
            Some(c) => plain.push(c),
            None => plain.push('&'),
        }
        rest = if c.is_some() { after_entity } else { after };
    }
    plain + rest
}

/// Takes off what stands before a message for the sake of whoever collected the log; and tells the prefix by which
/// lines belong together.
fn unprefixed(line: &str) -> (&str, Option<&str>) {
    /// GitHub's, GitLab's and other services' times and streams, Docker's steps, pip's and compose's bars, quoted mail.
    const COLLECTED: &str = r"(?x)^(?:
        \[?\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?(?:\ \d\d[OE][\ +]|\ std(?:out|err)\ [FP]\ |\ -\ )?\ ?
      | \[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?\ 
      | \s*\[std(?:out|err)\]\ 
      | (?:\ =>)+\ \#\ 
      | ::(?:error|warning|notice)[^:]*::
      | \#\d+\ (?:\d+\.\d+|\[[^\]]*\])\ ?
      | [^\t|]{1,80}\t[^\t]{1,80}\t\d{4}-\d\d-\d\dT[\d:.]+Z\ ?
      | \s*[|│]\s?
      | [\w.-]+\s+\|\ 
      | >\ 
      | \#\#\[\w+\]
    )";
    /// What the tools themselves write before each line. Nuitka wraps what follows.
    const OWN: &str = r"^(?:\d+ )?(?:(Nuitka(?:-[\w-]+)?(?::[A-Z]+)?|FATAL|[\w-]+:(?:WARNING|ERROR|FATAL)): |(?:TRACE|DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL): )";
    static EXPRESSIONS: OnceLock<[Regex; 2]> = OnceLock::new();
    let [collected, own] =
        EXPRESSIONS.get_or_init(|| [COLLECTED, OWN].map(|text| Regex::new(text).expect("a constant")));
    let mut line = line;
    // A log of a log has two; nobody has more.
    for _ in 0..3 {
        let begins = line.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || b"[#>| \t:\xe2".contains(&byte));
        let may = begins || line.contains('\t') || line.contains(" | ");
        match may.then(|| collected.find(line)).flatten() {
            Some(found) if found.end() > 0 => line = &line[found.end()..],
            _ => break,
        }
    }
    let is_candidate = line.bytes().take(60).any(|byte| byte == b':');
    match is_candidate.then(|| own.captures(line)).flatten() {
        Some(found) => {
            let end = found.get(0).map_or(0, |all| all.end());
            (&line[end..], found.get(1).map(|prefix| prefix.as_str()))
        }
        None => (line, None),
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines};

    fn lines_of(bytes: &[u8]) -> Vec<Line> {
        let mut lines = Lines::default();
        // In small pieces, as pipes hand them over.
        for piece in bytes.chunks(3) {
            lines.feed(piece);
        }
        lines.finish();
        std::iter::from_fn(|| lines.next()).collect()
    }

    fn texts(bytes: &[u8]) -> Vec<String> {
        lines_of(bytes).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn colors_and_titles_of_windows_are_no_text() {
        assert_eq!(texts(b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\n"), ["red x"]);
        assert_eq!(texts(b"\x1b_bk;t=1700000000000\x07message\n"), ["message"]);
    }

    #[test]
    fn what_a_progress_bar_wrote_over_stands_in_the_same_line() {
        let lines = lines_of(b"10%\r20%\r\nnext\r\n");
        let told: Vec<(&str, usize)> = lines.iter().map(|line| (line.text.as_str(), line.number(0))).collect();
        assert_eq!(told, [("10%", 1), ("20%", 1), ("next", 2)]);
    }

    #[test]
    fn empty_lines_are_counted() {
        let lines = lines_of(b"a\r\n\r\nb");
        assert_eq!(lines.iter().map(|line| line.number(0)).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn nuitka_s_wrapped_lines_are_one_again() {
        let lines =
            lines_of(b"x\nFATAL: Error, failed to find path\nFATAL: @rpath/a.so (resolved\nFATAL: DLL to b)\ny\n");
        let line = &lines[1];
        assert_eq!(line.text, "Error, failed to find path @rpath/a.so (resolved DLL to b)");
        assert_eq!((line.number(0), line.number(30), line.number(line.text.len())), (2, 3, 4));
        assert_eq!(texts(b"Nuitka:WARNING: a\nFATAL: b\n"), ["a", "b"], "other prefixes are other messages");
    }

    #[test]
    fn what_collects_logs_leaves_prefixes() {
        for line in [
            "2024-06-27T10:11:12.1234567Z message",
            "build\tRun tests\t2024-06-27T10:11:12.1234567Z message",
            "#12 34.56 message",
            "  | message",
            "builder_1  | message",
            "[2024-06-27 10:11:12] message",
            "2024-06-27 10:11:12,123 - INFO: message",
            "12345 WARNING: message",
            "##[error]message",
            "> message",
            "#9 1.0 2024-06-27T10:11:12Z   | message",
            "2024-05-22T12:43:46.962646Z 00O message",
            "2024-05-22T12:43:46.962646Z 01E+message",
            "2024-06-27T10:11:12.123456789Z stdout F message",
            "10:11:12 message",
            "[10:11:12.345] message",
            "::error file=a.py,line=1::message",
            "  \u{2502} message",
            " => => # message",
            "[stderr] message",
        ] {
            assert_eq!(texts(line.as_bytes()), ["message"], "{line}");
        }
        assert_eq!(texts(b"12 files, 3 | 4\n"), ["12 files, 3 | 4"]);
    }

    #[test]
    fn powershell_s_utf_16_is_read_and_other_bytes_are_replaced() {
        let wide: Vec<u8> = "\u{feff}é FATAL\r\nb\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(texts(&wide), ["é FATAL", "b"]);
        let wide: Vec<u8> = "\u{feff}a\nb".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(texts(&wide), ["a", "b"]);
        assert_eq!(texts(b"\xef\xbb\xbfa \xe9\n"), ["a \u{fffd}"]);
    }

    #[test]
    fn a_line_of_any_length_ends_somewhere() {
        let long = [vec![b'x'; 300_000], b"\nnext\n".to_vec()].concat();
        let lines = texts(&long);
        assert_eq!((lines[0].len(), lines[1].as_str()), (super::MOST_BYTES, "next"));
        let wide: Vec<u8> =
            format!("\u{feff}{}\nnext\n", "x".repeat(100_000)).encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(texts(&wide)[1], "next");
    }

    #[test]
    fn a_report_s_attributes_hold_lines() {
        let report =
            b"<nuitka-compilation-report nuitka_version=\"2.4\">\n<x y=\"a &lt;b&gt;&#10;c &amp; d &quot;e&quot;\"/>\n";
        assert_eq!(texts(report)[1..], ["<x y=\"a <b>", "c & d \"e\"\"/>"]);
    }
}
