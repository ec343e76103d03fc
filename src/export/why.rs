//! Why is this here: who brings it in, who needs it, and where each of its needs was looked for.

mod choose;

use std::collections::BTreeSet;

use petgraph::Direction;

use choose::{chosen, described};

use super::paint::count;
use super::places::{self, title};
use super::{Glyph, Ink, Paint};
use crate::discover::Role;
use crate::error::Error;
use crate::graph::{NeedEdge, Node, NodeId};
use crate::printable::{bounded, inert};
use crate::scan::Scan;

/// How many chains, dependents and places are shown.
const CHAINS: usize = 5;
const DEPENDENTS: usize = 10;
const SEARCHES: usize = 5;
const PLACES: usize = 12;

/// Explains a node: a library's name or soname, a module's name, a distribution, or a part of a path.
///
/// # Errors
/// Where nothing is called so, or several are: names them.
pub fn why(scan: &Scan, name: &str, paint: &Paint) -> Result<String, Error> {
    let about = Why { scan, paint };
    let parts: Vec<String> = chosen(scan, name)?.into_iter().map(|node| about.node(node)).collect();
    Ok(inert(&parts.join("\n")))
}

/// The one node that is called so.
///
/// # Errors
/// Where nothing is called so, or several are: names them.
pub fn node(scan: &Scan, name: &str) -> Result<NodeId, Error> {
    match &chosen(scan, name)?[..] {
        [node] => Ok(*node),
        nodes => Err(choose::several(scan, name, nodes)),
    }
}

struct Why<'a> {
    scan: &'a Scan,
    paint: &'a Paint,
}

impl Why<'_> {
    fn node(&self, node: NodeId) -> String {
        let mut text = self.head(node);
        if let Node::Distribution(_) = self.scan.graph.node(node) {
            text += &self.contents(node);
            let packages = self.scan.graph.packages(node);
            text.extend(packages.into_iter().map(|package| self.importers(package)));
            return text + &self.failing(node);
        }
        text += &self.chains(node);
        text += &self.dependents(node);
        text += &self.importers(node);
        text += &self.failing(node);
        text += &match self.scan.graph.node(node) {
            Node::Missing(_) => self.searches(node),
            _ => self.needs(node),
        };
        text
    }

    /// What it is.
    fn head(&self, node: NodeId) -> String {
        let name = bounded(title(self.scan, node));
        let ink = if matches!(self.scan.graph.node(node), Node::Missing(_)) && self.scan.is_missed(node) {
            Ink::Error
        } else {
            Ink::Strong
        };
        let mut text = format!("{}: {}\n", self.paint.ink(ink, &name), bounded(described(self.scan, node)));
        if let Some(path) = self.scan.path_of(node) {
            text += &format!("  {}\n", bounded(path));
        }
        if let Some(name) = places::nonstandard(self.scan, node) {
            let line = format!("{} it has {}", self.paint.glyph(Glyph::Nonstandard), bounded(name.phrase()));
            text += &format!("  {}\n", self.paint.ink(Ink::Warning, &line));
        }
        let problem = self.scan.file_of(node).and_then(|file| self.scan.world.file(file).problem.clone());
        if let Some(problem) = problem {
            let problem = bounded(problem);
            text += &format!("  {}\n", self.paint.ink(Ink::Error, &problem));
        }
        text
    }

    fn section(&self, title: &str) -> String {
        format!("\n{}\n", self.paint.ink(Ink::Strong, title))
    }

    fn contents(&self, node: NodeId) -> String {
        let files = self.scan.graph.contents(node);
        let mut text = self.section(&format!("Brings {}", count(files.len(), "native file")));
        for file in files {
            text += &format!("  {}\n", bounded(title(self.scan, file)));
        }
        text
    }

    /// The shortest ways from distributions.
    fn chains(&self, node: NodeId) -> String {
        let chains = self.scan.graph.why(node, CHAINS);
        if chains.is_empty() {
            return String::new();
        }
        let arrow = format!(" {} ", self.paint.glyph(Glyph::Arrow));
        let mut text = self.section("Loaded by");
        for chain in chains {
            let names: Vec<String> = chain.iter().map(|&node| bounded(title(self.scan, node))).collect();
            text += &format!("  {}\n", names.join(&arrow));
        }
        text
    }

    fn dependents(&self, node: NodeId) -> String {
        let mut dependents: Vec<NodeId> = self.scan.graph.dependents(node).into_iter().map(|(by, _)| by).collect();
        dependents.dedup();
        if dependents.is_empty() {
            return match self.scan.graph.node(node) {
                Node::Python(_) => String::new(),
                _ => self.section("Needed by no other file"),
            };
        }
        let mut text = self.section(&format!("Needed by {}", count(dependents.len(), "file")));
        for &by in dependents.iter().take(DEPENDENTS) {
            let path = self.scan.path_of(by).map_or_else(|| title(self.scan, by), |path| path.to_string());
            text += &format!("  {}\n", bounded(&path));
        }
        if dependents.len() > DEPENDENTS {
            text += &format!("  and {} more\n", dependents.len() - DEPENDENTS);
        }
        text
    }

    /// Whose Python code imports it, and where.
    fn importers(&self, node: NodeId) -> String {
        let graph = &self.scan.graph;
        let mut importers = graph.imports(node, Direction::Incoming);
        // That the modules of a package import it goes without saying.
        importers.retain(|(by, import)| import.site.is_some() || graph.owner(*by) != graph.owner(node));
        if importers.is_empty() {
            return String::new();
        }
        importers.sort_by_key(|(by, import)| (import.standing, import.site.is_none(), *by));
        let number = importers.len();
        let mut text =
            self.section(&format!("{} is imported by {}", bounded(title(self.scan, node)), count(number, "module")));
        for (by, import) in importers.iter().take(DEPENDENTS) {
            let standing = import.standing.remark().map_or_else(String::new, |remark| format!(", {remark}"));
            let site = import.site.as_ref().map(|(file, line)| format!("  {}:{line}", self.scan.shown(file)));
            let site = self.paint.ink(Ink::Quiet, &bounded(site.unwrap_or_default()));
            let site = format!("{site}{standing}");
            text += &format!("  {}{site}\n", bounded(title(self.scan, *by)));
        }
        if number > DEPENDENTS {
            text += &format!("  and {} more\n", number - DEPENDENTS);
        }
        text
    }

    /// How many imports fail where it does, and of which packages.
    fn failing(&self, node: NodeId) -> String {
        let above = self.scan.graph.above(node);
        let is_module = |node: &NodeId| matches!(self.scan.graph.node(*node), Node::File { role: Role::Module(_), .. });
        let modules: Vec<NodeId> = above.into_iter().filter(is_module).collect();
        if modules.is_empty() {
            return String::new();
        }
        let owners: BTreeSet<String> =
            modules.iter().filter_map(|&node| self.scan.graph.owner(node)).map(|it| self.scan.label(it)).collect();
        let verb = if modules.len() == 1 { "fails" } else { "fail" };
        let mut text = self.section(&format!("Without it {} {verb}", count(modules.len(), "import")));
        let owners: Vec<String> = owners.into_iter().map(bounded).collect();
        text += &format!("  of {}\n", owners.join(", "));
        text
    }

    /// Where those that need a missing name looked for it.
    fn searches(&self, node: NodeId) -> String {
        let mut text = String::new();
        for (by, edge) in self.scan.graph.dependents(node).into_iter().take(SEARCHES) {
            let path = self.scan.path_of(by).map_or_else(String::new, |path| path.to_string());
            text += &self.section(&bounded(format!("Where {path} looked, in order")));
            text += &self.places(by, edge);
        }
        text
    }

    /// What the file needs, what each need got, and the places that were tried for it.
    fn needs(&self, node: NodeId) -> String {
        let needs = self.scan.graph.needs(node);
        if needs.is_empty() {
            return String::new();
        }
        let mut text = self.section("What it needs, and where that was looked for");
        for (target, edge) in needs {
            let name = bounded(&edge.name);
            let got = match self.scan.path_of(target).filter(|_| edge.resolution.is_met()) {
                Some(path) => {
                    let path = bounded(path);
                    format!("{name} {} {path}", self.paint.glyph(Glyph::Arrow))
                }
                None if edge.resolution.is_met() => format!("{name} is {}", edge.resolution.step().phrase()),
                None if !edge.kind.is_binding() => format!("{name} is not found, and need not be"),
                None => self.paint.ink(Ink::Error, &format!("{name} is not found")),
            };
            text += &format!("  {got}\n{}", self.places(node, edge));
        }
        text
    }

    fn places(&self, by: NodeId, edge: &NeedEdge) -> String {
        let Some(file) = self.scan.file_of(by) else { return String::new() };
        let probes = self.scan.explain_in(edge.first, file, edge.need).map_or_else(Vec::new, |(probes, _)| probes);
        let lines = places::lines(self.scan, file, &probes, PLACES);
        let quiet = |line: &String| self.paint.ink(Ink::Quiet, &format!("    {}", line.trim_end())) + "\n";
        lines.iter().map(quiet).collect()
    }
}
