//! One JSON object a need: what each file of the environment asks for, and what it gets.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::{Format, Options};
use crate::graph::{Node, NodeId};
use crate::scan::Scan;
use crate::vfs::VPath;

/// `--format jsonl`.
pub const JSONL: Format =
    Format { name: "jsonl", about: "one line of JSON for each need of each file", judges: false, write };

/// The mirror of a need. Its fields and their order are fixed.
#[derive(Serialize)]
struct Row<'a> {
    file: &'a str,
    need: String,
    kind: &'static str,
    status: &'static str,
    path: Option<String>,
    step: &'static str,
}

fn write(scan: &Scan, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Vec::with_capacity(1 << 20);
    for (path, node) in names(scan) {
        let file = path.to_string();
        for row in rows(scan, &file, node) {
            serde_json::to_writer(&mut lines, &row)?;
            lines.push(b'\n');
        }
    }
    out.write_all(&lines)
}

/// Every name under which a file of the environment is known, as it is shown: its own, and those of links to it.
fn names(scan: &Scan) -> BTreeMap<VPath, NodeId> {
    let mut names = BTreeMap::new();
    for (node, what) in scan.graph.nodes() {
        if let Node::File { file, .. } = what {
            names.insert(scan.shown(&scan.world.file(*file).path), node);
        }
    }
    for item in scan.items.iter().filter(|item| item.is_link) {
        let node = item.found.as_ref().ok().and_then(|&file| scan.graph.file(file));
        if let Some(node) = node {
            names.entry(scan.shown(&item.path)).or_insert(node);
        }
    }
    names
}

/// One row a need: where imports met it differently, as most of them did.
fn rows<'a>(scan: &Scan, file: &'a str, node: NodeId) -> Vec<Row<'a>> {
    let mut needs = scan.graph.needs(node);
    needs.dedup_by_key(|(_, edge)| edge.need);
    let row = |(_, edge): (NodeId, &crate::graph::NeedEdge)| Row {
        file,
        need: edge.name.to_string(),
        kind: edge.kind.word(),
        status: edge.resolution.word(),
        path: edge.resolution.file().map(|file| scan.shown(&scan.world.file(file).path).to_string()),
        step: edge.resolution.step().word(),
    };
    needs.into_iter().map(row).collect()
}
