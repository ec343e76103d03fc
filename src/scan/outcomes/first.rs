//! Which package makes a failing import succeed by being imported first.
//!
//! Extensions of another package (PyTorch's, mostly) have neither its libraries nor a search path to them: they count on the
//! package having been imported. What the loader misses is looked for in other packages, and the two imports are tried. Code that
//! raises for it names the package in a text.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::reach::in_fresh;
use crate::diagnose::{Evidence, Finding};
use crate::image::Name;
use crate::imports::{Harmless, ImportCause, ImportContext, ImportOutcome, ImportVerdict};
use crate::python::{limits, stdlib, top};
use crate::survey::Survey;
use crate::vfs::VPath;
use crate::world::FileId;

/// So many causes at most are tried.
const MOST_CAUSES: usize = 32;
/// So many packages at most are tried for each.
const MOST_PACKAGES: usize = 3;

/// What an import fails of.
type Cause = (Option<VPath>, String);

/// Says of the failing imports after which package's import they load.
pub(super) fn mark(survey: &Survey, context: &ImportContext, findings: &[Finding], rows: &mut [ImportOutcome]) {
    let mut causes = BTreeMap::<Cause, Vec<usize>>::new();
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.verdict == ImportVerdict::Fails) {
        let cause = row.failure.as_ref().filter(|failure| {
            let causes = [ImportCause::LibraryMissing, ImportCause::SymbolUndefined, ImportCause::Raised];
            failure.earlier.is_none() && causes.contains(&failure.cause)
        });
        if let Some(failure) = cause {
            causes.entry((failure.file.clone(), failure.subject.clone())).or_default().push(at);
        }
    }
    let tried: Vec<(Vec<usize>, Vec<String>)> = causes
        .into_iter()
        .filter_map(|(cause, places)| {
            let row = &rows[places[0]];
            let packages = match &cause {
                (Some(file), _) if is_raised(row) => named_packages(context, row, file),
                _ => packages(survey, findings, row, &cause),
            };
            (!packages.is_empty()).then_some((places, packages))
        })
        .take(MOST_CAUSES)
        .collect();
    let loader = || None;
    let found: Vec<Option<String>> = tried
        .par_iter()
        .map_init(loader, |loader, (places, packages)| {
            let row = places.iter().map(|&at| &rows[at]).find(|row| row.is_missed()).unwrap_or(&rows[places[0]]);
            let helps = |package: &&String| {
                in_fresh(context, loader, |process| {
                    process.outcome(package, false).verdict.is_success()
                        && process.outcome(&row.module, row.is_extension).verdict.is_success()
                })
            };
            packages.iter().find(helps).cloned()
        })
        .collect();
    for ((places, _), package) in tried.into_iter().zip(found) {
        for row in places {
            let row = &mut rows[row];
            row.loads_after.clone_from(&package);
            // Code that wants another package first says so itself: nobody imports it alone.
            if let Some(package) = package.clone().filter(|_| is_raised(row)) {
                row.harmless = Some(Harmless::After { package });
            }
        }
    }
}

/// Does code of its own end the import?
fn is_raised(row: &ImportOutcome) -> bool {
    row.failure.as_ref().is_some_and(|failure| failure.cause == ImportCause::Raised)
}

/// The packages that the source which raises names in texts: `if "psycopg" not in sys.modules`.
fn named_packages(context: &ImportContext, row: &ImportOutcome, file: &VPath) -> Vec<String> {
    let bytes = context.world.fs().read(file, limits::SOURCE_BYTES).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let is_name = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let names: BTreeSet<&str> = text.split(['"', '\'']).filter(is_name).collect();
    let is_other = |name: &&str| *name != top(&row.module) && stdlib::has(name, &context.target) == Some(false);
    let found = names.into_iter().filter(is_other).filter(|name| context.has_module(name));
    found.map(str::to_owned).take(MOST_PACKAGES).collect()
}

/// The packages that bring in what an import misses, those whose own file it is first.
fn packages(survey: &Survey, findings: &[Finding], row: &ImportOutcome, (file, subject): &Cause) -> Vec<String> {
    let mut providers: BTreeSet<FileId> = survey
        .graph
        .nodes()
        .filter_map(|(node, _)| survey.file_of(node))
        .filter(|&file| bears(survey, file, subject))
        .collect();
    let shown = file.as_ref().map(|file| survey.shown(file));
    for finding in findings.iter().filter(|it| it.subject == *subject && Some(&it.file) == shown.as_ref()) {
        providers.extend(finding.evidence.iter().filter_map(|evidence| match evidence {
            Evidence::File { path, what: "defines it" } => {
                survey.world.open(&survey.target.root.join(path.as_bytes())).ok()
            }
            _ => None,
        }));
    }
    let mut packages = BTreeSet::<(bool, String)>::new();
    for &provider in &providers {
        let owner = survey.owner(provider);
        for import in &survey.imports {
            let Some(module) = import.module() else { continue };
            let is_own = survey.owner(import.file) == owner;
            if top(module) != top(&row.module) && (is_own || import.loads.loads.contains(&provider)) {
                packages.insert((!is_own, top(module).to_owned()));
            }
        }
    }
    packages.into_iter().map(|(_, package)| package).take(MOST_PACKAGES).collect()
}

/// Does a file answer to a name?
fn bears(survey: &Survey, file: FileId, name: &str) -> bool {
    let file = survey.world.file(file);
    let identity = file.image.as_ref().and_then(|image| image.identity.as_ref());
    identity.is_some_and(|identity| **identity == *name.as_bytes())
        || *VPath::new(Name::from(name).as_bytes()).file_name() == *file.path.file_name()
}
