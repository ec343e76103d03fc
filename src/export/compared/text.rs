//! What has changed, for people: regressions first.

use super::{Compared, Told, left_out, phrase, summary};
use crate::diff::{Change, Diff, Kind};
use crate::export::{Glyph, Ink, Paint};
use crate::printable::{bounded, inert};

/// `--format text`.
pub(super) const TEXT: Compared = Compared { name: "text", about: "for people", write };

fn write(diff: &Diff, told: &Told) -> String {
    let paint = &told.paint;
    let arrow = paint.glyph(Glyph::Arrow);
    let head = format!("{} {arrow} {}", bounded(&diff.before), bounded(&diff.after));
    let mut text = format!("{}\n{}\n", paint.ink(Ink::Strong, &head), summary(diff));
    let regressions: Vec<&Change> = diff.regressions().collect();
    section("Regressions", &regressions, paint, &mut text);
    for kind in Kind::ALL {
        let (changes, left) = told.of(diff, kind);
        section(kind.title(), &changes, paint, &mut text);
        if left > 0 {
            if changes.is_empty() {
                text += &format!("\n{}\n", paint.ink(Ink::Strong, kind.title()));
            }
            let line = format!("  and {} (-v)\n", left_out(kind, left));
            text += &paint.ink(Ink::Quiet, &line);
        }
    }
    inert(&text)
}

fn section(title: &str, changes: &[&Change], paint: &Paint, text: &mut String) {
    if changes.is_empty() {
        return;
    }
    *text += &format!("\n{}\n", paint.ink(Ink::Strong, title));
    for change in changes {
        *text += &line(change, paint);
    }
}

fn line(change: &Change, paint: &Paint) -> String {
    let (sign, ink) = match change.regression {
        Some(severity) => (paint.glyph(Glyph::of(severity)).to_owned(), Ink::of(severity)),
        None if change.is_mended => (change.sign().to_string(), Ink::Good),
        None => (change.sign().to_string(), Ink::Quiet),
    };
    let about = if change.about.is_empty() { String::new() } else { format!(" {}:", bounded(&change.about)) };
    let told = bounded(phrase(change, paint.glyph(Glyph::Arrow)));
    let subject = paint.ink(Ink::Strong, &bounded(&change.subject));
    format!("  {} {subject}{about} {told}\n", paint.ink(ink, &sign)).replace("  \n", "\n")
}
