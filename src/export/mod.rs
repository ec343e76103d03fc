//! A scan as bytes.
//!
//! Each format is an entry of [`FORMATS`]: to add one, one new file and its entry here. The command line and its help are
//! derived from the table. What a format writes depends on the scan and the options alone: the same world gives the same
//! bytes.

mod commands;
mod compared;
mod cyclonedx;
mod dot;
mod explained;
mod findings;
mod github;
mod graphml;
mod html;
mod imports;
mod incidents;
mod json;
mod jsonl;
mod markdown;
mod marks;
mod mermaid;
mod paint;
mod part;
mod places;
mod sarif;
mod snapshot;
mod svg;
mod symbols;
mod text;
mod tree;
mod why;

pub use compared::{COMPARED, Compared, Told};
pub use explained::explained;
pub use findings::FINDINGS;
pub use imports::{import_story, imports_json, imports_jsonl, imports_text};
pub use incidents::{Incidents, incidents_json, incidents_text};
pub use json::JSON;
pub use marks::Marks;
pub use paint::{Glyph, Ink, Paint, count};
pub use part::{Excerpt, Extent, Scope};
pub use places::{Counts, failing_modules, mechanism};
pub use symbols::{
    exports_jsonl, exports_text, recorded_symbols_told, symbol_uses_jsonl, symbol_uses_text, symbols_jsonl,
    symbols_text,
};
pub use text::TEXT;
pub use tree::TREE;
pub use why::{node, why};

use std::io::{self, Write};

use crate::diagnose::Finding;
use crate::discover::RequirementLines;
use crate::graph::Node;
use crate::scan::Scan;
use crate::snapshot::KeptSymbols;
use crate::vfs::VPath;

/// One way to write a scan.
#[derive(Debug)]
pub struct Format {
    /// What a person types behind `--format`.
    pub name: &'static str,
    /// One line for the help.
    pub about: &'static str,
    /// How files of it are called: by their endings, the usual one first.
    pub endings: &'static [&'static str],
    /// Does it say what is wrong? If not, nobody has to find out.
    pub judges: bool,
    /// Is it a drawing, of a part of the graph that can be chosen? And is that folded where nobody says?
    pub draws: Option<Folding>,
    pub write: fn(&Scan, &Options, &mut dyn Write) -> io::Result<()>,
}

impl Format {
    /// Can it draw several nodes as one?
    pub fn folds(&self) -> bool {
        self.draws.is_some() && self.name != JSON.name
    }

    /// The format of a file that is called so; it may be packed (`.gz`, `.zst`).
    pub fn of_name(name: &str) -> Option<&'static Format> {
        let name = name.to_lowercase();
        let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
        let ending =
            |format: &Format| format.endings.iter().filter(|ending| name.ends_with(**ending)).map(|it| it.len()).max();
        let fitting = FORMATS.iter().filter_map(|format| Some((ending(format)?, *format)));
        fitting.max_by_key(|(len, _)| *len).map(|(_, format)| format)
    }
}

/// Every format of `dylens export`.
pub const FORMATS: &[&Format] = &[
    &JSON,
    &snapshot::SNAPSHOT,
    &jsonl::JSONL,
    &dot::DOT,
    &mermaid::MERMAID,
    &graphml::GRAPHML,
    &svg::SVG,
    &html::HTML,
    &markdown::MARKDOWN,
    &sarif::SARIF,
    &github::GITHUB,
    &cyclonedx::CYCLONEDX,
    &TEXT,
    &TREE,
];

/// Whether what is alike is drawn as one, and what a longer way implies not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folding {
    Folded,
    Raw,
}

/// Says that a format cannot take so much, and what to do.
fn refused(what: &str) -> io::Error {
    let remedy = "give --folded, --scope problems, or --scope focus --node NAME";
    io::Error::new(io::ErrorKind::InvalidInput, format!("the graph has {what}; {remedy}"))
}

/// What `dylens check` writes: formats that tell of findings.
pub const REPORTS: &[&Format] = &[&TEXT, &FINDINGS, &markdown::MARKDOWN, &sarif::SARIF, &github::GITHUB];

/// What a person decides of the formats made to be read.
#[derive(Clone, Debug)]
pub struct Options {
    pub paint: Paint,
    /// Every finding, every place.
    pub verbose: bool,
    /// How many levels of the tree.
    pub depth: usize,
    /// The system's libraries too.
    pub all: bool,
    /// What became of findings that are not told, a line each.
    pub set_aside: Vec<String>,
    /// Which part of the graph.
    pub scope: Scope,
    /// How it is drawn; as the format likes it where nobody says.
    pub folding: Option<Folding>,
    /// Which symbols a snapshot keeps.
    pub symbols: KeptSymbols,
    /// The repository that the target lies in: paths in code scanning and annotations are given from here on.
    pub repository: Option<VPath>,
    /// Where the project names what it requires: a finding is shown there, as nobody changes an installed file.
    pub requirements: RequirementLines,
}

impl Options {
    /// The usual ones.
    pub fn new(paint: Paint) -> Options {
        Options {
            paint,
            verbose: false,
            depth: 3,
            all: false,
            set_aside: Vec::new(),
            scope: Scope::All,
            folding: None,
            symbols: KeptSymbols::default(),
            repository: None,
            requirements: RequirementLines::default(),
        }
    }

    /// The path of a finding's file from the repository on; none for what lies elsewhere.
    fn in_repository(&self, scan: &Scan, file: &VPath) -> Option<VPath> {
        // What lies in an image is no file of the repository, whatever it is called.
        let path = scan.target.within.is_none().then(|| scan.target.root.join(file))?;
        path.below(self.repository.as_ref()?).map(VPath::new)
    }

    /// The line of the repository on which the distribution is required that a finding is about: the file and the line.
    fn requirement_line(&self, scan: &Scan, finding: &Finding) -> Option<(VPath, usize)> {
        let by_file = || scan.owner(scan.world.open(&scan.target.root.join(&finding.file)).ok()?);
        let owner = match finding.node.map(|node| scan.graph.node(node)) {
            Some(Node::File { owner, .. }) => *owner,
            Some(Node::Distribution(id)) => *id,
            _ => by_file()?,
        };
        let (path, line) = self.requirements.of(&scan.distributions.get(owner).name)?;
        Some((VPath::new(path.below(self.repository.as_ref()?)?), line))
    }

    fn is_folded(&self, format: &Format) -> bool {
        self.folding.or(format.draws) == Some(Folding::Folded)
    }
}
