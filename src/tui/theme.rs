//! What text means, and how a terminal shows it.
//!
//! Views speak of a [`Tone`], never of a color. A theme is a table from tones to styles (`assets/theme/`); the usual one has
//! the terminal's own sixteen colors, so that it is readable wherever the person's shell is. Without colors the same tones
//! are bold, reversed or dim. Nothing is said by color alone: each tone that carries a fact stands beside a glyph or a word.

use std::sync::LazyLock;

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
    /// What cannot load because of an error elsewhere.
    Affected,
    Warning,
    Good,
    /// Something to type or to press.
    Key,
    /// A letter that the search matched.
    Lit,
    /// The border and title of the pane that has the keys, and the lines at the cursor.
    Active,
    /// The row under the cursor.
    Cursor,
    /// The same where another pane has the keys.
    Resting,
}

/// The tones by their names in a theme's file; the places are those of [`Tone`].
const TONES: [&str; 12] =
    ["plain", "dim", "strong", "error", "affected", "warning", "good", "key", "lit", "active", "cursor", "resting"];

/// The themes that are built in, the usual one first.
pub const THEMES: [(&str, &str); 5] = [
    ("ansi", include_str!("../../assets/theme/ansi.toml")),
    ("dark", include_str!("../../assets/theme/dark.toml")),
    ("light", include_str!("../../assets/theme/light.toml")),
    ("mono", include_str!("../../assets/theme/mono.toml")),
    ("high-contrast", include_str!("../../assets/theme/high-contrast.toml")),
];

static PALETTES: LazyLock<Vec<[Style; TONES.len()]>> = LazyLock::new(|| {
    THEMES.iter().map(|(name, text)| palette(text).unwrap_or_else(|wrong| panic!("theme {name}: {wrong}"))).collect()
});

/// How tones look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Theme {
    /// The place in [`THEMES`].
    at: usize,
    /// Bold, reversed and dim only.
    pub no_color: bool,
    /// Nothing but ASCII reaches the terminal.
    pub ascii: bool,
    /// The terminal knows only 256 colors: others are the nearest of those.
    pub few_colors: bool,
}

impl Theme {
    /// The same with another palette; an unknown name is the usual one.
    pub fn named(self, name: &str) -> Theme {
        Theme { at: THEMES.iter().position(|(known, _)| *known == name).unwrap_or(0), ..self }
    }

    /// The name of the next theme.
    pub fn next(self) -> &'static str {
        THEMES[(self.at + 1) % THEMES.len()].0
    }

    /// The style of a tone.
    pub fn style(self, tone: Tone) -> Style {
        let mut style = PALETTES[self.at][tone as usize];
        if self.no_color {
            let was_colored = style.fg.is_some();
            (style.fg, style.bg) = (None, None);
            let is_bare = style.add_modifier.is_empty();
            return match tone {
                Tone::Plain => Style::new(),
                Tone::Dim => Style::new().add_modifier(Modifier::DIM),
                Tone::Cursor => Style::new().add_modifier(Modifier::REVERSED),
                _ if was_colored || is_bare => style.add_modifier(Modifier::BOLD),
                _ => style,
            };
        }
        if self.few_colors {
            style.fg = style.fg.map(nearest);
            style.bg = style.bg.map(nearest);
        }
        style
    }

    /// The row under the cursor; less bright where another pane has the keys. Nothing in it is dim.
    pub fn cursor(self, has_keys: bool) -> Style {
        self.style(if has_keys { Tone::Cursor } else { Tone::Resting }).remove_modifier(Modifier::DIM)
    }
}

/// Reads a theme: for each tone its style, as `red bold`, `#d08770`, `black on yellow`.
///
/// # Errors
/// Says which entry is not understood.
fn palette(text: &str) -> Result<[Style; TONES.len()], String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    if let Some(unknown) = table.keys().find(|name| !TONES.contains(&name.as_str())) {
        return Err(format!("no tone is called {unknown}"));
    }
    let mut styles = [Style::new(); TONES.len()];
    for (style, name) in styles.iter_mut().zip(TONES) {
        let words = table.get(name).and_then(toml::Value::as_str).ok_or_else(|| format!("{name} is missing"))?;
        *style = style_of(words).ok_or_else(|| format!("{name}: {words:?} is no style"))?;
    }
    Ok(styles)
}

fn style_of(words: &str) -> Option<Style> {
    let mut style = Style::new();
    let mut is_ground = false;
    for word in words.split_whitespace() {
        style = match word {
            "bold" => style.add_modifier(Modifier::BOLD),
            "dim" => style.add_modifier(Modifier::DIM),
            "underlined" => style.add_modifier(Modifier::UNDERLINED),
            "reversed" => style.add_modifier(Modifier::REVERSED),
            "on" => {
                is_ground = true;
                continue;
            }
            color if is_ground => style.bg(color.parse().ok()?),
            color => style.fg(color.parse().ok()?),
        };
    }
    Some(style)
}

/// The nearest of the 6 × 6 × 6 colors that terminals with 256 have.
fn nearest(color: Color) -> Color {
    let Color::Rgb(red, green, blue) = color else { return color };
    let step = |part: u8| {
        if part < 48 {
            0
        } else if part < 115 {
            1
        } else {
            (part - 35) / 40
        }
    };
    Color::Indexed(16 + 36 * step(red) + 6 * step(green) + step(blue))
}

/// Each sign beyond ASCII that the screens use, and the one that stands for it: both one cell wide.
const TWINS: &[(&str, &str)] = &[
    ("◆", "#"),
    ("●", "*"),
    ("○", "o"),
    ("·", "."),
    ("▷", ">"),
    ("✗", "x"),
    ("◦", "."),
    ("◇", "%"),
    ("∅", "0"),
    ("╌", "="),
    ("╎", ":"),
    ("✓", "v"),
    ("↔", "@"),
    ("↑", "^"),
    ("►", ">"),
    ("≡", "="),
    ("•", "*"),
    ("›", ">"),
    ("▼", "v"),
    ("▲", "W"),
    ("◄", "<"),
    ("┄", "."),
    ("┆", "."),
    ("┈", ","),
    ("┊", ","),
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
    ("█", "#"),
];

/// Replaces whatever is beyond ASCII in a finished frame; `?` stands for letters that have no twin.
pub fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let twin = TWINS.iter().find(|(sign, _)| *sign == cell.symbol()).map_or("?", |(_, twin)| twin);
            cell.set_symbol(twin);
        }
    }
}

/// The frames of what turns while something is under way.
const SPINNER: [&str; 4] = ["|", "/", "-", "\\"];

/// The sign of a tick.
pub fn spinner(tick: usize) -> &'static str {
    SPINNER[tick % SPINNER.len()]
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn every_theme_tells_every_tone() {
        for (name, text) in THEMES {
            assert!(palette(text).is_ok(), "{name}: {:?}", palette(text));
        }
        assert_eq!(palette("red = 'x'").unwrap_err(), "no tone is called red");
        assert_eq!(style_of("hyperred"), None);
    }

    #[test]
    fn colors_are_the_nearest_of_256() {
        assert_eq!(nearest(Color::Rgb(255, 0, 95)), Color::Indexed(197));
        assert_eq!(nearest(Color::Red), Color::Red);
    }

    #[test]
    fn twins_are_as_wide_as_their_signs() {
        for (sign, twin) in TWINS {
            assert_eq!((sign.width(), twin.width(), twin.is_ascii()), (1, 1, true), "{sign} {twin}");
        }
    }
}
