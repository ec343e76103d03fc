//! Commands that a person can paste: words, never a string that a rule has put together.
//!
//! A [`Command`] is made from a [`Template`] of [`templates`] and the values of its places. What a place may hold is
//! checked here ([`Kind`]), and words are quoted here, for each [`Shell`]; so a name from an inspected file arrives at the
//! program as one word, or there is no command and a [`Refusal`] says why.

mod kind;
mod remedy;
mod shell;
pub mod templates;

use std::fmt;

pub use kind::{Kind, Refusal};
pub use remedy::{Remedy, Step};
pub use shell::Shell;

/// A command with places: `patchelf --add-rpath {text} {path}`.
///
/// Words are separated by spaces. A place stands in braces and is named by its [`Kind`]; a word in capitals (`WHEEL`,
/// `PROGRAM.py`) is for the person to fill in. `NAME=…` in front sets a variable of the environment. Nothing in a template
/// comes from an inspected file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Template(pub &'static str);

impl Template {
    /// The command with these values, one for each place in order.
    ///
    /// # Errors
    /// Where a value cannot be what its place asks for, or cannot be shown as it is.
    ///
    /// # Panics
    /// Where there are more or fewer values than places: the caller is wrong.
    pub fn with(self, values: &[&dyn AsRef<[u8]>]) -> Result<Command, Refusal> {
        Command(Vec::new()).and(self, values)
    }

    /// The command of a template without places.
    ///
    /// # Panics
    /// Where it has places.
    pub fn command(self) -> Command {
        self.with(&[]).expect("a template without places")
    }

    /// The template of this program with this text.
    pub fn known(text: &str) -> Option<Template> {
        templates::ALL.iter().find(|template| template.0 == text).copied()
    }

    /// The kinds of its places, in order.
    pub fn places(self) -> impl Iterator<Item = Kind> {
        pieces(self.0).filter_map(|piece| match piece {
            Piece::Place(kind) => Some(kind),
            Piece::Text(_) => None,
        })
    }
}

/// A command to paste: its parts, each a template with the values of its places.
///
/// Values are kept, not words, so that a stored command can be checked again when it is read
/// ([`Command::restored`]).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Command(Vec<(Template, Vec<String>)>);

impl Command {
    /// The command with more words behind.
    ///
    /// # Errors
    /// As [`Template::with`].
    ///
    /// # Panics
    /// As [`Template::with`].
    pub fn and(mut self, template: Template, values: &[&dyn AsRef<[u8]>]) -> Result<Command, Refusal> {
        let kinds: Vec<Kind> = template.places().collect();
        assert_eq!(kinds.len(), values.len(), "one value for each place of {}", template.0);
        let checked = kinds.into_iter().zip(values).map(|(kind, value)| kind.check(value.as_ref()));
        self.0.push((template, checked.collect::<Result<_, _>>()?));
        // What is plain by itself may not be so beside what it is joined to.
        self.words().iter().try_for_each(Word::check)?;
        Ok(self)
    }

    /// The words that the program gets, itself the first; a variable that is set comes before it as `NAME=value`.
    pub fn words(&self) -> Vec<Word> {
        let mut words = Vec::new();
        for (template, values) in &self.0 {
            let mut values = values.iter();
            for text in template.0.split(' ') {
                words.push(Word::filled(text, &mut values));
            }
        }
        words
    }

    /// The command as that shell takes it; none where no quoting of that shell carries its words unchanged.
    pub fn text(&self, shell: Shell) -> Option<String> {
        shell.line(&self.words())
    }

    /// Does it name a file by a path that does not begin at `/`?
    fn has_relative_path(&self) -> bool {
        let mut values = self.0.iter().flat_map(|(template, values)| template.places().zip(values));
        values.any(|(kind, value)| kind == Kind::Path && !value.starts_with('/'))
    }

    /// Its parts: each template with its values.
    pub fn parts(&self) -> impl Iterator<Item = (Template, &[String])> {
        self.0.iter().map(|(template, values)| (*template, &values[..]))
    }

    /// A command that was stored as its parts; none where a value is missing or does not fit: a file that was stored
    /// elsewhere must not decide what is pasted.
    pub fn restored(parts: Vec<(Template, Vec<String>)>) -> Option<Command> {
        let mut command = Command(Vec::new());
        for (template, values) in parts {
            if template.places().count() != values.len() {
                return None;
            }
            let values: Vec<&dyn AsRef<[u8]>> = values.iter().map(|value| value as &dyn AsRef<[u8]>).collect();
            command = command.and(template, &values).ok()?;
        }
        (!command.0.is_empty()).then_some(command)
    }
}

impl fmt::Display for Command {
    /// As a POSIX shell takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Shell::Sh).expect("a POSIX shell takes every word"))
    }
}

/// One word of a [`Command`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Word {
    /// As the program gets it.
    pub text: String,
    /// Is it for the person to fill in?
    pub is_placeholder: bool,
    /// Sets a variable: how much of it is the name with its `=`.
    variable: usize,
}

impl Word {
    fn filled<'v>(template: &str, values: &mut impl Iterator<Item = &'v String>) -> Word {
        let mut text = String::new();
        for piece in pieces(template) {
            match piece {
                Piece::Text(literal) => text += literal,
                Piece::Place(kind) => {
                    let value = values.next().map_or("", String::as_str);
                    // A file whose name starts with a dash would be read as an option.
                    if kind == Kind::Path && text.is_empty() && value.starts_with('-') {
                        text += "./";
                    }
                    text += value;
                }
            }
        }
        let has_place = template.contains('{');
        let name = template.split_once('=').map_or("", |(name, _)| name);
        let is_variable = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let is_capital = |c: char| c.is_ascii_uppercase() || c == '_';
        let stem = template.strip_suffix(".py").unwrap_or(template);
        Word {
            text,
            is_placeholder: !has_place && stem.len() > 1 && stem.chars().all(is_capital),
            variable: if is_variable { name.len() + 1 } else { 0 },
        }
    }

    /// A word that begins with a value must not be taken for an option.
    fn check(&self) -> Result<(), Refusal> {
        match self.text.len() > MOST_BYTES {
            true => Err(Refusal::new(&self.text, "is longer than a command line should be")),
            false => Ok(()),
        }
    }

    /// The name of the variable that it sets with its `=`, and the value; none of other words.
    fn assignment(&self) -> Option<(&str, &str)> {
        (self.variable > 0).then(|| self.text.split_at(self.variable))
    }
}

/// Longer words are not pasted: Linux takes paths of 4,095 bytes, `cmd` lines of 8,191.
const MOST_BYTES: usize = 4096;

enum Piece<'t> {
    Text(&'t str),
    Place(Kind),
}

/// The literal texts and the places of a template, or of one of its words.
fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let open = rest.find('{').unwrap_or(rest.len());
        if open > 0 {
            let (text, after) = rest.split_at(open);
            rest = after;
            return Some(Piece::Text(text));
        }
        let (name, after) = rest[1..].split_once('}').unwrap_or_else(|| panic!("{template}: a place is not closed"));
        rest = after;
        Some(Piece::Place(Kind::named(name).unwrap_or_else(|| panic!("{template}: no kind is called {name}"))))
    })
}

#[cfg(test)]
mod tests;
