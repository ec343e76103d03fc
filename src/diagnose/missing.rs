//! The names that are missing, and who misses them: what two rules judge, each its part.

use std::collections::BTreeMap;

use super::{Evidence, Facts};
use crate::command::Remedy;
use crate::image::{Image, Machine, Name, Signature};
use crate::loader::{Refusal, Resolution};
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
        Some(facts.survey.world.file(*file).image.as_ref()?.needs.get(*need)?.name.clone())
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
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref().filter(|_| facts.is_loadable(file)) else { continue };
        // A file of the environment that is there and is no image is to blame itself.
        let is_told_elsewhere = refused(facts, file, &image.needs[need].name)
            .is_some_and(|(found, _)| facts.owner(found).is_some() && is_to_blame(facts, found));
        if !facts.is_of_other_libc(image) && !is_told_elsewhere {
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

/// The file that a loader found for a name and refused, and why.
pub fn refused(facts: &Facts, by: FileId, name: &Name) -> Option<(FileId, Refusal)> {
    let node = facts.survey.graph.file(by)?;
    facts.survey.graph.needs(node).into_iter().filter(|(_, edge)| edge.name == *name).find_map(|(_, edge)| match &edge
        .resolution
    {
        Resolution::Refused { at, why } => Some((facts.survey.world.open(at).ok()?, why.clone())),
        _ => None,
    })
}

/// Does another rule say of a file why it cannot be loaded? Not where it could be, but satisfies no need.
fn is_to_blame(facts: &Facts, file: FileId) -> bool {
    let content = facts.survey.world.file(file);
    let is_signed = |image: &Image| {
        let is_for_apple = matches!(image.arch.machine, Machine::Aarch64 | Machine::Arm64e);
        !is_for_apple || image.mach.as_ref().is_none_or(|mach| mach.signature == Signature::Present)
    };
    content.problem.is_some() || content.image.as_ref().is_none_or(|image| !facts.fits(image) || !is_signed(image))
}
