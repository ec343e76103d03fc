//! Methods of texts.

use std::sync::Arc;

use ruff_text_size::TextSize;

use super::call::Given;
use super::operator::bounded;
use super::{Eval, Interpreter};
use crate::python::limits;
use crate::python::value::{PyValue, Reason};

/// The methods that are known.
pub(super) const METHODS: [&str; 30] = [
    "join",
    "split",
    "rsplit",
    "splitlines",
    "replace",
    "startswith",
    "endswith",
    "lower",
    "upper",
    "strip",
    "lstrip",
    "rstrip",
    "format",
    "partition",
    "rpartition",
    "find",
    "rfind",
    "index",
    "count",
    "title",
    "capitalize",
    "casefold",
    "isdigit",
    "isidentifier",
    "removeprefix",
    "removesuffix",
    "encode",
    "zfill",
    "isupper",
    "islower",
];

impl Interpreter<'_> {
    pub(super) fn text_method(&mut self, text: &Arc<str>, name: &str, given: &Given, at: TextSize) -> Eval {
        self.step(text.len() / 64)?;
        let unknown = PyValue::Unknown(
            given.positional.iter().find(|value| !value.is_known()).map_or(Reason::Construct, PyValue::reason),
        );
        if given.is_open {
            return Ok(unknown);
        }
        let argument = given.first();
        let argument_text = argument.and_then(PyValue::as_str);
        Ok(match (name, argument_text) {
            ("join", _) => {
                let Some(argument) = argument else { return Ok(unknown) };
                let argument = argument.clone();
                let Some(items) = self.iterate(&argument, at)? else { return Ok(unknown) };
                let parts: Option<Vec<&str>> = items.iter().map(PyValue::as_str).collect();
                match parts {
                    Some(parts)
                        if parts.iter().map(|part| part.len() + text.len()).sum::<usize>() <= limits::TEXT_BYTES =>
                    {
                        PyValue::text(parts.join(text))
                    }
                    _ => unknown,
                }
            }
            ("format", _) => self.format_method(text, given),
            ("startswith" | "endswith", _) if given.positional.len() == 1 => {
                let test = |end: &str| if name == "startswith" { text.starts_with(end) } else { text.ends_with(end) };
                match argument {
                    Some(PyValue::Str(end)) => PyValue::Bool(test(end)),
                    Some(PyValue::Tuple(ends)) => {
                        let ends: Option<Vec<&str>> = ends.iter().map(PyValue::as_str).collect();
                        ends.map_or(unknown, |ends| PyValue::Bool(ends.into_iter().any(test)))
                    }
                    _ => unknown,
                }
            }
            ("lower" | "casefold", _) => bounded(text.to_lowercase()),
            ("upper", _) => bounded(text.to_uppercase()),
            ("capitalize", _) => {
                let mut letters = text.chars();
                let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
                bounded(first.unwrap_or_default() + &letters.as_str().to_lowercase())
            }
            ("strip" | "lstrip" | "rstrip", _) if argument.is_none() || argument_text.is_some() => {
                let cut = |c: char| argument_text.map_or(c.is_whitespace(), |set| set.contains(c));
                let stripped = match name {
                    "strip" => text.trim_matches(cut),
                    "lstrip" => text.trim_start_matches(cut),
                    _ => text.trim_end_matches(cut),
                };
                PyValue::text(stripped)
            }
            ("split" | "rsplit", _) => match pieces(text, name == "rsplit", given) {
                Some(pieces) => {
                    self.step(pieces.len() / 8)?;
                    self.new_list(pieces)
                }
                None => unknown,
            },
            ("splitlines", _) => {
                let lines: Vec<PyValue> = text.lines().take(limits::ITEMS).map(PyValue::text).collect();
                self.new_list(lines)
            }
            ("replace", Some(from)) if given.positional.len() == 2 && !from.is_empty() => {
                match given.positional[1].as_str() {
                    Some(to) if text.len() / from.len() * (to.len() + 1) <= limits::TEXT_BYTES * 4 => {
                        bounded(text.replace(from, to))
                    }
                    _ => unknown,
                }
            }
            ("partition" | "rpartition", Some(separator)) if !separator.is_empty() => {
                let found = if name == "partition" { text.split_once(separator) } else { text.rsplit_once(separator) };
                let parts = match found {
                    Some((before, after)) => [before, separator, after],
                    None if name == "partition" => [text, "", ""],
                    None => ["", "", text],
                };
                PyValue::tuple(parts.map(PyValue::text))
            }
            ("find" | "rfind" | "index", Some(part)) if given.positional.len() == 1 && text.is_ascii() => {
                let found = if name == "rfind" { text.rfind(part) } else { text.find(part) };
                match found {
                    Some(found) => PyValue::Int(found as i64),
                    None if name == "index" => return self.raise("ValueError", "substring not found", at),
                    None => PyValue::Int(-1),
                }
            }
            ("count", Some(part)) if given.positional.len() == 1 && !part.is_empty() => {
                PyValue::Int(text.matches(part).count() as i64)
            }
            ("isdigit", _) => PyValue::Bool(!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())),
            ("isidentifier", _) if text.is_ascii() => {
                let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                PyValue::Bool(is_word && !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit()))
            }
            ("isupper", _) if text.is_ascii() => PyValue::Bool(
                text.bytes().any(|b| b.is_ascii_alphabetic()) && !text.bytes().any(|b| b.is_ascii_lowercase()),
            ),
            ("islower", _) if text.is_ascii() => PyValue::Bool(
                text.bytes().any(|b| b.is_ascii_alphabetic()) && !text.bytes().any(|b| b.is_ascii_uppercase()),
            ),
            ("removeprefix", Some(part)) => PyValue::text(text.strip_prefix(part).unwrap_or(text)),
            ("removesuffix", Some(part)) => PyValue::text(text.strip_suffix(part).unwrap_or(text)),
            ("encode", _) => PyValue::Bytes(text.as_bytes().into()),
            _ => unknown,
        })
    }
}

/// `split` and `rsplit`.
fn pieces(text: &str, from_right: bool, given: &Given) -> Option<Vec<PyValue>> {
    let separator = match given.get(0, "sep") {
        None | Some(PyValue::None) => None,
        Some(separator) => Some(separator.as_str().filter(|separator| !separator.is_empty())?),
    };
    let most = match given.get(1, "maxsplit") {
        None => None,
        Some(most) => usize::try_from(most.as_int()?).ok(),
    };
    let pieces: Vec<&str> = match (separator, most, from_right) {
        (None, None, _) => text.split_whitespace().collect(),
        (None, Some(most), false) => {
            let (mut rest, mut pieces) = (text.trim_start(), Vec::new());
            while !rest.is_empty() {
                match rest.find(char::is_whitespace).filter(|_| pieces.len() < most) {
                    Some(end) => {
                        pieces.push(&rest[..end]);
                        rest = rest[end..].trim_start();
                    }
                    None => {
                        pieces.push(if pieces.len() < most { rest.trim_end() } else { rest });
                        break;
                    }
                }
            }
            pieces
        }
        (None, Some(_), true) => return None,
        (Some(separator), None, _) => text.split(separator).collect(),
        (Some(separator), Some(most), false) => text.splitn(most + 1, separator).collect(),
        (Some(separator), Some(most), true) => {
            let mut pieces: Vec<&str> = text.rsplitn(most + 1, separator).collect();
            pieces.reverse();
            pieces
        }
    };
    (pieces.len() <= limits::ITEMS).then(|| pieces.into_iter().map(PyValue::text).collect())
}
