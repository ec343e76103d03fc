//! What every import of an environment does.
//!
//! Only those are simulated from which something leads to what may fail ([`ImportReach`]): each in a process of its own, many
//! at once.

mod bundle;
mod first;
mod harm;
mod links;
mod named;
mod reach;
mod row;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use harm::mark_harmless;
pub use links::ImportLink;
use named::OFTEN_NAMED;
use reach::{CopyLoaders, ImportReach, in_fresh, is_sound};
use row::{AskedImport, Row, packages};

use super::Scan;
use crate::diagnose::{Finding, Severity};
use crate::discover::role::{dotted_below, importable_as};
use crate::discover::{DistributionId, Role, normalized};
use crate::graph::Node;
use crate::image::{Answer, Name, NeedKind};
use crate::imports::{
    BundledModules, CapiImport, ImportCause, ImportContext, ImportOutcome, ImportProcess, ImportStep, ImportVerdict,
    NativeFacts, NativeLoader, NativeRefusal, Outcomes,
};
use crate::python::{limits, stdlib, top};
use crate::survey::{ImportOf, Survey};
use crate::vfs::VPath;
use crate::world::{Absent, File, FileId};

/// What a survey tells of its native modules.
struct SurveyFacts<'a> {
    survey: &'a Survey,
    capi_edges: FxHashMap<FileId, usize>,
    imports: FxHashMap<FileId, usize>,
    /// What modules that were not asked about (the standard library's) load by themselves, once somebody wants to know.
    others: Mutex<FxHashMap<FileId, Vec<FileId>>>,
}

impl<'a> SurveyFacts<'a> {
    fn new(survey: &'a Survey) -> SurveyFacts<'a> {
        let asking: FxHashMap<FileId, usize> =
            survey.numpy.capi_edges.iter().enumerate().map(|(index, capi_edge)| (capi_edge.file, index)).collect();
        let mut capi_edges = asking.clone();
        // A library that a module loads asks as the module does.
        for import in survey.imports.iter().filter(|import| import.module().is_some()) {
            let of_library = import.loads.loads.iter().find_map(|file| asking.get(file).copied());
            if let Some(of_library) = of_library {
                capi_edges.entry(import.file).or_insert(of_library);
            }
        }
        let imports = survey.imports.iter().enumerate().map(|(index, import)| (import.file, index)).collect();
        SurveyFacts { survey, capi_edges, imports, others: Mutex::default() }
    }
}

impl NativeFacts for SurveyFacts<'_> {
    fn numpy(&self, file: FileId) -> Option<CapiImport> {
        let numpy = &self.survey.numpy;
        let capi_edge = &numpy.capi_edges[*self.capi_edges.get(&file)?];
        // A module of a package that offers NumPy as an extra may ask for it later.
        let may_ask = capi_edge.file == file && capi_edge.binding.asks_at_import();
        if !capi_edge.at_import && !may_ask {
            return None;
        }
        let abi = numpy.provider.as_ref().and_then(|provider| provider.abi);
        // Where NumPy lacks a part of itself, its own import ends there.
        let modules = match (capi_edge.answer, capi_edge.missing) {
            (Answer::NoProvider | Answer::NoModule, Some(missing)) => vec![missing.to_owned()],
            _ => capi_edge.binding.asks_for(abi).iter().map(|module| (*module).to_owned()).collect(),
        };
        let refusal = match capi_edge.answer {
            Answer::OtherAbi => Some((ImportCause::NumpyAbi, "built for NumPy 1".to_owned())),
            Answer::TooOld => Some((ImportCause::NumpyTooOld, "built for a newer NumPy".to_owned())),
            _ => None,
        };
        Some(CapiImport { modules, refusal, is_certain: capi_edge.at_import })
    }

    fn loads_alone(&self, module: FileId, library: FileId) -> bool {
        if let Some(&index) = self.imports.get(&module) {
            return self.survey.imports[index].loads.loads.contains(&library);
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let loads = others.entry(module);
        loads.or_insert_with(|| NativeLoader::new(&self.survey.world).loads_alone(module)).contains(&library)
    }

    fn provider(&self, by: FileId, need: usize) -> Option<FileId> {
        let graph = &self.survey.graph;
        let edge = graph.needs(graph.file(by)?).into_iter().find(|(_, edge)| edge.need == need);
        edge.and_then(|(_, edge)| edge.resolution.file())
    }
}

/// Rounds in which more modules are found to fail because compiled code names one that fails.
const MOST_ROUNDS: usize = 5;

/// A name that is asked about, and whether it is a native module.
type Asked = (String, bool);

/// Names of native modules besides that by which they are known, by the latter.
type OtherNames<'s> = BTreeMap<&'s str, Vec<String>>;

/// So many names at most are asked about in a row.
const MOST_IN_A_ROW: usize = 48;
/// So many rows at least there are for each processor, so that none waits long for another.
const ROWS_PER_PROCESSOR: usize = 2;

/// Asks about each import. Names are asked about in rows, each in one process as long as that does what a fresh one would do.
fn asked(context: &ImportContext, rows: &[&Asked]) -> Vec<AskedImport> {
    let share = rows.len().div_ceil(ROWS_PER_PROCESSOR * rayon::current_num_threads());
    let parts: Vec<&[&Asked]> = rows.chunks(share.clamp(1, MOST_IN_A_ROW)).collect();
    let interpreter = || Some(NativeLoader::new(context.world));
    let parts = parts.into_par_iter().map_init(interpreter, |loader, part| {
        let mut row = Row::new(context, loader.take());
        let waited_for = part.iter().take_while(|_| !context.is_given_up());
        let answers = waited_for.map(|asked| row.ask(asked)).collect::<Vec<_>>();
        *loader = row.into_loader();
        answers
    });
    parts.flatten_iter().collect()
}

/// Asks about native modules whose packages are sound, and which nothing that these import can help.
fn asked_alone(context: &ImportContext, rows: &[&Asked]) -> Vec<ImportOutcome> {
    let loader = || Some(NativeLoader::new(context.world));
    let outcomes = rows.par_iter().map_init(loader, |loader, (name, _)| {
        in_fresh(context, loader, |process| process.outcome_in_sound_package(name))
    });
    outcomes.collect()
}

/// What is known of imports.
#[derive(Default)]
pub(super) struct JudgedImports {
    pub outcomes: Outcomes,
    /// What Python code imports.
    pub links: Vec<ImportLink>,
    /// What the import of packages does that are not asked about themselves.
    pub packages: BTreeMap<String, ImportVerdict>,
}

/// What each import does: of every importable native module, and of every top-level package that holds one.
pub(super) fn find(survey: &Survey, findings: &[Finding], given_up: &AtomicBool) -> JudgedImports {
    Asking { given_up: Some(given_up), ..Asking::of(survey) }.outcomes(findings)
}

#[doc(hidden)]
impl Scan {
    /// What the import of one module does, step by step.
    pub fn import_story(&self, name: &str) -> (ImportOutcome, Vec<ImportStep>) {
        Asking::of(&self.survey).story(name, &self.findings, &self.outcomes)
    }
}

/// The native modules that a distribution installed and that are gone.
fn gone(survey: &Survey) -> BTreeSet<String> {
    let Some(python) = &survey.world.host.python else { return BTreeSet::new() };
    let recorded = survey.distributions.iter().flat_map(|(_, distribution)| &distribution.recorded);
    let gone = recorded.filter(|path| survey.world.open(path) == Err(Absent::Missing));
    gone.filter_map(|path| importable_as(path, python)).map(|(_, name)| name).collect()
}

/// Asks of a survey what its imports do.
struct Asking<'s> {
    survey: &'s Survey,
    /// The native modules that a distribution installed and that are gone.
    gone: BTreeSet<String>,
    /// Set where nobody waits for the answers any more.
    given_up: Option<&'s AtomicBool>,
}

impl<'s> Asking<'s> {
    fn of(survey: &'s Survey) -> Asking<'s> {
        Asking { survey, gone: gone(survey), given_up: None }
    }

    fn outcomes(&self, findings: &[Finding]) -> JudgedImports {
        let facts = SurveyFacts::new(self.survey);
        self.in_context(&facts, self.faults(findings), |context| {
            let other_names = self.other_names(context);
            let rows: Vec<Asked> = self.asked_names(context, &other_names).into_iter().collect();
            if self.survey.target.bundle.is_some() {
                return JudgedImports { outcomes: self.of_bundle(context, &rows), ..JudgedImports::default() };
            }
            let (mut broken, mut suspects) = (self.gone.clone(), self.suspects(context));
            suspects.extend(self.unfit());
            suspects.extend(self.misnamed());
            let others = suspects.iter().filter_map(|name| other_names.get(&**name)).flatten().cloned();
            suspects.extend(others.collect::<Vec<_>>());
            let libraries = self.named_as_modules(context, &rows);
            // As modules they lack their init function.
            suspects.extend(libraries.iter().filter(|(_, is_library)| *is_library).map(|(name, _)| name.clone()));
            let names = rows.iter().chain(&libraries).map(|(name, _)| name.as_str());
            let mut reach = ImportReach::new(context, broken.clone(), names);
            // What is not there was not installed, or is gone: to who names it, that is one.
            broken.extend(OFTEN_NAMED.iter().filter(|name| !context.has_module(name)).map(|name| (*name).to_owned()));
            let mut outcomes: BTreeMap<String, ImportOutcome> = rows
                .iter()
                .map(|(name, is_extension)| (name.clone(), ImportOutcome::loads(name, *is_extension)))
                .collect();
            self.name_broken(context, &broken);
            let (helpless, mut rounds) = (self.helpless(), 0);
            // The modules of which it became known what they name, and of each import that was asked about, the native ones that
            // came in: it does the same again where none of them is among the changed.
            let (mut changed, mut natives) = (BTreeSet::new(), FxHashMap::<String, Vec<Arc<str>>>::default());
            let meeting = reach.meeting(context, &self.contested(context));
            let near = loop {
                if context.is_given_up() {
                    return JudgedImports::default();
                }
                suspects.extend(self.naming(context));
                let near = reach.near(context, &suspects).or(&meeting);
                let is_again = |name: &str| {
                    natives.get(name).is_none_or(|natives| natives.iter().any(|native| changed.contains(&**native)))
                };
                let is_open =
                    |name: &str| near.has(name) && is_again(name) && outcomes[name].verdict != ImportVerdict::Fails;
                let open: Vec<&Asked> = rows.iter().filter(|(name, _)| is_open(name)).collect();
                let before = broken.len();
                // Whatever ran before such a module, it fails as it does by itself.
                let is_plain = |name: &str| helpless.contains(name) && packages(name).all(|above| !near.has(above));
                let (plain, open): (Vec<_>, Vec<_>) = open.into_iter().partition(|(name, _)| is_plain(name));
                for outcome in asked_alone(context, &plain) {
                    broken.insert(outcome.module.clone());
                    outcomes.insert(outcome.module.clone(), outcome);
                }
                for answer in asked(context, &open) {
                    let name = answer.outcome.module.clone();
                    if may_fail(&answer.outcome) {
                        broken.insert(name.clone());
                    }
                    broken.extend(answer.failed);
                    natives.insert(name.clone(), answer.natives);
                    outcomes.insert(name, answer.outcome);
                }
                // Compiled code that names what is now known to fail may fail in its turn, and who imports it.
                let naming = if broken.len() == before { BTreeSet::new() } else { self.name_broken(context, &broken) };
                rounds += 1;
                if naming.is_empty() || rounds == MOST_ROUNDS {
                    break near;
                }
                changed = naming;
            };
            let links = links(&reach, &outcomes);
            let ends = links.iter().flat_map(|link| [&link.source, &link.target]);
            let packages: BTreeSet<&str> =
                ends.filter(|name| !outcomes.contains_key(*name)).map(String::as_str).collect();
            let told = packages.iter().filter_map(|name| Some(((*name).to_owned(), verdict_around(name, &outcomes)?)));
            let told: BTreeMap<String, ImportVerdict> = told.collect();
            let open = packages.into_iter().filter(|name| !told.contains_key(*name) && near.has(name));
            let open: Vec<Asked> = open.map(|name| (name.to_owned(), false)).collect();
            let packages = asked(context, &open.iter().collect::<Vec<_>>());
            let packages = packages.into_iter().map(|answer| (answer.outcome.module, answer.outcome.verdict));
            let packages = packages.chain(told).collect();
            let libraries = asked(context, &libraries.iter().collect::<Vec<_>>());
            let libraries = libraries.into_iter().map(|answer| answer.outcome).collect();
            // What no statement can import (mypyc's shared modules) was asked about for those that name it.
            let is_spelled = |name: &str| !name.starts_with(|first: char| first.is_ascii_digit());
            let mut rows: Vec<ImportOutcome> = outcomes
                .into_values()
                .filter(|row| is_spelled(row.module.rsplit('.').next().unwrap_or_default()))
                .collect();
            // Who asks about one file misses it.
            if !self.survey.is_single() {
                mark_harmless(context, &mut reach, &mut rows);
            }
            first::mark(self.survey, context, findings, &mut rows);
            JudgedImports { outcomes: Outcomes { rows, libraries, programs: Vec::new() }, links, packages }
        })
    }

    /// Libraries that are named as extension modules, and the packages that hold no others.
    fn named_as_modules(&self, context: &ImportContext, rows: &[Asked]) -> Vec<Asked> {
        let python = self.survey.world.host.python.as_ref();
        let library = |node: &Node| match node {
            Node::File { file, role: Role::Library, .. } => Some(*file),
            _ => None,
        };
        let libraries = self.survey.graph.nodes().filter_map(|(_, node)| library(node));
        let name = |file: FileId| {
            let path = &self.survey.world.file(file).path;
            let (stem, name) = importable_as(path, python?)?;
            // Most libraries end as an extension module without a tag may: no person takes them for one.
            let is_plain = path.file_name().len() == stem.len() + b".so".len();
            (!is_plain && self.is_asked_about(context, path, &name)).then_some(name)
        };
        let known: FxHashSet<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
        let named = with_tops(libraries.filter_map(name)).into_iter();
        named.filter(|(name, _)| !known.contains(name.as_str())).collect()
    }

    /// The native modules that do not load by themselves.
    fn suspects(&self, context: &ImportContext) -> BTreeSet<String> {
        let loader = || NativeLoader::new(context.world);
        let suspects = self.survey.imports.par_iter().map_init(loader, |loader, import| {
            let is_suspect = |name: &&str| !is_sound(context, loader, name, &import.opened);
            import.module().filter(is_suspect).map(str::to_owned)
        });
        suspects.flatten().collect()
    }

    /// Links that are called as modules and are none: the file has no init function for them.
    fn misnamed(&self) -> Vec<String> {
        let Some(python) = &self.survey.world.host.python else { return Vec::new() };
        let links = self.survey.items.iter().filter(|item| item.is_link && item.found.is_ok());
        let modules: FxHashSet<&str> = self.survey.imports.iter().filter_map(ImportOf::module).collect();
        let names = links.filter_map(|item| Some(importable_as(&item.path, python)?.1));
        names.filter(|name| !modules.contains(name.as_str())).collect()
    }

    /// The native modules of distributions that lack the version of another that they require: their code may check it.
    fn unfit(&self) -> Vec<String> {
        let unfit: FxHashSet<DistributionId> =
            self.survey.unmet_requirements().into_iter().map(|unmet| unmet.by).collect();
        let is_unfit = |import: &&ImportOf| self.survey.owner(import.file).is_some_and(|owner| unfit.contains(&owner));
        let modules = self.survey.imports.iter().filter(is_unfit).filter_map(ImportOf::module);
        modules.flat_map(|name| [top(name), name]).map(str::to_owned).collect()
    }

    /// The native modules that miss a library which no file that was looked at could be: nothing that runs before them can
    /// have loaded it.
    fn helpless(&self) -> FxHashSet<&str> {
        let world = &self.survey.world;
        let missing = |&(file, need): &(FileId, usize)| {
            let file = world.file(file);
            let need = file.image.as_ref()?.needs.get(need)?;
            (!matches!(need.kind, NeedKind::Weak | NeedKind::Delay)).then(|| base_name(&need.name))
        };
        let lacking = self.survey.imports.iter().filter(|import| !import.loads.unmet.is_empty());
        let mut lacking = lacking.filter_map(|import| Some((import, import.module()?))).peekable();
        if lacking.peek().is_none() {
            return FxHashSet::default();
        }
        let files = self.survey.graph.nodes().filter_map(|(node, _)| self.survey.file_of(node));
        let names = |file: FileId| {
            let file = world.file(file);
            let own = file.image.as_ref().and_then(|image| image.identity.clone());
            own.into_iter().chain([Name::from(file.path.file_name())])
        };
        let there: FxHashSet<Name> = files.flat_map(names).map(|name| base_name(&name)).collect();
        let is_helpless =
            |import: &ImportOf| import.loads.unmet.iter().filter_map(missing).any(|name| !there.contains(&name));
        lacking.filter(|(import, _)| is_helpless(import)).map(|(_, module)| module).collect()
    }

    /// Libraries of one name (soname, install name, file name: whatever the loader knows them by) that are different files: the
    /// import that comes first decides for all. For each such name, the native modules that load each of the files.
    fn contested(&self, context: &ImportContext) -> Vec<Vec<CopyLoaders>> {
        let world = &self.survey.world;
        let mut loaders = FxHashMap::<FileId, CopyLoaders>::default();
        for import in &self.survey.imports {
            let Some(name) = import.module() else { continue };
            let is_standard = !self.is_asked_about(context, &import.opened, name);
            for &file in import.loads.loads.iter().filter(|file| **file != import.file) {
                let loaders = loaders.entry(file).or_default();
                loaders.are_everywhere |= is_standard;
                loaders.modules.insert(name.to_owned());
            }
        }
        let mut copies = FxHashMap::<Name, Vec<(FileId, CopyLoaders)>>::default();
        let mut files: Vec<(FileId, CopyLoaders)> = loaders.into_iter().collect();
        files.sort_by_key(|(file, _)| *file);
        for (file, loaders) in files {
            let Some(name) = self.survey.name_in_process(file) else { continue };
            let copies = copies.entry(name.clone()).or_default();
            match copies.iter_mut().find(|(other, _)| is_one_library(&name, &world.file(file), &world.file(*other))) {
                Some((_, same)) => same.join(loaders),
                None => copies.push((file, loaders)),
            }
        }
        let differ = copies.into_values().filter(|copies| copies.len() > 1);
        differ.map(|copies| copies.into_iter().map(|(_, loaders)| loaders).collect()).collect()
    }

    /// The native modules that are refused for what rules have found in them.
    fn faults(&self, findings: &[Finding]) -> FxHashMap<FileId, NativeRefusal> {
        let mut faults = FxHashMap::<FileId, (Option<usize>, NativeRefusal)>::default();
        let is_by_scope = self.survey.binds_by_scope();
        for finding in findings {
            let Some(cause) = ImportCause::of_fault(finding.rule.id) else { continue };
            // Symbols are bound again in the process, where code may have opened others for all.
            let is_asked_again = is_by_scope && cause == ImportCause::SymbolUndefined;
            let is_certain = match finding.severity {
                Severity::Error => true,
                Severity::Warning if is_asked_again => false,
                _ => continue,
            };
            let path = self.survey.target.root.join(finding.file.as_bytes());
            let file = self.survey.world.open(&path).ok().filter(|_| is_asked_again);
            let refusal = NativeRefusal { is_certain, ..NativeRefusal::new(cause, path, Name::from(&finding.subject)) };
            for import in finding.imports.iter().filter_map(|&import| self.survey.imports.get(import)) {
                let place = import.loads.loads.iter().position(|&loaded| Some(loaded) == file);
                let is_sooner = |known: &(Option<usize>, NativeRefusal)| {
                    self.survey.binds_last_first() && known.0.is_some() && known.0 < place
                };
                if faults.get(&import.file).is_none_or(is_sooner) {
                    faults.insert(import.file, (place, refusal.clone()));
                }
            }
        }
        faults.into_iter().map(|(file, (_, refusal))| (file, refusal)).collect()
    }

    /// What the import of one module does, step by step; the others' outcomes are known.
    fn story(&self, name: &str, findings: &[Finding], outcomes: &Outcomes) -> (ImportOutcome, Vec<ImportStep>) {
        let facts = SurveyFacts::new(self.survey);
        let broken = broken_names(outcomes);
        self.in_context(&facts, self.faults(findings), |context| {
            self.name_broken(context, &broken);
            let names = self.asked_names(context, &self.other_names(context));
            let is_extension = names.get(name).copied().unwrap_or_default();
            let mut process = ImportProcess::new(context);
            process.record_story();
            let outcome = process.outcome(name, is_extension);
            (outcome, process.take_story())
        })
    }

    /// Does something on threads whose stack is large enough for any source.
    fn in_context<T: Send>(
        &self,
        facts: &SurveyFacts,
        faults: FxHashMap<FileId, NativeRefusal>,
        work: impl FnOnce(&mut ImportContext) -> T + Send,
    ) -> T {
        let installed = self.survey.distributions.iter().map(|(_, it)| (normalized(&it.name), it.version.clone()));
        let installed: BTreeMap<String, String> = installed.filter(|(name, _)| !name.is_empty()).collect();
        let known = self.survey.known_folders();
        let mut context = ImportContext::new(&self.survey.world, &self.survey.target.root, installed, facts, known);
        context.bundled =
            self.survey.target.bundle.as_ref().map(|bundle| BundledModules::open(&self.survey.world, bundle));
        context.has_others = context.bundled.is_none() && !self.survey.is_whole();
        context.faults = faults;
        context.given_up = self.given_up;
        let pool = rayon::ThreadPoolBuilder::new().stack_size(limits::STACK_BYTES).build();
        match pool {
            Ok(pool) => pool.install(|| work(&mut context)),
            Err(_) => work(&mut context),
        }
    }

    /// The names that are asked about, and whether each is a native module.
    fn asked_names(&self, context: &ImportContext, other_names: &OtherNames) -> BTreeMap<String, bool> {
        let modules = self.survey.imports.iter().filter_map(|import| Some((&import.opened, import.module()?)));
        let modules = modules.filter(|(path, name)| self.is_asked_about(context, path, name));
        let names = |name: &str| other_names.get(name).into_iter().flatten().cloned().chain([name.to_owned()]);
        with_tops(modules.flat_map(|(_, name)| names(name).collect::<Vec<_>>()))
    }

    /// Of native modules in folders that code of `.pth` files puts on `sys.path`, the names that they have there.
    fn other_names(&self, context: &ImportContext) -> OtherNames<'s> {
        let Some(python) = &self.survey.world.host.python else { return OtherNames::new() };
        let process = ImportProcess::new(context);
        let is_known = |folder: &VPath| {
            let standard = [&python.library, &python.lib_dynload];
            python.path.contains(folder) || standard.into_iter().flatten().any(|it| it == folder)
        };
        let added: Vec<&VPath> = process.folders().iter().filter(|folder| !is_known(folder)).collect();
        if added.is_empty() {
            return OtherNames::new();
        }
        let named = self.survey.imports.iter().filter_map(|import| {
            let (folder, stem) = (import.opened.parent()?, python.module_name(import.opened.file_name())?);
            let names = added.iter().filter_map(|root| dotted_below(root, &folder, stem));
            Some((import.module()?, names.collect()))
        });
        named.filter(|(_, names): &(&str, Vec<String>)| !names.is_empty()).collect()
    }

    /// Is the import of this file by this name asked about? Those of the standard library are not.
    fn is_asked_about(&self, context: &ImportContext, path: &VPath, name: &str) -> bool {
        let library = self.survey.world.host.python.as_ref().and_then(|python| python.library.as_ref());
        let is_site = |part: &[u8]| part == b"site-packages" || part == b"dist-packages";
        let below = library.and_then(|library| path.below(library));
        let is_standard = below.is_some_and(|below| !below.split(|&byte| byte == b'/').any(is_site));
        self.survey.target.only.as_ref().is_none_or(|only| only == path)
            && !is_standard
            && stdlib::has(top(name), &context.target) != Some(true)
    }
}

/// Are two files of one name one library? What repair tools have put into several packages is: byte by byte, or as it was
/// before they gave it a search path.
fn is_one_library(name: &Name, one: &File, other: &File) -> bool {
    let needs = |file: &File| file.image.as_ref().map(|image| image.needs.clone());
    one.len == other.len && one.image == other.image || name.content_hash().is_some() && needs(one) == needs(other)
}

/// Native modules, and the top-level packages that hold them.
fn with_tops(natives: impl Iterator<Item = String>) -> BTreeMap<String, bool> {
    let natives: Vec<String> = natives.collect();
    let mut rows: BTreeMap<String, bool> = natives.iter().map(|name| (top(name).to_owned(), false)).collect();
    rows.extend(natives.into_iter().map(|name| (name, true)));
    rows
}

/// What the import of a package does, as far as the modules in it tell: it is imported before them.
fn verdict_around(package: &str, outcomes: &BTreeMap<String, ImportOutcome>) -> Option<ImportVerdict> {
    let is_within = |name: &str| name.strip_prefix(package).is_some_and(|rest| rest.starts_with('.'));
    let within = outcomes.range(format!("{package}.")..).map(|(_, row)| row);
    let mut within = within.take_while(|row| is_within(&row.module));
    within.find_map(|row| match (&row.verdict, row.failure.as_ref().and_then(|failure| failure.because.first())) {
        (ImportVerdict::Loads | ImportVerdict::Guarded, _) => Some(ImportVerdict::Loads),
        (ImportVerdict::Fails, Some(first)) if *first == row.module => Some(ImportVerdict::Loads),
        (ImportVerdict::Fails, Some(first)) if first == package || package.starts_with(&format!("{first}.")) => {
            Some(ImportVerdict::Fails)
        }
        _ => None,
    })
}

/// What Python code imports of native modules, of the packages around them, and of what fails.
fn links(reach: &ImportReach, outcomes: &BTreeMap<String, ImportOutcome>) -> Vec<ImportLink> {
    let natives = outcomes.values().filter(|row| row.is_extension).map(|row| row.module.as_str()).collect();
    let failures = outcomes.values().filter(|row| row.verdict == ImportVerdict::Fails);
    let ways = failures.filter_map(|row| row.failure.as_ref()).flat_map(|failure| &failure.because);
    reach.links(&natives, &ways.map(String::as_str).collect())
}

/// The last part of a name, as systems compare it that ignore case.
fn base_name(name: &Name) -> Name {
    VPath::new(&**name).file_name().to_ascii_lowercase().as_slice().into()
}

/// Every module that fails somewhere.
fn broken_names(outcomes: &Outcomes) -> BTreeSet<String> {
    let failures = outcomes.rows.iter().filter(|outcome| may_fail(outcome));
    let names = |outcome: &ImportOutcome| {
        let because = outcome.failure.as_ref().map(|failure| failure.because.clone());
        because.into_iter().flatten().chain([outcome.module.clone()])
    };
    failures.flat_map(names).collect()
}

fn may_fail(outcome: &ImportOutcome) -> bool {
    matches!(outcome.verdict, ImportVerdict::Fails | ImportVerdict::Unknown)
}
