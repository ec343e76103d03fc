//! What Python code imports, from package to package: the imports of all modules between, taken together.
//!
//! Nodes of the graph are the native modules, the packages around them, and packages of Python alone that lead to one. The
//! modules between are no nodes: what they import, their importers do. Nor are packages whose code imports nothing of these:
//! importing them does what importing their own package does.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rustc_hash::{FxHashMap, FxHashSet};

use super::reach::ImportReach;
use crate::graph::{ImportEdge, ImportStanding};
use crate::imports::ModuleSpec;
use crate::python::Standing;
use crate::vfs::VPath;

/// What the code of one package or module imports of another, by their dotted names.
pub struct ImportLink {
    pub source: String,
    pub target: String,
    pub edge: ImportEdge,
}

/// What one of the modules leads to, and by which statement.
type Links = BTreeMap<usize, ImportEdge>;

impl ImportReach {
    /// The links between these modules, the packages around them, and what leads to them. `others` are nodes in any case.
    pub fn links(&self, natives: &BTreeSet<&str>, others: &BTreeSet<&str>) -> Vec<ImportLink> {
        let places = |names: &BTreeSet<&str>| -> FxHashSet<usize> {
            names.iter().filter_map(|name| self.places.get(*name).copied()).collect()
        };
        let fixed: FxHashSet<usize> = places(natives).into_iter().chain(places(others)).collect();
        let around = fixed.iter().flat_map(|&place| self.packages_around(place));
        let is_found = |place: &usize| self.modules[*place].spec.is_some();
        let tops = (0..self.modules.len()).filter(|&place| !self.modules[place].name.contains('.'));
        let mut kept: FxHashSet<usize> = around.chain(tops).filter(is_found).chain(fixed.iter().copied()).collect();
        loop {
            let links: BTreeMap<usize, Links> =
                kept.iter().map(|&place| (place, self.links_of(place, &kept))).collect();
            let leading = leading(&links, &fixed);
            let is_useful = |place: &usize| {
                let around = self.packages_around(*place);
                fixed.contains(place)
                    || leading.contains(place) && links[place].keys().any(|target| !around.contains(target))
            };
            let before = kept.len();
            kept.retain(is_useful);
            if kept.len() == before {
                return self.named(links);
            }
        }
    }

    /// The packages around a module, the innermost first.
    fn packages_around(&self, place: usize) -> Vec<usize> {
        let name = &self.modules[place].name;
        let above = name.rmatch_indices('.').map(|(end, _)| &name[..end]);
        above.filter_map(|name| self.places.get(name).copied()).collect()
    }

    /// What a module's code leads to through the modules between: first by what surely runs, then by what may run.
    fn links_of(&self, from: usize, kept: &FxHashSet<usize>) -> Links {
        let mut links = Links::new();
        for most in [Standing::Top, Standing::Block] {
            let standing = if most == Standing::Top { ImportStanding::Certain } else { ImportStanding::Guarded };
            let (mut open, mut seen) = (VecDeque::from([from]), FxHashSet::from_iter([from]));
            while let Some(place) = open.pop_front() {
                let around = self.packages_around(place).into_iter().take(1).map(|package| (package, None));
                let statements = self.modules[place].statements.iter().filter(|statement| statement.standing <= most);
                let named = statements.map(|statement| (statement.module, self.site(place, statement.line)));
                for (module, site) in named.chain(around).filter(|(module, _)| *module != from) {
                    if kept.contains(&module) {
                        links.entry(module).or_insert(ImportEdge { standing, site });
                    } else if seen.insert(module) {
                        open.push_back(module);
                    }
                }
                if most == Standing::Block {
                    for (module, line) in self.lazy(place) {
                        let target = std::iter::once(module).chain(self.packages_around(module));
                        let target = target.into_iter().find(|target| kept.contains(target));
                        if let Some(target) = target.filter(|&target| target != from) {
                            let site = self.site(place, line);
                            links.entry(target).or_insert(ImportEdge { standing: ImportStanding::Lazy, site });
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
        match &self.modules[place].spec {
            Some(ModuleSpec::Source { path, .. }) => Some((path.clone(), line)),
            _ => None,
        }
    }

    /// By name. What a module leads to in any case is not told again as what it may lead to.
    fn named(&self, links: BTreeMap<usize, Links>) -> Vec<ImportLink> {
        let mut named = Vec::new();
        for (&source, targets) in &links {
            let has_doubt = targets.values().any(|edge| edge.standing != ImportStanding::Certain);
            let certain = if has_doubt { certain_from(&links, source) } else { FxHashSet::default() };
            for (&target, edge) in targets {
                if edge.standing == ImportStanding::Certain || !certain.contains(&target) {
                    let [source, target] = [source, target].map(|place| self.modules[place].name.clone());
                    named.push(ImportLink { source, target, edge: edge.clone() });
                }
            }
        }
        named.sort_by(|one, other| (&one.source, &one.target).cmp(&(&other.source, &other.target)));
        named
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

/// What surely runs when a module is imported.
fn certain_from(links: &BTreeMap<usize, Links>, from: usize) -> FxHashSet<usize> {
    let (mut open, mut seen) = (vec![from], FxHashSet::from_iter([from]));
    while let Some(place) = open.pop() {
        let targets = links.get(&place).into_iter().flatten();
        let certain = targets.filter(|(_, edge)| edge.standing == ImportStanding::Certain).map(|(target, _)| *target);
        open.extend(certain.filter(|&target| seen.insert(target)));
    }
    seen
}
