//! What details are made of: searches as a table, lists, sizes.

use rustc_hash::FxHashSet;
use unicode_width::UnicodeWidthStr;

use crate::export::mechanism;
use crate::image::Name;
use crate::loader::{Probe, Resolution, Verdict};
use crate::scan::Scan;
use crate::tui::scan_index::brief;
use crate::tui::styled_text::{FIELD, Link, Prose, shortened};
use crate::tui::theme::Tone;
use crate::vfs::VPath;
use crate::world::FileId;

/// More entries of one kind than anybody reads; the rest is a number.
pub(super) const MOST: usize = 40;
/// A mechanism's name is no wider than this, nor a place.
const MECHANISM: usize = 34;
const PLACE: usize = 48;

/// The places that a loader tried for a file, in order: by which mechanism, where, and what was there.
pub(super) fn search(scan: &Scan, by: FileId, (probes, resolution): &(Vec<Probe>, Resolution), text: &mut Vec<Prose>) {
    // A place that two steps name is empty both times; once is enough.
    let mut seen = FxHashSet::default();
    let mut is_new = |probe: &&Probe| probe.path.as_ref().is_none_or(|path| seen.insert(path.folded()));
    let probes: Vec<&Probe> = probes.iter().filter(|probe| is_new(probe)).collect();
    let row = |probe: &&Probe| (mechanism(scan, by, probe), place(scan, probe), probe.verdict.phrase());
    let rows: Vec<(String, String, String)> = probes.iter().take(MOST).map(row).collect();
    let width = |cells: &dyn Fn(&(String, String, String)) -> usize, most: usize| {
        rows.iter().map(cells).max().unwrap_or(0).min(most)
    };
    let (first, second) = (width(&|row| row.0.width(), MECHANISM), width(&|row| row.1.width(), PLACE));
    let third = width(&|row| row.2.width(), usize::MAX);
    let table = FIELD + first + 2 + if second > 0 { second + 2 } else { 0 } + third;
    let mut name = "looked in";
    for ((mechanism, place, verdict), probe) in rows.iter().zip(&probes) {
        let tone = match probe.verdict {
            Verdict::Found(_) => Tone::Good,
            Verdict::Refused(_) => Tone::Error,
            Verdict::Skipped(_) | Verdict::Missing => Tone::Dim,
            _ => Tone::Warning,
        };
        let pad = |text: &str, width: usize| format!("{text}{}  ", " ".repeat(width.saturating_sub(text.width())));
        let mut line = Prose::field(name, Tone::Dim, pad(&shortened(mechanism, first), first));
        if second > 0 {
            line = line.then(Tone::Plain, pad(place, second));
        }
        line.hang = (FIELD + first + 2).min(FIELD + MECHANISM);
        line.table = table;
        text.push(line.then(tone, verdict));
        name = "";
    }
    match resolution {
        Resolution::Missing if probes.is_empty() => {
            text.push(Prose::field(name, Tone::Error, "no place: the loader knows none for this name"));
        }
        Resolution::Missing if probes.len() > MOST => {
            text.push(Prose::entry(Tone::Dim, format!("and {} more", probes.len() - MOST)));
        }
        _ => {}
    }
}

/// The folder that was looked in: the name of the file is the same in each.
fn place(scan: &Scan, probe: &Probe) -> String {
    let Some(path) = &probe.path else { return String::new() };
    let path = scan.shown(&path.folded());
    let folder = path.parent().unwrap_or(path);
    brief(&format!("{folder}/")).to_owned()
}

/// A named list; what is beyond [`MOST`] is a number, and never written: thousands need the C library.
pub(super) fn list(
    name: &str,
    rows: impl IntoIterator<Item = (Tone, String, Option<Link>), IntoIter: ExactSizeIterator>,
    text: &mut Vec<Prose>,
) {
    let rows = rows.into_iter();
    let left = rows.len().saturating_sub(MOST);
    let mut name = name;
    for (tone, row, link) in rows.take(MOST) {
        text.push(Prose::field(name, tone, row).to(link));
        name = "";
    }
    if left > 0 {
        text.push(Prose::entry(Tone::Dim, format!("and {left} more")));
    }
}

pub(super) fn shown_file(scan: &Scan, file: FileId) -> String {
    scan.shown(&scan.world.file(file).path).to_string()
}

/// The last part of a file's path.
pub(super) fn shown_name(scan: &Scan, file: FileId) -> String {
    Name::from(scan.world.file(file).path.file_name()).to_string()
}

/// The node of a path that is told, as a way on.
pub(super) fn to_path(scan: &Scan, path: &VPath) -> Option<Link> {
    let whole = scan.target.root.join(path.as_bytes());
    let is_it = |&(node, _): &(crate::graph::NodeId, &crate::graph::Node)| {
        scan.file_of(node).is_some_and(|file| scan.world.file(file).path == whole)
    };
    scan.graph.nodes().find(is_it).map(|(node, _)| Link::Node(node))
}

/// A size as people say it.
pub(in crate::tui) fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1000),
        10_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
