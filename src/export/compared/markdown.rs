//! What has changed, for a comment under a change or in a bug tracker.

use super::{Compared, Told, left_out, phrase, summary};
use crate::diff::{Change, Diff, Kind};
use crate::export::markdown::{cell, code};
use crate::printable::inert;

/// `--format markdown`.
pub(super) const MARKDOWN: Compared = Compared { name: "markdown", about: "for a comment or a bug tracker", write };

/// How many rows a table shows: more is no comment any more.
const ROWS: usize = 50;

fn write(diff: &Diff, told: &Told) -> String {
    let mut text = format!("## {} → {}\n\n{}\n", cell(&diff.before), cell(&diff.after), summary(diff));
    let regressions: Vec<&Change> = diff.regressions().collect();
    table("Regressions", &regressions, &mut text);
    for kind in Kind::ALL {
        let (changes, left) = told.of(diff, kind);
        table(kind.title(), &changes, &mut text);
        if left > 0 {
            text += &format!("\nAnd {}.\n", left_out(kind, left));
        }
    }
    inert(&text)
}

fn table(title: &str, changes: &[&Change], text: &mut String) {
    if changes.is_empty() {
        return;
    }
    *text += &format!("\n### {title}\n\n| | what | about | |\n|---|---|---|---|\n");
    for change in changes.iter().take(ROWS) {
        let sign = change.regression.map_or_else(|| change.sign().to_string(), |severity| severity.word().to_owned());
        let about = if change.about.is_empty() { String::new() } else { code(&change.about) };
        *text += &format!("| {sign} | {} | {about} | {} |\n", code(&change.subject), cell(&phrase(change, "→")));
    }
    if changes.len() > ROWS {
        *text += &format!("\nAnd {} more.\n", changes.len() - ROWS);
    }
}
