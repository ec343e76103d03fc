//! What every import of a bundle does.
//!
//! A bundle is a closed world: what its program does not come to, nobody misses. Its modules are few, so each import is
//! simulated, and so is the program itself.

use std::collections::{BTreeSet, VecDeque};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::harm::{KnownFailures, MOST_IMPORTERS};
use super::named::{OFTEN_NAMED, SHARED_UTILITY};
use super::row::packages;
use super::{Asked, Asking, MOST_ROUNDS, asked, may_fail};
use crate::imports::{
    BundledModules, Harmless, ImportCause, ImportContext, ImportFailure, ImportOutcome, ImportProcess, ImportVerdict,
    ModuleSpec, Outcomes,
};
use crate::python::{NamedImport, stdlib, top};
use crate::tools::Bundler;
use crate::vfs::{Kind, VPath};

/// More modules than any bundle has.
const MOST_MODULES: usize = 100_000;

impl Asking<'_> {
    /// What each import of a bundle does, and its program.
    pub(super) fn of_bundle(&self, context: &mut ImportContext, rows: &[Asked]) -> Outcomes {
        // Of a bundle nobody recorded what it was to hold: what compiled code may want is asked about by its usual names.
        let natives = rows.iter().filter(|(_, is_native)| *is_native);
        let shared = natives.flat_map(|(name, _)| packages(name)).map(|package| format!("{package}.{SHARED_UTILITY}"));
        let wanted = shared.chain(OFTEN_NAMED.iter().map(|name| (*name).to_owned()));
        let mut broken: BTreeSet<String> = wanted.filter(|name| !context.has_module(name)).collect();
        self.name_broken(context, &broken);
        let all: Vec<&Asked> = rows.iter().collect();
        let mut outcomes = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let before = broken.len();
            outcomes.clear();
            for answer in asked(context, &all) {
                if may_fail(&answer.outcome) {
                    broken.insert(answer.outcome.module.clone());
                }
                broken.extend(answer.failed);
                outcomes.push(answer.outcome);
            }
            // Compiled code that names what is now known to fail may fail in its turn.
            if broken.len() == before || self.name_broken(context, &broken).is_empty() {
                break;
            }
        }
        let Some(bundled) = &context.bundled else { return Outcomes { rows: outcomes, ..Outcomes::default() } };
        let programs = programs(context, bundled);
        if let Some(failure) = failure_before_script(&programs, bundled) {
            let all = outcomes.into_iter();
            let rows = all.map(|row| ImportOutcome {
                verdict: ImportVerdict::Fails,
                failure: Some(failure.clone()),
                harmless: None,
                ..row
            });
            return Outcomes { rows: rows.collect(), programs, ..Outcomes::default() };
        }
        let modules = compiled_modules(context, bundled);
        outcomes.extend(others_that_fail(context, bundled, &modules, &outcomes));
        outcomes.sort_by(|one, other| one.module.cmp(&other.module));
        match bundled.bundler() {
            Bundler::NUITKA => outcomes.iter_mut().for_each(|row| doubt(bundled, row)),
            _ => mark_harmless(context, bundled, &modules, &mut outcomes),
        }
        Outcomes { rows: outcomes, programs, ..Outcomes::default() }
    }
}

/// A compiled module by its name.
type CompiledNamed = (String, ModuleSpec);

/// What else fails: packages without a native module of their own, or without one any more, and what functions of the
/// program import.
fn others_that_fail(
    context: &ImportContext,
    bundled: &BundledModules,
    modules: &[CompiledNamed],
    known: &[ImportOutcome],
) -> Vec<ImportOutcome> {
    let known: BTreeSet<&str> = known.iter().map(|row| row.module.as_str()).collect();
    let is_own = |name: &str| name.contains("__main__") || name.starts_with("pyi") || name.starts_with("_pyi");
    let tops: BTreeSet<&str> = modules.iter().map(|(name, _)| top(name)).collect();
    let imports = bundled.scripts().iter().flat_map(|(_, code)| code.unguarded_imports());
    let imports = imports.flat_map(|import| {
        let base = import.absolute("").filter(|base| tops.contains(top(base)));
        let taken = import.taken.iter().flatten().filter_map(|taken| Some(format!("{}.{taken}", base.as_ref()?)));
        let modules = taken.filter(|name| context.has_module(name)).collect::<Vec<_>>();
        base.into_iter().chain(modules)
    });
    let names: BTreeSet<String> = imports.chain(tops.iter().map(|top| (*top).to_owned())).collect();
    let is_standard = |name: &str| stdlib::has(top(name), &context.target) == Some(true);
    let asked_for =
        names.into_iter().filter(|name| !known.contains(name.as_str()) && !is_own(name) && !is_standard(name));
    let rows: Vec<Asked> = asked_for.map(|name| (name, false)).collect();
    let rows: Vec<&Asked> = rows.iter().collect();
    let outcomes = asked(context, &rows).into_iter().map(|answer| answer.outcome);
    outcomes.filter(|outcome| outcome.verdict == ImportVerdict::Fails).collect()
}

/// What the scripts of the program do, one after the other in one process.
fn programs(context: &ImportContext, bundled: &BundledModules) -> Vec<ImportOutcome> {
    let mut process = ImportProcess::new(context);
    let mut programs = Vec::new();
    let bootstrap = bundled.bootstrap();
    let all = bootstrap.iter().map(|code| (code, true)).chain(bundled.scripts().iter().map(|code| (code, false)));
    for ((name, code), is_bootstrap) in all {
        let outcome = match is_bootstrap {
            true => process.bootstrap(name, code),
            false => process.script(name, code),
        };
        let fails = outcome.verdict == ImportVerdict::Fails;
        programs.push(outcome);
        if fails {
            break;
        }
    }
    programs
}

/// Why the program ends before its own script, the last one, has run: then it imports nothing.
fn failure_before_script(programs: &[ImportOutcome], bundled: &BundledModules) -> Option<ImportFailure> {
    let last = programs.last().filter(|last| last.verdict == ImportVerdict::Fails)?;
    let (script, _) = bundled.scripts().last()?;
    last.failure.clone().filter(|_| bundled.bundler() == Bundler::PYINSTALLER && last.module != *script)
}

/// What Nuitka has compiled imports what nobody reads: that nothing was found to fail says nothing.
fn doubt(bundled: &BundledModules, row: &mut ImportOutcome) {
    let unread = packages(&row.module)
        .chain([row.module.as_str()])
        .find(|name| bundled.find(name).is_some() && bundled.code(name).is_none());
    if row.verdict != ImportVerdict::Loads {
        return;
    }
    if let Some(unread) = unread {
        let failure = ImportFailure {
            cause: ImportCause::Undecided,
            file: Some(bundled.program().clone()),
            subject: format!("{unread} is compiled into the program: what it imports is not read"),
            because: vec![row.module.clone()],
            earlier: None,
            unmet: Vec::new(),
        };
        (row.verdict, row.failure) = (ImportVerdict::Unknown, Some(failure));
    }
}

/// Modules by which others are imported, with their names; the scripts of the program stand under none.
type Importers = FxHashMap<String, BTreeSet<Option<String>>>;

/// Says of the modules that fail whether the program comes to them.
fn mark_harmless(
    context: &ImportContext,
    bundled: &BundledModules,
    modules: &[CompiledNamed],
    rows: &mut [ImportOutcome],
) {
    if rows.iter().all(|row| row.verdict != ImportVerdict::Fails) || bundled.scripts().is_empty() {
        return;
    }
    let importers = importers(context, bundled, modules);
    let failures = KnownFailures::new(context);
    rows.par_iter_mut().filter(|row| row.verdict == ImportVerdict::Fails).for_each(|row| {
        row.harmless = row.failure.as_ref().and_then(|failure| who_misses(&failures, &importers, &row.module, failure));
    });
}

/// Why the program does without a module; none where it does not.
fn who_misses(
    failures: &KnownFailures,
    importers: &Importers,
    module: &str,
    failure: &ImportFailure,
) -> Option<Harmless> {
    let mut seen = BTreeSet::from([module.to_owned()]);
    let mut open = VecDeque::from([module.to_owned()]);
    while let Some(name) = open.pop_front() {
        for importer in importers.get(&name).into_iter().flatten() {
            let Some(importer) = importer else { return None };
            if !seen.insert(importer.clone()) {
                continue;
            }
            if seen.len() > MOST_IMPORTERS {
                return None;
            }
            if failures.of(importer).is_some_and(|other| is_same(&other, failure)) {
                open.push_back(importer.clone());
            }
        }
    }
    Some(Harmless::Unasked)
}

/// Do two imports end at the same file, by the same subject?
fn is_same(one: &ImportFailure, other: &ImportFailure) -> bool {
    one.subject == other.subject && one.file == other.file
}

/// Who names whom, in all compiled code of the bundle.
fn importers(context: &ImportContext, bundled: &BundledModules, modules: &[CompiledNamed]) -> Importers {
    let mut importers = Importers::default();
    let mut add = |by: Option<&str>, package: &str, imports: Vec<NamedImport>| {
        for import in imports {
            let Some(base) = import.absolute(package) else { continue };
            let taken = import.taken.iter().flatten().map(|name| format!("{base}.{name}"));
            let above = packages(&base).map(str::to_owned);
            for name in above.chain(taken).chain([base.clone()]) {
                importers.entry(name).or_default().insert(by.map(str::to_owned));
            }
        }
    };
    for (_, code) in bundled.scripts() {
        add(None, "", code.named_imports());
    }
    let read: Vec<_> = modules
        .par_iter()
        .filter_map(|(name, spec)| Some((context.compiled(spec)?.named_imports(), name, spec.folders().is_some())))
        .collect();
    for (imports, name, is_package) in read {
        let package = if is_package { name } else { name.rsplit_once('.').map_or("", |(package, _)| package) };
        add(Some(name), package, imports);
    }
    importers
}

/// All compiled modules of a bundle by name, in archives and as files.
fn compiled_modules(context: &ImportContext, bundled: &BundledModules) -> Vec<CompiledNamed> {
    let mut modules: Vec<CompiledNamed> =
        bundled.names().filter_map(|name| Some((name.to_owned(), bundled.find(name)?))).collect();
    let mut open: Vec<(VPath, String)> =
        context.path.folders.iter().map(|folder| (folder.clone(), String::new())).collect();
    while let Some((folder, package)) = open.pop() {
        for entry in context.world.fs().list(&folder).unwrap_or_default() {
            let (path, name) = (folder.join(&entry.name), entry.name.text().into_owned());
            let stem = name.strip_suffix(".pyc");
            match (entry.kind, stem) {
                (Kind::Directory, _) if !name.contains('.') && open.len() + modules.len() < MOST_MODULES => {
                    open.push((path, format!("{package}{name}.")));
                }
                (Kind::File, Some("__init__")) => {
                    let spec = ModuleSpec::Bytecode { path, package: Some(folder.clone()) };
                    modules.push((package.trim_end_matches('.').to_owned(), spec));
                }
                (Kind::File, Some(stem)) => {
                    modules.push((format!("{package}{stem}"), ModuleSpec::Bytecode { path, package: None }));
                }
                _ => {}
            }
        }
    }
    modules
}
