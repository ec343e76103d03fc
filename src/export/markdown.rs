//! A report for a bug tracker, in Markdown as GitHub and GitLab show it.

use std::io::{self, Write};

use super::commands;
use super::places::{Counts, nothing_found, system, title, would_fail};
use super::{Format, Options, count};
use crate::diagnose::{Evidence, Finding, Severity};
use crate::printable::{inert, printable};
use crate::scan::Scan;

/// `--format markdown`.
pub const MARKDOWN: Format = Format {
    name: "markdown",
    about: "a report for a bug tracker",
    endings: &[".md", ".markdown"],
    judges: true,
    draws: None,
    write,
};

/// How many findings are told in full, and how many places of a search.
const FINDINGS: usize = 30;
const PLACES: usize = 15;

fn write(scan: &Scan, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut text = format!("## Native modules of {}\n\n", cell(&scan.target.title()));
    text += &facts(scan);
    text += &table(scan);
    for finding in scan.findings.iter().filter(|finding| finding.severity > Severity::Info).take(FINDINGS) {
        text += &details(scan, finding);
    }
    text += &format!("\n<sub>dylens {}</sub>\n", env!("CARGO_PKG_VERSION"));
    out.write_all(inert(&text).as_bytes())
}

/// What whoever reads the report will ask first.
fn facts(scan: &Scan) -> String {
    let counts = Counts::of(scan);
    let python = scan.world.host.python.as_ref().filter(|python| python.version.is_some());
    let mut text = format!("- {} for {}\n", cell(scan.target.kind.word()), cell(&system(scan)));
    if let Some(python) = python {
        text += &format!("- Python {}\n", cell(&python.version_text()));
    }
    text + &format!(
        "- {} with {}; {}\n",
        count(counts.distributions, "distribution"),
        count(counts.modules, "module"),
        would_fail(scan, &counts)
    )
}

fn table(scan: &Scan) -> String {
    if scan.findings.is_empty() {
        return format!("\n{}\n", cell(&nothing_found(scan)));
    }
    let mut text = "\n| severity | rule | file | what | breaks |\n|---|---|---|---|---:|\n".to_owned();
    for finding in scan.findings.iter().take(FINDINGS) {
        text += &format!(
            "| {} | {} | {} | {} | {} |\n",
            finding.severity.word(),
            code(finding.rule.id.word()),
            code(&finding.file.to_string()),
            cell(&finding.message),
            finding.breaks
        );
    }
    if scan.findings.len() > FINDINGS {
        text += &format!("\nAnd {} more.\n", scan.findings.len() - FINDINGS);
    }
    text
}

/// A finding with its evidence, folded away until somebody wants it.
fn details(scan: &Scan, finding: &Finding) -> String {
    let mut text = format!(
        "\n<details><summary>{}: {}</summary>\n\n{}\n",
        escaped(finding.rule.title),
        escaped(&printable(&finding.subject)),
        cell(&finding.message)
    );
    if let Some(words) = &finding.prints {
        text += &fenced(words);
    }
    if !finding.remedy.text.is_empty() {
        text += &format!("\n{}\n", cell(&finding.remedy.text));
    }
    for line in commands::lines(&finding.remedy, scan) {
        text += &fenced(&line);
    }
    for evidence in &finding.evidence {
        text += &told(scan, evidence);
    }
    text + "\n</details>\n"
}

fn told(scan: &Scan, evidence: &Evidence) -> String {
    match evidence {
        Evidence::Need { file, need, import } => {
            let probes = scan.explain_in(*import, *file, *need).map_or_else(Vec::new, |(probes, _)| probes);
            let node = scan.graph.file(*file);
            let by = node.map_or_else(String::new, |node| title(scan, node));
            let lines = super::places::lines(scan, *file, &probes, PLACES).join("\n");
            format!("\nWhere {} looked, in order:\n{}", code(&by), fenced(&lines))
        }
        Evidence::File { path, what } => format!("\n{}: {}\n", cell(what), code(&path.to_string())),
        Evidence::Line { path, number, text } => {
            format!("\n{}\n{}", code(&format!("{path}:{number}")), fenced(text))
        }
        Evidence::Header { name, value } => format!("\n{}: {}\n", cell(name), code(&value.to_string())),
    }
}

/// Text as a part of a sentence or a cell of a table: nothing in it is Markdown or HTML.
pub(super) fn cell(text: &str) -> String {
    let mut out = String::new();
    for letter in printable(&text.replace('\n', " ")).chars() {
        match letter {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => out.extend(['\\', letter]),
            // A mention would call somebody, and a number would be taken for an issue's.
            '@' => out += "&#64;",
            letter => out.push(letter),
        }
    }
    out
}

/// Text between backticks: more of them than it holds itself. A bar would end the cell of a table even there.
pub(super) fn code(text: &str) -> String {
    let text = printable(&text.replace('\n', " ")).replace('|', "¦");
    let ticks = "`".repeat(longest_run(&text, '`') + 1);
    let pad = if text.is_empty() || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

fn fenced(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(printable).collect();
    let text = lines.join("\n");
    let fence = "`".repeat((longest_run(&text, '`') + 1).max(3));
    format!("\n{fence}\n{text}\n{fence}\n")
}

fn longest_run(text: &str, letter: char) -> usize {
    text.split(|other| other != letter).map(str::len).max().unwrap_or_default()
}

/// Text inside of HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
