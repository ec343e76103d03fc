//! One JSON object a need: what each file of the environment asks for, and what it gets.

use std::collections::BTreeMap;
use std::io::{self, Write};

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::{Format, Options};
use crate::graph::{NeedEdge, Node, NodeId};
use crate::json;
use crate::scan::Scan;
use crate::vfs::VPath;
use crate::world::FileId;

/// `--format jsonl`.
pub const JSONL: Format = Format {
    name: "jsonl",
    about: "one line of JSON for each need of each file",
    endings: &[".jsonl", ".ndjson"],
    judges: false,
    draws: None,
    write,
};

/// The mirror of a need. Its fields and their order are fixed.
#[derive(Serialize)]
struct NeedRow<'a> {
    file: &'a str,
    need: &'a str,
    kind: &'static str,
    status: &'static str,
    path: Option<&'a str>,
    step: &'static str,
}

fn write(scan: &Scan, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Vec::with_capacity(1 << 20);
    // Most needs lead to a few files: each is put into words once.
    let mut paths = FxHashMap::<FileId, String>::default();
    for (path, node) in names(scan) {
        let file = path.text();
        for edge in needs(scan, node) {
            let target = edge.resolution.file();
            let shown = |file: FileId| scan.shown(&scan.world.file(file).path).to_string();
            let row = NeedRow {
                file: &file,
                need: &edge.name.text(),
                kind: edge.kind.word(),
                status: edge.resolution.word(),
                path: target.map(|file| paths.entry(file).or_insert_with(|| shown(file)).as_str()),
                step: edge.resolution.step().word(),
            };
            json::compact(&mut lines, &row)?;
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

/// The needs of a file: where imports met one differently, as most of them did.
fn needs(scan: &Scan, node: NodeId) -> impl Iterator<Item = &NeedEdge> {
    let mut needs = scan.graph.needs(node);
    needs.dedup_by_key(|(_, edge)| edge.need);
    needs.into_iter().map(|(_, edge)| edge)
}
