//! The graph as Mermaid draws it in Markdown on GitHub and GitLab.

use std::io::{self, Write};

use super::part::{Drawn, DrawnLinkKind, Part, State};
use super::{Folding, Format, Options, refused};
use crate::scan::Scan;

/// `--format mermaid`.
pub const MERMAID: Format = Format {
    name: "mermaid",
    about: "the graph, for Markdown on GitHub and GitLab",
    endings: &[".mmd", ".mermaid"],
    judges: true,
    draws: Some(Folding::Folded),
    write,
};

/// Mermaid draws no more (`maxEdges`, `maxTextSize`), and a diagram may not ask for more.
const MOST_EDGES: usize = 500;
const MOST_TEXT: usize = 50_000;

const CLASSES: &str = "  classDef bad stroke:#c00,stroke-width:2px,color:#c00
  classDef warned stroke:#c08000,stroke-width:2px
  classDef absent stroke-dasharray:4 3,color:#666
";

fn write(scan: &Scan, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let part = Part::of(scan, &options.scope, options.is_folded(&MERMAID));
    if part.links.len() > MOST_EDGES {
        let what = format!("{} edges, and Mermaid draws {MOST_EDGES} at most", part.links.len());
        return Err(refused(&what));
    }
    let mut text = "flowchart LR\n".to_owned();
    for (index, name) in part.packages.iter().enumerate() {
        text += &format!("  subgraph p{index}[\"{}\"]\n", escaped(name));
        text.extend(lines(&part, Some(index)));
        text += "  end\n";
    }
    text.extend(lines(&part, None));
    for link in &part.links {
        let arrow = match (link.kind, link.state) {
            (DrawnLinkKind::Numpy, _) => "-. NumPy .->",
            (DrawnLinkKind::Import, _) => "-. import .->",
            (DrawnLinkKind::MayImport, _) => "-. may import .->",
            (DrawnLinkKind::Needs, State::Fine) => "-->",
            _ => "-.->",
        };
        text += &format!("  n{} {arrow} n{}\n", link.source, link.target);
    }
    text += CLASSES;
    for (state, class) in [(State::Bad, "bad"), (State::Warned, "warned"), (State::Absent, "absent")] {
        let of_state = part.items.iter().enumerate().filter(|(_, item)| item.state == state);
        let ids: Vec<String> = of_state.map(|(at, _)| format!("n{at}")).collect();
        if !ids.is_empty() {
            text += &format!("  class {} {class}\n", ids.join(","));
        }
    }
    if text.len() > MOST_TEXT {
        return Err(refused(&format!("{} characters, and Mermaid reads {MOST_TEXT} at most", text.len())));
    }
    out.write_all(text.as_bytes())
}

fn lines(part: &Part, package: Option<usize>) -> impl Iterator<Item = String> {
    part.items.iter().enumerate().filter(move |(_, item)| item.package == package).map(line)
}

fn line((at, item): (usize, &Drawn)) -> String {
    let label = escaped(&item.label);
    let shape = match item.sort {
        "module" | "program" => format!("[\"{label}\"]"),
        "fold" => format!("[[\"{label}\"]]"),
        "missing" => format!("{{{{\"{label}\"}}}}"),
        "python" => format!(">\"{label}\"]"),
        _ => format!("([\"{label}\"])"),
    };
    format!("  n{at}{shape}\n")
}

/// Text between quotes: what Mermaid or the page around it would take for more is written by its number.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' | ';' | '%' | '{' | '}' => out += &format!("#{};", letter as u32),
            letter => out.push(letter),
        }
    }
    out
}
