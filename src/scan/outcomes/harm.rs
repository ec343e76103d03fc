//! Who misses a native module that cannot be imported?
//!
//! A package may try a module and go on without it. So its importers are looked at, and theirs, as far as they fail by the
//! same cause: whoever fails and is imported by nobody is what people import.

use std::collections::{BTreeSet, VecDeque};

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::reach::{ImportReach, Importers, ImportingLine};
use crate::imports::{Harmless, ImportContext, ImportFailure, ImportOutcome, ImportProcess, ImportVerdict};
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
    let known = Known { context, importers: reach.importers(), tops: reach.tops_with_source(), alive, reach };
    rows.par_iter_mut().filter(|row| failing.contains(&row.module)).for_each(|row| {
        if let Some(failure) = row.failure.as_ref().filter(|_| !failing.contains(top(&row.module))) {
            let is_own = failure.because.iter().rev().nth(1) == Some(&row.module);
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
    reach: &'r ImportReach,
    importers: Importers,
    /// Packages with code of their own.
    tops: FxHashSet<&'r str>,
    /// Packages of which another native module can be imported.
    alive: FxHashSet<String>,
}

impl Known<'_, '_, '_> {
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
            let importers = self.reach.importers_of(self.context, &self.importers, &name);
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
                match !goes_on && fails_by(self.context, &importer, failure) {
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

/// Does a module fail by the same cause?
fn fails_by(context: &ImportContext, module: &str, failure: &ImportFailure) -> bool {
    let outcome = ImportProcess::new(context).outcome(module, false);
    let end = |failure: &ImportFailure| failure.because[failure.because.len().saturating_sub(2)..].to_vec();
    let is_same = |other: &ImportFailure| other.subject == failure.subject && end(other) == end(failure);
    outcome.verdict == ImportVerdict::Fails && outcome.failure.as_ref().is_some_and(is_same)
}

/// Is a module there to test others?
fn is_test(module: &str) -> bool {
    const TESTS: [&str; 6] = ["tests", "test", "testing", "_testing", "conftest", "benchmarks"];
    module.split('.').any(|part| TESTS.contains(&part) || part.starts_with("test_") || part.starts_with("_test"))
}
