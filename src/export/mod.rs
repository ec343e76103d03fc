//! A scan as bytes.

/// Text from inspected files, made safe for a terminal: control characters and bytes that are no UTF-8 are shown as
/// escapes.
pub fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| -> Box<dyn Iterator<Item = char>> {
            let hides =
                matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
            if c.is_control() || hides { Box::new(c.escape_unicode()) } else { Box::new(std::iter::once(c)) }
        })
        .collect()
}
