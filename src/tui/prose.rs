//! Text with meaning, before it has a width: lines of toned pieces, wrapped only when the pane is known.

use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::theme::{Theme, Tone};
use crate::export::printable;

/// A line of text; what does not fit goes on below, indented by `hang` cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    pub pieces: Vec<(Tone, String)>,
    pub hang: usize,
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
        let hang = if self.hang * 2 < width { self.hang } else { 0 };
        let mut lines = vec![Line::default()];
        let mut used = 0;
        for (tone, text) in &self.pieces {
            for word in words(text) {
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
const FIELD: usize = 11;

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
    for (at, letter) in word.char_indices() {
        let wide = letter.width().unwrap_or(0);
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
    if text.width() <= width {
        return text.to_owned();
    }
    if width == 0 {
        return String::new();
    }
    let tail = (width - 1) / 2;
    let head = take(text.chars(), width - 1 - tail);
    let tail: String = take(text.chars().rev(), tail).chars().rev().collect();
    format!("{head}…{tail}")
}

/// As many letters as fit.
pub fn take(letters: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    letters
        .take_while(|letter| {
            used += letter.width().unwrap_or(0);
            used <= width
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        let prose = Prose { hang: 2, ..Prose::of(Tone::Plain, text) };
        prose.wrapped(width, Theme::default()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_stay_whole_and_long_paths_are_cut() {
        assert_eq!(wrapped("one two three", 8), ["one two ", "  three"]);
        assert_eq!(wrapped("/a/very/long/path", 8), ["/a/very/", "  long/", "  path"]);
        assert_eq!(wrapped("exactly8", 8), ["exactly8"]);
        assert_eq!(wrapped("longer_than_a_line", 8), ["longer_t", "  han_a_", "  line"]);
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
    fn inspected_text_cannot_speak_to_the_terminal() {
        assert_eq!(Prose::of(Tone::Plain, "a\x1b[2J").pieces[0].1, "a\\u{1b}[2J");
    }
}
