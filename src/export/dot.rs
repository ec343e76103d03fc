//! The graph as Graphviz reads it: a box for each distribution, red where something is missing.

use std::io::{self, Write};

use super::places::{distribution_title, nonstandard, title};
use super::{Format, Options, printable};
use crate::discover::Role;
use crate::graph::{Edge, NeedEdge, Node, NodeId, NumpyEdge, Presence};
use crate::image::Name;
use crate::scan::Scan;

/// `--format dot`.
pub const DOT: Format =
    Format { name: "dot", about: "the graph, for Graphviz", endings: &[".dot", ".gv"], judges: true, write };

const HEAD: &str = "\
digraph dylens {
  graph [rankdir=LR, fontname=\"Helvetica\", style=rounded, color=\"#b0b0b0\"];
  node [fontname=\"Helvetica\", fontsize=10, shape=box, style=\"rounded,filled\", fillcolor=white];
  edge [color=\"#606060\", arrowsize=0.6];
";

fn write(scan: &Scan, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(HEAD.as_bytes())?;
    for (index, &distribution) in scan.graph.distributions().iter().enumerate() {
        cluster(scan, index, distribution, out)?;
    }
    let is_outside = |node: &Node| !matches!(node, Node::Distribution(_) | Node::File { .. });
    for (node, _) in scan.graph.nodes().filter(|(_, node)| is_outside(node)) {
        writeln!(out, "  {}", line(scan, node))?;
    }
    let inner = &scan.graph.inner;
    for edge in inner.edge_indices() {
        let Some((source, target)) = inner.edge_endpoints(edge) else { continue };
        let dress = match &inner[edge] {
            Edge::Contains => continue,
            Edge::Needs(need) => dress(need, scan.is_missed(target)),
            Edge::Numpy(bond) => dress_of_numpy(bond),
        };
        writeln!(out, "  n{} -> n{} [{dress}];", source.index(), target.index())?;
    }
    out.write_all(b"}\n")
}

fn cluster(scan: &Scan, index: usize, distribution: NodeId, out: &mut dyn Write) -> io::Result<()> {
    let contents = scan.graph.contents(distribution);
    if contents.is_empty() {
        return Ok(());
    }
    writeln!(out, "  subgraph cluster_{index} {{")?;
    writeln!(out, "    label={};", quoted(&distribution_title(scan, distribution)))?;
    for node in contents {
        writeln!(out, "    {}", line(scan, node))?;
    }
    writeln!(out, "  }}")
}

fn line(scan: &Scan, node: NodeId) -> String {
    let is_broken = scan.file_of(node).is_some_and(|file| scan.world.file(file).problem.is_some());
    let look = match scan.graph.node(node) {
        Node::File { .. } if is_broken => "color=red, fontcolor=red, fillcolor=\"#fdeaea\"",
        Node::File { role: Role::Module(_), .. } => "fillcolor=\"#dcebfa\"",
        Node::File { role: Role::Program, .. } => "shape=component, fillcolor=\"#efe6f7\"",
        Node::File { .. } => "shape=ellipse, style=filled, fillcolor=\"#e3f3e1\"",
        Node::Missing(_) if !scan.is_missed(node) => {
            "shape=ellipse, style=dashed, color=\"#909090\", fontcolor=\"#606060\""
        }
        Node::Missing(_) => "shape=ellipse, style=dashed, color=red, fontcolor=red",
        Node::Python(module) if module.presence == Presence::Absent && scan.is_missed(node) => {
            "shape=note, style=dashed, color=red, fontcolor=red"
        }
        Node::Python(module) if module.presence.path().is_none() => {
            "shape=note, style=dashed, color=\"#909090\", fontcolor=\"#606060\""
        }
        Node::Python(_) => "shape=note, style=filled, fillcolor=\"#f3e6f5\"",
        _ => "shape=ellipse, style=filled, color=\"#c0c0c0\", fillcolor=\"#f2f2f2\"",
    };
    let (sign, named) = match (nonstandard(scan, node), identity(scan, node)) {
        (Some(class), Some(identity)) => {
            let comment = quoted(&format!("nonstandard install name ({}): {identity}", class.word()));
            let color = if is_broken { "" } else { ", color=\"#c08000\", penwidth=2" };
            ("! ", format!("{color}, comment={comment}"))
        }
        _ => ("", String::new()),
    };
    let path = scan.path_of(node).map_or_else(String::new, |path| format!(", tooltip={}", quoted(&path.to_string())));
    let label = quoted(&format!("{sign}{}", title(scan, node)));
    format!("n{} [label={label}, {look}{named}{path}];", node.index())
}

fn identity(scan: &Scan, node: NodeId) -> Option<Name> {
    scan.world.file(scan.file_of(node)?).image.as_ref()?.identity.clone()
}

fn dress(need: &NeedEdge, is_missed: bool) -> String {
    let step = need.resolution.step();
    let tooltip = quoted(&format!("{}: {}", need.name, step.phrase()));
    match (need.resolution.is_met(), need.kind.is_binding()) {
        (false, true) if !is_missed => format!("color=\"#909090\", style=dashed, tooltip={tooltip}"),
        (false, true) => format!("color=red, style=dashed, tooltip={tooltip}"),
        (_, false) => format!("style=dotted, tooltip={tooltip}"),
        (true, true) => format!("tooltip={tooltip}"),
    }
}

/// Bonds to NumPy's C API have a color of their own; no loader follows them.
fn dress_of_numpy(bond: &NumpyEdge) -> String {
    let asks_by = bond.binding.as_ref().map_or_else(String::new, |binding| format!(" ({})", binding.phrase()));
    let tooltip = quoted(&format!("{}{asks_by}: {}", bond.asks_for, bond.answer.phrase()));
    match bond.answer.fails() {
        true => format!("color=red, style=dashed, tooltip={tooltip}"),
        false => format!("color=\"#a040a0\", style=dashed, tooltip={tooltip}"),
    }
}

/// A quoted string of the DOT language. A backslash would start an escape of Graphviz' own.
fn quoted(text: &str) -> String {
    format!("\"{}\"", printable(text).replace('\\', "\\\\").replace('"', "\\\""))
}
