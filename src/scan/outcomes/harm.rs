//! Who misses a native module that cannot be imported?
//!
//! A package may try a module and go on without it. So its importers are looked at, and theirs, as far as they fail by the
//! same cause: whoever fails and is imported by nobody is what people import.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::reach::{ImportReach, ImportingLine, in_fresh};
use super::row::{failed_around, packages};
use crate::imports::{Harmless, ImportCause, ImportContext, ImportFailure, ImportOutcome, ImportVerdict, NativeLoader};
use crate::python::top;

/// Importers that are imported at most for one module.
pub const MOST_IMPORTERS: usize = 24;

/// Says of the modules that fail whether nobody misses them.
pub fn mark_harmless(context: &ImportContext, reach: &mut ImportReach, rows: &mut [ImportOutcome]) {
    let fails = |row: &&ImportOutcome| row.verdict == ImportVerdict::Fails;
    let failing: BTreeSet<String> = rows.iter().filter(fails).map(|row| row.module.clone()).collect();
    let tops = failing.iter().map(|name| top(name));
    for top in tops.filter(|top| !failing.contains(*top)).collect::<BTreeSet<_>>() {
        reach.read_package(context, top);
    }
    let alive = rows.iter().filter(|row| row.is_extension && row.verdict != ImportVerdict::Fails);
    let alive: FxHashSet<String> = alive.map(|row| top(&row.module).to_owned()).collect();
    let failures = KnownFailures::new(context);
    let known = Known { context, failures, tops: reach.tops_with_source(), alive, reach };
    rows.par_iter_mut().filter(|row| failing.contains(&row.module)).for_each(|row| {
        if let Some(failure) = row.failure.as_ref().filter(|_| !failing.contains(top(&row.module))) {
            let is_own =
                failure.because.iter().rev().nth(1) == Some(&row.module) && !known.wants_another(failure, &row.module);
            row.harmless = match is_own || failure.cause.is_native() {
                true => known.who_misses(&row.module, failure),
                false => Some(Harmless::Optional),
            };
        }
    });
}

/// What is known of a whole environment.
struct Known<'r, 'c, 'w> {
    context: &'c ImportContext<'w>,
    failures: KnownFailures<'c, 'w>,
    reach: &'r ImportReach,
    /// Packages with code of their own.
    tops: FxHashSet<&'r str>,
    /// Packages of which another native module can be imported.
    alive: FxHashSet<String>,
}

impl Known<'_, '_, '_> {
    /// Does a compiled module's own source, which lies beside it, want a module of another distribution?
    fn wants_another(&self, failure: &ImportFailure, module: &str) -> bool {
        let source = || self.reach.places.get(module).and_then(|&place| self.reach.modules[place].source.as_ref());
        failure.cause == ImportCause::ModuleMissing
            && top(&failure.subject) != top(module)
            && failure.file.is_some()
            && failure.file.as_ref() == source()
    }

    /// Why nobody misses a module; none where somebody does.
    fn who_misses(&self, module: &str, failure: &ImportFailure) -> Option<Harmless> {
        if is_test(module) {
            return Some(Harmless::Unasked);
        }
        // Without code of its own, a package is there for its modules.
        if !self.tops.contains(top(module)) {
            return None;
        }
        let (mut seen, mut caught) = (BTreeSet::new(), None);
        let mut open = VecDeque::from([module.to_owned()]);
        while let Some(name) = open.pop_front() {
            let importers = self.reach.importers_of(self.context, &name);
            let mut importers = importers.into_iter().filter(|importer| !is_test(&importer.module)).peekable();
            // Nobody imports it, and it fails: it is what people import.
            if importers.peek().is_none() && name != module {
                return None;
            }
            for ImportingLine { module: importer, file, line } in importers {
                if !seen.insert(importer.clone()) {
                    continue;
                }
                if seen.len() > MOST_IMPORTERS {
                    return None;
                }
                // Most are seen to go on by themselves; only who may not is run with all that it imports.
                let goes_on = self.reach.goes_on_without(self.context, &importer, &name);
                match !goes_on && self.failures.of(&importer).is_some_and(|other| is_same(&other, failure)) {
                    true => open.push_back(importer),
                    false => caught = caught.or(Some(Harmless::Caught { file, line })),
                }
            }
        }
        // What is left of a package without its only modules is not what people installed it for. And code that changes the
        // import path may find the file by its bare name, as cv2's does.
        let is_bare = || !self.alive.contains(top(module)) || self.reach.imports_by_path(self.context, module);
        if caught.is_none() && is_bare() {
            return None;
        }
        Some(caught.unwrap_or(Harmless::Unasked))
    }
}

/// What ends the imports of modules that are asked about again and again, each simulated once.
pub struct KnownFailures<'c, 'w> {
    context: &'c ImportContext<'w>,
    known: Mutex<FxHashMap<String, Option<ImportFailure>>>,
    /// Those that no process has: what they have searched is remembered.
    loaders: Mutex<Vec<NativeLoader<'w>>>,
}

impl<'c, 'w> KnownFailures<'c, 'w> {
    pub fn new(context: &'c ImportContext<'w>) -> KnownFailures<'c, 'w> {
        KnownFailures { context, known: Mutex::default(), loaders: Mutex::default() }
    }

    /// What ends the import of a module; none where it does not fail. The packages around it are imported first.
    pub fn of(&self, module: &str) -> Option<ImportFailure> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let loaders = || self.loaders.lock().unwrap_or_else(PoisonError::into_inner);
        let around = packages(module).find_map(|package| known().get(package)?.clone());
        if let Some(told) = around.map(Some).or_else(|| known().get(module).cloned()) {
            return told;
        }
        let mut loader = loaders().pop();
        let (outcome, failed) = in_fresh(self.context, &mut loader, |process| {
            let outcome = process.outcome(module, false);
            (outcome, process.take_failed())
        });
        loaders().extend(loader);
        let failure = outcome.failure.filter(|_| outcome.verdict == ImportVerdict::Fails);
        let package = failure.as_ref().and_then(|_| failed_around(module, &failed));
        let at_fault = package.unwrap_or(module);
        known().entry(at_fault.to_owned()).or_insert(failure).clone()
    }
}

/// Do two imports end at the same step?
fn is_same(one: &ImportFailure, other: &ImportFailure) -> bool {
    let end = |failure: &ImportFailure| failure.because[failure.because.len().saturating_sub(2)..].to_vec();
    one.subject == other.subject && end(one) == end(other)
}

/// Is a module there to test others?
fn is_test(module: &str) -> bool {
    const TESTS: [&str; 6] = ["tests", "test", "testing", "_testing", "conftest", "benchmarks"];
    module.split('.').any(|part| TESTS.contains(&part) || part.starts_with("test_") || part.starts_with("_test"))
}
