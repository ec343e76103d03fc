//! `dylens imports`: what each import does.

use std::path::PathBuf;
use std::process::ExitCode;

use super::args::{Arguments, Imports, Outcomes};
use super::{FOUND, output, source};
use crate::error::Error;
use crate::export;
use crate::imports::ImportVerdict;

/// `dylens imports [PATH] [MODULE]`
pub(super) fn imports(arguments: &Arguments, imports: &Imports) -> Result<ExitCode, Error> {
    let (paths, module) = path_and_module(imports)?;
    let scan = source::scanned(arguments, &paths)?;
    let paint = output::paint(arguments, imports.to.output.is_none());
    // What is not judged has no story.
    if let Some(module) = module.filter(|_| scan.target.unjudged().is_none()) {
        let (outcome, steps) = scan.import_story(&module);
        output::deliver(export::import_story(scan, &outcome, &steps, &paint).into_bytes(), &imports.to)?;
        return Ok(verdict(outcome.verdict == ImportVerdict::Fails));
    }
    let outcomes = &scan.outcomes;
    let bytes = match imports.format {
        Outcomes::Text => export::imports_text(scan, outcomes, imports.verbose, &paint).into_bytes(),
        Outcomes::Json => export::imports_json(scan, &outcomes.importable())?,
        Outcomes::Jsonl => export::imports_jsonl(scan, &outcomes.importable())?,
    };
    output::deliver(bytes, &imports.to)?;
    Ok(verdict(outcomes.rows.iter().any(|outcome| outcome.verdict == ImportVerdict::Fails)))
}

fn verdict(fails: bool) -> ExitCode {
    if fails { ExitCode::from(FOUND) } else { ExitCode::SUCCESS }
}

/// Of one word, a path where there is such a thing, else the name of a module.
fn path_and_module(imports: &Imports) -> Result<(Vec<PathBuf>, Option<String>), Error> {
    let is_name = |word: &str| {
        word.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c == '_' || c.is_alphanumeric()))
    };
    let words = &imports.path_and_module;
    let name = |word: &std::ffi::OsString| {
        let name = word.to_string_lossy().into_owned();
        is_name(&name).then_some(name.clone()).ok_or_else(|| {
            Error::new(
                format!("{name} is not the name of a module"),
                "give a dotted name, as in dylens imports .venv numpy.linalg",
            )
        })
    };
    match &words[..] {
        [] => Ok((Vec::new(), None)),
        [one] if PathBuf::from(one).symlink_metadata().is_ok() || !is_name(&one.to_string_lossy()) => {
            Ok((vec![PathBuf::from(one)], None))
        }
        [one] => Ok((Vec::new(), Some(name(one)?))),
        [path, module, ..] => Ok((vec![PathBuf::from(path)], Some(name(module)?))),
    }
}
