//! Text with meaning, before it has a width: lines of toned pieces, wrapped only when the pane is known.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::theme::{Theme, Tone};
use crate::graph::NodeId;
use crate::printable::printable;

/// Where a line leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// To a node.
    Node(NodeId),
    /// To a finding, by place in the scan.
    Finding(usize),
    /// To the list of the imports that a finding breaks.
    Broken(usize),
    /// To the list of the nodes above a node.
    Dependents(NodeId),
    /// To the symbols that a file needs: of one of its needs, or all.
    Symbols(NodeId, Option<NodeId>),
    /// A command to copy.
    Copy(String),
}

/// A line of text; what does not fit goes on below, indented by `hang` cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    pub pieces: Vec<(Tone, String)>,
    pub hang: usize,
    pub link: Option<Link>,
    /// It is a row of a table that is so wide: in less room all rows of it lose the blanks that make its columns.
    pub table: usize,
}

impl Prose {
    /// A line of one tone.
    pub fn of(tone: Tone, text: impl AsRef<str>) -> Prose {
        Prose::default().then(tone, text)
    }

    /// Something with a name before it, in a column of its own.
    pub fn field(name: &str, tone: Tone, text: impl AsRef<str>) -> Prose {
        Prose { hang: FIELD, ..Prose::of(Tone::Dim, format!("{name:<0$}", FIELD - 1)).then(Tone::Plain, " ") }
            .then(tone, text)
    }

    /// With a way on.
    pub fn to(self, link: impl Into<Option<Link>>) -> Prose {
        Prose { link: link.into(), ..self }
    }

    /// An entry of a list below a field.
    pub fn entry(tone: Tone, text: impl AsRef<str>) -> Prose {
        Prose::field("", tone, text)
    }

    /// Adds a piece. All text passes through [`printable`] here, so no inspected file can speak to the terminal.
    pub fn then(mut self, tone: Tone, text: impl AsRef<str>) -> Prose {
        self.pieces.push((tone, printable(text.as_ref())));
        self
    }

    /// The lines it takes in a pane of this width.
    pub fn wrapped(&self, width: usize, theme: Theme) -> Vec<Line<'static>> {
        let width = width.max(1);
        let has_columns = self.table <= width;
        let hang = if has_columns { self.hang } else { FIELD };
        let hang = if hang * 2 < width { hang } else { 0 };
        let mut lines = vec![Line::default()];
        let mut used = 0;
        for (at, (tone, text)) in self.pieces.iter().enumerate() {
            let text = if has_columns || at < CELLS { Cow::Borrowed(text.as_str()) } else { without_column(text) };
            for word in words(&text) {
                let wide = word.width();
                let is_cut_anyway = wide > width - hang;
                // A word that no line can hold begins where there is room for a good part of it.
                let has_room = is_cut_anyway && width - used.min(width) > (width - hang) / 2;
                if used + word.trim_end().width() > width && used > hang && !has_room {
                    used = fresh(&mut lines, hang);
                }
                for part in chunks(word, used, hang, width) {
                    if used + part.width() > width && used > 0 {
                        // A blank at the end of a line is no reason for another line.
                        if part.trim().is_empty() {
                            break;
                        }
                        used = fresh(&mut lines, hang);
                    }
                    used += part.width();
                    if let Some(line) = lines.last_mut() {
                        line.push_span(Span::styled(part.to_owned(), theme.style(*tone)));
                    }
                }
            }
        }
        lines
    }
}

/// The width of a field's name.
pub const FIELD: usize = 11;
/// The pieces of a field before its cells.
const CELLS: usize = 2;

/// A cell of a table without the blanks that make its column.
fn without_column(cell: &str) -> Cow<'_, str> {
    match cell.trim_end() {
        "" => Cow::Borrowed(""),
        text if text.len() == cell.len() => Cow::Borrowed(text),
        text => Cow::Owned(format!("{text}  ")),
    }
}

fn fresh(lines: &mut Vec<Line<'static>>, hang: usize) -> usize {
    lines.push(Line::from(" ".repeat(hang)));
    hang
}

/// Words with the blanks that follow them; a path may also be cut behind its slashes.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive([' ', '/'])
}

/// A word that is longer than a line (a path), cut where the lines end.
fn chunks(word: &str, used: usize, hang: usize, width: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut room) = (0, width.saturating_sub(used));
    let mut taken = 0;
    for (at, letter) in word.grapheme_indices(true) {
        let wide = letter.width();
        if taken + wide > room && at > start {
            parts.push(&word[start..at]);
            (start, taken, room) = (at, 0, width.saturating_sub(hang));
        }
        taken += wide;
    }
    parts.push(&word[start..]);
    parts
}

/// Text cut in the middle: the head tells the family, the tail the version.
pub fn shortened(text: &str, width: usize) -> String {
    match cut(text, width) {
        (head, Some(tail)) => format!("{head}…{tail}"),
        (whole, None) => whole.to_owned(),
    }
}

/// Text cut at its end, as sentences are.
pub fn ended(text: &str, width: usize) -> String {
    if text.width() <= width || width == 0 {
        return start(text, width).to_owned();
    }
    format!("{}…", start(text, width - 1).trim_end())
}

/// What fits of a text: all of it, or its head and its tail, between which stands an ellipsis. No letter is parted from its
/// accents, and none that is two cells wide is halved.
pub fn cut(text: &str, width: usize) -> (&str, Option<&str>) {
    if text.width() <= width {
        return (text, None);
    }
    if width == 0 {
        return ("", None);
    }
    let room = (width - 1) / 2;
    let head = fitting(text.graphemes(true), width - 1 - room);
    let tail = fitting(text.graphemes(true).rev(), room);
    (&text[..head], Some(&text[text.len() - tail..]))
}

/// The beginning of a text, as far as it fits.
pub fn start(text: &str, width: usize) -> &str {
    &text[..fitting(text.graphemes(true), width)]
}

/// The end of a text, as far as it fits.
pub fn end(text: &str, width: usize) -> &str {
    &text[text.len() - fitting(text.graphemes(true).rev(), width)..]
}

/// How many bytes of these letters have room.
fn fitting<'a>(letters: impl Iterator<Item = &'a str>, width: usize) -> usize {
    let mut used = 0;
    letters
        .take_while(|letter| {
            used += letter.width();
            used <= width
        })
        .map(str::len)
        .sum()
}

/// The letters of a text in two styles: those whose numbers (of characters) are lit, and the others. An accent is never parted
/// from its letter, which is lit as a whole.
pub fn lit(text: &str, is_lit: impl Fn(usize) -> bool, (plain, lit): (Style, Style)) -> Vec<Span<'static>> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut at = 0;
    for letter in text.graphemes(true) {
        let end = at + letter.chars().count();
        let style = if (at..end).any(&is_lit) { lit } else { plain };
        at = end;
        match spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(letter),
            _ => spans.push(Span::styled(letter.to_owned(), style)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        let styled_text = Prose { hang: 2, ..Prose::of(Tone::Plain, text) };
        styled_text.wrapped(width, Theme::default()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_stay_whole_and_long_paths_are_cut() {
        assert_eq!(wrapped("one two three", 8), ["one two ", "  three"]);
        assert_eq!(wrapped("/a/very/long/path", 8), ["/a/very/", "  long/", "  path"]);
        assert_eq!(wrapped("exactly8", 8), ["exactly8"]);
        assert_eq!(wrapped("longer_than_a_line", 8), ["longer_t", "  han_a_", "  line"]);
    }

    #[test]
    fn a_table_keeps_its_columns_or_none() {
        let row = |place: &str, verdict: &str| {
            let line = Prose::entry(Tone::Dim, "ld.so.cache          ").then(Tone::Plain, format!("{place:<12}"));
            Prose { table: 60, hang: 32, ..line.then(Tone::Dim, verdict) }
        };
        let told = |row: &Prose, width| -> Vec<String> {
            row.wrapped(width, Theme::default()).iter().map(ToString::to_string).collect()
        };
        let (file, none) = (row("/lib/", "no such file"), row("", "not in the cache"));
        assert_eq!(told(&file, 60), ["           ld.so.cache          /lib/       no such file"]);
        assert_eq!(told(&file, 50), ["           ld.so.cache  /lib/  no such file"]);
        assert_eq!(told(&none, 50), ["           ld.so.cache  not in the cache"]);
        assert_eq!(told(&file, 34), ["           ld.so.cache  /lib/  no ", "           such file"]);
    }

    #[test]
    fn no_width_is_too_small() {
        for width in 0..6 {
            assert!(!wrapped("one two/three", width).is_empty());
        }
    }

    #[test]
    fn the_middle_gives_way() {
        assert_eq!(shortened("libopenblas.so.0", 9), "libo…so.0");
        assert_eq!(shortened("abc", 0), "");
    }

    #[test]
    fn sentences_give_way_at_their_end() {
        assert_eq!(ended("library not found", 17), "library not found");
        assert_eq!(ended("library not found", 9), "library…", "no blank before the dots");
        assert_eq!(ended("library", 0), "");
    }

    #[test]
    fn letters_are_neither_halved_nor_parted_from_their_accents() {
        // Two cells each.
        assert_eq!(shortened("数学ライブラリ.so", 9), "数学….so");
        assert_eq!(shortened("数学ライブラリ.so", 10), "数学….so", "half a letter has no room");
        for width in 0..20 {
            let text = shortened("e\u{301}le\u{301}ment数学.so", width);
            assert!(text.width() <= width, "{text}");
            assert!(!text.starts_with('\u{301}') && !text.contains("…\u{301}"), "{text}");
        }
        assert_eq!((start("数学", 3), end("数学", 3)), ("数", "学"));
    }

    #[test]
    fn a_letter_is_lit_with_its_accent() {
        let styles = (Style::new(), Style::new().bold());
        let lit = |number| {
            let spans = lit("cafe\u{301}s", |at| at == number, styles);
            spans.iter().filter(|span| span.style == styles.1).map(|span| span.content.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(lit(3), ["e\u{301}"]);
        assert_eq!(lit(4), ["e\u{301}"], "the accent's own number");
        assert_eq!(lit(5), ["s"]);
    }

    #[test]
    fn inspected_text_cannot_speak_to_the_terminal() {
        assert_eq!(Prose::of(Tone::Plain, "a\x1b[2J").pieces[0].1, "a\\u{1b}[2J");
    }
}
