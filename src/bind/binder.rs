//! The scopes of a process, and the walk through them for each symbol.
//!
//! An object sees the global scope first (the program with its needs, then what was opened with `RTLD_GLOBAL`), then the
//! group that its own `dlopen` made: the root and its needs, breadth first. `DT_SYMBOLIC` puts the object itself before
//! both.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::process::LoadedProcess;
use super::{glibc, musl};
use crate::image::{Definition, Name, Reference};
use crate::loader::{self, Binding};
use crate::world::{DynamicSymbols, FileId, SymbolKey, System, TlsBlock, World};

/// What became of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Bound to the object at this place of [`LoadedProcess::objects`].
    Bound(usize),
    /// No object of the scope defines it: the load fails, unless it is weak.
    Undefined(Failure),
    /// As [`Status::Undefined`], but nothing fails before the first call.
    Deferred,
    /// Not found in what is at hand, and not all of the scope is.
    Unknown,
}

/// Why a symbol is undefined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No object of the scope has it.
    NotFound,
    /// glibc before 2.30: the file that the version is wanted of lacks the symbol in that version, which ends even a weak
    /// search.
    VersionMissing,
    /// glibc before 2.30: the file that the version is wanted of has the symbol and no version tables, and ld.so's own
    /// assertion fails.
    NoVersionTable,
}

/// One symbol that an object wants, and what became of it.
#[derive(Clone, Debug)]
pub struct BoundSymbol {
    pub name: Name,
    pub version: Option<Name>,
    /// The needed file that is to have the version.
    pub from: Option<Name>,
    pub is_weak: bool,
    pub status: Status,
}

impl BoundSymbol {
    /// Does the load fail for it?
    pub fn fails(&self) -> bool {
        is_fatal(self.is_weak, self.status)
    }
}

/// Does a load fail where a symbol came out so?
pub fn is_fatal(is_weak: bool, status: Status) -> bool {
    match status {
        Status::Undefined(Failure::NotFound) => !is_weak,
        Status::Undefined(_) => true,
        Status::Bound(_) | Status::Deferred | Status::Unknown => false,
    }
}

/// What a look into one object says.
pub(super) enum Look {
    Found(Definition),
    Nothing,
    /// The search ends here.
    Fails(Failure),
}

/// Binds the symbols of a process.
pub struct Binder<'a> {
    process: &'a LoadedProcess,
    /// By object; none of one whose symbols are not at hand.
    symbols: Vec<Option<Arc<DynamicSymbols>>>,
    /// The needs of each object by name.
    needs: Vec<OnceLock<FxHashMap<Name, usize>>>,
    world: &'a World,
    is_musl: bool,
    /// See [`glibc::needs_named_file`].
    needs_named_file: bool,
    /// By `dlopen`.
    scopes: Vec<Scope>,
    /// By `dlopen`: what everything that was opened before names, and which object does so first.
    named_before: Vec<OnceLock<FxHashMap<Name, usize>>>,
    /// By `dlopen`: what its own objects name, and which of them is bound first; nothing where none binds to itself first.
    named_within: Vec<OnceLock<FxHashMap<Name, usize>>>,
}

/// Files that find all that they must have in the global scope and in what they need themselves, and what that was: they do
/// so in every process that has both.
#[derive(Default)]
pub struct Settled(FxHashSet<(FileId, Vec<FileId>)>);

/// What the objects of one `dlopen` see, in order.
struct Scope {
    objects: Vec<usize>,
    /// So many of them are the global scope, which does not depend on what is opened.
    global: usize,
    /// The symbols of everything that could be searched are at hand.
    is_complete: bool,
}

impl<'a> Binder<'a> {
    /// A binder for the objects of a process.
    pub fn new(world: &'a World, process: &'a LoadedProcess) -> Binder<'a> {
        let symbols: Vec<_> = process.objects.iter().map(|object| world.dynamic_symbols(object.file)).collect();
        let scopes = scopes(world, process, &symbols);
        Binder {
            process,
            symbols,
            needs: process.objects.iter().map(|_| OnceLock::new()).collect(),
            world,
            is_musl: loader::traits(&world.host.system).binding == Binding::PlainScopes,
            needs_named_file: match &world.host.system {
                System::Glibc(system) => glibc::needs_named_file(system.version),
                _ => false,
            },
            named_before: scopes.iter().map(|_| OnceLock::new()).collect(),
            named_within: scopes.iter().map(|_| OnceLock::new()).collect(),
            scopes,
        }
    }

    /// Every symbol that an object wants, each name and version once, in the order of its symbol table. None where what it
    /// wants is not known.
    pub fn bind(&self, object: usize) -> Option<Vec<BoundSymbol>> {
        let mut seen = FxHashSet::default();
        let mut bound = Vec::new();
        self.each(object, &mut |reference, status| {
            let version = reference.version.as_ref().map(|version| version.name.clone());
            if seen.insert((reference.name.clone(), version.clone())) {
                let from = reference.version.as_ref().and_then(|version| version.from.clone());
                bound.push(BoundSymbol {
                    name: reference.name.clone(),
                    version,
                    from,
                    is_weak: reference.is_weak,
                    status,
                });
            }
        })?;
        Some(bound)
    }

    /// Calls back with each symbol that an object wants and what became of it. None where what it wants is not known.
    pub fn each(&self, object: usize, tell: &mut dyn FnMut(&Reference, Status)) -> Option<()> {
        let references = self.symbols.get(object)?.as_ref()?.references()?;
        for reference in references.iter() {
            tell(reference, self.status(object, reference));
        }
        Some(())
    }

    /// Calls back with each symbol of an object for which the load fails. What `settled` knows is not looked up again.
    pub fn each_fatal(&self, object: usize, settled: &mut Settled, tell: &mut dyn FnMut(&Reference)) -> Option<()> {
        let references = self.symbols.get(object)?.as_ref()?.references()?;
        let opening = self.process.opening_of(object);
        let own = group(self.process, object, &[]);
        let scope = &self.scopes[opening];
        let key =
            (self.process.objects[object].file, own.iter().map(|&place| self.process.objects[place].file).collect());
        // Before 2.30, what comes earlier in the scope could end a search.
        if !self.needs_named_file && settled.0.contains(&key) {
            return Some(());
        }
        let small: Vec<usize> = scope.objects[..scope.global].iter().copied().chain(own).collect();
        let is_found = |reference: &Reference| {
            reference.is_weak || matches!(self.search_in(object, opening, &small, reference), Ok(Some(_)))
        };
        if !self.needs_named_file && references.iter().all(is_found) {
            settled.0.insert(key);
            return Some(());
        }
        for reference in references.iter().filter(|it| is_fatal(it.is_weak, self.status(object, it))) {
            tell(reference);
        }
        Some(())
    }

    /// What becomes of one symbol that an object wants.
    pub fn status(&self, object: usize, reference: &Reference) -> Status {
        let opening = self.process.opening_of(object);
        match self.search(object, opening, reference) {
            Ok(Some(provider)) => Status::Bound(provider),
            Ok(None) if !self.scopes[opening].is_complete => Status::Unknown,
            Ok(None) if self.waits(object, opening, reference) => Status::Deferred,
            Ok(None) => Status::Undefined(Failure::NotFound),
            Err(failure) => Status::Undefined(failure),
        }
    }

    /// How many objects the process has.
    pub(super) fn len(&self) -> usize {
        self.symbols.len()
    }

    /// The symbols of an object; none where they are not at hand.
    pub(super) fn symbols(&self, object: usize) -> Option<&DynamicSymbols> {
        self.symbols.get(object)?.as_deref()
    }

    /// The thread-local storage of an object.
    pub(super) fn tls(&self, object: usize) -> Option<TlsBlock> {
        self.symbols(object)?.tls()
    }

    /// Does musl bind?
    pub(super) fn is_musl(&self) -> bool {
        self.is_musl
    }

    /// Is it bound only when it is first called?
    fn waits(&self, object: usize, opening: usize, reference: &Reference) -> bool {
        let flags = self.symbols[object].as_ref().map(|symbols| symbols.flags()).unwrap_or_default();
        let binds_now = self.is_musl || flags.binds_now || self.process.opens[opening].mode.binds_now;
        !binds_now && reference.uses.is_deferrable()
    }

    /// The object that a symbol is bound to.
    fn search(&self, by: usize, opening: usize, reference: &Reference) -> Result<Option<usize>, Failure> {
        self.search_in(by, opening, &self.scopes[opening].objects, reference)
    }

    /// As [`Self::search`], in these objects.
    fn search_in(
        &self,
        by: usize,
        opening: usize,
        scope: &[usize],
        reference: &Reference,
    ) -> Result<Option<usize>, Failure> {
        let key = SymbolKey::hashed(&reference.name, reference.hash);
        let is_call = !(reference.uses.data || reference.uses.copy);
        let question = glibc::Question { key: &key, version: reference.version.as_ref(), is_call };
        let from = reference.version.as_ref().and_then(|version| version.from.as_ref());
        let from = from.filter(|_| self.needs_named_file);
        let named = from.and_then(|from| self.needs_of(by).get(from)).copied();
        let is_symbolic = !self.is_musl && by != 0 && self.flags(by).is_symbolic;
        let places = is_symbolic.then_some(by).into_iter().chain(scope.iter().copied());
        for place in places {
            // What a program copies is not found in the program itself.
            if reference.uses.copy && place == 0 {
                continue;
            }
            let Some(symbols) = &self.symbols[place] else { continue };
            let look = match self.is_musl {
                true => musl::look(symbols, &key, is_call),
                false => glibc::look(symbols, &question, named == Some(place)),
            };
            match look {
                Look::Found(_) if reference.is_protected && !self.is_musl => return Ok(Some(by)),
                Look::Found(definition) if definition.is_unique() && !self.is_musl => {
                    return Ok(Some(self.first_unique(by, opening, reference).unwrap_or(place)));
                }
                Look::Found(_) => return Ok(Some(place)),
                Look::Nothing => {}
                Look::Fails(failure) => return Err(failure),
            }
        }
        Ok(None)
    }

    /// The object whose definition of a unique symbol an earlier part of the process was bound to, or what is bound before in
    /// the same part.
    fn first_unique(&self, object: usize, opening: usize, reference: &Reference) -> Option<usize> {
        let named = self.named_before[opening].get_or_init(|| self.names_before(opening));
        let within = || self.named_within[opening].get_or_init(|| self.names_within(opening));
        let by = named.get(&reference.name).or_else(|| within().get(&reference.name)).copied();
        // What is bound first of all finds it by itself.
        let by = by.filter(|&by| by != object)?;
        let references = self.symbols[by].as_ref()?.references()?;
        let same = references.iter().find(|other| other.name == reference.name)?;
        self.search(by, self.process.opening_of(by), same).ok()?
    }

    fn names_before(&self, opening: usize) -> FxHashMap<Name, usize> {
        let mut named = FxHashMap::default();
        let end = self.process.opens[opening].first.min(self.symbols.len());
        for (place, symbols) in self.symbols[..end].iter().enumerate() {
            for reference in symbols.iter().filter_map(|symbols| symbols.references()).flat_map(|all| all.to_vec()) {
                named.entry(reference.name).or_insert(place);
            }
        }
        named
    }

    /// The objects of one part that are bound first to each name: the last that was loaded first, as what others need comes
    /// before them (`dl_open_worker_begin` in `elf/dl-open.c`). It matters where an object binds to itself first.
    fn names_within(&self, opening: usize) -> FxHashMap<Name, usize> {
        let first = self.process.opens[opening].first.min(self.symbols.len());
        let next = self.process.opens.get(opening + 1).map_or(self.symbols.len(), |open| open.first);
        let places = first..next.clamp(first, self.symbols.len());
        let mut named = FxHashMap::default();
        if places.clone().any(|place| self.flags(place).is_symbolic) {
            for place in places.rev() {
                let references = self.symbols[place].iter().filter_map(|symbols| symbols.references());
                for reference in references.flat_map(|all| all.to_vec()) {
                    named.entry(reference.name).or_insert(place);
                }
            }
        }
        named
    }

    fn flags(&self, object: usize) -> crate::world::BindingFlags {
        self.symbols[object].as_ref().map(|symbols| symbols.flags()).unwrap_or_default()
    }

    /// What an object's needs got, by the name that it needs.
    fn needs_of(&self, object: usize) -> &FxHashMap<Name, usize> {
        self.needs[object].get_or_init(|| {
            let object = &self.process.objects[object];
            let file = self.world.file(object.file);
            let names = file.image.iter().flat_map(|image| &image.needs).map(|need| need.name.clone());
            names.zip(&object.needs).filter_map(|(name, got)| Some((name, (*got)?))).collect()
        })
    }
}

/// What the objects of each `dlopen` see.
fn scopes(world: &World, process: &LoadedProcess, symbols: &[Option<Arc<DynamicSymbols>>]) -> Vec<Scope> {
    let mut global = Vec::new();
    let mut is_global_complete = process.has_program;
    let mut scopes = Vec::new();
    for open in &process.opens {
        let group = group(process, open.root, &open.preloads);
        let is_whole = |&place: &usize| symbols[place].is_some() && has_all_needs(world, process, place);
        let is_complete = is_global_complete && group.iter().all(is_whole);
        let mut objects = global.clone();
        let known: FxHashSet<usize> = global.iter().copied().collect();
        objects.extend(group.into_iter().filter(|place| !known.contains(place)));
        if open.mode.is_global {
            global.clone_from(&objects);
            is_global_complete = is_complete;
        }
        scopes.push(Scope { objects, global: known.len(), is_complete });
    }
    scopes
}

/// The root, what is preloaded, and all that these need, breadth first; each once.
fn group(process: &LoadedProcess, root: usize, preloads: &[usize]) -> Vec<usize> {
    let mut seen = FxHashSet::default();
    let mut group: Vec<usize> = Vec::new();
    let mut add = |group: &mut Vec<usize>, place: usize| {
        if place < process.objects.len() && seen.insert(place) {
            group.push(place);
        }
    };
    for place in std::iter::once(root).chain(preloads.iter().copied()) {
        add(&mut group, place);
    }
    let mut next = 0;
    while next < group.len() {
        for &need in process.objects[group[next]].needs.iter().flatten() {
            add(&mut group, need);
        }
        next += 1;
    }
    group
}

/// Did each need of an object get a file? One that may be absent counts as met.
fn has_all_needs(world: &World, process: &LoadedProcess, place: usize) -> bool {
    let object = &process.objects[place];
    let file = world.file(object.file);
    let needs = file.image.iter().flat_map(|image| &image.needs);
    needs.zip(&object.needs).all(|(need, got)| got.is_some() || !need.kind.is_binding())
}
