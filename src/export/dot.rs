//! The graph as Graphviz reads it: a box for each distribution, red where something is missing.

use std::io::{self, Write};

use super::part::{Drawn, DrawnLink, DrawnLinkKind, Part, State};
use super::{Format, Options};
use crate::printable::printable;
use crate::scan::Scan;

/// `--format dot`.
pub const DOT: Format = Format {
    name: "dot",
    about: "the graph, for Graphviz",
    endings: &[".dot", ".gv"],
    judges: true,
    draws: Some(super::Folding::Raw),
    write,
};

const HEAD: &str = "\
digraph dylens {
  graph [rankdir=LR, fontname=\"Helvetica\", style=rounded, color=\"#b0b0b0\"];
  node [fontname=\"Helvetica\", fontsize=10, shape=box, style=\"rounded,filled\", fillcolor=white];
  edge [color=\"#606060\", arrowsize=0.6];
";

fn write(scan: &Scan, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let part = Part::of(scan, &options.scope, options.is_folded(&DOT));
    out.write_all(HEAD.as_bytes())?;
    let items: Vec<(usize, &Drawn)> = part.items.iter().enumerate().collect();
    for (index, name) in part.packages.iter().enumerate() {
        writeln!(out, "  subgraph cluster_{index} {{\n    label={};", quoted(name))?;
        for (at, item) in items.iter().filter(|(_, item)| item.package == Some(index)) {
            writeln!(out, "    {}", line(*at, item))?;
        }
        writeln!(out, "  }}")?;
    }
    for (at, item) in items.iter().filter(|(_, item)| item.package.is_none()) {
        writeln!(out, "  {}", line(*at, item))?;
    }
    for link in &part.links {
        writeln!(out, "  n{} -> n{} [{}];", link.source, link.target, dress(link))?;
    }
    out.write_all(b"}\n")
}

fn line(at: usize, item: &Drawn) -> String {
    let look = match (item.sort, item.state) {
        ("missing", State::Bad) => "shape=ellipse, style=dashed, color=red, fontcolor=red",
        ("python", State::Bad) => "shape=note, style=dashed, color=red, fontcolor=red",
        ("missing", _) => "shape=ellipse, style=dashed, color=\"#909090\", fontcolor=\"#606060\"",
        ("python", State::Absent) => "shape=note, style=dashed, color=\"#909090\", fontcolor=\"#606060\"",
        ("python", _) => "shape=note, style=filled, fillcolor=\"#f3e6f5\"",
        (_, State::Bad) => "color=red, fontcolor=red, fillcolor=\"#fdeaea\"",
        ("module", _) => "fillcolor=\"#dcebfa\"",
        ("program", _) => "shape=component, fillcolor=\"#efe6f7\"",
        ("library", _) => "shape=ellipse, style=filled, fillcolor=\"#e3f3e1\"",
        ("fold", _) => "shape=box3d, style=filled, fillcolor=\"#f7f3e6\"",
        _ => "shape=ellipse, style=filled, color=\"#c0c0c0\", fillcolor=\"#f2f2f2\"",
    };
    let warned = if item.state == State::Warned { ", color=\"#c08000\", penwidth=2" } else { "" };
    let note = if item.note.is_empty() { String::new() } else { format!(", comment={}", quoted(&item.note)) };
    let path = item.path.as_ref().map_or_else(String::new, |path| format!(", tooltip={}", quoted(path)));
    format!("n{at} [label={}, {look}{warned}{note}{path}];", quoted(&item.label))
}

fn dress(link: &DrawnLink) -> String {
    let tooltip = quoted(&link.note);
    match (link.kind, link.state) {
        (_, State::Bad) => format!("color=red, style=dashed, tooltip={tooltip}"),
        // Bonds to NumPy's C API have a color of their own; no loader follows them.
        (DrawnLinkKind::Numpy, _) => format!("color=\"#a040a0\", style=dashed, tooltip={tooltip}"),
        // So has what Python code imports.
        (DrawnLinkKind::Import, _) => format!("color=\"#3070b0\", style=dashed, tooltip={tooltip}"),
        (DrawnLinkKind::MayImport, _) => format!("color=\"#3070b0\", style=dotted, tooltip={tooltip}"),
        (DrawnLinkKind::May, _) => format!("style=dotted, tooltip={tooltip}"),
        (DrawnLinkKind::Needs, State::Absent) => format!("color=\"#909090\", style=dashed, tooltip={tooltip}"),
        (DrawnLinkKind::Needs, _) => format!("tooltip={tooltip}"),
    }
}

/// A quoted string of the DOT language. A backslash would start an escape of Graphviz' own.
fn quoted(text: &str) -> String {
    format!("\"{}\"", printable(text).replace('\\', "\\\\").replace('"', "\\\""))
}
