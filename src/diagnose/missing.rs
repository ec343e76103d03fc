//! The names that are missing, and who misses them: what two rules judge, each its part.

use std::collections::BTreeMap;

use super::{Evidence, Facts};
use crate::command::Remedy;
use crate::image::Name;
use crate::resolve::Resolution;
use crate::world::FileId;

/// Why a name is missing, what mends it, and what shows it.
pub type Cause = (String, Remedy, Vec<Evidence>);

/// One name that is missing, and who misses it.
#[derive(Default)]
pub struct Missing {
    /// By file: the place in its import list, and the imports that saw it.
    pub wanted: Vec<(FileId, usize, Vec<usize>)>,
}

impl Missing {
    /// The name as the file that most imports miss it in spells it.
    pub fn spelled(&self, facts: &Facts) -> Option<Name> {
        let (file, need, _) = self.wanted.first()?;
        Some(facts.scan.world.file(*file).image.as_ref()?.needs.get(*need)?.name.clone())
    }

    /// Every import that sees the name missing.
    pub fn imports(&self) -> Vec<usize> {
        self.wanted.iter().flat_map(|(_, _, imports)| imports.iter().copied()).collect()
    }
}

/// The names that are missing, but for those that other rules account for.
pub fn missing(facts: &Facts) -> BTreeMap<Name, Missing> {
    let mut all = BTreeMap::<Name, Missing>::new();
    for (&(file, need), imports) in facts.unmet() {
        let content = facts.scan.world.file(file);
        let Some(image) = content.image.as_ref().filter(|_| facts.is_loadable(file)) else { continue };
        // A file of the environment that is there and is no image is to blame itself.
        let is_refused_inside = facts.scan.graph.file(file).is_some_and(|node| {
            facts.scan.graph.needs(node).iter().any(|(_, edge)| match &edge.resolution {
                Resolution::Refused { at, .. } if edge.need == need => {
                    facts.scan.world.open(at).is_ok_and(|file| facts.owner(file).is_some())
                }
                _ => false,
            })
        });
        if !facts.is_of_other_libc(image) && !is_refused_inside {
            let missing = all.entry(image.needs[need].name.without_case()).or_default();
            missing.wanted.push((file, need, imports.clone()));
        }
    }
    for missing in all.values_mut() {
        missing.wanted.sort_by_cached_key(|(file, need, imports)| {
            (std::cmp::Reverse(facts.modules(imports).len()), facts.path(*file), *need)
        });
    }
    all
}
