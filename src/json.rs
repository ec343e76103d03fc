//! JSON as every face writes it: what a terminal or a person's eye would obey stands as `\uXXXX`.
//!
//! JSON itself wants only the first 32 controls escaped; U+009B begins a command of a terminal as `ESC [` does, and U+202E
//! turns the text around that follows. For whoever parses it, the text is the same.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::printable::is_hidden;

/// Writes a value on one line, without its end.
///
/// # Errors
/// Where nothing can be written to `out`, and where a key of the value is no text.
pub fn compact(out: impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Escaped(CompactFormatter))).map_err(Into::into)
}

/// Writes a value on as many lines as a person wants, without the end of the last.
///
/// # Errors
/// As [`compact`].
pub fn pretty(out: impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Escaped(PrettyFormatter::new()))).map_err(Into::into)
}

/// Lays a value out as another formatter does, and escapes more.
struct Escaped<F>(F);

/// Methods that are the other formatter's own.
macro_rules! as_the_other {
    ($($method:ident($($argument:ident: $kind:ty)?);)*) => {
        $(fn $method<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: $kind)?) -> io::Result<()> {
            self.0.$method(out $(, $argument)?)
        })*
    };
}

impl<F: Formatter> Formatter for Escaped<F> {
    as_the_other! {
        begin_array();
        end_array();
        begin_array_value(is_first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(is_first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, letter)) = first_to_escape(rest) {
            out.write_all(&rest.as_bytes()[..at])?;
            for unit in letter.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + letter.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }
}

/// The first letter that does not stand for itself: a hidden one, and `#` before another, which may begin a command
/// (`##vso[…]`) to the service in whose log the JSON stands.
fn first_to_escape(text: &str) -> Option<(usize, char)> {
    let is_plain = |byte: u8| byte.is_ascii() && !byte.is_ascii_control();
    let hidden = match text.bytes().all(is_plain) {
        true => None,
        false => text.char_indices().find(|(_, letter)| is_hidden(*letter)),
    };
    let command = text.find("##").map(|at| (at, '#'));
    hidden.into_iter().chain(command).min()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{compact, pretty};
    use crate::printable::is_hidden;

    fn text(value: &impl serde::Serialize) -> String {
        let mut bytes = Vec::new();
        compact(&mut bytes, value).expect("memory can be written to");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_letters_stay() {
        assert_eq!(text(&"a\u{9b}2J\u{202e}b\u{7f}\n"), r#""a\u009b2J\u202eb\u007f\n""#);
        assert_eq!(text(&"\u{e0041}"), r#""\udb40\udc41""#, "outside of the first plane, two units");
        assert_eq!(text(&"# ##vso[a]"), r##""# \u0023#vso[a]""##, "a service that reads logs obeys this anywhere");
        assert_eq!(text(&"数学 שלום é"), "\"数学 שלום é\"");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_reads_back_and_nothing_in_it_is_hidden(key: String, value: String, more: Vec<Option<u8>>) {
            let document = std::collections::BTreeMap::from([(key.clone(), (value, more))]);
            let mut lines = Vec::new();
            pretty(&mut lines, &document).expect("memory can be written to");
            let lines = String::from_utf8(lines).expect("JSON is UTF-8");
            for written in [text(&document), lines.replace('\n', "")] {
                prop_assert!(!written.chars().any(is_hidden), "{written}");
                prop_assert_eq!(&serde_json::from_str::<std::collections::BTreeMap<_, _>>(&written).ok(), &Some(document.clone()));
            }
            let plain = serde_json::to_string_pretty(&serde_json::json!([{"a": [1, "b"]}, [], {}])).expect("JSON");
            let mut ours = Vec::new();
            pretty(&mut ours, &serde_json::json!([{"a": [1, "b"]}, [], {}])).expect("memory can be written to");
            prop_assert_eq!(ours, plain.into_bytes(), "laid out as ever");
        }
    }
}
