//! `dylens explain`: a rule, a cause or a whole message in its own words.

use std::process::ExitCode;

use super::args::Arguments;
use super::{nearest, output};
use crate::diagnose::{RULES, Rule};
use crate::error::Error;
use crate::export::{Ink, Paint, explained};

/// Prints what was asked for, or all rules in a line each.
///
/// # Errors
/// Where it is no id and no message that is known; names the rules that are spelled most alike.
pub(super) fn explain(arguments: &Arguments, asked: &[String]) -> Result<ExitCode, Error> {
    let paint = output::paint(arguments, true);
    let asked = asked.join(" ");
    let text = match asked.trim() {
        "" => list(RULES, &paint),
        asked => explained(asked, &paint).ok_or_else(|| unknown_text(asked))?,
    };
    output::print(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn list(rules: &[&Rule], paint: &Paint) -> String {
    let width = rules.iter().map(|rule| rule.id.word().len()).max().unwrap_or_default();
    let line = |rule: &&Rule| {
        let id = paint.ink(Ink::Strong, &format!("{:width$}", rule.id));
        let severity = paint.ink(Ink::of(rule.severity), &format!("{:7}", rule.severity.word()));
        format!("{id}  {severity}  {}\n", rule.title)
    };
    let more = "\nMore on one: dylens explain RULE; on a message of a log: dylens explain \"MESSAGE\"\n".to_owned();
    rules.iter().map(line).chain([more]).collect()
}

/// A word is the name of a rule, as far as anybody can tell; several are a message.
fn unknown_text(asked: &str) -> Error {
    match asked.contains(char::is_whitespace) {
        true => Error::new("dylens does not know that message", "give its whole line, or the log: dylens log LOG"),
        false => unknown(asked),
    }
}

/// Says that there is no such rule, and which are spelled most alike.
pub(super) fn unknown(id: &str) -> Error {
    nearest::unknown("rule", id, RULES.iter().map(|rule| rule.id.word()), "dylens explain lists all")
}
