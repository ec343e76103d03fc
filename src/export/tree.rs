//! The tree: distributions, their modules and libraries, and what these need.

use std::io::{self, Write};

use rustc_hash::{FxHashMap, FxHashSet};

use super::places::{distribution_title, nonstandard, title};
use super::{Format, Glyph, Ink, Options};
use crate::diagnose::Severity;
use crate::discover::Role;
use crate::graph::{NeedEdge, Node, NodeId};
use crate::loader::Resolution;
use crate::printable::{bounded, inert};
use crate::rule::RuleId;
use crate::scan::Scan;
use crate::vfs::VPath;

/// `dylens tree`.
pub const TREE: Format = Format {
    name: "tree",
    about: "distributions, their modules and what these need",
    endings: &[".tree.txt"],
    judges: true,
    draws: None,
    write,
};

fn write(scan: &Scan, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let errors = scan.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let mut troubles = FxHashMap::default();
    for finding in errors {
        for file in finding.files.iter().chain([&finding.file]) {
            troubles.entry(file.clone()).or_insert(finding.rule.title);
        }
    }
    let mut tree = Tree { scan, options, shown: FxHashSet::default(), troubles, text: String::new() };
    for &distribution in scan.graph.distributions() {
        tree.distribution(distribution);
    }
    out.write_all(inert(&tree.text).as_bytes())
}

struct Tree<'a> {
    scan: &'a Scan,
    options: &'a Options,
    /// Nodes that have their line; those below them stand there.
    shown: FxHashSet<NodeId>,
    /// Files that an error is about, and what the rule calls it.
    troubles: FxHashMap<VPath, &'static str>,
    text: String,
}

/// A line to come: a node, and the need that leads to it.
type Child<'a> = (NodeId, Option<&'a NeedEdge>);

impl<'a> Tree<'a> {
    fn distribution(&mut self, node: NodeId) {
        let graph = &self.scan.graph;
        let mut contents = graph.contents(node);
        if contents.is_empty() || self.options.depth == 0 {
            return;
        }
        // Modules come first: the libraries that they bring in are then shown below them.
        contents.sort_by_cached_key(|&node| (!is_module(graph.node(node)), title(self.scan, node)));
        self.text += &self.options.paint.ink(Ink::Strong, &bounded(distribution_title(self.scan, node)));
        self.text.push('\n');
        if self.options.depth > 1 {
            let inside = self.needed_inside(&contents);
            let children = contents.into_iter().filter(|node| !inside.contains(node)).map(|node| (node, None));
            self.children(children.collect(), "", 2);
        }
    }

    /// The libraries of a distribution that get a line below one of its modules.
    fn needed_inside(&self, contents: &[NodeId]) -> FxHashSet<NodeId> {
        if self.options.depth < 3 {
            return FxHashSet::default();
        }
        let modules = contents.iter().filter(|&&node| is_module(self.scan.graph.node(node)));
        modules
            .flat_map(|&node| self.scan.graph.needs(node))
            .map(|(node, _)| node)
            .filter(|node| contents.contains(node))
            .collect()
    }

    /// Lines for siblings. `margin` is what stands before them.
    fn children(&mut self, children: Vec<Child<'a>>, margin: &str, level: usize) {
        let last = children.len().saturating_sub(1);
        for (index, child) in children.into_iter().enumerate() {
            let paint = &self.options.paint;
            let (branch, below) = match index == last {
                true => (paint.glyph(Glyph::LastBranch), "   "),
                false => (paint.glyph(Glyph::Branch), paint.glyph(Glyph::Bar)),
            };
            let is_new = self.shown.insert(child.0);
            let needs = self.needs(child.0);
            let is_cut = level >= self.options.depth;
            self.text += &format!("{margin}{branch}{}", self.line(child));
            if !is_new && (!needs.is_empty() || child.1.is_none()) {
                let above = format!("  {} shown above", paint.glyph(Glyph::Above));
                self.text += &paint.ink(Ink::Quiet, &above);
            } else if !needs.is_empty() && is_cut {
                self.text += &format!(" {}", paint.glyph(Glyph::Ellipsis));
            }
            self.text.push('\n');
            if is_new && !is_cut {
                self.children(needs, &format!("{margin}{below}"), level + 1);
            }
        }
    }

    /// What a file needs, each once, in the order of its import list.
    fn needs(&self, node: NodeId) -> Vec<Child<'a>> {
        let mut seen = FxHashSet::default();
        let needs = self.scan.graph.needs(node).into_iter();
        let is_wanted = |node: &NodeId| {
            self.options.all || !matches!(self.scan.graph.node(*node), Node::System(_) | Node::Builtin(_))
        };
        needs.filter(|(node, _)| is_wanted(node) && seen.insert(*node)).map(|(node, edge)| (node, Some(edge))).collect()
    }

    fn line(&self, (node, edge): Child) -> String {
        let paint = &self.options.paint;
        let name = bounded(title(self.scan, node));
        let bad = |why: &str| paint.ink(Ink::Error, &format!("{} {name}  {why}", paint.glyph(Glyph::Error)));
        match (self.scan.graph.node(node), edge.map(|edge| &edge.resolution)) {
            (_, Some(Resolution::Refused { at, why })) => {
                bad(&bounded(format!("{}: {}", self.scan.shown(&at.folded()), why.phrase())))
            }
            (Node::Missing(_), _) if edge.is_some_and(|edge| !edge.kind.is_binding()) => {
                paint.ink(Ink::Quiet, &format!("{name}  may be absent"))
            }
            (Node::Missing(_), _) if self.scan.is_missed(node) => bad("not found"),
            (Node::Missing(_), _) if self.is_preloaded(node) => {
                paint.ink(Ink::Quiet, &format!("{name}  loaded by Python code"))
            }
            (Node::Missing(_), _) => paint.ink(Ink::Quiet, &format!("{name}  not on the search path")),
            (Node::System(_) | Node::Builtin(_), _) => paint.ink(Ink::Quiet, &name),
            _ => match (self.trouble(node), nonstandard(self.scan, node)) {
                (Some(trouble), _) => bad(&bounded(&trouble)),
                (None, Some(class)) => {
                    let glyph = paint.glyph(Glyph::Nonstandard);
                    paint.ink(Ink::Warning, &format!("{glyph} {name}  install name: {}", class.word()))
                }
                (None, None) => name,
            },
        }
    }

    fn is_preloaded(&self, node: NodeId) -> bool {
        let about = self.scan.findings.iter().filter(|finding| finding.node == Some(node));
        about.into_iter().any(|finding| finding.rule.id == RuleId::LIBRARY_PRELOADED)
    }

    /// What is wrong with a file itself.
    fn trouble(&self, node: NodeId) -> Option<String> {
        let found = self.scan.path_of(node).and_then(|path| self.troubles.get(&path));
        let problem = || self.scan.world.file(self.scan.file_of(node)?).problem.as_ref().map(ToString::to_string);
        found.map(ToString::to_string).or_else(problem)
    }
}

fn is_module(node: &Node) -> bool {
    matches!(node, Node::File { role: Role::Module(_), .. })
}
