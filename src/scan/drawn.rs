//! What Python code imports, drawn into the graph.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::outcomes::ImportLink;
use crate::discover::{DistributionId, Role, normalized};
use crate::graph::{Graph, ImportEdge, ImportStanding, Node, NodeId, Presence, PythonModule};
use crate::image::Name;
use crate::imports::{ImportCause, ImportFailure, ImportOutcome, ImportVerdict, Outcomes};
use crate::python::top;
use crate::survey::Survey;

/// The nodes of modules, by their dotted names.
struct Modules<'s> {
    survey: &'s Survey,
    natives: FxHashMap<String, NodeId>,
    /// Whose the native modules below each top-level name are; of a package without, the distribution of its name.
    owners: BTreeMap<String, DistributionId>,
}

impl<'s> Modules<'s> {
    fn new(survey: &'s Survey, graph: &Graph) -> Modules<'s> {
        let mut natives = FxHashMap::default();
        let names = survey.distributions.iter().map(|(id, distribution)| (normalized(&distribution.name), id));
        let mut owners: BTreeMap<String, DistributionId> = names.filter(|(name, _)| !name.is_empty()).collect();
        for (id, node) in graph.nodes() {
            if let Node::File { role: Role::Module(name), owner, .. } = node {
                natives.entry(name.clone()).or_insert(id);
                owners.insert(top(name).to_owned(), *owner);
            }
        }
        Modules { survey, natives, owners }
    }

    fn owner(&self, name: &str) -> Option<DistributionId> {
        self.owners.get(top(name)).or_else(|| self.owners.get(&normalized(top(name)))).copied()
    }

    fn known(&self, graph: &Graph, name: &str) -> Option<NodeId> {
        self.natives.get(name).copied().or_else(|| graph.module(name.as_bytes()))
    }

    /// The node of a module; a new one of a package that had none.
    fn node(&self, graph: &mut Graph, name: &str) -> NodeId {
        self.known(graph, name).unwrap_or_else(|| {
            let (presence, owner) = (self.survey.python_module(name), self.owner(name));
            graph.add_module(PythonModule { name: Name::from(name), presence, owner })
        })
    }
}

/// Draws what Python code imports, and what imports do by it. `packages` says so of those that are no rows of the outcomes.
pub(super) fn draw(
    survey: &mut Survey,
    links: Vec<ImportLink>,
    outcomes: &Outcomes,
    packages: &BTreeMap<String, ImportVerdict>,
) {
    let mut graph = std::mem::take(&mut survey.graph);
    let modules = Modules::new(survey, &graph);
    for ImportLink { source, target, edge } in links {
        let ends = (modules.node(&mut graph, &source), modules.node(&mut graph, &target));
        graph.add_import(ends.0, ends.1, edge);
    }
    let failing: Vec<(&ImportOutcome, &ImportFailure)> = failing(outcomes).collect();
    // What is not there is a node as soon as something fails by it.
    for (_, failure) in &failing {
        if let (ImportCause::ModuleMissing, Some(importer)) = (failure.cause, failure.because.iter().rev().nth(1)) {
            let target = match modules.known(&graph, &failure.subject) {
                Some(known) => known,
                None => {
                    let (name, owner) = (Name::from(&failure.subject), modules.owner(&failure.subject));
                    graph.add_module(PythonModule { name, presence: Presence::Absent, owner })
                }
            };
            let source = modules.node(&mut graph, importer);
            graph.add_import(source, target, ImportEdge { standing: ImportStanding::Certain, site: None });
        }
    }
    settle(&mut graph, &modules, outcomes, packages);
    complete(&mut graph, &modules, &failing);
    survey.graph = graph;
}

/// Takes what imports do into a graph that has what Python code imports.
pub(super) fn settle_again(survey: &mut Survey, outcomes: &Outcomes) {
    let mut graph = std::mem::take(&mut survey.graph);
    let modules = Modules::new(survey, &graph);
    settle(&mut graph, &modules, outcomes, &BTreeMap::new());
    survey.graph = graph;
}

fn failing(outcomes: &Outcomes) -> impl Iterator<Item = (&ImportOutcome, &ImportFailure)> {
    let fails = outcomes.rows.iter().filter(|row| row.verdict == ImportVerdict::Fails);
    fails.filter_map(|row| Some((row, row.failure.as_ref()?)))
}

fn settle(graph: &mut Graph, modules: &Modules, outcomes: &Outcomes, packages: &BTreeMap<String, ImportVerdict>) {
    let rows = outcomes.rows.iter().map(|row| (&row.module, row.verdict));
    let verdicts: Vec<(NodeId, ImportVerdict)> = rows
        .chain(packages.iter().map(|(name, verdict)| (name, *verdict)))
        .filter_map(|(name, verdict)| Some((modules.known(graph, name)?, verdict)))
        .collect();
    let loading: FxHashSet<NodeId> =
        verdicts.iter().filter(|(_, verdict)| *verdict != ImportVerdict::Fails).map(|(node, _)| *node).collect();
    let mut roots: Vec<NodeId> =
        verdicts.iter().map(|(node, _)| *node).filter(|node| !loading.contains(node)).collect();
    for (_, failure) in failing(outcomes) {
        let file = failure.file.as_ref().and_then(|file| modules.survey.world.open(file).ok());
        roots.extend(file.and_then(|file| graph.file(file)));
        roots.extend(graph.name(failure.subject.as_bytes()));
        roots.extend(failure.because.iter().filter_map(|name| modules.known(graph, name)));
    }
    graph.settle(roots, &loading);
}

/// Draws the way of each import that fails where no statement tells of it: compiled code imports too, and code makes names.
fn complete(graph: &mut Graph, modules: &Modules, failing: &[(&ImportOutcome, &ImportFailure)]) {
    let mut above = FxHashMap::<NodeId, FxHashSet<NodeId>>::default();
    for (row, failure) in failing {
        let named = std::iter::once(&row.module).chain(&failure.because);
        let mut way: Vec<NodeId> = named.filter_map(|name| modules.known(graph, name)).collect();
        way.dedup();
        let (Some(&first), Some(&last)) = (way.first(), way.last()) else { continue };
        let above = above.entry(last).or_insert_with(|| graph.above(last).into_iter().collect());
        if first != last && !above.contains(&first) {
            for pair in way.windows(2) {
                let edge = ImportEdge { standing: ImportStanding::Certain, site: None };
                graph.add_import(pair[0], pair[1], edge);
            }
        }
    }
}
