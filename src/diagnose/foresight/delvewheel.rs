//! delvewheel: which DLLs it will not find, and which it will refuse.
//!
//! As delvewheel 1.13 looks (`_wheel_repair.py`): on `PATH` and in the folders that it is told, never in the wheel unless it
//! is told to (`--analyze-existing`, `--add-path`); what every Windows has, and Python's own DLLs, are not looked for.

use std::collections::BTreeSet;

use super::Complaint;
use crate::diagnose::{Facts, Severity};
use crate::image::Format;
use crate::vfs::VPath;

pub(super) fn complaints(facts: &Facts) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (node, file, _, _) in facts.files() {
        let content = facts.scan.world.file(file);
        if content.image.as_ref().is_none_or(|image| image.format != Format::Pe) {
            continue;
        }
        let mut told = BTreeSet::new();
        for (_, edge) in facts.scan.graph.needs(node) {
            let name = edge.name.to_string();
            let is_there = edge.resolution.is_met() || is_in_wheel(facts, &edge.name);
            if is_there || !edge.kind.is_binding() || !told.insert(name.to_lowercase()) {
                continue;
            }
            let path = facts.path(file);
            let words = format!("Unable to find library: {name}");
            let message = format!(
                "delvewheel stops at {path}: it finds {name} neither on PATH nor in a folder that it was given"
            );
            let complaint = Complaint::new(Severity::Error, file, &name, message).printing(words);
            let command = format!("delvewheel repair --add-path FOLDER_OF_{name}");
            let mend =
                "lead delvewheel to the folder of the DLL; or, where the user's system has it, exclude it (--exclude)";
            complaints.push(complaint.mended_by(mend, Some(command)));
        }
    }
    complaints
}

/// Does the wheel bring a DLL of that name, whatever its case?
fn is_in_wheel(facts: &Facts, name: &[u8]) -> bool {
    let is_it = |path: &VPath| path.file_name().eq_ignore_ascii_case(name);
    facts.scan.items.iter().any(|item| item.found.is_ok() && is_it(&item.path))
}
