//! Other files of the same library: each package may bring its own, and a process may come to have several.

use super::parts::list;
use crate::export::count;
use crate::graph::NodeId;
use crate::tui::picture::family;
use crate::tui::scan_index::{NodeKind, ScanIndex};
use crate::tui::styled_text::{Link, Prose};
use crate::tui::theme::Tone;
use crate::world::FileId;

/// The other copies of a library, and how many imports load one of them beside this one.
pub(super) fn copies(scan_index: &ScanIndex, node: NodeId, text: &mut Vec<Prose>) {
    let is_library = |node: NodeId| matches!(scan_index.entry(node).kind, NodeKind::Library | NodeKind::System);
    let Some(file) = scan_index.scan.file_of(node).filter(|_| is_library(node)) else { return };
    let own = family(&scan_index.entry(node).label);
    let others = scan_index.entries().filter(|(other, entry)| {
        *other != node && matches!(entry.kind, NodeKind::Library | NodeKind::System) && family(&entry.label) == own
    });
    let copies: Vec<(NodeId, FileId)> =
        others.filter_map(|(other, _)| Some((other, scan_index.scan.file_of(other)?))).collect();
    if copies.is_empty() {
        return;
    }
    let rows = copies.iter().map(|&(other, copy)| {
        let together = scan_index.scan.imports.iter().filter(|import| {
            let loads = &import.loads.loads;
            loads.contains(&file) && loads.contains(&copy)
        });
        let (tone, how) = match together.count() {
            0 => (Tone::Plain, "  in no process with this one".to_owned()),
            imports => (Tone::Warning, format!("  in one process with this one in {}", count(imports, "import"))),
        };
        let entry = scan_index.entry(other);
        (tone, format!("{}{}{how}", entry.brief, entry.sign()), Some(Link::Node(other)))
    });
    list(&format!("copies {}", copies.len() + 1), rows, text);
}
