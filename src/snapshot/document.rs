//! The whole of a snapshot, and the two ways: from a [`Scan`] to it and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::anonymize::Anonymizer;
use super::finding::{FindingMirror, RuleMirror};
use super::graph::{EdgeKindMirror, EdgeMirror, ImportOfMirror, ItemMirror, NodeMirror, SearchMirror};
use super::image::FileMirror;
use super::mirror::{Damage, Mirror, Opening, Taking};
use super::numpy::NumpyMirror;
use super::outcomes::OutcomesMirror;
use super::symbols::{KeptSymbols, SymbolsMirror};
use super::target::{DistributionMirror, HostMirror, TargetMirror, folders};
use super::text::{Bytes, FileNumber, Place};
use crate::diagnose::{Evidence, Finding, Rule};
use crate::discover::{DistributionId, Distributions, Target};
use crate::graph::{Edge, Graph, Node, NodeId};
use crate::image::Name;
use crate::rule::RuleId;
use crate::scan::Scan;
use crate::survey::{Record, RecordedSymbols, Search, SearchResult, Survey, SymbolsToKeep};
use crate::vfs::{Memory, VPath};
use crate::world::{FileId, FileParts, World};

/// A snapshot of dylens: what a scan saw. Files, nodes, imports and distributions are named by their place in the lists
/// below; paths are relative to `root` where they lie below it.
#[derive(serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema), schemars(title = "dylens snapshot"))]
pub(super) struct Document {
    /// The version of this format.
    pub snapshot: u32,
    /// The version of the program that wrote it.
    pub dylens: String,
    /// The root of what was looked at.
    root: Bytes,
    target: TargetMirror,
    host: HostMirror,
    /// The scan was stopped before everything was read.
    #[serde(default, skip_serializing_if = "Mirror::is_void")]
    is_partial: bool,
    rules: Vec<RuleMirror>,
    /// Most important first.
    findings: Vec<FindingMirror>,
    distributions: Vec<DistributionMirror>,
    nodes: Vec<NodeMirror>,
    edges: Vec<EdgeMirror>,
    imports: Vec<ImportOfMirror>,
    /// Every native file, link and oddity of the environment, by path.
    items: Vec<ItemMirror>,
    files: Vec<FileMirror>,
    /// Who asks for NumPy's C API, and what answers.
    #[serde(default)]
    numpy: NumpyMirror,
    /// What every import does.
    #[serde(default)]
    outcomes: OutcomesMirror,
    /// Searches that findings tell of and no edge does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    searches: Vec<SearchMirror>,
    /// The symbols that files need, of edges with findings or of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    symbols: Vec<SymbolsMirror>,
    /// Folders that could not be read, and the system's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<(Place, String)>,
}

/// The version that is written, and the newest that is read.
pub(super) const VERSION: u32 = 1;

impl Document {
    pub fn of(scan: &Scan, mut anonymizer: Anonymizer, keep: KeptSymbols) -> Document {
        // A field that is new in a `Survey` is either mirrored here, or named as one that needs no mirror.
        let Scan { survey, outcomes, findings } = scan;
        let Survey { target, world, distributions, items, imports, graph, unreadable, is_partial, numpy, record: _ } =
            survey;
        for folder in folders(&target.root, &world.host) {
            anonymizer.learn(folder.as_bytes());
        }
        let taking = &Taking::new(&target.root, anonymizer);
        let mut found = scan.explain_all(searches(scan));
        let nodes = graph.nodes().map(|(_, node)| NodeMirror::of(node, taking)).collect();
        let edges = edges(graph, &mut found, taking);
        let findings_mirror = findings.iter().map(|finding| FindingMirror::of(finding, taking)).collect();
        let mut left: Vec<(Search, SearchResult)> = found.into_iter().collect();
        left.sort_by_cached_key(|((import, file, need), _)| (*import, taking.number(*file), *need));
        Document {
            snapshot: VERSION,
            dylens: env!("CARGO_PKG_VERSION").to_owned(),
            // Nothing is relative to the root but what lies below it.
            root: Bytes::of(&Name::from(target.root.as_bytes()), taking),
            target: target_mirror(target, taking),
            host: Mirror::of(&world.host, taking),
            is_partial: *is_partial,
            rules: rules(findings, taking),
            findings: findings_mirror,
            distributions: distributions.iter().map(|(_, it)| DistributionMirror::of(it, taking)).collect(),
            nodes,
            edges,
            imports: Mirror::of(imports, taking),
            items: Mirror::of(items, taking),
            numpy: Mirror::of(numpy, taking),
            outcomes: Mirror::of(outcomes, taking),
            symbols: symbols(scan, keep, taking),
            searches: left.into_iter().map(|(search, found)| search_mirror(search, &found, taking)).collect(),
            unreadable: Mirror::of(unreadable, taking),
            // Last: only now is known which files are met.
            files: files(scan, taking),
        }
    }

    /// Puts the scan together again.
    pub fn back(self) -> Result<Scan, Damage> {
        let opening = &Opening {
            root: VPath::new(self.root.bytes()?),
            files: self.files.len(),
            distributions: self.distributions.len(),
            nodes: self.nodes.len(),
            imports: self.imports.len(),
        };
        let (parts, mut record) = files_back(self.files, opening)?;
        let host = self.host.back(opening)?;
        let world = World::restored(Arc::new(Memory::new()), host, parts);
        for mirror in self.symbols {
            let (file, symbols) = mirror.back(opening)?;
            record.symbols.insert(file, symbols);
        }
        let distributions = Distributions::restored(self.distributions.back(opening)?);
        let imports = self.imports.back(opening)?;
        let graph = graph_back(self.nodes, self.edges, &world, opening, &mut record.searches)?;
        for search in self.searches {
            let key = (search.import as usize, search.file.back(opening)?, search.need);
            record.searches.insert(key, (search.tried.back(opening)?, search.resolution.back(opening)?));
        }
        let target = self.target;
        let target = Target {
            fs: Arc::new(Memory::new()),
            kind: target.kind.back(opening)?,
            root: opening.root.clone(),
            because: target.because,
            others: Vec::new(),
            walk: target.walk.back(opening)?,
            only: target.only.back(opening)?,
            host: world.host.clone(),
            notes: target.notes.back(opening)?,
            wheels: target.wheels.back(opening)?,
            bundle: target.bundle.back(opening)?,
            is_foreign: target.is_foreign,
            within: target.within.map(VPath::new),
            overrides: target.overrides.back(opening)?,
        };
        let survey = Survey {
            target,
            world: Arc::new(world),
            distributions,
            items: self.items.back(opening)?,
            imports,
            graph,
            unreadable: self.unreadable.back(opening)?,
            is_partial: self.is_partial,
            numpy: self.numpy.back(opening)?,
            record: Some(record),
        };
        let findings = findings_back(self.findings, self.rules, opening)?;
        Ok(Scan::restored(survey, self.outcomes.back(opening)?, findings))
    }
}

/// Every search that a face tells of: where each need was looked for, and what findings rest on.
fn searches(scan: &Scan) -> Vec<Search> {
    let edges = scan.graph.inner.edge_indices().filter_map(|edge| {
        let (source, _) = scan.graph.inner.edge_endpoints(edge)?;
        match &scan.graph.inner[edge] {
            Edge::Needs(need) => Some((need.first, scan.file_of(source)?, need.need)),
            Edge::Contains | Edge::Numpy(_) | Edge::Imports(_) => None,
        }
    });
    let evidence = scan.findings.iter().flat_map(|finding| &finding.evidence).filter_map(|evidence| match evidence {
        Evidence::Need { file, need, import } => Some((*import, *file, *need)),
        _ => None,
    });
    edges.chain(evidence).collect()
}

/// Of each file that a finding is about, what it wants of the needs that the finding tells of; of every file, all, where
/// that is wished for.
fn symbols(scan: &Scan, keep: KeptSymbols, taking: &Taking) -> Vec<SymbolsMirror> {
    let mut wanted = BTreeMap::<FileId, SymbolsToKeep>::new();
    if keep == KeptSymbols::All {
        let files = scan.graph.nodes().filter_map(|(node, _)| scan.file_of(node));
        wanted.extend(files.map(|file| (file, SymbolsToKeep::All)));
    }
    for (file, need) in scan.findings.iter().flat_map(|finding| told_needs(scan, finding)) {
        if let SymbolsToKeep::OfNeeds(needs) = wanted.entry(file).or_insert(SymbolsToKeep::OfNeeds(Vec::new())) {
            needs.extend(need);
        }
    }
    let recorded = scan.symbols_to_record(wanted.into_iter().collect());
    let is_empty = |symbols: &RecordedSymbols| symbols.rows.is_empty() && symbols.overlinked.is_empty();
    let told = recorded.iter().filter(|(_, symbols)| !is_empty(symbols));
    told.map(|(file, symbols)| SymbolsMirror::of(*file, symbols, taking)).collect()
}

/// The files that a finding is about, with their needs that it tells of.
fn told_needs(scan: &Scan, finding: &Finding) -> Vec<(FileId, Option<usize>)> {
    let mut told: Vec<(FileId, Option<usize>)> = Vec::new();
    let is_of_symbols = matches!(
        finding.rule.id,
        RuleId::SYMBOL_MISSING
            | RuleId::SYMBOL_UNDEFINED
            | RuleId::PYTHON_SYMBOL_MISSING
            | RuleId::VERSION_MISSING
            | RuleId::LIBRARY_SHADOWED
    );
    let node = |path: &VPath| scan.world.open(&scan.target.root.join(path)).ok();
    let file = is_of_symbols.then(|| node(&finding.file)).flatten();
    told.extend(file.map(|file| (file, None)));
    for evidence in &finding.evidence {
        match evidence {
            Evidence::Need { file, need, .. } => told.push((*file, Some(*need))),
            Evidence::File { path, .. } => {
                let by = file.and_then(|file| Some((file, scan.graph.file(file)?)));
                let (Some((file, by)), Some(other)) = (by, node(path)) else { continue };
                let needs = scan.graph.needs(by).into_iter().filter(|(target, _)| scan.file_of(*target) == Some(other));
                told.extend(needs.map(|(_, edge)| (file, Some(edge.need))));
            }
            _ => {}
        }
    }
    told
}

fn edges(graph: &Graph, found: &mut FxHashMap<Search, SearchResult>, taking: &Taking) -> Vec<EdgeMirror> {
    let inner = &graph.inner;
    let mirror = |edge| {
        let (source, target): (NodeId, NodeId) = inner.edge_endpoints(edge)?;
        let kind = match &inner[edge] {
            Edge::Contains => EdgeKindMirror::Contains,
            Edge::Numpy(capi_edge) => EdgeKindMirror::Numpy(Mirror::of(capi_edge, taking)),
            Edge::Imports(import) => EdgeKindMirror::Imports(Mirror::of(import, taking)),
            Edge::Needs(need) => {
                let file = match graph.node(source) {
                    Node::File { file, .. } | Node::System(file) => Some(*file),
                    _ => None,
                };
                let found = file.and_then(|file| found.remove(&(need.first, file, need.need)));
                let tried = found.map_or_else(Vec::new, |(probes, _)| probes);
                EdgeKindMirror::Needs { need: Mirror::of(need, taking), tried: Mirror::of(&tried, taking) }
            }
        };
        Some(EdgeMirror { source: source.index() as u32, target: target.index() as u32, kind })
    };
    inner.edge_indices().filter_map(mirror).collect()
}

fn search_mirror((import, file, need): Search, (tried, resolution): &SearchResult, taking: &Taking) -> SearchMirror {
    SearchMirror {
        import: import as u32,
        file: FileNumber::of(&file, taking),
        need,
        resolution: Mirror::of(resolution, taking),
        tried: Mirror::of(tried, taking),
    }
}

fn target_mirror(target: &Target, taking: &Taking) -> TargetMirror {
    // The host is that of the world, which a scan completes.
    let Target {
        fs: _,
        kind,
        root: _,
        because,
        others: _,
        walk,
        only,
        host: _,
        notes,
        wheels,
        bundle,
        is_foreign,
        overrides,
        within,
    } = target;
    TargetMirror {
        kind: Mirror::of(kind, taking),
        because: Mirror::of(because, taking),
        walk: Mirror::of(walk, taking),
        only: Mirror::of(only, taking),
        notes: Mirror::of(notes, taking),
        wheels: Mirror::of(wheels, taking),
        bundle: Mirror::of(bundle, taking),
        is_foreign: *is_foreign,
        within: within.as_ref().map(|within| Mirror::of(&within.to_string(), taking)),
        overrides: Mirror::of(overrides, taking),
    }
}

/// The rules of the findings, by name.
fn rules(findings: &[Finding], taking: &Taking) -> Vec<RuleMirror> {
    let rules: BTreeMap<RuleId, &Rule> = findings.iter().map(|finding| (finding.rule.id, finding.rule)).collect();
    rules.values().map(|rule| RuleMirror::of(rule, taking)).collect()
}

fn files(scan: &Scan, taking: &Taking) -> Vec<FileMirror> {
    let known = taking.files();
    let mirror = |&id: &FileId| FileMirror {
        file: Mirror::of(&scan.world.file(id).parts(), taking),
        rust: Mirror::of(&scan.rust(id), taking),
    };
    known.iter().map(mirror).collect()
}

fn files_back(files: Vec<FileMirror>, opening: &Opening) -> Result<(Vec<FileParts>, Record), Damage> {
    let (mut parts, mut record) = (Vec::with_capacity(files.len()), Record::default());
    for (number, mirror) in (0..).zip(files) {
        let id = FileId::of(number);
        parts.push(mirror.file.back(opening)?);
        record.rust.extend(mirror.rust.back(opening)?.map(|rust| (id, rust)));
    }
    Ok((parts, record))
}

fn findings_back(
    findings: Vec<FindingMirror>,
    rules: Vec<RuleMirror>,
    opening: &Opening,
) -> Result<Vec<Finding>, Damage> {
    let rules = rules.into_iter().map(|rule| Ok((rule.id.clone(), rule.back(opening)?)));
    let rules: BTreeMap<String, &'static Rule> = rules.collect::<Result<_, Damage>>()?;
    let back = |finding: FindingMirror| {
        let rule = rules.get(&finding.rule);
        let rule =
            rule.ok_or_else(|| Damage::new(format!("it has a finding of {}, no rule of its own", finding.rule)))?;
        finding.back(rule, opening)
    };
    findings.into_iter().map(back).collect()
}

/// The graph, with everything that the rest of the program takes for granted of one.
fn graph_back(
    nodes: Vec<NodeMirror>,
    edges: Vec<EdgeMirror>,
    world: &World,
    opening: &Opening,
    searches: &mut FxHashMap<Search, SearchResult>,
) -> Result<Graph, Damage> {
    let nodes: Vec<Node> = nodes.back(opening)?;
    let is_in_order =
        (0..opening.distributions).all(|at| nodes.get(at) == Some(&Node::Distribution(DistributionId(at))));
    let others = nodes.iter().filter(|node| matches!(node, Node::Distribution(_))).count();
    if !is_in_order || others != opening.distributions {
        return Err(Damage::new("its nodes do not start with its distributions"));
    }
    let mut restored = Vec::with_capacity(edges.len());
    let mut contained = FxHashSet::default();
    for edge in edges {
        let source = opening.below(edge.source, nodes.len(), "node")?;
        let target = opening.below(edge.target, nodes.len(), "node")?;
        let kind = match edge.kind {
            EdgeKindMirror::Contains => {
                let is_owner = matches!(&nodes[target], Node::File { owner, .. } if owner.0 == source);
                if !is_owner || !contained.insert(target) {
                    return Err(Damage::new(format!("node {source} does not bring node {target}")));
                }
                Edge::Contains
            }
            EdgeKindMirror::Numpy(capi_edge) => Edge::Numpy(capi_edge.back(opening)?),
            EdgeKindMirror::Imports(import) => Edge::Imports(import.back(opening)?),
            EdgeKindMirror::Needs { need, tried } => {
                let need = need.back(opening)?;
                let file = needing(&nodes[source], need.need, world);
                let file = file.ok_or_else(|| Damage::new(format!("node {source} has no need {}", need.need)))?;
                opening.below(u32::try_from(need.first).unwrap_or(u32::MAX), opening.imports, "import")?;
                if matches!(nodes[target], Node::Distribution(_)) {
                    return Err(Damage::new(format!("node {target} is no file that could be needed")));
                }
                let found = (tried.back(opening)?, need.resolution.clone());
                searches.insert((need.first, file, need.need), found);
                Edge::Needs(need)
            }
        };
        restored.push((NodeId::new(source), NodeId::new(target), kind));
    }
    if contained.len() != nodes.iter().filter(|node| matches!(node, Node::File { .. })).count() {
        return Err(Damage::new("a file belongs to no distribution"));
    }
    Graph::restored(nodes, restored).ok_or_else(|| Damage::new("an edge leads nowhere"))
}

/// The file of a node that has a need at this place of its list.
fn needing(node: &Node, need: usize, world: &World) -> Option<FileId> {
    let (Node::File { file, .. } | Node::System(file)) = node else { return None };
    world.file(*file).image.as_ref()?.needs.get(need).map(|_| *file)
}
