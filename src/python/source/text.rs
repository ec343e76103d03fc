//! Bytes of a source file as text.

use std::borrow::Cow;

/// The text of a source: in Latin-1 where its cookie says so, else in UTF-8, with what is none replaced. A byte order mark is
/// left out.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match cookie(bytes) {
        Some(cookie) if is_latin(&cookie) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// `coding: NAME` or `coding=NAME` in a comment of the first two lines (PEP 263), in lower case.
fn cookie(bytes: &[u8]) -> Option<String> {
    let lines = bytes.split(|byte| *byte == b'\n').take(2);
    for line in lines {
        let line = String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned();
        let comment = line.trim_start_matches([' ', '\t', '\x0c']);
        if !comment.starts_with('#') {
            if comment.trim().is_empty() {
                continue;
            }
            return None;
        }
        let Some((_, rest)) = comment.split_once("coding") else { continue };
        let Some(name) = rest.strip_prefix([':', '=']) else { continue };
        let name = name.trim_start_matches([' ', '\t']);
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).unwrap_or(name.len());
        return Some(name[..end].to_ascii_lowercase().replace('_', "-"));
    }
    None
}

fn is_latin(cookie: &str) -> bool {
    let names =
        ["latin-1", "latin1", "iso-8859-1", "iso8859-1", "iso-latin-1", "l1", "cp1252", "windows-1252", "iso-8859-15"];
    names.contains(&cookie) || cookie.starts_with("latin-1-")
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn cookies_for_latin_are_followed() {
        assert_eq!(decode(b"# -*- coding: latin-1 -*-\nx = '\xe9'\n"), "# -*- coding: latin-1 -*-\nx = 'é'\n");
        assert_eq!(
            decode(b"#!/usr/bin/python\n# vim: set fileencoding=iso-8859-1 :\n'\xe9'"),
            "#!/usr/bin/python\n# vim: set fileencoding=iso-8859-1 :\n'é'"
        );
    }

    #[test]
    fn a_cookie_counts_only_in_a_comment_of_the_first_two_lines() {
        assert_eq!(decode(b"x = 1\n# coding: latin-1\n'\xe9'"), "x = 1\n# coding: latin-1\n'\u{fffd}'");
        assert_eq!(decode(b"#\n#\n# coding: latin-1\n'\xe9'"), "#\n#\n# coding: latin-1\n'\u{fffd}'");
    }

    #[test]
    fn a_byte_order_mark_is_no_text() {
        assert_eq!(decode(b"\xef\xbb\xbfimport os\n"), "import os\n");
    }
}
