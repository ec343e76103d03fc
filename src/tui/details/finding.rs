//! A finding: what is wrong, how to fix it, and what that rests on.

use super::parts::{MOST, list, search, shown_file, to_path};
use crate::command::Shell;
use crate::diagnose::{Evidence, Finding, Severity};
use crate::export::count;
use crate::scan::Scan;
use crate::survey::ImportKind;
use crate::tui::scan_index::{ScanIndex, brief, brief_words};
use crate::tui::styled_text::{FIELD, Link, Prose};
use crate::tui::theme::Tone;

/// A finding's sign: that of its severity. A nonstandard install name stands out though it is harmless to every loader.
pub fn sign(finding: &Finding) -> (Tone, &'static str) {
    match finding.severity {
        Severity::Error => (Tone::Error, "✗"),
        Severity::Warning => (Tone::Warning, "▲"),
        Severity::Info if finding.is_of_install_name() => (Tone::Warning, "!"),
        Severity::Info => (Tone::Dim, "·"),
    }
}

/// Everything about a finding: what is wrong and how to fix it first, then what it rests on.
pub fn of_finding(scan_index: &ScanIndex, at: usize) -> Vec<Prose> {
    let finding = &scan_index.scan.findings[at];
    let mut text = verdict(finding, at, scan_index.scan.shell());
    text.extend(breaks(finding, at));
    text.push(Prose::default());
    text.extend(grounds(scan_index, finding));
    text
}

/// Several findings of one rule in one package: what they have in common, and each.
pub fn of_group(scan_index: &ScanIndex, findings: &[usize]) -> Vec<Prose> {
    let Some(&first) = findings.first() else { return Vec::new() };
    let finding = &scan_index.scan.findings[first];
    let (tone, sign) = sign(finding);
    let head = format!("{sign} {}: {}", finding.severity.word(), finding.rule.title);
    let mut text = vec![Prose::of(tone, head).then(Tone::Plain, format!("   {}", count(findings.len(), "finding")))];
    let mut told: Vec<Vec<Prose>> = Vec::new();
    for &at in findings.iter().take(MOST_WHOLE) {
        let finding = &scan_index.scan.findings[at];
        text.push(Prose::of(Tone::Strong, format!("{} ►", brief_words(&finding.message))).to(Link::Finding(at)));
        // One fix for all is told once.
        let fixes = fixes(finding, scan_index.scan.shell());
        if !told.contains(&fixes) {
            text.extend(fixes.iter().cloned());
            told.push(fixes);
        }
    }
    let rows = findings.iter().skip(MOST_WHOLE).map(|&at| {
        let finding = &scan_index.scan.findings[at];
        (Tone::Plain, format!("{} ►", brief_words(&finding.message)), Some(Link::Finding(at)))
    });
    list("also", rows, &mut text);
    if !finding.rule.why.is_empty() {
        text.push(Prose::field("because", Tone::Dim, finding.rule.why));
    }
    text
}

/// Of a group, so many are told with their fixes.
const MOST_WHOLE: usize = 3;

/// What is wrong, in a few words: what a row, a mark and a first line say.
pub fn cause(scan_index: &ScanIndex, at: usize) -> String {
    let finding = &scan_index.scan.findings[at];
    match scan_index.node_of(at) {
        Some(node) if scan_index.entry(node).kind.is_missing() => format!("{} not found", scan_index.entry(node).label),
        _ => finding.rule.title.to_owned(),
    }
}

/// What a finding rests on.
pub(super) fn grounds(scan_index: &ScanIndex, finding: &Finding) -> Vec<Prose> {
    let mut text = Vec::new();
    for evidence in finding.evidence.iter().take(MOST) {
        proof(&scan_index.scan, evidence, &mut text);
    }
    if finding.files.len() > 1 {
        let files = finding.files.iter();
        let files =
            files.map(|file| (Tone::Plain, brief(&file.to_string()).to_owned(), to_path(&scan_index.scan, file)));
        list(&format!("{} files", finding.files.len()), files, &mut text);
    }
    if !finding.rule.why.is_empty() {
        text.push(Prose::default());
        text.push(Prose::field("because", Tone::Dim, finding.rule.why));
    }
    text
}

/// The finding itself, with its fixes, numbered.
pub(super) fn verdict(finding: &Finding, at: usize, shell: Shell) -> Vec<Prose> {
    let (tone, sign) = sign(finding);
    let mut head = Prose::of(tone, format!("{sign} {}: {}", finding.severity.word(), finding.rule.title));
    if finding.breaks > 0 {
        head = head.then(Tone::Plain, format!("   breaks {}", count(finding.breaks, "import")));
    }
    let mut text = vec![head, Prose::of(Tone::Strong, brief_words(&finding.message))];
    text[0].link = Some(Link::Finding(at));
    text.extend(fixes(finding, shell));
    if let Some(words) = &finding.prints {
        text.push(Prose::field("it prints", Tone::Plain, words));
    }
    text
}

/// The fix of a finding: its sentence, and each way to do it with its number.
fn fixes(finding: &Finding, shell: Shell) -> Vec<Prose> {
    let sentence = if finding.remedy.text.is_empty() { finding.rule.remedy } else { &finding.remedy.text };
    numbered_fixes(sentence, &finding.remedy.lines(shell))
}

/// A sentence and its commands.
pub(super) fn numbered_fixes(sentence: &str, commands: &[String]) -> Vec<Prose> {
    let mut text = Vec::new();
    if !sentence.is_empty() {
        text.push(Prose::field("fix", Tone::Good, sentence));
    }
    text.extend(commands.iter().map(|command| Prose::entry(Tone::Key, command).to(Link::Copy(command.clone()))));
    text
}

/// Numbers the fixes in the order in which they stand in the details: by these numbers they are copied.
pub fn number_fixes(text: &mut [Prose]) {
    let fixes = text.iter_mut().filter(|line| matches!(line.link, Some(Link::Copy(_))));
    for (number, line) in fixes.enumerate() {
        if let Some((_, name)) = line.pieces.first_mut() {
            *name = format!("{:<1$}", format!("  y {}", number + 1), FIELD - 1);
        }
    }
}

/// Which imports it breaks: packages by name, the others by number.
fn breaks(finding: &Finding, at: usize) -> Option<Prose> {
    if finding.broken.len() < 2 {
        return None;
    }
    let packages: Vec<&str> =
        finding.broken_packages_first().into_iter().map(String::as_str).filter(|name| !name.contains('.')).collect();
    let named = packages.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
    let text = match (packages.len(), finding.breaks) {
        (0, imports) => count(imports, "import"),
        (1..=MOST_NAMED, imports) => format!("{} of {named}", count(imports, "import")),
        (packages, imports) => format!("{} of {named} and {} more", count(imports, "import"), packages - MOST_NAMED),
    };
    Some(Prose::field("breaks", Tone::Plain, format!("{text} ►")).to(Link::Broken(at)))
}

/// More packages than this are a number.
const MOST_NAMED: usize = 6;

fn proof(scan: &Scan, evidence: &Evidence, text: &mut Vec<Prose>) {
    match evidence {
        Evidence::Need { file, need, import } => {
            let link = scan.graph.file(*file).map(Link::Node);
            text.push(Prose::field("needed by", Tone::Plain, brief(&shown_file(scan, *file))).to(link));
            if let Some((name, sentence)) = scan.imports.get(*import).and_then(|import| of_import(&import.kind)) {
                text.push(Prose::field(name, Tone::Plain, sentence));
            }
            if let Some(found) = scan.explain_in(*import, *file, *need) {
                search(scan, *file, &found, text);
            }
        }
        Evidence::File { path, what } => {
            let line = Prose::field("see", Tone::Plain, brief(&scan.shown(path).to_string()));
            text.push(line.then(Tone::Dim, format!("  {what}")).to(to_path(scan, &scan.shown(path))));
        }
        Evidence::Line { path, number, text: line } => {
            text.push(Prose::field("see", Tone::Plain, format!("{}:{number}", brief(&scan.shown(path).to_string()))));
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
