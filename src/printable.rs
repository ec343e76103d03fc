//! Text from inspected files, made safe to show.

use unicode_width::UnicodeWidthChar;

/// Text from inspected files, made safe for a terminal: control characters, what cannot be seen, and accents that have no
/// letter to stand on are shown as escapes.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    // Is there a letter on which an accent can stand? A terminal would put it on whatever stands before the text.
    let mut carries = false;
    for letter in text.chars() {
        let is_accent = letter.width() == Some(0);
        if letter.is_control() || hides(letter) || is_accent && !carries {
            shown.extend(letter.escape_unicode());
            carries = false;
        } else {
            shown.push(letter);
            carries = is_accent || !matches!(letter, ' ' | '/' | '\\' | '.' | ':');
        }
    }
    shown
}

/// Is nothing drawn for it, though it may change how what is beside it is drawn? (Unicode's Default_Ignorable_Code_Point, and
/// the separators of lines.)
fn hides(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn what_cannot_be_seen_is_shown() {
        for (text, shown) in [
            ("a\x1b[2J", "a\\u{1b}[2J"),
            ("lib\u{200b}ssl.so", "lib\\u{200b}ssl.so"),
            ("\u{1f469}\u{200d}\u{1f52c}", "\u{1f469}\\u{200d}\u{1f52c}"),
            ("\u{2764}\u{fe0f}", "\u{2764}\\u{fe0f}"),
            ("a\u{202e}os.b", "a\\u{202e}os.b"),
        ] {
            assert_eq!(printable(text), shown);
        }
        for text in ["数学.so", "cafe\u{301}.so", "שלום.so", "\u{1100}\u{1161}", "नमस्ते"] {
            assert_eq!(printable(text), text, "what can be seen stays");
        }
    }

    #[test]
    fn an_accent_stands_on_a_letter_or_is_told() {
        assert_eq!(printable("\u{301}e"), "\\u{301}e");
        assert_eq!(printable("a/\u{301}e\u{301}\u{302}"), "a/\\u{301}e\u{301}\u{302}", "names are cut out of paths");
        assert_eq!(printable("\t\u{301}"), "\\u{9}\\u{301}");
    }
}
