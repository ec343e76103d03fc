//! What imports do, as bytes.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::{Glyph, Ink, Paint, count, places};
use crate::error::Error;
use crate::imports::{ImportEvent, ImportFailure, ImportOutcome, ImportStep, ImportVerdict, Outcomes};
use crate::json;
use crate::printable::printable;
use crate::scan::Scan;

/// The mirror of an outcome. Its fields and their order are fixed.
#[derive(Serialize)]
struct OutcomeRow<'a> {
    module: &'a str,
    kind: &'static str,
    outcome: &'static str,
    rule: Option<&'static str>,
    file: Option<String>,
    subject: Option<&'a str>,
    because: &'a [String],
}

fn row<'a>(scan: &Scan, outcome: &'a ImportOutcome) -> OutcomeRow<'a> {
    let failure = outcome.failure.as_ref();
    OutcomeRow {
        module: &outcome.module,
        kind: if outcome.is_extension { "extension" } else { "package" },
        outcome: outcome.verdict.as_str(),
        rule: failure.map(|failure| failure.cause.rule().word()),
        file: failure.and_then(|failure| failure.file.as_ref()).map(|file| scan.shown(file).to_string()),
        subject: failure.map(|failure| failure.subject.as_str()),
        because: failure.map_or(&[], |failure| &failure.because),
    }
}

/// One JSON object a module, a line each.
///
/// # Errors
/// Where a row cannot be written as JSON.
pub fn imports_jsonl(scan: &Scan, outcomes: &[&ImportOutcome]) -> Result<Vec<u8>, Error> {
    let mut lines = Vec::new();
    for outcome in outcomes {
        json::compact(&mut lines, &row(scan, outcome)).map_err(unwritable)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// One JSON document: how many imports end how, and each of them.
///
/// # Errors
/// Where it cannot be written as JSON.
pub fn imports_json(scan: &Scan, outcomes: &[&ImportOutcome]) -> Result<Vec<u8>, Error> {
    #[derive(Serialize)]
    struct Document<'a> {
        counts: BTreeMap<&'static str, usize>,
        imports: Vec<OutcomeRow<'a>>,
    }
    let mut counts: BTreeMap<&'static str, usize> =
        ["loads", "guarded", "unknown", "fails"].into_iter().map(|word| (word, 0)).collect();
    for outcome in outcomes {
        *counts.entry(outcome.verdict.as_str()).or_default() += 1;
    }
    let imports = outcomes.iter().map(|outcome| row(scan, outcome)).collect();
    let mut bytes = Vec::new();
    json::pretty(&mut bytes, &Document { counts, imports }).map_err(unwritable)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn unwritable(error: std::io::Error) -> Error {
    Error::new(format!("the imports cannot be written as JSON: {error}"), "report it")
}

/// How many modules of a group are named.
const FEW: usize = 8;

/// For a person: what fails, grouped by its first cause, the widest first.
pub fn imports_text(scan: &Scan, outcomes: &Outcomes, is_verbose: bool, paint: &Paint) -> String {
    let mut text = String::new();
    let of = |verdict: ImportVerdict| outcomes.rows.iter().filter(move |outcome| outcome.verdict == verdict);
    let _ = writeln!(text, "{}", paint.ink(Ink::Strong, &printable(&scan.target.named().to_string())));
    for (verdict, glyph, word) in [
        (ImportVerdict::Fails, Glyph::Error, "fails"),
        (ImportVerdict::Unknown, Glyph::Warning, "may fail"),
        (ImportVerdict::Guarded, Glyph::Info, "loads without a native part"),
    ] {
        for (failure, modules) in groups(of(verdict)) {
            let cause = cause(scan, failure);
            let number = count(modules.len(), "import");
            let _ = writeln!(text, "\n{} {}", paint.glyph(glyph), paint.ink(Ink::Strong, &printable(&cause)));
            let plural = if modules.len() == 1 {
                word.to_owned()
            } else {
                word.replace("fails", "fail").replace("loads", "load")
            };
            let _ = writeln!(text, "  {number} {plural}");
            let shown = if is_verbose { modules.len() } else { FEW };
            for outcome in modules.iter().take(shown) {
                let _ = writeln!(
                    text,
                    "    {}{}",
                    printable(&outcome.module),
                    paint.ink(Ink::Quiet, &printable(&chain(outcome)))
                );
            }
            if modules.len() > shown {
                let _ = writeln!(
                    text,
                    "    {}",
                    paint.ink(Ink::Quiet, &format!("and {} more (-v shows them)", modules.len() - shown))
                );
            }
        }
    }
    if let Some(sentence) = places::not_judged(scan) {
        let _ = writeln!(text, "\n{sentence}");
        return text;
    }
    let counts: Vec<String> =
        [ImportVerdict::Fails, ImportVerdict::Unknown, ImportVerdict::Guarded, ImportVerdict::Loads]
            .into_iter()
            .map(|verdict| (verdict, of(verdict).count()))
            .filter(|(verdict, count)| *count > 0 || *verdict == ImportVerdict::Fails)
            .map(|(verdict, count)| format!("{count} {}", phrase(verdict, count)))
            .collect();
    let _ = writeln!(text, "\n{}: {}", count(outcomes.rows.len(), "import"), counts.join(", "));
    let libraries = outcomes.libraries.iter().filter(|row| row.is_extension).count();
    if libraries > 0 {
        let note = match libraries {
            1 => "1 library is named as an extension module, but is loaded by its path (ctypes, cffi)".to_owned(),
            _ => format!(
                "{libraries} libraries are named as extension modules, but are loaded by their path (ctypes, cffi)"
            ),
        };
        let _ = writeln!(text, "{}", paint.ink(Ink::Quiet, &note));
    }
    text
}

fn phrase(verdict: ImportVerdict, count: usize) -> &'static str {
    match (verdict, count) {
        (ImportVerdict::Fails, 1) => "fails",
        (ImportVerdict::Fails, _) => "fail",
        (ImportVerdict::Unknown, _) => "unknown",
        (ImportVerdict::Guarded, 1) => "loads without a native part",
        (ImportVerdict::Guarded, _) => "load without a native part",
        (ImportVerdict::Loads, 1) => "loads",
        (ImportVerdict::Loads, _) => "load",
    }
}

/// Outcomes by their first cause, the widest first.
fn groups<'a>(outcomes: impl Iterator<Item = &'a ImportOutcome>) -> Vec<(&'a ImportFailure, Vec<&'a ImportOutcome>)> {
    let mut groups = BTreeMap::<String, (&ImportFailure, Vec<&ImportOutcome>)>::new();
    for outcome in outcomes {
        let Some(failure) = &outcome.failure else { continue };
        let file = failure.file.as_ref().map_or_else(String::new, ToString::to_string);
        let key = format!("{}\0{}\0{file}", failure.cause.rule(), failure.subject);
        groups.entry(key).or_insert((failure, Vec::new())).1.push(outcome);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|(_, modules)| std::cmp::Reverse(modules.len()));
    groups
}

/// `library not found: libgfortran.so.5, needed by numpy.libs/libopenblas.so`
fn cause(scan: &Scan, failure: &ImportFailure) -> String {
    let subject = format!("{}: {}", failure.cause.phrase(), failure.subject);
    match &failure.file {
        Some(file) => format!("{subject} ({})", scan.shown(file)),
        None => subject,
    }
}

/// ` ← pandas ← numpy`, where the cause lies in other modules than the one that is imported.
fn chain(outcome: &ImportOutcome) -> String {
    let Some(failure) = &outcome.failure else { return String::new() };
    let way: Vec<&str> = failure.because.iter().map(String::as_str).filter(|name| *name != outcome.module).collect();
    match &way[..] {
        [] | [_] => String::new(),
        [way @ .., _] => format!("  through {}", way.join(", ")),
    }
}

/// One import's story: which file, which line, which library, which provider.
pub fn import_story(scan: &Scan, outcome: &ImportOutcome, steps: &[ImportStep], paint: &Paint) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", paint.ink(Ink::Strong, &format!("import {}", printable(&outcome.module))));
    for step in steps {
        let place = match &step.by {
            Some((file, line)) => format!("  ({}:{line})", scan.shown(file)),
            None => String::new(),
        };
        let (ink, line) = match &step.event {
            ImportEvent::Begins { module, file: Some(file) } => (None, format!("{module}  {}", scan.shown(file))),
            ImportEvent::Begins { module, file: None } => (None, format!("{module}  namespace package")),
            ImportEvent::Opens { file } => (None, format!("loads {}", scan.shown(file))),
            ImportEvent::Fails { module, text } => (Some(Ink::Error), format!("{module} fails: {text}")),
            ImportEvent::Catches { text } => (Some(Ink::Warning), format!("caught: {text}")),
        };
        let line = printable(&line);
        let line = ink.map_or_else(|| line.clone(), |ink| paint.ink(ink, &line));
        let _ = writeln!(text, "{}{line}{}", "  ".repeat(step.depth + 1), paint.ink(Ink::Quiet, &printable(&place)));
    }
    let _ = match &outcome.failure {
        Some(failure) => {
            writeln!(text, "\n{}: {}", printable(outcome.verdict.as_str()), printable(&cause(scan, failure)))
        }
        None => writeln!(text, "\nloads"),
    };
    text
}
