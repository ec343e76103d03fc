//! What boxes and lines of a picture mean: only what occurs in it.

use unicode_width::UnicodeWidthStr;

use super::WIDE;
use crate::export::part::{Drawn, DrawnLinkKind, Mark, Part, State};

/// The height of a line of the legend, and how wide its samples are; in pixels.
const HIGH: f32 = 22.0;
const SAMPLE: f32 = 26.0;

/// The classes of a box, and what it says.
type BoxEntry = (&'static str, &'static str, fn(&Drawn) -> bool);

const BOXES: [BoxEntry; 11] = [
    ("module fine", "module", |it| it.sort == "module" && it.state != State::Bad),
    ("library fine", "library", |it| it.sort == "library" && it.state != State::Bad),
    ("program fine", "program", |it| it.sort == "program" && it.state != State::Bad),
    ("python fine", "Python module", |it| it.sort == "python" && it.state != State::Bad),
    ("system fine", "system library", |it| matches!(it.sort, "system" | "builtin")),
    ("fold fine", "several, drawn as one", |it| it.sort == "fold"),
    ("missing error", "not found", |it| it.sort == "missing" && it.state == State::Bad),
    ("library error", "broken", |it| it.sort != "missing" && (it.state == State::Bad || it.mark == Mark::Broken)),
    ("library affected", "fails because of another", |it| it.mark == Mark::Affected),
    ("library warning", "warning", |it| it.state == State::Warned),
    ("missing absent", "not on the search path, not missed", |it| it.state == State::Absent),
];

const LINES: [(DrawnLinkKind, &str); 5] = [
    (DrawnLinkKind::Needs, "needs"),
    (DrawnLinkKind::May, "may need"),
    (DrawnLinkKind::Numpy, "uses NumPy's C API"),
    (DrawnLinkKind::Import, "imports"),
    (DrawnLinkKind::MayImport, "may import"),
];

/// The legend from a place on, no further right than `right`; and where it ends below.
pub(super) fn legend(part: &Part, (left, top): (f32, f32), right: f32) -> (String, f32) {
    let mut entries: Vec<(String, &str)> = Vec::new();
    let sample =
        |class: &str| format!("<g class=\"{class}\"><rect x=\"0\" y=\"-7\" width=\"20\" height=\"14\" rx=\"3\"/></g>");
    let boxes = BOXES.iter().filter(|(_, _, is)| part.items.iter().any(is));
    entries.extend(boxes.map(|(class, word, _)| (sample(class), *word)));
    let line = |class: &str| format!("<path class=\"{class}\" d=\"M0 0H22\"/>");
    let is_there = |kind: DrawnLinkKind| part.links.iter().any(|bond| bond.kind == kind);
    for (kind, word) in LINES.iter().filter(|(kind, _)| is_there(*kind)) {
        let class = if *kind == DrawnLinkKind::Needs { "" } else { kind.word() };
        entries.push((line(class), word));
    }
    if !part.red.is_empty() {
        entries.push((line("error"), "fails"));
    }
    let (mut x, mut y) = (left, top + HIGH / 2.0);
    let mut text = String::from("<g class=\"legend\">\n");
    for (sample, word) in entries {
        let wide = SAMPLE + word.width() as f32 * WIDE + 18.0;
        if x + wide > right && x > left {
            (x, y) = (left, y + HIGH);
        }
        text += &format!(
            "<g transform=\"translate({x:.1} {y:.1})\">{sample}<text class=\"q\" x=\"{SAMPLE}\" y=\"4\">{}</text></g>\n",
            super::xml(word)
        );
        x += wide;
    }
    (text + "</g>\n", y + HIGH / 2.0)
}
