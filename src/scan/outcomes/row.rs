//! Imports that are asked about one after the other, in one process as long as that does what a fresh one would do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Asked;
use crate::imports::{Checkpoint, ImportContext, ImportOutcome, ImportProcess, ImportVerdict, NativeLoader};
use crate::python::top;

/// What is known of an import once it was asked about.
pub(super) struct AskedImport {
    pub outcome: ImportOutcome,
    /// The modules that failed on the way, also where that was caught.
    pub failed: Vec<String>,
    /// The native modules that came in.
    pub natives: Vec<Arc<str>>,
}

/// The packages around a module, the outermost first.
pub(super) fn packages(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('.').map(|(end, _)| &name[..end])
}

/// The package around a module that is among those that failed, the outermost; its failure takes down what lies in it.
pub(super) fn failed_around<'n>(name: &'n str, failed: &[String]) -> Option<&'n str> {
    packages(name).find(|above| failed.iter().any(|failed| failed == above))
}

/// Names that are asked about one after the other, those of one package together.
pub(super) struct Row<'c, 'w> {
    context: &'c ImportContext<'w>,
    /// At hand where no process has it.
    loader: Option<NativeLoader<'w>>,
    process: Option<ImportProcess<'c, 'w>>,
    /// The process has imported the names before, and all of them succeeded.
    has_succeeded: bool,
    /// An interpreter was started for a name before.
    has_started: bool,
    /// The top-level package of the last name.
    last_top: String,
    /// The packages around the last name, the outermost first, each with the process as its import left it.
    around: Vec<(String, Checkpoint)>,
    /// Packages whose import does not surely end well.
    unsteady: BTreeSet<String>,
    /// Packages that fail, and with them whatever lies below.
    broken: BTreeMap<String, ImportOutcome>,
}

impl<'c, 'w> Row<'c, 'w> {
    pub fn new(context: &'c ImportContext<'w>, loader: Option<NativeLoader<'w>>) -> Row<'c, 'w> {
        Row {
            context,
            loader,
            process: None,
            has_succeeded: false,
            has_started: false,
            last_top: String::new(),
            around: Vec::new(),
            unsteady: BTreeSet::new(),
            broken: BTreeMap::new(),
        }
    }

    pub fn ask(&mut self, (name, is_extension): &Asked) -> AskedImport {
        if let Some(broken) = packages(name).find_map(|above| self.broken.get(above)) {
            let outcome = ImportOutcome { module: name.clone(), is_extension: *is_extension, ..broken.clone() };
            return AskedImport { outcome, failed: Vec::new(), natives: Vec::new() };
        }
        let is_of_last = top(name) == self.last_top;
        self.last_top = top(name).to_owned();
        let is_fit = |process: &&mut ImportProcess| is_of_last || process.is_fit_for_others();
        if let Some(process) = self.process.as_mut().filter(|_| self.has_succeeded).filter(is_fit) {
            let outcome = process.outcome(name, *is_extension);
            if outcome.verdict == ImportVerdict::Loads {
                let closure = process.closure(name);
                if process.is_as_fresh(&closure) {
                    return AskedImport {
                        outcome,
                        failed: process.take_failed(),
                        natives: process.natives_of(closure),
                    };
                }
            }
        }
        let mut process = self.as_fresh(name);
        let outcome = process.outcome(name, *is_extension);
        let failed = process.take_failed();
        if outcome.verdict == ImportVerdict::Fails {
            self.broken.insert(failed_around(name, &failed).unwrap_or(name).to_owned(), outcome.clone());
        }
        self.has_succeeded = outcome.verdict == ImportVerdict::Loads;
        if self.has_succeeded {
            process.take_met();
        }
        let natives = process.natives_of(process.closure(name));
        self.process = Some(process);
        AskedImport { outcome, failed, natives }
    }

    /// A process that has done nothing but what the import of a name does first, at most the import of the packages around it.
    /// Most rows need one; only from the second on it is worth keeping what those packages leave behind.
    fn as_fresh(&mut self, name: &str) -> ImportProcess<'c, 'w> {
        if !std::mem::replace(&mut self.has_started, true) {
            return self.interpreter();
        }
        self.around.retain(|(package, _)| packages(name).any(|above| above == package));
        let mut process = self.interpreter();
        for package in packages(name).skip(self.around.len()) {
            if self.unsteady.contains(package) {
                break;
            }
            if !process.imports_well(package) {
                self.unsteady.insert(package.to_owned());
                self.process = Some(process);
                return self.interpreter();
            }
            self.around.push((package.to_owned(), process.checkpoint()));
        }
        process
    }

    /// The process as it was with the packages around the name; a fresh one where there are none.
    fn interpreter(&mut self) -> ImportProcess<'c, 'w> {
        match (self.process.take(), self.around.last()) {
            (Some(mut process), Some((_, checkpoint))) => {
                process.go_back(checkpoint);
                process
            }
            (process, _) => {
                let loader = process.map(ImportProcess::into_loader).or_else(|| self.loader.take());
                ImportProcess::with(self.context, loader.unwrap_or_else(|| NativeLoader::new(self.context.world)))
            }
        }
    }

    pub fn into_loader(self) -> Option<NativeLoader<'w>> {
        self.process.map(ImportProcess::into_loader).or(self.loader)
    }
}
