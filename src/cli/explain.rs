//! `dylens explain`: a rule in its own words.

use std::process::ExitCode;

use super::args::Arguments;
use super::{nearest, output};
use crate::diagnose::{RULES, Rule};
use crate::error::Error;
use crate::export::{Ink, Paint};

/// Prints one rule, or all of them in a line each.
///
/// # Errors
/// Where there is no such rule; names those that are spelled most alike.
pub(super) fn explain(arguments: &Arguments, rule: Option<&str>) -> Result<ExitCode, Error> {
    let paint = output::paint(arguments, true);
    let text = match rule {
        None => list(RULES, &paint),
        Some(id) => match RULES.iter().find(|rule| rule.id == id) {
            Some(rule) => words(rule, &paint),
            None => return Err(unknown(id)),
        },
    };
    output::print(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn list(rules: &[&Rule], paint: &Paint) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let line = |rule: &&Rule| {
        let id = paint.ink(Ink::Strong, &format!("{:width$}", rule.id));
        let severity = paint.ink(Ink::of(rule.severity), &format!("{:7}", rule.severity.word()));
        format!("{id}  {severity}  {}\n", rule.title)
    };
    rules.iter().map(line).chain(["\nMore on one: dylens explain RULE\n".to_owned()]).collect()
}

fn words(rule: &Rule, paint: &Paint) -> String {
    let head = paint.ink(Ink::Strong, rule.id);
    let severity = paint.ink(Ink::of(rule.severity), rule.severity.word());
    let mut text = format!("{head} ({severity})\n{}\n", rule.title);
    for (title, body) in [("Why", rule.why), ("Remedy", rule.remedy)] {
        if !body.is_empty() {
            text += &format!("\n{}\n{}", paint.ink(Ink::Strong, title), paint.wrapped(body, 2));
        }
    }
    text
}

/// Says that there is no such rule, and which are spelled most alike.
pub(super) fn unknown(id: &str) -> Error {
    nearest::unknown("rule", id, RULES.iter().map(|rule| rule.id), "dylens explain lists all")
}
