//! What text means, and how a terminal shows it.
//!
//! Views speak of a [`Tone`], never of a color. The palette is the terminal's own sixteen colors, so that it is readable
//! wherever the person's shell is; without colors the same tones are bold, reversed or dim. Nothing is said by color
//! alone: each tone that carries a fact stands beside a glyph or a word.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

/// What a piece of text means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    /// Said on the side.
    Dim,
    /// The name that a line is about.
    Strong,
    Error,
    Warning,
    Good,
    /// Something to type or to press.
    Key,
    /// A letter that the search matched.
    Lit,
    /// The border and title of the pane that has the keys.
    Active,
}

/// How tones look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Theme {
    /// Bold, reversed and dim only.
    pub no_color: bool,
    /// Nothing but ASCII reaches the terminal.
    pub ascii: bool,
}

impl Theme {
    /// The style of a tone.
    pub fn style(self, tone: Tone) -> Style {
        let style = Style::new();
        let (color, modifier) = match tone {
            Tone::Plain => return style,
            Tone::Dim => return style.add_modifier(Modifier::DIM),
            Tone::Strong => return style.add_modifier(Modifier::BOLD),
            Tone::Error => (Color::Red, Modifier::BOLD),
            Tone::Warning => (Color::Yellow, Modifier::empty()),
            Tone::Good => (Color::Green, Modifier::empty()),
            Tone::Key => (Color::Cyan, Modifier::empty()),
            Tone::Lit => (Color::Yellow, Modifier::BOLD.union(Modifier::UNDERLINED)),
            Tone::Active => (Color::Cyan, Modifier::BOLD),
        };
        let style = style.add_modifier(modifier);
        if self.no_color { style.add_modifier(Modifier::BOLD) } else { style.fg(color) }
    }

    /// The row under the cursor; dimmer where another pane has the keys.
    pub fn cursor(self, has_keys: bool) -> Style {
        if has_keys { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new().add_modifier(Modifier::BOLD) }
    }
}

/// Each sign beyond ASCII that the screens use, and the one that stands for it: both one cell wide.
const TWINS: &[(&str, &str)] = &[
    ("◆", "#"),
    ("●", "*"),
    ("○", "o"),
    ("·", "."),
    ("▷", ">"),
    ("✗", "x"),
    ("◌", "."),
    ("✓", "v"),
    ("⟳", "@"),
    ("↑", "^"),
    ("▸", ">"),
    ("▣", "+"),
    ("▾", "v"),
    ("▴", "^"),
    ("…", "~"),
    ("→", ">"),
    ("←", "<"),
    ("↓", "v"),
    ("⏎", "="),
    ("▏", "|"),
    ("─", "-"),
    ("│", "|"),
    ("╭", "+"),
    ("╮", "+"),
    ("╰", "+"),
    ("╯", "+"),
    ("├", "+"),
    ("┤", "+"),
    ("┬", "+"),
    ("┴", "+"),
    ("┼", "+"),
    ("╴", "-"),
    ("╶", "-"),
    ("╵", "|"),
    ("╷", "|"),
    ("“", "\""),
    ("”", "\""),
    ("‘", "'"),
    ("’", "'"),
    ("–", "-"),
    ("—", "-"),
    ("⠋", "|"),
    ("⠙", "/"),
    ("⠹", "-"),
    ("⠸", "\\"),
    ("⠼", "|"),
    ("⠴", "/"),
    ("⠦", "-"),
    ("⠧", "\\"),
    ("█", "#"),
];

/// Replaces whatever is beyond ASCII in a finished frame; `?` stands for letters that have no twin.
pub fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let is_dots = matches!(cell.symbol().chars().next(), Some('\u{2800}'..='\u{28ff}'));
            let other = if is_dots { ":" } else { "?" };
            let twin = TWINS.iter().find(|(sign, _)| *sign == cell.symbol()).map_or(other, |(_, twin)| twin);
            cell.set_symbol(twin);
        }
    }
}

/// The frames of what turns while something is under way.
const SPINNER: [&str; 8] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"];

/// The sign of a tick.
pub fn spinner(tick: usize) -> &'static str {
    SPINNER[tick % SPINNER.len()]
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::TWINS;

    #[test]
    fn twins_are_as_wide_as_their_signs() {
        for (sign, twin) in TWINS {
            assert_eq!((sign.width(), twin.width(), twin.is_ascii()), (1, 1, true), "{sign} {twin}");
        }
    }
}
