//! How text for a terminal is dressed: colors, glyphs, line breaks.

use unicode_width::UnicodeWidthStr;

use crate::diagnose::Severity;

/// What the reader's screen can show.
#[derive(Clone, Debug, Default)]
pub struct Paint {
    pub color: bool,
    /// No character of dylens' own beyond ASCII.
    pub ascii: bool,
    /// Sentences are broken at this column.
    pub width: usize,
}

/// What a word means, and so how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Error,
    Warning,
    Info,
    Good,
    Strong,
    Quiet,
    /// To be copied.
    Command,
}

/// The few signs that dylens draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Error,
    Warning,
    Info,
    /// An install name that is not the file's own.
    Nonstandard,
    Good,
    Arrow,
    Above,
    Dot,
    Branch,
    LastBranch,
    Bar,
    Ellipsis,
}

impl Paint {
    /// The columns that sentences are broken at where no screen says otherwise, and at most.
    pub const READABLE: usize = 100;
}

impl Ink {
    /// The ink of a severity.
    pub fn of(severity: Severity) -> Ink {
        match severity {
            Severity::Error => Ink::Error,
            Severity::Warning => Ink::Warning,
            Severity::Info => Ink::Info,
        }
    }

    /// Its SGR parameters (ECMA-48).
    fn code(self) -> &'static str {
        match self {
            Ink::Error => "1;31",
            Ink::Warning => "33",
            Ink::Info => "34",
            Ink::Good => "32",
            Ink::Strong => "1",
            Ink::Quiet => "2",
            Ink::Command => "36",
        }
    }
}

impl Glyph {
    /// The glyph of a severity.
    pub fn of(severity: Severity) -> Glyph {
        match severity {
            Severity::Error => Glyph::Error,
            Severity::Warning => Glyph::Warning,
            Severity::Info => Glyph::Info,
        }
    }

    fn forms(self) -> (&'static str, &'static str) {
        match self {
            Glyph::Error => ("✗", "x"),
            Glyph::Warning => ("▲", "!"),
            Glyph::Info => ("·", "-"),
            Glyph::Nonstandard => ("!", "!"),
            Glyph::Good => ("✓", "ok"),
            Glyph::Arrow => ("→", "->"),
            Glyph::Above => ("↑", "^"),
            Glyph::Dot => ("·", "-"),
            Glyph::Branch => ("├─ ", "|- "),
            Glyph::LastBranch => ("└─ ", "`- "),
            Glyph::Bar => ("│  ", "|  "),
            Glyph::Ellipsis => ("…", "..."),
        }
    }
}

impl Paint {
    /// The text in an ink. The text must be printable already.
    pub fn ink(&self, ink: Ink, text: &str) -> String {
        match self.color {
            true => format!("\x1b[{}m{text}\x1b[0m", ink.code()),
            false => text.to_owned(),
        }
    }

    pub fn glyph(&self, glyph: Glyph) -> &'static str {
        let (fine, plain) = glyph.forms();
        if self.ascii { plain } else { fine }
    }

    /// A paragraph, broken between words and indented, with a line break at its end. Words that are longer than a line
    /// (paths) stay whole, so that they can be copied.
    pub fn wrapped(&self, text: &str, indent: usize) -> String {
        let margin = " ".repeat(indent);
        let mut lines = String::new();
        for paragraph in text.lines() {
            let mut column = 0;
            for word in paragraph.split_whitespace() {
                let width = word.width();
                if column == 0 {
                    lines.push_str(&margin);
                    column = indent + width;
                } else if column + 1 + width > self.width.max(indent + 20) {
                    lines.push('\n');
                    lines.push_str(&margin);
                    column = indent + width;
                } else {
                    lines.push(' ');
                    column += 1 + width;
                }
                lines.push_str(word);
            }
            lines.push('\n');
        }
        lines
    }
}

/// `1 module`, `2 modules`.
pub fn count(number: usize, one: &str) -> String {
    match (number, one.strip_suffix('y')) {
        (1, _) => format!("1 {one}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_longer_than_the_line_stays_whole() {
        let paint = Paint { width: 24, ..Paint::default() };
        let wrapped = paint.wrapped("see /a/very/long/path/that/does/not/fit and go on", 2);
        assert_eq!(wrapped, "  see\n  /a/very/long/path/that/does/not/fit\n  and go on\n");
    }

    #[test]
    fn nothing_is_dressed_without_color() {
        assert_eq!(Paint::default().ink(Ink::Error, "a"), "a");
        assert_eq!(Paint { color: true, ..Paint::default() }.ink(Ink::Error, "a"), "\x1b[1;31ma\x1b[0m");
    }

    #[test]
    fn counts_agree_with_their_nouns() {
        assert_eq!(count(1, "library"), "1 library");
        assert_eq!(count(0, "library"), "0 libraries");
        assert_eq!(count(3, "module"), "3 modules");
    }
}
