//! What a log comes to: `dylens log`, as text and as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::commands::{self, CommandMirror};
use super::paint::count;
use super::{Glyph, Ink, Paint};
use crate::buildlog::{self, Judged, Log, Verdict};
use crate::diagnose::Severity;
use crate::json;
use crate::printable::{bounded, inert, printable};
use crate::scan::Scan;
use crate::tools::ToolId;

/// A log with what it comes to.
pub struct Incidents<'a> {
    /// What the log is called.
    pub name: &'a str,
    pub log: &'a Log,
    /// The guilty first.
    pub judged: &'a [Judged],
    /// What it was compared with.
    pub scan: Option<&'a Scan>,
    /// Why it was compared with nothing.
    pub alone: Option<&'a str>,
    /// The command that shows what is wrong with what it was compared with.
    pub check: &'a str,
}

/// Changes with every change that a reader of the JSON could stumble over.
const SCHEMA: u32 = 2;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    log: &'a str,
    lines: usize,
    target: Option<String>,
    alone: Option<&'a str>,
    incidents: Vec<Mirror<'a>>,
    unkept: usize,
}

/// The mirror of a judged incident.
#[derive(Serialize)]
struct Mirror<'a> {
    line: usize,
    last_line: usize,
    times: usize,
    tool: &'a str,
    version: Option<&'a str>,
    id: &'a str,
    message: &'a str,
    severity: &'static str,
    cause: &'static str,
    verdict: &'static str,
    accused: Option<&'a str>,
    needed_by: Option<&'a str>,
    file: Option<String>,
    node: Option<String>,
    sentence: &'a str,
    remedy: &'a str,
    commands: Vec<CommandMirror>,
    rule: Option<&'static str>,
    /// The line of the incident of which this one is only a consequence.
    because: Option<usize>,
}

/// Writes them for other programs.
///
/// # Errors
/// Where nothing can be written to `out`.
pub fn incidents_json(all: &Incidents, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema: SCHEMA,
        log: all.name,
        lines: all.log.lines,
        target: all.scan.map(|scan| scan.target.named().to_string()),
        alone: all.alone,
        incidents: all.judged.iter().map(|judged| mirror(judged, all.scan)).collect(),
        unkept: all.log.unkept,
    };
    json::pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn mirror<'a>(judged: &'a Judged, scan: Option<&Scan>) -> Mirror<'a> {
    let incident = &judged.incident;
    let finding = scan.zip(judged.finding).and_then(|(scan, at)| scan.findings.get(at));
    let shells = commands::shells(scan, incident.tool == ToolId::Windows);
    Mirror {
        line: incident.first,
        last_line: incident.last,
        times: incident.times,
        tool: incident.tool.word(),
        version: judged.version.as_deref(),
        id: &incident.message.id,
        message: &incident.says,
        severity: judged.severity().word(),
        cause: judged.cause.word(),
        verdict: judged.verdict.word(),
        accused: incident.accused(),
        needed_by: incident.by(),
        file: judged.file.as_ref().map(ToString::to_string),
        node: scan.zip(judged.node).map(|(scan, node)| scan.label(node)),
        sentence: &judged.sentence,
        remedy: &judged.remedy.text,
        commands: commands::mirrors(&judged.remedy, shells),
        rule: finding.map(|finding| finding.rule.id.word()),
        because: judged.because,
    }
}

/// So many warnings of one kind, and so many harmless ones, are shown.
const ALIKE: usize = 5;

/// Writes them for people.
pub fn incidents_text(all: &Incidents, paint: &Paint, verbose: bool) -> String {
    let mut text = head(all, paint);
    let mut hidden = 0;
    let mut last: Option<&Judged> = None;
    for (index, judged) in all.judged.iter().enumerate() {
        let alike = all.judged[..index].iter().filter(|other| other.cause == judged.cause);
        let is_noise = judged.verdict == Verdict::Noise;
        if !verbose && (is_noise || alike.count() >= ALIKE) {
            hidden += 1;
        } else {
            text += &match last.filter(|last| is_alike(last, judged)) {
                Some(_) => head_of(judged, all.scan, paint),
                None => format!("\n{}{}", whole(judged, all.scan, paint), consequences(all, judged, paint)),
            };
            last = Some(judged);
        }
    }
    if hidden > 0 {
        let noise = all.judged.iter().filter(|judged| judged.verdict == Verdict::Noise).count();
        let which = match noise {
            0 => String::new(),
            _ if noise == hidden && hidden == 1 => " that needs no action".to_owned(),
            _ if noise == hidden => " that need no action".to_owned(),
            _ => format!(", {noise} of them without need for action"),
        };
        text += &format!("\n{hidden} more{which} (--verbose shows all)\n");
    }
    if all.log.unkept > 0 {
        text += &format!("{} were not looked at: the log has too many\n", count(all.log.unkept, "message"));
    }
    inert(&(text + &verdict(all, paint) + &beside(all, paint)))
}

/// The lines that say something only because of this one, counted with the harmless ones.
fn consequences(all: &Incidents, judged: &Judged, paint: &Paint) -> String {
    let follows = |other: &&Judged| other.because == Some(judged.incident.first);
    let lines: Vec<String> = all.judged.iter().filter(follows).map(|other| other.incident.first.to_string()).collect();
    match lines.len() {
        0 => String::new(),
        1 => paint.ink(Ink::Quiet, &paint.wrapped(&format!("consequence: line {}", lines[0]), 2)),
        most => {
            let shown = lines[..most.min(8)].join(", ");
            let more = if most > 8 { ", …" } else { "" };
            paint.ink(Ink::Quiet, &paint.wrapped(&format!("consequences: lines {shown}{more}"), 2))
        }
    }
}

/// What is wrong with what the log was compared with, where the log itself names no file.
fn beside(all: &Incidents, paint: &Paint) -> String {
    let Some(scan) = all.scan.filter(|_| !all.judged.iter().any(Judged::is_failure)) else { return String::new() };
    let mut errors = scan.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let Some(first) = errors.next() else { return String::new() };
    let (what, number) = (scan.target.kind.word(), count(1 + errors.count(), "error"));
    let about = bounded(format!("{}: {}", first.rule.title, first.subject));
    let sentence = format!("the {what} itself has {number}, the first: {about}; this shows them:");
    format!("{}    {}\n", paint.wrapped(&sentence, 0), paint.ink(Ink::Command, &printable(all.check)))
}

fn head(all: &Incidents, paint: &Paint) -> String {
    let name = paint.ink(Ink::Strong, &bounded(all.name));
    let dot = format!(" {} ", paint.glyph(Glyph::Dot));
    let tools: Vec<String> =
        all.log.versions.iter().map(|(tool, version)| format!("{} {}", tool.name(), bounded(version))).collect();
    let facts = [vec![format!("log {name}"), count(all.log.lines, "line")], tools].concat().join(&dot);
    let with = match (all.scan, all.alone) {
        (Some(scan), _) => {
            format!("compared with {} {}\n", scan.target.kind.word(), bounded(scan.target.named()))
        }
        (None, Some(why)) => paint.wrapped(&format!("compared with nothing: {}", bounded(why)), 0),
        (None, None) => String::new(),
    };
    format!("{facts}\n{with}")
}

/// Does the one say of another thing what the other says? Then the fix of both is shown once.
fn is_alike(last: &Judged, judged: &Judged) -> bool {
    std::ptr::eq(last.incident.message, judged.incident.message)
        && (&last.remedy, last.finding, &last.file) == (&judged.remedy, judged.finding, &judged.file)
}

/// What one message comes to by itself.
pub(super) fn incident_text(judged: &Judged, paint: &Paint) -> String {
    inert(&whole(judged, None, paint))
}

/// All that is told of one.
fn whole(judged: &Judged, scan: Option<&Scan>, paint: &Paint) -> String {
    let mut text = head_of(judged, scan, paint);
    text += &paint.wrapped(&bounded(&judged.sentence), 2);
    if !judged.remedy.text.is_empty() {
        text += &paint.wrapped(&format!("remedy: {}", bounded(&judged.remedy.text)), 2);
    }
    let shells = commands::shells(scan, judged.incident.tool == ToolId::Windows);
    for line in judged.remedy.lines(shells[0]) {
        text += &format!("    {}\n", paint.ink(Ink::Command, &line));
    }
    text
}

/// What it is about, and the words of the log.
fn head_of(judged: &Judged, scan: Option<&Scan>, paint: &Paint) -> String {
    let incident = &judged.incident;
    let severity = judged.severity();
    let (ink, glyph) = match (severity, judged.verdict) {
        (Severity::Error, Verdict::Innocent) => (Ink::Warning, Glyph::Nonstandard),
        _ => (Ink::of(severity), Glyph::of(severity)),
    };
    let who = judged
        .file
        .as_ref()
        .map(ToString::to_string)
        .or_else(|| incident.by().or(incident.accused()).map(buildlog::short));
    let title = paint.ink(ink, judged.cause.title());
    let who = who.map_or_else(String::new, |who| format!(": {}", paint.ink(Ink::Strong, &bounded(&who))));
    let word = match scan.zip(judged.finding).and_then(|(scan, at)| scan.findings.get(at)) {
        Some(finding) => finding.rule.id.word(),
        None => judged.cause.word(),
    };
    let word = paint.ink(Ink::Quiet, &format!("[{word}]"));
    let mut text = format!("{} {title}{who}  {word}\n", paint.ink(ink, paint.glyph(glyph)));
    let lines = match incident.last > incident.first {
        true => format!("lines {} to {}", incident.first, incident.last),
        false => format!("line {}", incident.first),
    };
    let times = if incident.times > 1 { format!(", {} times", incident.times) } else { String::new() };
    let says = bounded(&incident.says);
    text += &paint.ink(Ink::Quiet, &paint.wrapped(&format!("{lines}{times}, {}: {says}", incident.tool.name()), 4));
    text
}

fn verdict(all: &Incidents, paint: &Paint) -> String {
    let failures = all.judged.iter().filter(|judged| judged.is_failure()).count();
    match (all.judged.len(), failures) {
        (0, _) => "\nno error in it, as far as dylens knows their texts\n".to_owned(),
        (_, 0) => {
            format!("\n{} nothing in it ended a build or a program\n", paint.ink(Ink::Good, paint.glyph(Glyph::Good)))
        }
        (_, failures) => {
            let what = count(failures, "failure");
            format!("\n{} {}\n", paint.ink(Ink::Error, paint.glyph(Glyph::Error)), paint.ink(Ink::Error, &what))
        }
    }
}
