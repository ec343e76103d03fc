//! What a log accuses: what really happened, how to fix it, and the log's own lines.

use super::finding::{grounds, numbered_fixes};
use crate::buildlog::{Judged, Verdict};
use crate::diagnose::Severity;
use crate::tui::scan_index::{ScanIndex, brief_words};
use crate::tui::styled_text::Prose;
use crate::tui::theme::Tone;

/// An incident's sign. A false positive stands out: nothing is wrong with it, and the build ended all the same.
pub fn sign_of_incident(judged: &Judged) -> (Tone, &'static str) {
    match (judged.severity(), judged.verdict) {
        (Severity::Error, Verdict::Innocent) | (Severity::Warning, _) => (Tone::Warning, "▲"),
        (Severity::Error, _) => (Tone::Error, "✗"),
        (Severity::Info, _) => (Tone::Dim, "·"),
    }
}

/// Everything about an incident; at the end, what the finding about the same rests on.
pub fn of_incident(scan_index: &ScanIndex, judged: &Judged) -> Vec<Prose> {
    let incident = &judged.incident;
    let (tone, sign) = sign_of_incident(judged);
    let mut head = Prose::of(tone, format!("{sign} {}", judged.cause.title()));
    if judged.verdict == Verdict::Innocent {
        head = head.then(Tone::Plain, "   false positive");
    }
    let mut text = vec![head, Prose::of(Tone::Strong, brief_words(&judged.sentence))];
    text.extend(numbered_fixes(&judged.remedy.text, &judged.remedy.lines(scan_index.scan.shell())));
    text.push(Prose::default());
    let version = judged.version.as_ref().map_or_else(String::new, |version| format!(" {version}"));
    text.push(Prose::field("by", Tone::Plain, format!("{}{version}", incident.tool.name())));
    if let Some(by) = incident.by() {
        text.push(Prose::field("names", Tone::Plain, by));
    }
    if let Some(accused) = incident.told("accused") {
        text.push(Prose::field("for", Tone::Plain, accused));
    }
    if incident.times > 1 {
        text.push(Prose::field("", Tone::Dim, format!("{} times", incident.times)));
    }
    text.push(Prose::default());
    for (number, line) in &incident.around {
        let is_own = (incident.first..=incident.last).contains(number);
        let tone = if is_own { Tone::Plain } else { Tone::Dim };
        text.push(Prose::field(&number.to_string(), tone, line.trim_end()));
    }
    if let Some(finding) = judged.finding.and_then(|at| scan_index.scan.findings.get(at)) {
        text.push(Prose::default());
        text.extend(grounds(scan_index, finding));
    }
    text
}
