//! The evidence pane's text: what a finding rests on, what a node is and what became of its needs.
//!
//! Written when the choice changes, because the loader's search is replayed for it; drawing only wraps it.

mod environment;
mod finding;
mod incident;
mod mach;
mod node;
mod pe;

pub use environment::{of_environment, system};
pub use finding::{of_finding, sign};
pub use incident::{of_incident, sign_of_incident};
pub(super) use node::size;
pub use node::{of_fold, of_node};

use rustc_hash::FxHashSet;

use super::prose::Prose;
use super::theme::Tone;
use crate::loader::{Probe, Resolution, Verdict};
use crate::scan::Scan;
use crate::world::FileId;

/// More entries of one kind than anybody reads; the rest is a number.
const MOST: usize = 40;

/// The places that a loader tried, in order.
fn search(scan: &Scan, probes: &[Probe], resolution: &Resolution, text: &mut Vec<Prose>) {
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
fn list(
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

fn shown_file(scan: &Scan, file: FileId) -> String {
    scan.shown(&scan.world.file(file).path).to_string()
}
