//! How items are written: glyph, name, sign, and whose they are.

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_width::UnicodeWidthStr;

use super::names::{self, distinct};
use super::overview;
use super::scope::{Scope, distribution};
use crate::graph::NodeId;
use crate::graph::sketch::{Fold, Item, Sketch};
use crate::tui::scan_index::{NodeEntry, NodeKind, ScanIndex, sign};
use crate::tui::theme::Tone;

/// How an item is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub tone: Tone,
    pub glyph: &'static str,
    pub text: String,
    pub sign: &'static str,
    /// Said on the side: the package, where it is another than the picture's.
    pub owner: String,
}

impl Label {
    pub(super) fn width(&self) -> u16 {
        let owner = if self.owner.is_empty() { 0 } else { self.owner.width() + 1 };
        (self.glyph.width() + 1 + self.text.width() + self.sign.width() + owner).min(72) as u16
    }
}

/// How the items of a picture are written. The more terse, the fewer letters: first the hash of a repair tool goes, then
/// minor versions; what would be called the same has its folder before it.
pub(super) fn labels(
    scan_index: &ScanIndex,
    sketch: &Sketch,
    (scope, center): (Scope, NodeId),
    terse: usize,
) -> Vec<Label> {
    let loops: FxHashSet<usize> = sketch.cycles().into_iter().flatten().collect();
    let name = |item: &Item| match item.fold {
        // Its distribution mostly has the same name.
        Fold::No if scan_index.entry(item.node()).is_package() => {
            format!("import {}", scan_index.entry(item.node()).label)
        }
        Fold::No => names::terse(scan_index.entry(item.node()).short(), terse).into_owned(),
        _ => String::new(),
    };
    let names: Vec<String> = sketch.items.iter().map(name).collect();
    let texts = distinct(scan_index, sketch, names, terse);
    let own = match scan_index.entry(center).kind {
        NodeKind::Distribution => scan_index.entry(center).label.as_str(),
        _ => scan_index.entry(center).owner.as_str(),
    };
    let owner = |item: &Item| {
        let owner = scan_index.entry(item.node()).owner.as_str();
        let is_told = item.fold == Fold::No && !matches!(scope, Scope::Overview | Scope::Numpy) && owner != own;
        if is_told { owner.to_owned() } else { String::new() }
    };
    let items = sketch.items.iter().zip(&texts).enumerate();
    let mut labels: Vec<Label> = items
        .map(|(at, (item, text))| Label { owner: owner(item), ..label(scan_index, item, text, loops.contains(&at)) })
        .collect();
    name_first(scan_index, sketch, &mut labels, terse);
    labels
}

/// Of folded items that are called the same, each is called by its first node: `_core and 2 more`; where that is not
/// enough, by its path.
fn name_first(scan_index: &ScanIndex, sketch: &Sketch, labels: &mut [Label], terse: usize) {
    for is_path in [false, true] {
        let mut counts: FxHashMap<String, usize> = FxHashMap::default();
        labels.iter().for_each(|label| *counts.entry(label.text.clone()).or_default() += 1);
        for (item, label) in sketch.items.iter().zip(&mut *labels) {
            if counts[&label.text] > 1 && !matches!(item.fold, Fold::No | Fold::Package) && item.nodes.len() > 1 {
                let entry = scan_index.entry(item.node());
                let first = if is_path { entry.with_folder().into() } else { names::terse(entry.short(), terse) };
                label.text = format!("{first} and {} more", item.nodes.len() - 1);
            }
        }
    }
}

fn label(scan_index: &ScanIndex, item: &Item, short: &str, is_loop: bool) -> Label {
    let entry = scan_index.entry(item.node());
    let tone = scan_index.mark(item.node()).0;
    let is_any = |is: fn(&NodeEntry) -> bool| item.nodes.iter().any(|&node| is(scan_index.entry(node)));
    let (is_own, is_consequence) = (is_any(|entry| entry.is_broken), is_any(|entry| entry.because.is_some()));
    let sign = match item.nodes.len() {
        1 => entry.sign(),
        _ => sign(is_own, is_consequence, is_any(|entry| entry.nonstandard.is_some())),
    };
    let tone = match item.nodes.len() {
        2.. if is_own => Tone::Error,
        2.. if is_consequence => Tone::Affected,
        _ => tone,
    };
    let count = item.nodes.len();
    let text = match item.fold {
        Fold::No => short.to_owned(),
        Fold::Rest if entry.kind == NodeKind::Distribution && sign.is_empty() => {
            let is_any_noted = item.nodes.iter().any(|&node| overview::is_noted(scan_index, node));
            format!("{count} packages without {}", if is_any_noted { "errors" } else { "problems" })
        }
        Fold::Rest if entry.kind == NodeKind::Distribution => format!("{count} more packages"),
        Fold::Rest => format!("{count} more"),
        Fold::Folder if entry.kind == NodeKind::Python => format!("{count} {}", entry.kind.many()),
        Fold::Package => {
            // Of another package, only the files that are next to this one may be there.
            let package = distribution(scan_index, item.node()).unwrap_or(item.node());
            let name = &scan_index.entry(package).label;
            match scan_index.scan.graph.contents(package).len() {
                0 => name.clone(),
                files => format!("{name} {files}"),
            }
        }
        Fold::Folder => format!("{} {count}", names::folder(entry)),
        Fold::System => format!("{count} system libraries"),
        Fold::Cycle => format!("{count} in a loop"),
        Fold::Twins => {
            let owner = if entry.owner.is_empty() { String::new() } else { format!("{} ", entry.owner) };
            format!("{count} {owner}{}", entry.kind.many())
        }
    };
    let text = if is_loop { format!("{text} ↔") } else { text };
    let glyph = match item.fold {
        Fold::No => scan_index.mark(item.node()).1,
        Fold::Rest => "+",
        Fold::Package => NodeKind::Distribution.glyph(),
        Fold::Cycle => "↔",
        Fold::System | Fold::Twins | Fold::Folder => "≡",
    };
    let tone = if item.fold == Fold::Rest && sign.is_empty() { Tone::Dim } else { tone };
    Label { tone, glyph, text, sign, owner: String::new() }
}
