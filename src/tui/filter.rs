//! What a person has left out of lists and trees.

use super::scan_index::{NodeKind, ScanIndex};
use crate::diagnose::Severity;
use crate::graph::NodeId;
use crate::image::Format;

/// What is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Show system libraries with which nothing is wrong.
    pub system: bool,
    /// In the tree, only what has findings at it or below it.
    pub broken: bool,
    /// Only findings of at least this severity.
    pub severity: Option<Severity>,
    /// Only nodes of this kind.
    pub kind: Option<NodeKind>,
    /// Only the nodes of this distribution.
    pub package: Option<String>,
    /// Only files of this format.
    pub format: Option<Format>,
}

impl Filter {
    /// Is this node shown, as far as its kind, package and format go?
    pub fn admits(&self, scan_index: &ScanIndex, node: NodeId) -> bool {
        let entry = scan_index.entry(node);
        let is_kind = self.kind.is_none_or(|kind| entry.kind == kind);
        let is_package = self.package.as_ref().is_none_or(|package| entry.owner == *package || entry.label == *package);
        is_kind && is_package && self.format.is_none_or(|format| scan_index.format_of(node) == Some(format))
    }

    /// Is this finding shown? One that is about no node has neither kind nor package.
    pub fn admits_finding(&self, scan_index: &ScanIndex, at: usize) -> bool {
        let finding = &scan_index.scan.findings[at];
        let narrows = self.kind.is_some() || self.package.is_some() || self.format.is_some();
        self.severity.is_none_or(|least| finding.severity >= least)
            && (!narrows || scan_index.places(at).iter().any(|&node| self.admits(scan_index, node)))
    }

    /// What of it is not as at the start, in words.
    pub fn told(&self) -> Vec<String> {
        let severity = self.severity.map(|severity| format!("{}s", severity.word()));
        let kind = self.kind.map(|kind| kind.many().to_owned());
        let format = self.format.map(|format| format.to_string());
        let broken = self.broken.then(|| "what has findings".to_owned());
        let told: Vec<String> = [severity, kind, self.package.clone(), format, broken].into_iter().flatten().collect();
        if told.is_empty() { told } else { vec![format!("only {}", told.join(", "))] }
    }
}
