//! A finding: what is wrong, what mends it, and what that rests on.

use super::parts::{MOST, list, search, shown_file};
use crate::command::Shell;
use crate::diagnose::{Evidence, Finding, Severity};
use crate::scan::Scan;
use crate::survey::ImportKind;
use crate::tui::atlas::{Atlas, brief};
use crate::tui::prose::Prose;
use crate::tui::theme::Tone;

/// A finding's sign: that of its severity. A nonstandard install name stands out though no loader minds it.
pub fn sign(finding: &Finding) -> (Tone, &'static str) {
    match finding.severity {
        Severity::Error => (Tone::Error, "✗"),
        Severity::Warning => (Tone::Warning, "!"),
        Severity::Info if finding.is_of_install_name() => (Tone::Warning, "!"),
        Severity::Info => (Tone::Dim, "·"),
    }
}

/// Everything about a finding: what is wrong and what mends it first, then what it rests on.
pub fn of_finding(atlas: &Atlas, finding: &Finding) -> Vec<Prose> {
    let mut text = verdict(finding, atlas.scan.shell());
    text.push(Prose::default());
    text.extend(grounds(atlas, finding));
    text
}

/// What a finding rests on.
pub(super) fn grounds(atlas: &Atlas, finding: &Finding) -> Vec<Prose> {
    let mut text = Vec::new();
    for evidence in finding.evidence.iter().take(MOST) {
        proof(&atlas.scan, evidence, &mut text);
    }
    if finding.broken.len() > 1 {
        let names = finding.broken_packages_first().into_iter().map(|name| (Tone::Plain, name.clone()));
        list("breaks", names, &mut text);
    }
    if finding.files.len() > 1 {
        let files = finding.files.iter().map(|file| (Tone::Plain, brief(&file.to_string()).to_owned()));
        list(&format!("{} files", finding.files.len()), files, &mut text);
    }
    if !finding.rule.why.is_empty() {
        text.push(Prose::default());
        text.push(Prose::field("because", Tone::Dim, finding.rule.why));
    }
    text
}

/// The finding itself, with its remedy.
pub(super) fn verdict(finding: &Finding, shell: Shell) -> Vec<Prose> {
    let (tone, sign) = sign(finding);
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
    for line in finding.remedy.lines(shell) {
        text.push(Prose::field("type", Tone::Key, line));
    }
    if let Some(words) = &finding.prints {
        text.push(Prose::field("it prints", Tone::Plain, words));
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
