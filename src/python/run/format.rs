//! Texts put together: f-strings, `%`, and `str.format`.

use std::sync::Arc;

use ruff_python_ast::{ConversionFlag, FStringPart, FStringValue, InterpolatedStringElement};

use super::call::Given;
use super::operator::bounded;
use super::{Eval, Interpreter};
use crate::python::limits;
use crate::python::value::{PyValue, Reason};

impl Interpreter<'_> {
    pub(super) fn fstring(&mut self, string: &FStringValue) -> Eval {
        let (mut text, mut unknown) = (String::new(), None);
        for part in string {
            match part {
                FStringPart::Literal(literal) => text.push_str(&literal.value),
                FStringPart::FString(string) => self.elements_of(string.elements.iter(), &mut text, &mut unknown)?,
            }
        }
        self.step(text.len() / 64)?;
        Ok(unknown.map_or_else(|| bounded(text), PyValue::Unknown))
    }

    fn elements_of<'a>(
        &mut self,
        elements: impl Iterator<Item = &'a InterpolatedStringElement>,
        text: &mut String,
        unknown: &mut Option<Reason>,
    ) -> Eval<()> {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => text.push_str(&literal.value),
                InterpolatedStringElement::Interpolation(inner) => {
                    let value = self.eval(&inner.expression)?;
                    let mut spec = String::new();
                    if let Some(format) = &inner.format_spec {
                        // Boxed: it calls itself with an iterator of the same kind.
                        let elements: Box<dyn Iterator<Item = &InterpolatedStringElement>> =
                            Box::new(format.elements.iter());
                        self.spec_of(elements, &mut spec, unknown)?;
                    }
                    let shown = match inner.conversion {
                        ConversionFlag::None | ConversionFlag::Str if inner.debug_text.is_none() => {
                            self.formatted(&value, &spec)
                        }
                        ConversionFlag::Repr if spec.is_empty() && inner.debug_text.is_none() => self.repr(&value),
                        _ => None,
                    };
                    match shown {
                        Some(shown) if text.len() + shown.len() <= limits::TEXT_BYTES => text.push_str(&shown),
                        _ => *unknown = unknown.or(Some(value.reason())),
                    }
                }
            }
        }
        Ok(())
    }

    fn spec_of(
        &mut self,
        elements: Box<dyn Iterator<Item = &InterpolatedStringElement> + '_>,
        text: &mut String,
        unknown: &mut Option<Reason>,
    ) -> Eval<()> {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => text.push_str(&literal.value),
                InterpolatedStringElement::Interpolation(inner) => {
                    let value = self.eval(&inner.expression)?;
                    match self.to_text(&value) {
                        Some(shown) => text.push_str(&shown),
                        None => *unknown = unknown.or(Some(value.reason())),
                    }
                }
            }
        }
        Ok(())
    }

    /// `format(value, spec)` for texts and integers.
    fn formatted(&self, value: &PyValue, spec: &str) -> Option<Arc<str>> {
        let text = self.to_text(value)?;
        if spec.is_empty() {
            return Some(text);
        }
        let is_number = matches!(value, PyValue::Int(_));
        let kind = if is_number { 'd' } else { 's' };
        let rest = spec.strip_suffix(kind).unwrap_or(spec);
        let letters: Vec<char> = rest.chars().collect();
        let (fill, align, rest): (char, char, String) = match letters.as_slice() {
            [fill, align @ ('<' | '>' | '^'), rest @ ..] => (*fill, *align, rest.iter().collect()),
            [align @ ('<' | '>' | '^'), rest @ ..] => (' ', *align, rest.iter().collect()),
            ['0', rest @ ..] if is_number => ('0', '>', rest.iter().collect()),
            rest => (' ', if is_number { '>' } else { '<' }, rest.iter().collect()),
        };
        let width: usize = rest.parse().ok().filter(|width| *width <= limits::TEXT_BYTES)?;
        let pad = width.saturating_sub(text.chars().count());
        let before = match align {
            '<' => 0,
            '>' => pad,
            _ => pad / 2,
        };
        let fill = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
        Some(format!("{}{text}{}", fill(before), fill(pad - before)).into())
    }

    /// `repr(value)` for what is plain.
    pub(super) fn repr(&self, value: &PyValue) -> Option<Arc<str>> {
        match value {
            PyValue::Str(text) if !text.contains(['\'', '\\']) && !text.chars().any(char::is_control) => {
                Some(format!("'{text}'").into())
            }
            PyValue::Int(_) | PyValue::Bool(_) | PyValue::None => self.to_text(value),
            _ => None,
        }
    }

    /// `text.format(…)`.
    pub(super) fn format_method(&mut self, text: &str, given: &Given) -> PyValue {
        let unknown = PyValue::Unknown(Reason::Construct);
        let (mut out, mut rest, mut next) = (String::new(), text, 0);
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                out.push_str(brace);
                rest = after;
                continue;
            }
            let (true, Some(end)) = (brace == "{", rest.find('}')) else { return unknown };
            let field = &rest[..end];
            rest = &rest[end + 1..];
            let (name, spec) = field.split_once(':').unwrap_or((field, ""));
            let (name, conversion) = name.split_once('!').unwrap_or((name, ""));
            let value = if name.is_empty() {
                next += 1;
                given.positional.get(next - 1)
            } else if let Ok(index) = name.parse::<usize>() {
                given.positional.get(index)
            } else {
                given.keyword(name)
            };
            let Some(value) = value else { return unknown };
            let shown = match conversion {
                "" | "s" => self.formatted(value, spec),
                "r" if spec.is_empty() => self.repr(value),
                _ => None,
            };
            match shown {
                Some(shown) if out.len() + shown.len() <= limits::TEXT_BYTES => out.push_str(&shown),
                _ => return PyValue::Unknown(value.reason()),
            }
        }
        out.push_str(rest);
        bounded(out)
    }
}

/// `text % values` for `%s`, `%d`, `%i`, `%r`, `%%`, `%(name)s`; none for what is not known.
pub(super) fn percent(interpreter: &Interpreter, text: &str, values: &PyValue) -> Option<String> {
    let single = [values.clone()];
    let positional: &[PyValue] = match values {
        PyValue::Tuple(items) => items,
        _ => &single,
    };
    let (mut out, mut rest, mut next) = (String::new(), text, 0);
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let mut value = None;
        if let Some(named) = rest.strip_prefix('(') {
            let (name, after) = named.split_once(')')?;
            let pairs = interpreter.pairs(values)?;
            value = Some(pairs.iter().find(|(key, _)| key.as_str() == Some(name))?.1.clone());
            rest = after;
        }
        let letter = rest.chars().next()?;
        // A width of a number, as `%02d`.
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if letter == '%' {
            out.push('%');
            rest = &rest[1..];
            continue;
        }
        let width = &rest[..digits];
        let kind = rest[digits..].chars().next()?;
        rest = &rest[digits + kind.len_utf8()..];
        let value = match value {
            Some(value) => value,
            None => {
                next += 1;
                positional.get(next - 1)?.clone()
            }
        };
        let shown = match (kind, &value) {
            ('s', value) if width.is_empty() => interpreter.to_text(value)?,
            ('r', value) if width.is_empty() => interpreter.repr(value)?,
            ('d' | 'i', PyValue::Int(_)) => interpreter.formatted(&value, width)?,
            _ => return None,
        };
        if out.len() + shown.len() > limits::TEXT_BYTES {
            return None;
        }
        out.push_str(&shown);
    }
    out.push_str(rest);
    Some(out)
}
