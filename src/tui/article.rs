//! The evidence pane's text: what a finding rests on, what a node is and what became of its needs.
//!
//! Written when the choice changes, because the loader's search is replayed for it; drawing only wraps it.

use super::atlas::{Atlas, Sort, brief};
use super::prose::Prose;
use super::theme::Tone;
use rustc_hash::FxHashSet;

use crate::diagnose::{Evidence, Finding, Severity};
use crate::graph::NodeId;
use crate::resolve::{Probe, Resolution, Verdict};
use crate::scan::{ImportKind, Scan};
use crate::world::FileId;

/// More entries of one kind than anybody reads; the rest is a number.
const MOST: usize = 40;

/// A severity's sign.
pub fn sign(severity: Severity) -> (Tone, &'static str) {
    match severity {
        Severity::Error => (Tone::Error, "✗"),
        Severity::Warning => (Tone::Warning, "!"),
        Severity::Info => (Tone::Dim, "·"),
    }
}

/// Everything about a finding: what is wrong and what mends it first, then what it rests on.
pub fn of_finding(atlas: &Atlas, finding: &Finding) -> Vec<Prose> {
    let mut text = verdict(finding);
    text.push(Prose::default());
    for evidence in finding.evidence.iter().take(MOST) {
        proof(&atlas.scan, evidence, &mut text);
    }
    if finding.files.len() > 1 {
        let files = finding.files.iter().map(|file| (Tone::Plain, brief(&file.to_string()).to_owned()));
        list(&format!("{} files", finding.files.len()), files.collect(), &mut text);
    }
    if !finding.rule.why.is_empty() {
        text.push(Prose::default());
        text.push(Prose::field("because", Tone::Dim, finding.rule.why));
    }
    text
}

/// The finding itself, with its remedy.
fn verdict(finding: &Finding) -> Vec<Prose> {
    let (tone, sign) = sign(finding.severity);
    let mut head = Prose::of(tone, format!("{sign} {}: {}", finding.severity.word(), finding.rule.title));
    if finding.breaks > 0 {
        let plural = if finding.breaks == 1 { "" } else { "s" };
        head = head.then(Tone::Plain, format!("   breaks {} import{plural}", finding.breaks));
    }
    let mut text = vec![head, Prose::of(Tone::Strong, &finding.message)];
    let remedy = if finding.remedy.text.is_empty() { finding.rule.remedy } else { &finding.remedy.text };
    if !remedy.is_empty() {
        text.push(Prose::field("remedy", Tone::Good, remedy));
    }
    if let Some(command) = &finding.remedy.command {
        text.push(Prose::field("type", Tone::Key, command));
    }
    text
}

fn proof(scan: &Scan, evidence: &Evidence, text: &mut Vec<Prose>) {
    match evidence {
        Evidence::Need { file, need, import } => {
            text.push(Prose::field("needed by", Tone::Plain, brief(&shown_file(scan, *file))));
            if let Some((name, sentence)) = scan.imports.get(*import).and_then(|import| of_import(&import.kind)) {
                text.push(Prose::field(name, Tone::Plain, sentence));
            }
            if let Some((probes, resolution)) = scan.explain_in(*import, *file, *need) {
                search(scan, &probes, &resolution, text);
            }
        }
        Evidence::File { path, what } => {
            text.push(
                Prose::field("see", Tone::Plain, scan.shown(path).to_string()).then(Tone::Dim, format!("  {what}")),
            );
        }
        Evidence::Line { path, number, text: line } => {
            text.push(Prose::field("see", Tone::Plain, format!("{}:{number}", scan.shown(path))));
            text.push(Prose::entry(Tone::Dim, line.trim()));
        }
        Evidence::Header { name, value } => text.push(Prose::field(name, Tone::Plain, value.to_string())),
    }
}

fn of_import(kind: &ImportKind) -> Option<(&'static str, String)> {
    match kind {
        ImportKind::Module(name) => Some(("in", format!("import {name}"))),
        ImportKind::Interpreter => Some(("in", "the interpreter's own start".into())),
        ImportKind::Program | ImportKind::Alone => None,
    }
}

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

/// The environment as a whole: what was looked at, and for whom.
pub fn of_environment(atlas: &Atlas) -> Vec<Prose> {
    let (scan, target) = (&atlas.scan, &atlas.scan.target);
    let mut text =
        vec![Prose::of(Tone::Strong, target.root.to_string()).then(Tone::Dim, format!("  {}", target.kind.word()))];
    if let Some(because) = &target.because {
        text.push(Prose::field("chosen by", Tone::Plain, because));
    }
    if let Some(python) = &scan.world.host.python {
        text.push(Prose::field("python", Tone::Plain, python.version_text()));
        if let Some(executable) = &python.executable {
            text.push(Prose::entry(Tone::Plain, executable.to_string()));
        }
    }
    let arch = scan.world.host.arch.map_or_else(String::new, |arch| format!(", {arch}"));
    text.push(Prose::field("system", Tone::Plain, format!("{}{arch}", scan.world.host.system.word())));
    let counts = format!("{} modules, {} libraries", scan.modules(), atlas.libraries);
    text.push(Prose::field("has", Tone::Plain, counts));
    if let Some(path) = &scan.world.host.library_path {
        text.push(Prose::field("with", Tone::Plain, format!("LD_LIBRARY_PATH={path}")));
    }
    let findings = scan
        .findings
        .iter()
        .map(|finding| (sign(finding.severity).0, format!("{} {}", sign(finding.severity).1, finding.message)));
    list("findings", findings.collect(), &mut text);
    text
}

/// Everything about a node; `via` is the file by whose need one came to it.
pub fn of_node(atlas: &Atlas, node: NodeId, via: Option<NodeId>) -> Vec<Prose> {
    let entry = atlas.entry(node);
    let (tone, glyph) = atlas.mark(node);
    let mut head = Prose::of(tone, format!("{glyph} ")).then(Tone::Strong, &entry.label);
    head = head.then(Tone::Dim, format!("  {}", entry.sort.word()));
    for (tone, badge) in entry.badge.pieces() {
        head = head.then(Tone::Plain, "  ").then(tone, badge);
    }
    let mut text = vec![head];
    for &finding in atlas.findings(node).iter().take(MOST) {
        text.extend(verdict(&atlas.scan.findings[finding]));
    }
    match entry.sort {
        Sort::Distribution => distribution(atlas, node, &mut text),
        _ => file(&atlas.scan, node, &mut text),
    }
    let asking = via.or_else(|| {
        let is_missing = matches!(entry.sort, Sort::Missing | Sort::Absent);
        is_missing.then(|| atlas.scan.graph.dependents(node).first().map(|&(file, _)| file)).flatten()
    });
    if let Some(asking) = asking {
        asked(&atlas.scan, asking, node, &mut text);
    }
    needs(atlas, node, &mut text);
    dependents(atlas, node, &mut text);
    text
}

fn distribution(atlas: &Atlas, node: NodeId, text: &mut Vec<Prose>) {
    let crate::graph::Node::Distribution(id) = atlas.scan.graph.node(node) else { return };
    let distribution = atlas.scan.distributions.get(*id);
    let told = [
        ("version", distribution.version.clone()),
        ("installed", distribution.installer.clone()),
        ("editable", distribution.editable.as_ref().map(ToString::to_string).unwrap_or_default()),
    ];
    for (name, value) in told.into_iter().filter(|(_, value)| !value.is_empty()) {
        text.push(Prose::field(name, Tone::Plain, value));
    }
    let files = atlas.scan.graph.contents(node);
    let rows = files.iter().map(|&file| {
        let tone = if atlas.entry(file).badge.is_clean() { Tone::Plain } else { Tone::Error };
        (tone, format!("{} {}", atlas.mark(file).1, atlas.entry(file).brief))
    });
    list(&format!("{} file{}", files.len(), if files.len() == 1 { "" } else { "s" }), rows.collect(), text);
}

/// What the file says of itself.
fn file(scan: &Scan, node: NodeId, text: &mut Vec<Prose>) {
    let Some(id) = scan.file_of(node) else { return };
    let file = scan.world.file(id);
    text.push(Prose::field("file", Tone::Plain, shown_file(scan, id)));
    if let crate::graph::Node::File { role, owner, .. } = scan.graph.node(node) {
        let owner = scan.distributions.get(*owner);
        text.push(Prose::field("belongs to", Tone::Plain, format!("{} {}", owner.name, owner.version)));
        if let crate::discover::Role::Module(name) = role {
            text.push(Prose::field("module", Tone::Plain, name));
        }
    }
    if let Some(problem) = &file.problem {
        text.push(Prose::field("broken", Tone::Error, problem.to_string()));
    }
    let Some(image) = &file.image else { return };
    text.push(Prose::field("format", Tone::Plain, format!("{} {}, {}", image.format, image.arch, size(file.len))));
    let told = [
        ("soname", &image.identity),
        ("rpath", &image.rpath),
        ("runpath", &image.runpath),
        ("loader", &image.interpreter),
    ];
    for (name, value) in told {
        if let Some(value) = value {
            text.push(Prose::field(name, Tone::Plain, value.to_string()));
        }
    }
}

/// How one file's need of a node was answered.
fn asked(scan: &Scan, by: NodeId, node: NodeId, text: &mut Vec<Prose>) {
    let Some(file) = scan.file_of(by) else { return };
    let Some((_, edge)) = scan.graph.needs(by).into_iter().find(|&(target, _)| target == node) else { return };
    text.push(Prose::field("needed by", Tone::Plain, brief(&shown_file(scan, file))));
    if edge.name.to_string() != scan.label(node) {
        text.push(Prose::field("as", Tone::Plain, edge.name.to_string()));
    }
    if let Some((probes, resolution)) = scan.explain_in(edge.first, file, edge.need) {
        if probes.is_empty() && resolution.is_met() {
            text.push(Prose::field("found", Tone::Good, resolution.step().phrase()));
        } else {
            search(scan, &probes, &resolution, text);
        }
    }
}

fn needs(atlas: &Atlas, node: NodeId, text: &mut Vec<Prose>) {
    let scan = &atlas.scan;
    let needs = scan.graph.needs(node);
    if needs.is_empty() {
        return;
    }
    let rows = needs.iter().map(|(target, edge)| {
        let found =
            edge.resolution.file().map_or_else(String::new, |file| format!(" {}", brief(&shown_file(scan, file))));
        match &edge.resolution {
            Resolution::Missing => {
                let (tone, glyph) = atlas.mark(*target);
                (tone, format!("{glyph} {} → {}", edge.name, atlas.entry(*target).sort.word()))
            }
            Resolution::Refused { at, why } => {
                (Tone::Error, format!("✗ {} → {} {}", edge.name, scan.shown(at), why.phrase()))
            }
            met => (Tone::Plain, format!("✓ {} →{found} ({})", edge.name, met.step().phrase())),
        }
    });
    list(&format!("needs {}", needs.len()), rows.collect(), text);
    let Some(file) = scan.file_of(node) else { return };
    for (_, edge) in needs.iter().filter(|(_, edge)| !edge.resolution.is_met()).take(3) {
        text.push(Prose::field("asks for", Tone::Strong, edge.name.to_string()));
        if let Some((probes, resolution)) = scan.explain_in(edge.first, file, edge.need) {
            search(scan, &probes, &resolution, text);
        }
    }
}

fn dependents(atlas: &Atlas, node: NodeId, text: &mut Vec<Prose>) {
    let mut dependents: Vec<NodeId> = atlas.scan.graph.dependents(node).into_iter().map(|(node, _)| node).collect();
    dependents.dedup();
    if !dependents.is_empty() {
        let rows = dependents.iter().map(|&by| (Tone::Plain, atlas.entry(by).brief.clone()));
        list(&format!("used by {}", dependents.len()), rows.collect(), text);
    }
}

/// A named list; what is beyond [`MOST`] is a number.
fn list(name: &str, rows: Vec<(Tone, String)>, text: &mut Vec<Prose>) {
    let left = rows.len().saturating_sub(MOST);
    let mut name = name;
    for (tone, row) in rows.into_iter().take(MOST) {
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

/// A size as people say it.
fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
