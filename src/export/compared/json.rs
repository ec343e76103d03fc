//! What has changed, for other programs.

use serde::Serialize;

use super::{Compared, Told};
use crate::diff::{Change, Diff};
use crate::json;

/// `--format json`.
pub(super) const JSON: Compared = Compared { name: "json", about: "for other programs", write };

/// Changes with every change that a reader of the JSON could stumble over.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    before: &'a str,
    after: &'a str,
    regressions: usize,
    came: usize,
    went: usize,
    changed: usize,
    changes: Vec<ChangeMirror<'a>>,
}

#[derive(Serialize)]
struct ChangeMirror<'a> {
    kind: &'static str,
    /// `came`, `went` or `changed`.
    how: &'static str,
    /// The file, by its path from where imports start, or the distribution.
    subject: &'a str,
    /// The need or the rule that it is about.
    about: Option<&'a str>,
    from: Option<&'a str>,
    to: Option<&'a str>,
    /// How bad the regression is; none where it is none.
    regression: Option<&'static str>,
    mended: bool,
    /// It came or went with its distribution.
    follows: bool,
}

fn write(diff: &Diff, _: &Told) -> String {
    let [came, went, changed] = diff.counts();
    let document = Document {
        schema: SCHEMA,
        before: &diff.before,
        after: &diff.after,
        regressions: diff.regressions().count(),
        came,
        went,
        changed,
        changes: diff.changes.iter().map(mirror).collect(),
    };
    let mut bytes = Vec::new();
    json::pretty(&mut bytes, &document).expect("every key is a string");
    String::from_utf8(bytes).expect("JSON is UTF-8") + "\n"
}

fn mirror(change: &Change) -> ChangeMirror<'_> {
    ChangeMirror {
        kind: change.kind.word(),
        how: match change.sign() {
            '+' => "came",
            '-' => "went",
            _ => "changed",
        },
        subject: &change.subject,
        about: Some(change.about.as_str()).filter(|about| !about.is_empty()),
        from: change.from.as_deref(),
        to: change.to.as_deref(),
        regression: change.regression.map(|severity| severity.word()),
        mended: change.is_mended,
        follows: change.follows,
    }
}
