//! The findings as JSON: `dylens check --format json`.

use std::io::{self, Write};

use serde::Serialize;

use super::commands::{self, CommandMirror};
use super::places::{Counts, located};
use super::{Format, Options};
use crate::diagnose::{Evidence, Finding};
use crate::json;
use crate::loader::Probe;
use crate::scan::Scan;
use crate::vfs::VPath;

/// `dylens check --format json`.
pub const FINDINGS: Format =
    Format { name: "json", about: "the findings, for other programs", endings: &[], judges: true, draws: None, write };

/// Changes with every change that a reader of the JSON could stumble over.
pub(super) const SCHEMA: u32 = 2;

#[derive(Serialize)]
struct Document {
    schema: u32,
    target: Target,
    counts: CountsMirror,
    findings: Vec<FindingMirror>,
}

/// The mirror of what was looked at.
#[derive(Serialize)]
pub(super) struct Target {
    kind: &'static str,
    root: String,
    because: Option<String>,
    python: Option<String>,
    system: String,
    partial: bool,
}

/// The mirror of [`Counts`].
#[derive(Serialize)]
pub(super) struct CountsMirror {
    error: usize,
    /// Errors; those that have one cause count as one.
    causes: usize,
    warning: usize,
    info: usize,
    modules: usize,
    failing: usize,
    files: usize,
    distributions: usize,
}

/// The mirror of a finding.
#[derive(Serialize)]
pub(super) struct FindingMirror {
    rule: &'static str,
    severity: &'static str,
    file: String,
    subject: String,
    /// The same for all findings of a rule that have one cause.
    cause: Option<String>,
    /// The sentence, with the very words that the tool will print.
    message: String,
    prints: Option<String>,
    /// One sentence.
    remedy: String,
    commands: Vec<CommandMirror>,
    files: Vec<String>,
    /// How many imports it breaks.
    breaks: usize,
    /// Those, by their names.
    broken: Vec<String>,
    evidence: Vec<EvidenceMirror>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum EvidenceMirror {
    Need { file: String, need: String, import: Option<String>, probes: Vec<ProbeMirror> },
    File { path: String, what: &'static str },
    Line { path: String, number: usize, text: String },
    Header { name: &'static str, value: String },
}

#[derive(Serialize)]
struct ProbeMirror {
    step: &'static str,
    path: Option<String>,
    verdict: String,
}

fn write(scan: &Scan, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let document =
        Document { schema: SCHEMA, target: target(scan), counts: counts(scan), findings: findings(scan, |_| true) };
    json::pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

pub(super) fn target(scan: &Scan) -> Target {
    let python = scan.world.host.python.as_ref().filter(|python| python.version.is_some());
    Target {
        kind: scan.target.kind.word(),
        root: scan.target.root.to_string(),
        because: scan.target.because.clone(),
        python: python.map(|python| python.version_text()),
        system: super::places::system(scan),
        partial: scan.is_partial,
    }
}

pub(super) fn counts(scan: &Scan) -> CountsMirror {
    let of = |severity| scan.findings.iter().filter(|finding| finding.severity == severity).count();
    let [error, warning, info] = crate::diagnose::Severity::ALL.map(of);
    let Counts { modules, failing, files, distributions, causes, .. } = Counts::of(scan);
    CountsMirror { error, causes, warning, info, modules, failing, files, distributions }
}

pub(super) fn findings(scan: &Scan, is_asked: impl Fn(&Finding) -> bool) -> Vec<FindingMirror> {
    scan.findings.iter().filter(|finding| is_asked(finding)).map(|finding| mirror(scan, finding)).collect()
}

fn mirror(scan: &Scan, finding: &Finding) -> FindingMirror {
    FindingMirror {
        rule: finding.rule.id.word(),
        severity: finding.severity.word(),
        file: finding.file.to_string(),
        subject: finding.subject.clone(),
        cause: finding.shared_cause().map(str::to_owned),
        message: match &finding.prints {
            Some(words) => format!("{}: {words}", finding.message),
            None => finding.message.clone(),
        },
        prints: finding.prints.clone(),
        remedy: finding.remedy.text.clone(),
        commands: commands::mirrors(&finding.remedy, commands::shells(Some(scan), false)),
        files: finding.files.iter().map(VPath::to_string).collect(),
        breaks: finding.breaks,
        broken: super::places::broken_by(scan, finding),
        evidence: finding.evidence.iter().map(|evidence| evidence_mirror(scan, evidence)).collect(),
    }
}

fn evidence_mirror(scan: &Scan, evidence: &Evidence) -> EvidenceMirror {
    match evidence {
        Evidence::Need { file, need, import } => {
            let probes = scan.explain_in(*import, *file, *need).map_or_else(Vec::new, |(probes, _)| probes);
            let content = scan.world.file(*file);
            let name = content.image.as_ref().and_then(|image| image.needs.get(*need));
            EvidenceMirror::Need {
                file: scan.shown(&content.path).to_string(),
                need: name.map_or_else(String::new, |need| need.name.to_string()),
                import: scan.imports.get(*import).map(|import| super::places::import_name(scan, import)),
                probes: probes.iter().map(|probe| probe_mirror(scan, probe)).collect(),
            }
        }
        Evidence::File { path, what } => EvidenceMirror::File { path: path.to_string(), what },
        Evidence::Line { path, number, text } => {
            EvidenceMirror::Line { path: path.to_string(), number: *number, text: text.clone() }
        }
        Evidence::Header { name, value } => EvidenceMirror::Header { name, value: value.to_string() },
    }
}

fn probe_mirror(scan: &Scan, probe: &Probe) -> ProbeMirror {
    ProbeMirror {
        step: probe.step.word(),
        path: located(scan, probe).map(|path| path.to_string()),
        verdict: probe.verdict.words(),
    }
}
