//! The log's bytes as text: encodings, escape sequences, XML's entities.

use std::borrow::Cow;

use chardetng::EncodingDetector;
use encoding_rs::{UTF_16BE, UTF_16LE};

/// How the log's bytes stand for text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Not told yet.
    #[default]
    Unknown,
    /// UTF-8, or what else shares its ASCII: told anew for each line, as a build mixes what its tools print.
    Bytes,
    /// UTF-16, as PowerShell redirects: with the lower byte first, or the upper.
    Little,
    Big,
}

/// So many bytes tell the encoding.
pub(super) const TELLING: usize = 4;

impl Encoding {
    /// The encoding by how the log begins, and the length of the mark that is no text. Without a mark, ASCII in UTF-16 has
    /// every other byte zero.
    pub(super) fn of(start: &[u8]) -> (Encoding, usize) {
        match start {
            [0xff, 0xfe, ..] => (Encoding::Little, 2),
            [0xfe, 0xff, ..] => (Encoding::Big, 2),
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Bytes, 3),
            [a, 0, b, 0, ..] if *a > 0 && *b > 0 => (Encoding::Little, 0),
            [0, a, 0, b, ..] if *a > 0 && *b > 0 => (Encoding::Big, 0),
            _ => (Encoding::Bytes, 0),
        }
    }

    pub(super) fn is_wide(self) -> bool {
        matches!(self, Encoding::Little | Encoding::Big)
    }

    /// One line as text.
    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Encoding::Little => UTF_16LE.decode_without_bom_handling(bytes).0,
            Encoding::Big => UTF_16BE.decode_without_bom_handling(bytes).0,
            _ => match std::str::from_utf8(bytes) {
                Ok(text) => text.into(),
                Err(_) => guessed(bytes),
            },
        }
    }
}

/// A line that is no UTF-8: Windows' tools print in the code page of their user's language.
fn guessed(bytes: &[u8]) -> Cow<'_, str> {
    let mut detector = EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, chardetng::Utf8Detection::Deny);
    encoding.decode_without_bom_handling(bytes).0
}

/// Without escape sequences (ECMA-48) and other control characters.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
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
pub(super) fn unescaped(text: &str) -> String {
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
