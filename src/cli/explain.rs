//! `dylens explain`: a rule in its own words.

use std::process::ExitCode;

use super::args::Arguments;
use super::output;
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
    let mut near: Vec<(usize, &str)> = RULES.iter().map(|rule| (distance(id, rule.id), rule.id)).collect();
    near.sort();
    let near: Vec<&str> = near.iter().take(3).map(|(_, id)| *id).collect();
    Error::new(format!("there is no rule {id}"), format!("did you mean {}? dylens explain lists all", near.join(", ")))
}

/// How many letters must be changed; letters that the other name holds as a whole count for nothing.
fn distance(typed: &str, name: &str) -> usize {
    if name.contains(typed) {
        return 0;
    }
    let name: Vec<char> = name.chars().collect();
    let mut row: Vec<usize> = (0..=name.len()).collect();
    for (i, a) in typed.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in name.iter().enumerate() {
            let cost = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[name.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn a_slip_of_the_finger_is_near() {
        assert_eq!(distance("libary-missing", "library-missing"), 1);
        assert_eq!(distance("missing", "library-missing"), 0);
        assert!(distance("wrong-arch", "library-missing") > 5);
    }
}
