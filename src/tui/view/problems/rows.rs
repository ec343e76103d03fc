//! The rows of the list: findings of one rule in one package are one row that opens, those of one cause in NumPy as well, and
//! what a finding breaks lies under it.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::diagnose::{Finding, Severity};
use crate::export::count;
use crate::graph::NodeId;
use crate::printable::printable;
use crate::tui::details::{cause, sign};
use crate::tui::model::Model;
use crate::tui::picture::package_around;
use crate::tui::scan_index::{NodeKind, Order, ScanIndex};
use crate::tui::state::ProblemRow;
use crate::tui::theme::Tone;

/// So many findings of one rule in one package are one row: fewer are read as fast as their number.
const FEWEST: usize = 3;
/// No row opens more than this.
const MOST_BELOW: usize = 400;

/// Sorts findings; the scan has them by what they break.
pub(super) fn sort(findings: &mut [usize], scan_index: &ScanIndex, order: Order) {
    match order {
        Order::Name => findings.sort_by_cached_key(|&at| name(scan_index, at).to_lowercase()),
        Order::Kind => findings.sort_by_key(|&at| scan_index.scan.findings[at].rule.id),
        Order::Impact | Order::Size => findings.sort_unstable(),
    }
}

/// The rows that tell of these findings, in their order.
pub(super) fn rows(scan_index: &ScanIndex, shown: &[usize], open: &FxHashSet<(usize, bool)>) -> Vec<ProblemRow> {
    let key = |at: usize| {
        let finding = &scan_index.scan.findings[at];
        let shared = finding.shared_cause();
        (finding.rule.id, finding.severity, shared.is_some(), shared.map_or_else(|| package(scan_index, at), printable))
    };
    let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for &at in shown {
        groups.entry(key(at)).or_default().push(at);
    }
    let mut rows = Vec::new();
    for &at in shown {
        let group = &groups[&key(at)];
        let fewest = if scan_index.scan.findings[at].shared_cause().is_some() { 2 } else { FEWEST };
        match group.len() >= fewest {
            true if group[0] != at => {}
            true => {
                let is_open = open.contains(&(at, true));
                // What they all miss, else the package.
                let missing =
                    || group.iter().filter_map(|&at| scan_index.node_of(at)).find(|&node| scan_index.is_missing(node));
                let shared = scan_index.scan.findings[at].shared_cause().and_then(|_| missing());
                let node = shared.or_else(|| scan_index.node_of(at).map(|node| package_around(scan_index, node)));
                let (findings, is_open_now) = (group.clone(), Some(is_open));
                let breaks = breaks(scan_index, group);
                rows.push(ProblemRow { findings, node, breaks, is_open: is_open_now, ..ProblemRow::default() });
                if is_open {
                    group.iter().take(MOST_BELOW).for_each(|&at| add(scan_index, at, 1, open, &mut rows));
                }
            }
            false => add(scan_index, at, 0, open, &mut rows),
        }
    }
    rows
}

/// The row of one finding; where it is open, what it breaks below.
fn add(scan_index: &ScanIndex, at: usize, depth: usize, open: &FxHashSet<(usize, bool)>, rows: &mut Vec<ProblemRow>) {
    let finding = &scan_index.scan.findings[at];
    let has_below = finding.broken.len() > 1;
    let is_open = has_below && open.contains(&(at, false));
    let node = scan_index.node_of(at);
    rows.push(ProblemRow {
        findings: vec![at],
        node,
        breaks: finding.breaks,
        depth,
        is_open: has_below.then_some(is_open),
        ..ProblemRow::default()
    });
    if is_open {
        for name in finding.broken_packages_first().into_iter().take(MOST_BELOW) {
            let node = scan_index.node_of_module(name);
            let consequence = Some(name.clone());
            let breaks = finding.breaks;
            rows.push(ProblemRow { findings: vec![at], consequence, node, breaks, depth: depth + 1, is_open: None });
        }
    }
}

/// The package that a finding is about: that of its node, else of its file.
pub(super) fn package(scan_index: &ScanIndex, at: usize) -> String {
    let owner = |node: NodeId| {
        let entry = scan_index.entry(node);
        if entry.kind == NodeKind::Distribution { entry.label.clone() } else { entry.owner.clone() }
    };
    let nodes = scan_index.node_of(at).into_iter().chain(scan_index.places(at).iter().copied());
    nodes.map(owner).find(|owner| !owner.is_empty()).unwrap_or_default()
}

/// What a row says.
pub(super) struct Told {
    pub tone: Tone,
    pub sign: &'static str,
    pub package: String,
    /// What fails.
    pub what: String,
    /// Because of what.
    pub because: String,
    /// How many imports.
    pub breaks: usize,
    pub depth: usize,
    pub is_open: Option<bool>,
    /// The scan before did not have it.
    pub is_fresh: bool,
}

impl Told {
    pub(super) fn indent(&self) -> usize {
        self.depth * 2
    }

    /// `↑254`, and whether it opens.
    pub(super) fn end(&self) -> String {
        let breaks = if self.breaks > 0 && self.depth == 0 { format!(" ↑{}", self.breaks) } else { String::new() };
        match self.is_open {
            None => breaks,
            Some(true) => breaks + " ▼",
            Some(false) => breaks + " ►",
        }
    }
}

pub(super) fn told(model: &Model, scan_index: &ScanIndex, row: &ProblemRow) -> Told {
    let at = row.findings[0];
    let finding = &scan_index.scan.findings[at];
    let (tone, sign) = sign(finding);
    let is_fresh = row.consequence.is_none() && row.findings.iter().any(|at| model.findings.fresh.contains(at));
    let mut told = Told {
        tone,
        sign,
        package: package(scan_index, at),
        what: String::new(),
        because: cause(scan_index, at),
        breaks: row.breaks,
        depth: row.depth,
        is_open: row.is_open,
        is_fresh,
    };
    if let Some(name) = &row.consequence {
        (told.tone, told.sign, told.package) = (Tone::Affected, "↓", printable(name));
        let failure = scan_index.scan.outcomes.of(name).and_then(|outcome| outcome.failure.as_ref());
        let way = failure.map_or_else(String::new, |failure| printable(&failure.because.join(" → ")));
        (told.what, told.because, told.breaks) = ("import fails".to_owned(), way, 0);
        return told;
    }
    let is_missing = || scan_index.node_of(at).is_some_and(|node| scan_index.is_missing(node));
    match row.findings.len() {
        1 => told.what = what_fails(scan_index, at, &told.package),
        many if finding.shared_cause().is_some() => {
            told.package = "numpy".to_owned();
            told.what = format!("{} fail", count(many, "package"));
            told.because = match row.node.filter(|&node| scan_index.is_missing(node)) {
                Some(node) => format!("{} not found", scan_index.entry(node).label),
                None => finding.rule.title.to_owned(),
            };
        }
        many if is_missing() => {
            told.what = if told.breaks > 0 { "imports fail".to_owned() } else { String::new() };
            told.because = format!("{many} libraries not found");
        }
        many => (told.what, told.because) = (count(many, "file"), finding.rule.title.to_owned()),
    }
    if told.package.is_empty() {
        told.package = name(scan_index, at);
    }
    if is_fresh {
        told.package = format!("new: {}", told.package);
    }
    told
}

/// How many imports findings break; one that several break counts once.
fn breaks(scan_index: &ScanIndex, findings: &[usize]) -> usize {
    let findings = || findings.iter().map(|&at| &scan_index.scan.findings[at]);
    let unnamed: usize = findings().filter(|finding| finding.broken.is_empty()).map(|finding| finding.breaks).sum();
    let most = findings().map(|finding| finding.breaks).max().unwrap_or(0);
    if findings().count() < 2 {
        return most;
    }
    // Packages are named beside their modules.
    let is_module = |node: NodeId| scan_index.entry(node).kind == NodeKind::Module;
    let named = findings().flat_map(|finding| &finding.broken);
    let named: FxHashSet<NodeId> =
        named.filter_map(|name| scan_index.node_of_module(name)).filter(|&it| is_module(it)).collect();
    (named.len() + unnamed).max(most)
}

/// `import fails` where the package itself cannot be imported, else which or how many of its modules; of what breaks
/// nothing, which file.
fn what_fails(scan_index: &ScanIndex, at: usize, package: &str) -> String {
    let finding = &scan_index.scan.findings[at];
    if finding.severity != Severity::Error {
        let name = name(scan_index, at);
        let is_told =
            scan_index.node_of(at).is_some_and(|node| scan_index.entry(node).kind.is_missing()) || name == package;
        return if is_told { String::new() } else { name };
    }
    let own: Vec<&String> = finding.broken.iter().filter(|name| is_of(scan_index, name, package)).collect();
    match &own[..] {
        _ if own.iter().any(|name| !name.contains('.')) => "import fails".to_owned(),
        [] if finding.breaks > 0 => single(scan_index, finding),
        [] => name(scan_index, at),
        [name] => format!("import {} fails", printable(name)),
        many => format!("{} modules fail", many.len()),
    }
}

fn single(scan_index: &ScanIndex, finding: &Finding) -> String {
    let module = finding.imports.iter().find_map(|&import| scan_index.scan.imports.get(import)?.module());
    match (finding.breaks, module) {
        (1, Some(module)) => format!("import {} fails", printable(module)),
        (1, None) => "import fails".to_owned(),
        (many, _) => format!("{many} imports fail"),
    }
}

fn is_of(scan_index: &ScanIndex, module: &str, package: &str) -> bool {
    scan_index.node_of_module(module).is_some_and(|node| {
        let entry = scan_index.entry(node);
        entry.owner == package || entry.label == package
    })
}

/// What a finding is about, in a word: its node, which is where Enter leads; else its subject or its file.
fn name(scan_index: &ScanIndex, at: usize) -> String {
    let finding = &scan_index.scan.findings[at];
    match scan_index.node_of(at) {
        Some(node) => scan_index.entry(node).short().to_owned(),
        None if finding.subject.is_empty() => printable(&String::from_utf8_lossy(finding.file.file_name())),
        None => printable(&finding.subject),
    }
}
