//! What Python code imports, from package to package: the imports of all modules between, taken together.
//!
//! Nodes of the graph are the native modules, the packages around them, and packages of Python alone that lead to one. The
//! modules between are no nodes: what they import, their importers do. Nor are packages whose code imports nothing of these:
//! importing them does what importing their own package does.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::reach::ImportReach;
use crate::graph::{ImportEdge, ImportStanding};
use crate::python::Standing;
use crate::vfs::VPath;

/// What the code of one package or module imports of another, by their dotted names.
pub struct ImportLink {
    pub source: String,
    pub target: String,
    pub edge: ImportEdge,
}

/// So many links are followed to see which of them say nothing new: of the largest environments, some more are told.
const MOST_STEPS: usize = 1 << 24;

/// What one of the modules leads to, and by which statement.
type Links = BTreeMap<usize, ImportEdge>;

impl ImportReach {
    /// The links between these modules, the packages around them, and what leads to them. `others` are nodes in any case.
    pub fn links(&self, natives: &BTreeSet<&str>, others: &BTreeSet<&str>) -> Vec<ImportLink> {
        let parents: Vec<Option<usize>> = self.modules.iter().map(|module| self.package_around(&module.name)).collect();
        let around = |place: usize| std::iter::successors(parents[place], |&package| parents[package]);
        let fixed: FxHashSet<usize> =
            natives.iter().chain(others).filter_map(|name| self.places.get(*name).copied()).collect();
        let is_found = |place: &usize| self.modules[*place].spec.is_some();
        let tops = (0..self.modules.len()).filter(|&place| !self.modules[place].name.contains('.'));
        let packages = fixed.iter().flat_map(|&place| around(place));
        let mut kept: FxHashSet<usize> = packages.chain(tops).filter(is_found).chain(fixed.iter().copied()).collect();
        let mut links = BTreeMap::<usize, Links>::new();
        loop {
            let is_old = |place: &usize| links.get(place).is_some_and(|links| links.keys().all(|it| kept.contains(it)));
            let open: Vec<usize> = kept.iter().copied().filter(|place| !is_old(place)).collect();
            let found = open.into_par_iter().map(|place| (place, self.links_of(place, &kept, &parents)));
            links.extend(found.collect::<Vec<_>>());
            let leading = leading(&links, &fixed);
            let leads_out = |place: usize| links[&place].keys().any(|target| !around(place).any(|it| it == *target));
            let before = kept.len();
            kept.retain(|place| fixed.contains(place) || leading.contains(place) && leads_out(*place));
            links.retain(|place, _| kept.contains(place));
            if kept.len() == before {
                return self.named(links);
            }
        }
    }

    /// The package that a module lies in.
    fn package_around(&self, name: &str) -> Option<usize> {
        name.rsplit_once('.').and_then(|(package, _)| self.places.get(package).copied())
    }

    /// What a module's code leads to through the modules between: first by what surely runs, then by what may run.
    fn links_of(&self, from: usize, kept: &FxHashSet<usize>, parents: &[Option<usize>]) -> Links {
        let mut links = Links::new();
        for most in [Standing::Top, Standing::Block] {
            let standing = if most == Standing::Top { ImportStanding::Certain } else { ImportStanding::Guarded };
            let (mut open, mut seen) = (VecDeque::from([from]), FxHashSet::from_iter([from]));
            while let Some(place) = open.pop_front() {
                let statements = self.modules[place].statements.iter().filter(|statement| statement.standing <= most);
                let named = statements.map(|statement| (statement.module, Some(statement.line)));
                let around = parents[place].map(|package| (package, None));
                for (module, line) in named.chain(around).filter(|(module, _)| *module != from) {
                    if kept.contains(&module) {
                        let edge = || ImportEdge { standing, site: line.and_then(|line| self.site(place, line)) };
                        links.entry(module).or_insert_with(edge);
                    } else if seen.insert(module) {
                        open.push_back(module);
                    }
                }
                if most == Standing::Block {
                    for (module, line) in self.lazy(place) {
                        let mut around = std::iter::successors(Some(module), |&module| parents[module]);
                        if let Some(target) = around.find(|it| kept.contains(it)).filter(|&target| target != from) {
                            let standing = ImportStanding::Lazy;
                            let edge = || ImportEdge { standing, site: self.site(place, line) };
                            links.entry(target).or_insert_with(edge);
                        }
                    }
                }
            }
        }
        links
    }

    /// What the functions of a module import, and where: of what is known.
    fn lazy(&self, place: usize) -> impl Iterator<Item = (usize, u32)> {
        let module = &self.modules[place];
        let own = module.statements.iter().filter(|statement| statement.standing == Standing::Function);
        let of_others = module.later.iter().filter_map(|(name, line)| {
            let ends = std::iter::once(name.len()).chain(name.rmatch_indices('.').map(|(end, _)| end));
            Some((ends.into_iter().find_map(|end| self.places.get(&name[..end]).copied())?, *line))
        });
        own.map(|statement| (statement.module, statement.line)).chain(of_others)
    }

    fn site(&self, place: usize, line: u32) -> Option<(VPath, u32)> {
        let source = self.modules[place].source.clone().filter(|_| line > 0);
        source.map(|source| (source, line))
    }

    /// By name. What a module leads to in any case is not told again as what it may lead to.
    fn named(&self, links: BTreeMap<usize, Links>) -> Vec<ImportLink> {
        let mut certain = Certain::new(self.modules.len(), &links);
        let mut named = Vec::new();
        for (source, targets) in links {
            let has_doubt = targets.values().any(|edge| edge.standing != ImportStanding::Certain);
            if has_doubt {
                certain.run(source);
            }
            for (target, edge) in targets {
                if edge.standing == ImportStanding::Certain || !certain.runs(source, target) {
                    let [source, target] = [source, target].map(|place| self.modules[place].name.clone());
                    named.push(ImportLink { source, target, edge });
                }
            }
        }
        named.sort_by(|one, other| (&one.source, &one.target).cmp(&(&other.source, &other.target)));
        named
    }
}

/// What surely runs when a module is imported.
struct Certain {
    /// By place.
    targets: Vec<Vec<usize>>,
    /// The module that was asked about last when each was found to run with it.
    run_by: Vec<usize>,
    steps: usize,
}

impl Certain {
    fn new(count: usize, links: &BTreeMap<usize, Links>) -> Certain {
        let mut targets = vec![Vec::new(); count];
        for (&source, found) in links {
            let certain = found.iter().filter(|(_, edge)| edge.standing == ImportStanding::Certain);
            targets[source] = certain.map(|(target, _)| *target).collect();
        }
        Certain { targets, run_by: vec![usize::MAX; count], steps: 0 }
    }

    fn run(&mut self, from: usize) {
        let mut open = vec![from];
        while let Some(place) = open.pop().filter(|_| self.steps < MOST_STEPS) {
            for &target in &self.targets[place] {
                self.steps += 1;
                if self.run_by[target] != from {
                    self.run_by[target] = from;
                    open.push(target);
                }
            }
        }
    }

    fn runs(&self, from: usize, module: usize) -> bool {
        self.run_by[module] == from
    }
}

/// Those that lead to one of these, these among them.
fn leading(links: &BTreeMap<usize, Links>, ends: &FxHashSet<usize>) -> FxHashSet<usize> {
    let mut importers = FxHashMap::<usize, Vec<usize>>::default();
    for (&source, targets) in links {
        targets.keys().for_each(|&target| importers.entry(target).or_default().push(source));
    }
    let (mut open, mut leading): (Vec<usize>, _) = (ends.iter().copied().collect(), ends.clone());
    while let Some(place) = open.pop() {
        let before = importers.get(&place).into_iter().flatten().copied();
        open.extend(before.filter(|&importer| leading.insert(importer)));
    }
    leading
}
