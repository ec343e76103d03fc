//! What articles are made of: searches, lists, sizes.

use rustc_hash::FxHashSet;

use crate::loader::{Probe, Resolution, Verdict};
use crate::scan::Scan;
use crate::tui::prose::Prose;
use crate::tui::theme::Tone;
use crate::world::FileId;

/// More entries of one kind than anybody reads; the rest is a number.
pub(super) const MOST: usize = 40;

/// The places that a loader tried, in order.
pub(super) fn search(scan: &Scan, probes: &[Probe], resolution: &Resolution, text: &mut Vec<Prose>) {
    let mut name = "tried";
    // A place that two steps name is empty both times; once is enough.
    let mut seen = FxHashSet::default();
    let mut is_new = |probe: &&Probe| probe.path.as_ref().is_none_or(|path| seen.insert(path.folded()));
    let probes: Vec<&Probe> = probes.iter().filter(|probe| is_new(probe)).collect();
    for probe in probes.iter().take(MOST) {
        let tone = match probe.verdict {
            Verdict::Found(_) => Tone::Good,
            Verdict::Refused(_) => Tone::Error,
            Verdict::Skipped(_) | Verdict::Missing => Tone::Dim,
            _ => Tone::Warning,
        };
        let step = probe.step.phrase();
        let line = match &probe.path {
            Some(path) => Prose::field(name, Tone::Plain, format!("{} ", scan.shown(&path.folded())))
                .then(tone, format!("→ {}", probe.verdict.phrase()))
                .then(Tone::Dim, format!("  ({step})")),
            None => Prose::field(name, Tone::Dim, format!("{step}: {}", probe.verdict.phrase())),
        };
        text.push(line);
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

/// A named list; what is beyond [`MOST`] is a number, and never written: thousands need the C library.
pub(super) fn list(
    name: &str,
    rows: impl IntoIterator<Item = (Tone, String), IntoIter: ExactSizeIterator>,
    text: &mut Vec<Prose>,
) {
    let rows = rows.into_iter();
    let left = rows.len().saturating_sub(MOST);
    let mut name = name;
    for (tone, row) in rows.take(MOST) {
        text.push(Prose::field(name, tone, row));
        name = "";
    }
    if left > 0 {
        text.push(Prose::entry(Tone::Dim, format!("and {left} more")));
    }
}

pub(super) fn shown_file(scan: &Scan, file: FileId) -> String {
    scan.shown(&scan.world.file(file).path).to_string()
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
