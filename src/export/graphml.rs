//! The graph as GraphML, for Gephi, yEd and networkx.

use std::io::{self, Write};

use super::part::Part;
use super::{Folding, Format, Options};
use crate::scan::Scan;

/// `--format graphml`.
pub const GRAPHML: Format = Format {
    name: "graphml",
    about: "the graph, for Gephi, yEd and networkx",
    endings: &[".graphml"],
    judges: true,
    draws: Some(Folding::Raw),
    write,
};

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="label" for="node" attr.name="label" attr.type="string"/>
  <key id="kind" for="node" attr.name="kind" attr.type="string"/>
  <key id="status" for="node" attr.name="status" attr.type="string"/>
  <key id="package" for="node" attr.name="package" attr.type="string"/>
  <key id="path" for="node" attr.name="path" attr.type="string"/>
  <key id="nodes" for="node" attr.name="nodes" attr.type="int"/>
  <key id="bond" for="edge" attr.name="kind" attr.type="string"/>
  <key id="state" for="edge" attr.name="status" attr.type="string"/>
  <key id="edges" for="edge" attr.name="edges" attr.type="int"/>
  <key id="note" for="edge" attr.name="note" attr.type="string"/>
  <graph id="dylens" edgedefault="directed">
"#;

fn write(scan: &Scan, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let part = Part::of(scan, &options.scope, options.is_folded(&GRAPHML));
    out.write_all(HEAD.as_bytes())?;
    for (at, item) in part.items.iter().enumerate() {
        let package = item.package.map_or("", |package| &part.packages[package]);
        writeln!(out, "    <node id=\"n{at}\">")?;
        let data = [
            ("label", item.label.as_str()),
            ("kind", item.sort),
            ("status", item.state.word()),
            ("package", package),
            ("path", item.path.as_deref().unwrap_or_default()),
        ];
        for (key, value) in data.into_iter().filter(|(_, value)| !value.is_empty()) {
            writeln!(out, "      <data key=\"{key}\">{}</data>", xml(value))?;
        }
        writeln!(out, "      <data key=\"nodes\">{}</data>\n    </node>", item.count)?;
    }
    for (at, link) in part.links.iter().enumerate() {
        writeln!(out, "    <edge id=\"e{at}\" source=\"n{}\" target=\"n{}\">", link.source, link.target)?;
        for (key, value) in [("bond", link.kind.word()), ("state", link.state.word()), ("note", &link.note)] {
            writeln!(out, "      <data key=\"{key}\">{}</data>", xml(value))?;
        }
        writeln!(out, "      <data key=\"edges\">{}</data>\n    </edge>", link.edges)?;
    }
    out.write_all(b"  </graph>\n</graphml>\n")
}

/// Text in XML 1.0, inside of an element or of an attribute. Two characters that are none of XML's are left out.
pub(super) fn xml(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !matches!(letter, '\u{fffe}' | '\u{ffff}')).collect();
    super::markdown::escaped(&text)
}
