//! The values of options that are the names of a table: help, completions and manual pages list them.

use std::ffi::OsStr;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Command, CommandFactory};

use super::args::Arguments;
use crate::diagnose::RULES;
use crate::discover::{TOOLS, Tool};
use crate::export::{COMPARED, Compared, FORMATS, Format, REPORTS};
use crate::image::{Arch, Release, WindowsRelease};
use crate::tui::theme::THEMES;

/// Lists the names of a table, and takes more than these: what is wrong has words of its own.
#[derive(Clone)]
pub(super) struct Open<T> {
    values: fn() -> Vec<PossibleValue>,
    parse: fn(&str) -> Result<T, String>,
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Open<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<T, clap::Error> {
        TypedValueParser::parse_ref(&self.parse, command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.values)().into_iter()))
    }
}

/// The rules' table; a name that is not in it is refused by those who know where it was given.
pub(super) fn rules() -> Open<String> {
    let values = || RULES.iter().map(|rule| PossibleValue::new(rule.id.word()).help(rule.title)).collect();
    Open { values, parse: |word| Ok(word.to_owned()) }
}

/// The tools' table as what `--for` takes, with a version or without.
pub(super) fn tools() -> Open<Tool> {
    let values = || TOOLS.into_iter().map(|tool| PossibleValue::new(tool.word())).collect();
    Open { values, parse: |word| Tool::from_str(word).map_err(|error| error.to_string()) }
}

/// The commands that have a manual page.
pub(super) fn commands() -> Open<String> {
    let values = || {
        let program = Arguments::command();
        program.get_subcommands().map(|command| PossibleValue::new(command.get_name().to_owned())).collect()
    };
    Open { values, parse: |word| Ok(word.to_owned()) }
}

/// A processor by any name that people have for it.
pub(super) fn arch() -> Open<Arch> {
    let values = || Arch::NAMES.into_iter().map(|(name, _)| PossibleValue::new(name)).collect();
    let parse = |word: &str| {
        let known = || format!("known are {}", Arch::NAMES.map(|(word, _)| word).join(", "));
        Arch::named(word).ok_or_else(known)
    };
    Open { values, parse }
}

/// `11`, `10.15`, `13.2.1`
pub(super) fn release(text: &str) -> Result<Release, String> {
    Release::parse(text).ok_or_else(|| "a release is written 11.0".into())
}

/// `2.28`
pub(super) fn glibc(text: &str) -> Result<Release, String> {
    Release::parse(text).ok_or_else(|| "a release is written 2.28".into())
}

/// `1.2.2`, `1.1`
pub(super) fn musl(text: &str) -> Result<Release, String> {
    Release::parse(text).ok_or_else(|| "a release is written 1.2.2".into())
}

/// `10.0.17763`, `1809`, `11`
pub(super) fn windows(text: &str) -> Result<WindowsRelease, String> {
    WindowsRelease::named(text).ok_or_else(|| "a release is written 10.0.17763, 1809 or 11".into())
}

/// The themes' table as what `--theme` takes.
pub(super) fn themes() -> PossibleValuesParser {
    PossibleValuesParser::new(THEMES.map(|(name, _)| name))
}

/// The formats' table as what `dylens export --format` takes.
pub(super) fn formats() -> impl TypedValueParser<Value = &'static Format> {
    of_table(FORMATS)
}

/// And `dylens check --format`.
pub(super) fn reports() -> impl TypedValueParser<Value = &'static Format> {
    of_table(REPORTS)
}

fn of_table(table: &'static [&'static Format]) -> impl TypedValueParser<Value = &'static Format> {
    let values = table.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(values).map(move |name| {
        *table.iter().find(|format| format.name == name).expect("the values are the names of the table")
    })
}

/// The table of what `dylens diff --format` takes.
pub(super) fn compared() -> impl TypedValueParser<Value = &'static Compared> {
    let values = COMPARED.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(values)
        .map(|name| *COMPARED.iter().find(|format| format.name == name).expect("the values are the names of the table"))
}
