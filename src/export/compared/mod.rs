//! Two scans compared, as bytes: one file and one entry a format.

mod json;
mod markdown;
mod text;

use super::Paint;
use crate::diff::{Change, Diff, Kind};

/// One way to write what has changed.
#[derive(Debug)]
pub struct Compared {
    /// What a person types behind `--format`.
    pub name: &'static str,
    pub about: &'static str,
    pub write: fn(&Diff, &Told) -> String,
}

/// What a person decides of it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub paint: Paint,
    /// What follows from other changes too.
    pub verbose: bool,
}

/// Every format of `dylens diff`.
pub const COMPARED: &[&Compared] = &[&text::TEXT, &json::JSON, &markdown::MARKDOWN];

impl Told {
    /// The changes of one kind that are told and that are no regressions, and how many are left out.
    fn of<'a>(&self, diff: &'a Diff, kind: Kind) -> (Vec<&'a Change>, usize) {
        let of_kind = |change: &&Change| change.kind == kind && change.regression.is_none();
        let (told, left): (Vec<_>, Vec<_>) =
            diff.changes.iter().filter(of_kind).partition(|change| self.verbose || !change.follows);
        (told, left.len())
    }
}

/// What is not told of a kind, as it follows from what is.
fn left_out(kind: Kind, left: usize) -> String {
    match kind {
        Kind::Provider => format!("{} of which a finding tells", super::count(left, "need")),
        _ => format!("{} of added or removed distributions", super::count(left, "file")),
    }
}

/// What was and what is, in one phrase.
fn phrase(change: &Change, arrow: &str) -> String {
    let or_nothing = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    match (or_nothing(&change.from), or_nothing(&change.to)) {
        // Its path says no more than what it is called.
        (None, Some(path)) | (Some(path), None) if change.kind == Kind::File && path.ends_with(&change.subject) => {
            String::new()
        }
        (Some(from), Some(to)) => format!("{from} {arrow} {to}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => String::new(),
    }
}

/// How many came, went and changed; and how many of it are regressions.
fn summary(diff: &Diff) -> String {
    let [came, went, changed] = diff.counts();
    let mended = diff.changes.iter().filter(|change| change.is_mended).count();
    let regressions = diff.regressions().count();
    match diff.changes.is_empty() {
        true => "Nothing has changed.".into(),
        false => format!(
            "{}, {mended} fixed; {came} added, {went} removed, {changed} changed",
            super::count(regressions, "regression")
        ),
    }
}
