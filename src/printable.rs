//! Text from inspected files, made safe to show: to a terminal, to a person, and in the log of a build.

use std::fmt::Display;

use unicode_width::UnicodeWidthChar;

/// The longest text that is shown whole, in characters: a path that Linux could open (`PATH_MAX`).
pub const LONGEST: usize = 4096;

/// Text from inspected files, made safe for a terminal: control characters, what cannot be seen, and accents that have no
/// letter to stand on are shown as escapes.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    // Is there a letter on which an accent can stand? A terminal would put it on whatever stands before the text.
    let mut carries = false;
    for letter in text.chars() {
        let is_accent = letter.width() == Some(0);
        if is_hidden(letter) || is_accent && !carries {
            shown.extend(letter.escape_unicode());
            carries = false;
        } else {
            shown.push(letter);
            carries = is_accent || !matches!(letter, ' ' | '/' | '\\' | '.' | ':');
        }
    }
    shown
}

/// As [`printable`], and of bounded length: of more than [`LONGEST`] characters, the middle is left out. What is put into a
/// line passes through here first, so that it neither ends the line nor hides what else that says.
pub fn bounded(text: impl Display) -> String {
    let shown = printable(&text.to_string());
    let Some((end_of_start, _)) = shown.char_indices().nth(LONGEST / 2) else { return shown };
    match shown.char_indices().rev().nth(LONGEST / 2 - 1) {
        Some((start_of_end, _)) if start_of_end > end_of_start => {
            format!("{}[...]{}", &shown[..end_of_start], &shown[start_of_end..])
        }
        _ => shown,
    }
}

/// Takes the force from lines that would command the service whose log they come to: a line of GitHub Actions that begins
/// with `::` after spaces (`::error::`, `::add-mask::`), and `##[…]` or `##vso[…]` anywhere (Azure Pipelines, and older
/// runners of GitHub). A name may stand where a line begins, as lines are broken between words.
pub fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim_start();
        out.push_str(&line[..line.len() - body.len()]);
        let mut rest = match body.strip_prefix("::") {
            Some(rest) => {
                out.push_str("\\u{3a}:");
                rest
            }
            None => body,
        };
        while let Some(at) = rest.find("##") {
            let behind = rest[at + 2..].trim_start_matches(|letter: char| letter.is_ascii_alphanumeric());
            out.push_str(&rest[..at]);
            out.push_str(if behind.starts_with('[') { "\\u{23}" } else { "#" });
            rest = &rest[at + 1..];
        }
        out.push_str(rest);
    }
    out
}

/// Does it act on a terminal, or show nothing of itself?
pub fn is_hidden(letter: char) -> bool {
    letter.is_control() || hides(letter)
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
    use super::{LONGEST, bounded, inert, printable};

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

    #[test]
    fn a_long_text_keeps_its_ends() {
        assert_eq!(bounded("é".repeat(LONGEST)), "é".repeat(LONGEST), "a path that can be opened is whole");
        let long = bounded(format!("/start{}é/end", "é\n".repeat(1 << 20)));
        assert!(long.starts_with("/start") && long.ends_with("é/end") && long.contains("[...]"), "{long}");
        assert!(long.chars().count() <= LONGEST + 5 && !long.contains('\n'));
        assert_eq!(bounded(&long[..LONGEST]), &long[..LONGEST], "what is bounded already stays");
    }

    #[test]
    fn no_line_commands_the_service_that_shows_it() {
        for (text, shown) in [
            ("::error::x\n  ::add-mask::y\n", "\\u{3a}:error::x\n  \\u{3a}:add-mask::y\n"),
            ("\u{a0}::error::", "\u{a0}\\u{3a}:error::"),
            ("a ##[error]x ##vso[task.setvariable]y", "a \\u{23}#[error]x \\u{23}#vso[task.setvariable]y"),
            ("####[x]", "##\\u{23}#[x]"),
            ("symbol std::string::c_str not found\n:: ", "symbol std::string::c_str not found\n\\u{3a}: "),
            ("## Heading\n### 3\n", "## Heading\n### 3\n"),
        ] {
            assert_eq!(inert(text), shown);
        }
    }
}
