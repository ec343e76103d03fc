//! dyld's rule: `Loader::resolveSymbol` of dyld-1378.
//!
//! A library ordinal names the one image that a symbol is taken from (two-level namespace); special ordinals have it
//! looked up in the file itself, in the main program, or in everything that is loaded. What the system has is known by the
//! names of its libraries and of its symbols' families alone ([`system_symbols`]). What a lookup comes to may be replaced by
//! a library that interposes it ([`Interposed`]).

use std::cell::OnceCell;
use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::binder::{BoundSymbol, Failure, Status};
use super::interposing::Interposed;
use super::process::LoadedProcess;
use super::system_symbols;
use crate::image::{Image, ImageKind, Import, Name, NeedKind, Origin};
use crate::world::{FileId, World};

/// Binds what the images of a process take from others.
pub struct DyldBinder<'a> {
    world: &'a World,
    process: &'a LoadedProcess,
    /// Every image that a flat lookup goes through is at hand, but for the system's.
    is_complete: bool,
    /// The names of Python's API are at hand.
    knows_python: OnceCell<bool>,
    interposed: Interposed,
}

/// What became of a symbol, and the system's library that is to have it.
pub(super) type Outcome = (Status, Option<Name>);

impl<'a> DyldBinder<'a> {
    /// A binder for the images of a process.
    pub fn new(world: &'a World, process: &'a LoadedProcess) -> DyldBinder<'a> {
        let is_complete = process.objects.iter().all(|object| {
            let file = world.file(object.file);
            let needs = file.image.iter().flat_map(|image| &image.needs);
            let is_met = |place: usize| object.needs[place].is_some() || object.granted.contains(&place);
            needs.zip(0..).all(|(need, place)| is_met(place) || !need.kind.is_binding())
        });
        let interposed = Interposed::default();
        let mut binder = DyldBinder { world, process, is_complete, knows_python: OnceCell::new(), interposed };
        binder.interposed = Interposed::of_launch(&binder);
        binder
    }

    /// The libraries that were loaded with the program, and the symbols of others that each puts its own in the place of, with
    /// what these are; in the order of loading.
    pub(super) fn interposing(&self) -> impl Iterator<Item = (usize, Vec<(Import, Outcome)>)> {
        let launched = self.process.opens.get(1).map_or(self.process.objects.len(), |open| open.first);
        let launched = if self.process.has_program { launched } else { 0 };
        (1..launched).filter_map(|place| {
            let file = self.process.objects[place].file;
            let replaced = self.world.interposed(file);
            let content = self.world.file(file);
            let image =
                content.image.as_ref().filter(|image| image.kind == ImageKind::Shared && !replaced.is_empty())?;
            let outcomes = self.outcomes(place, image, &replaced);
            Some((place, replaced.into_iter().zip(outcomes).collect()))
        })
    }

    /// What becomes of each symbol that an image takes from others, each name once. None where what it takes is not known.
    pub fn bind(&self, object: usize) -> Option<Vec<BoundSymbol>> {
        let file = self.process.objects.get(object)?.file;
        self.world.exports(file, &[])?;
        let content = self.world.file(file);
        let image = content.image.as_ref()?;
        let mut imports = self.world.imports(file);
        // Of a symbol that is taken from one library and whose definition is shared by all, the library counts.
        imports.sort_by_key(|import| import.origin == Origin::Weak);
        let mut seen = FxHashSet::default();
        imports.retain(|import| seen.insert(import.symbol.clone()));
        let outcomes = self.outcomes(object, image, &imports);
        let interposed = |(import, outcome): (Import, Outcome)| {
            let outcome = self.interposed.outcome(object, &import.symbol, outcome);
            self.bound(image, import, outcome)
        };
        Some(imports.into_iter().zip(outcomes).map(interposed).collect())
    }

    /// What lookups come to, before anything is interposed.
    fn outcomes(&self, object: usize, image: &Image, imports: &[Import]) -> Vec<Outcome> {
        let mut by_origin = BTreeMap::<Option<usize>, Vec<usize>>::new();
        let mut outcomes: Vec<Outcome> = vec![(Status::Unknown, None); imports.len()];
        for (at, import) in imports.iter().enumerate() {
            match origin(image, import) {
                Origin::Need(need) => by_origin.entry(Some(need)).or_default().push(at),
                Origin::Flat | Origin::Weak => by_origin.entry(None).or_default().push(at),
                Origin::Own => outcomes[at] = (self.in_one(object, import), None),
                Origin::Program if !self.process.has_program => {}
                Origin::Program => outcomes[at] = (self.in_one(0, import), None),
            }
        }
        for (need, places) in by_origin {
            let symbols: Vec<&Name> = places.iter().map(|&at| &imports[at].symbol).collect();
            let found = match need {
                Some(need) => self.of_need(object, image, need, &symbols),
                None => self.flat(object, &symbols).into_iter().map(|status| (status, None)).collect(),
            };
            places.iter().zip(found).for_each(|(&at, outcome)| outcomes[at] = outcome);
        }
        outcomes
    }

    fn bound(&self, image: &Image, import: Import, (status, from): Outcome) -> BoundSymbol {
        // Every symbol of a library that may be absent, and is, is null.
        let is_of_absent = matches!(import.origin, Origin::Need(need)
            if image.needs.get(need).is_some_and(|need| need.kind == NeedKind::Weak));
        // One definition that serves all is not looked for where there is none: the file's own stays.
        let status = match status {
            Status::Undefined(_) if import.origin == Origin::Weak => Status::Unknown,
            status => status,
        };
        BoundSymbol { name: import.symbol, version: None, from, is_weak: import.is_weak || is_of_absent, status }
    }

    /// What becomes of symbols that an image looks up in everything that is loaded, in the order of loading. What was opened
    /// for itself alone only it can see.
    pub fn flat(&self, by: usize, symbols: &[&Name]) -> Vec<Status> {
        let mut outcomes: Vec<Option<Status>> = vec![None; symbols.len()];
        for (place, object) in self.process.objects.iter().enumerate() {
            let is_hidden = !self.process.opens[self.process.opening_of(place)].mode.is_global;
            if is_hidden && place != by {
                continue;
            }
            self.fill(object.file, symbols, &mut outcomes, Status::Bound(place));
        }
        outcomes.into_iter().zip(symbols).map(|(found, symbol)| found.unwrap_or_else(|| self.unfound(symbol))).collect()
    }

    /// What it means that no image which is at hand has a symbol.
    fn unfound(&self, symbol: &Name) -> Status {
        let is_known = match system_symbols::is_python_name(symbol) {
            true => self.knows_python(),
            false => !system_symbols::may_be_of_the_system(symbol),
        };
        match is_known && self.is_complete {
            true => Status::Undefined(Failure::NotFound),
            false => Status::Unknown,
        }
    }

    fn knows_python(&self) -> bool {
        *self.knows_python.get_or_init(|| {
            let defines = |file: FileId| self.world.defines(file, b"PyErr_Clear");
            self.process.has_program && self.process.objects.iter().any(|object| defines(object.file))
        })
    }

    /// What becomes of symbols that are taken from one need.
    fn of_need(&self, object: usize, image: &Image, need: usize, symbols: &[&Name]) -> Vec<Outcome> {
        let Some(wanted) = image.needs.get(need) else { return vec![(Status::Unknown, None); symbols.len()] };
        let absent = match wanted.kind {
            NeedKind::Delay => Status::Deferred,
            _ => Status::Undefined(Failure::NotFound),
        };
        let loaded = &self.process.objects[object];
        match loaded.needs.get(need).copied().flatten() {
            Some(provider) => self.provided(provider, symbols, absent).into_iter().map(|it| (it, None)).collect(),
            None if loaded.granted.contains(&need) => vec![(Status::Unknown, Some(wanted.name.clone())); symbols.len()],
            None => vec![(absent, None); symbols.len()],
        }
    }

    /// What becomes of symbols that are taken from one image: it has them itself, or by what it offers as its own.
    fn provided(&self, provider: usize, symbols: &[&Name], absent: Status) -> Vec<Status> {
        let mut outcomes: Vec<Option<Status>> = vec![None; symbols.len()];
        let mut left = absent;
        let (mut seen, mut images) = (FxHashSet::default(), vec![provider]);
        while let Some(place) = images.pop().filter(|_| outcomes.contains(&None)) {
            if !seen.insert(place) {
                continue;
            }
            let object = &self.process.objects[place];
            if !self.fill(object.file, symbols, &mut outcomes, Status::Bound(place)) {
                left = Status::Unknown;
            }
            let content = self.world.file(object.file);
            let needs = content.image.iter().flat_map(|image| &image.needs).zip(&object.needs);
            for (_, got) in needs.filter(|(need, _)| need.kind == NeedKind::Reexport) {
                match got {
                    Some(offered) => images.push(*offered),
                    // What a library of the system has is not known symbol by symbol.
                    None => left = Status::Unknown,
                }
            }
        }
        outcomes.into_iter().map(|found| found.unwrap_or(left)).collect()
    }

    fn in_one(&self, place: usize, import: &Import) -> Status {
        self.provided(place, &[&import.symbol], Status::Undefined(Failure::NotFound))[0]
    }

    /// Notes which of the symbols that are still looked for a file has. False where its symbols are not at hand.
    fn fill(&self, file: FileId, symbols: &[&Name], outcomes: &mut [Option<Status>], found: Status) -> bool {
        let left: Vec<usize> = (0..symbols.len()).filter(|&at| outcomes[at].is_none()).collect();
        let wanted: Vec<&[u8]> = left.iter().map(|&at| &**symbols[at]).collect();
        let Some(has) = self.world.exports(file, &wanted) else { return false };
        left.iter().zip(has).filter(|(_, has)| *has).for_each(|(&at, _)| outcomes[at] = Some(found));
        true
    }
}

/// Where an import is looked up: of a Mach-O file without a two-level namespace, everywhere.
pub fn origin(image: &Image, import: &Import) -> Origin {
    let is_two_level = image.mach.as_ref().is_none_or(|mach| mach.is_two_level);
    match import.origin {
        Origin::Need(_) | Origin::Program if !is_two_level => Origin::Flat,
        origin => origin,
    }
}
