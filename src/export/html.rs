//! One page that shows everything in a browser: from a file, without a network.
//!
//! What it shows is JSON in the page, and put there as text by its script; the picture is escaped. Nothing that an
//! inspected file is called can become a part of the page, and its own policy forbids to load anything.

use std::io::{self, Write};

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::markdown::escaped;
use super::marks::Marks;
use super::part::Part;
use super::places::{Counts, lines, nothing_found, system, would_fail};
use super::svg::picture;
use super::{Folding, Format, Options, count};
use crate::diagnose::{Evidence, Finding};
use crate::graph::NodeId;
use crate::json;
use crate::printable::printable;
use crate::scan::Scan;

/// `--format html`.
pub const HTML: Format = Format {
    name: "html",
    about: "one page with search, findings and the graph, for a browser",
    endings: &[".html", ".htm"],
    judges: true,
    draws: Some(Folding::Folded),
    write,
};

const PAGE: &str = include_str!("../../assets/page/page.html");
const STYLE: &str = include_str!("../../assets/page/page.css");
const SCRIPT: &str = include_str!("../../assets/page/page.js");

/// How many places of a search are shown.
const PLACES: usize = 20;

#[derive(Serialize)]
struct Data {
    about: String,
    packages: Vec<String>,
    nodes: Vec<NodeMirror>,
    findings: Vec<FindingMirror>,
    /// What is said where there is no finding.
    nothing: String,
}

#[derive(Serialize)]
struct NodeMirror {
    label: String,
    sort: &'static str,
    state: &'static str,
    package: Option<usize>,
    path: String,
    note: String,
    /// The box of the picture that it is in.
    #[serde(rename = "box")]
    drawn: Option<usize>,
    /// Target, kind, state, note.
    needs: Vec<(usize, &'static str, &'static str, String)>,
}

#[derive(Serialize)]
struct FindingMirror {
    severity: &'static str,
    rule: &'static str,
    title: &'static str,
    message: String,
    remedy: String,
    command: String,
    why: &'static str,
    files: Vec<String>,
    evidence: Vec<String>,
}

fn write(scan: &Scan, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let title = printable(&scan.target.title());
    let drawn = Part::of(scan, &options.scope, options.is_folded(&HTML)).marked(scan);
    // Tags in the JSON would end the element that holds it.
    let data = text(&data(scan, options, &drawn))?.replace('<', "\\u003c").replace('>', "\\u003e");
    let parts = [
        ("{{title}}", escaped(&title)),
        ("{{style}}", STYLE.to_owned()),
        ("{{picture}}", picture(&title, &drawn, true)),
        ("{{script}}", SCRIPT.to_owned()),
        ("{{data}}", data),
    ];
    // Each place is filled once, from left to right: what is filled in is never searched again.
    let mut rest = PAGE;
    while let Some((at, name, text)) = next(rest, &parts) {
        out.write_all(&rest.as_bytes()[..at])?;
        out.write_all(text.as_bytes())?;
        rest = &rest[at + name.len()..];
    }
    out.write_all(rest.as_bytes())
}

/// The data as JSON.
fn text(data: &Data) -> io::Result<String> {
    let mut bytes = Vec::new();
    json::compact(&mut bytes, data)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn next<'a>(rest: &str, parts: &'a [(&str, String)]) -> Option<(usize, &'a str, &'a str)> {
    let found = parts.iter().filter_map(|(name, text)| Some((rest.find(name)?, *name, text.as_str())));
    found.min_by_key(|(at, _, _)| *at)
}

fn data(scan: &Scan, options: &Options, drawn: &Part) -> Data {
    let part = Part::of(scan, &options.scope, false);
    let boxes =
        drawn.sketch.items.iter().enumerate().flat_map(|(at, item)| item.nodes.iter().map(move |&node| (node, at)));
    let boxes: FxHashMap<NodeId, usize> = boxes.collect();
    let drawn: Vec<Option<usize>> = part.sketch.items.iter().map(|item| boxes.get(&item.node()).copied()).collect();
    let mut needs: Vec<Vec<(usize, &'static str, &'static str, String)>> = vec![Vec::new(); part.items.len()];
    for link in part.links {
        needs[link.source].push((link.target, link.kind.word(), link.state.word(), link.note));
    }
    let marks = Marks::new(scan);
    let states: Vec<&'static str> =
        part.sketch.items.iter().zip(&part.items).map(|(item, drawn)| state(&marks, item.node(), drawn)).collect();
    let node = |(((item, state), drawn), needs): (((super::part::Drawn, _), _), _)| NodeMirror {
        label: item.label,
        sort: item.sort,
        state,
        package: item.package,
        path: item.path.unwrap_or_default(),
        note: item.note,
        drawn,
        needs,
    };
    Data {
        about: about(scan),
        packages: part.packages,
        nodes: part.items.into_iter().zip(states).zip(drawn).zip(needs).map(node).collect(),
        findings: scan.findings.iter().map(|finding| mirror(scan, finding)).collect(),
        nothing: nothing_found(scan),
    }
}

/// What is wrong with a file, as every face marks it.
fn state(marks: &Marks, node: NodeId, drawn: &super::part::Drawn) -> &'static str {
    match () {
        () if marks.is_broken(node) => "error",
        () if marks.because(node).is_some() => "affected",
        () => drawn.state.word(),
    }
}

fn about(scan: &Scan) -> String {
    let counts = Counts::of(scan);
    let python = scan.world.host.python.as_ref().filter(|python| python.version.is_some());
    let python = python.map_or_else(String::new, |python| format!(", Python {}", python.version_text()));
    printable(&format!(
        "{} for {}{python}: {}, {}, {}. dylens {}",
        scan.target.kind.word(),
        system(scan),
        count(counts.distributions, "distribution"),
        count(counts.modules, "module"),
        would_fail(scan, &counts),
        env!("CARGO_PKG_VERSION")
    ))
}

fn mirror(scan: &Scan, finding: &Finding) -> FindingMirror {
    let mut evidence: Vec<String> = finding.prints.iter().map(|words| printable(words)).collect();
    evidence.extend(finding.evidence.iter().map(|evidence| told(scan, evidence)));
    FindingMirror {
        severity: finding.severity.word(),
        rule: finding.rule.id.word(),
        title: finding.rule.title,
        message: printable(&finding.message),
        remedy: printable(&finding.remedy.text),
        command: super::commands::lines(&finding.remedy, scan).join("\n"),
        why: finding.rule.why,
        files: finding.files.iter().map(|path| printable(&path.to_string())).collect(),
        evidence,
    }
}

fn told(scan: &Scan, evidence: &Evidence) -> String {
    match evidence {
        Evidence::Need { file, need, import } => {
            let probes = scan.explain_in(*import, *file, *need).map_or_else(Vec::new, |(probes, _)| probes);
            lines(scan, *file, &probes, PLACES).join("\n")
        }
        Evidence::File { path, what } => printable(&format!("{what}: {path}")),
        Evidence::Line { path, number, text } => printable(&format!("{path}:{number}: {text}")),
        Evidence::Header { name, value } => printable(&format!("{name}: {value}")),
    }
}
