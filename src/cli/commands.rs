//! Each subcommand: scan, make the text, write it, tell by the exit code.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use super::args::{self, Arguments, Check, Export, FailOn, To, Tree, Why};
use super::policy::Measure;
use super::{FOUND, output, progress, settings, source};
use crate::buildlog::Log;
use crate::diff::Diff;
use crate::discover::Machine;
use crate::error::Error;
use crate::export::{self, Options, Told};
use crate::scan::Scan;
use crate::snapshot::{self, Anonymizer, KeptSymbols};
use crate::tui;
use crate::vfs::Disk;

/// Without a subcommand: the explorer where a person sits at the terminal, else the report.
pub(super) fn open(arguments: &Arguments, paths: &[PathBuf]) -> Result<ExitCode, Error> {
    let source = source::source(arguments, paths)?;
    if can_explore(arguments) {
        return explore(arguments, source.explored(), None, None).map(|()| ExitCode::SUCCESS);
    }
    let report = |is_watched: &dyn Fn(&Scan)| -> Result<(Scan, bool), Error> {
        let scan = progress::watched(arguments, |progress| source.scan(progress))?;
        is_watched(&scan);
        let bytes = written(&export::TEXT, &scan, &Options::new(output::paint(arguments, true)))?;
        Ok((scan, output::print_while_read(&bytes)?))
    };
    Ok(verdict(&followed(arguments, report)?, FailOn::Error))
}

/// Reports once; with `--watch` again for each change on disk, until nobody reads it. A report tells which scan it is about before
/// it is written: what changes meanwhile is a change.
fn followed(
    arguments: &Arguments,
    report: impl Fn(&dyn Fn(&Scan)) -> Result<(Scan, bool), Error>,
) -> Result<Scan, Error> {
    if !arguments.watch {
        return report(&|_| {}).map(|(scan, _)| scan);
    }
    let watch = tui::watch::Watch::default();
    let look_at = |scan: &Scan| watch.look_at(scan);
    let (scan, is_read) = report(&look_at)?;
    if is_read {
        watch.look(|| match report(&look_at) {
            Ok((_, is_read)) => is_read,
            // What is half installed is reported when it is whole.
            Err(error) => {
                output::complain(&error);
                true
            }
        });
    }
    Ok(scan)
}

/// Is there a person at the terminal, who wants to look around?
pub(super) fn can_explore(arguments: &Arguments) -> bool {
    output::is_interactive() && !arguments.no_tui
}

/// Opens the explorer; with a log, on its errors; with a scan to compare with, on what has changed.
///
/// # Errors
/// Where the terminal cannot be used, or there is nothing to look at.
pub(super) fn explore(
    arguments: &Arguments,
    source: tui::Source,
    log: Option<Log>,
    before: Option<Arc<Scan>>,
) -> Result<(), Error> {
    let before = before.map(tui::view::Compared::new);
    let options = tui::Options { log, before, ..settings::options(arguments) };
    let asked = source::asked(arguments);
    let open = Arc::new(move |place: &tui::Place| source::place(&asked, place));
    tui::run(source, open, &options).map_err(|error| {
        Error::new(format!("the terminal cannot be used: {error}"), "give --no-tui to print the report")
    })?
}

/// `dylens check`.
pub(super) fn check(arguments: &Arguments, check: &Check) -> Result<ExitCode, Error> {
    if arguments.watch && (check.all || check.write_baseline || check.to.output.is_some()) {
        return Err(Error::new("--watch prints a report for each change", "leave out --all, --write-baseline and -o"));
    }
    let measure = Measure::of(arguments, check)?;
    if check.all {
        return check_each(arguments, check, &measure);
    }
    if check.write_baseline {
        return write_baseline(arguments, check, &measure);
    }
    if arguments.watch {
        return check_again(arguments, check, &measure);
    }
    let (scan, bytes) = measured(arguments, check, &measure, &check.paths)?;
    let scan = source::kept(scan);
    output::deliver(bytes, &check.to)?;
    Ok(verdict(scan, measure.fail_on))
}

/// `dylens check --watch`: a report for each change; of JSON each is a line.
fn check_again(arguments: &Arguments, check: &Check, measure: &Measure) -> Result<ExitCode, Error> {
    if check.format.name == "sarif" {
        return Err(Error::new(
            "a SARIF file is about one run",
            "give --watch with --format text, json, markdown or github",
        ));
    }
    let report = |is_watched: &dyn Fn(&Scan)| -> Result<(Scan, bool), Error> {
        let (scan, lines) = judged(arguments, measure, &check.paths)?;
        is_watched(&scan);
        let bytes = reported(arguments, check, &scan, lines)?;
        let bytes = if check.format.name == export::FINDINGS.name { in_one_line(&bytes) } else { bytes };
        Ok((scan, output::print_while_read(&bytes)?))
    };
    Ok(verdict(&followed(arguments, report)?, measure.fail_on))
}

/// JSON without the breaks and indents between its parts; within texts there are none.
fn in_one_line(json: &[u8]) -> Vec<u8> {
    let mut line = json.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_start).collect::<Vec<_>>().concat();
    line.push(b'\n');
    line
}

/// `dylens check --write-baseline`: what is found now is known from then on.
fn write_baseline(arguments: &Arguments, check: &Check, measure: &Measure) -> Result<ExitCode, Error> {
    let (scan, _) = judged(arguments, measure, &check.paths)?;
    let count = export::count(scan.findings.len(), "finding");
    let bytes = written(&export::FINDINGS, &scan, &Options::new(output::paint(arguments, false)))?;
    let path = measure.baseline_to_write();
    let to = To { output: Some(Disk::native(&path)), force: true };
    output::deliver(bytes, &to)?;
    output::note(
        arguments,
        &format!("{count} written to {path}; give it with --baseline, or as baseline of [tool.dylens]"),
    );
    Ok(ExitCode::SUCCESS)
}

/// Scans what is at these paths, and keeps the findings that count; says what was set aside.
fn judged(arguments: &Arguments, measure: &Measure, paths: &[PathBuf]) -> Result<(Scan, Vec<String>), Error> {
    let Scan { survey, outcomes, findings } = source::fresh(arguments, paths)?;
    let (findings, lines) = measure.judge(arguments, findings);
    Ok((Scan { survey, outcomes, findings }, lines))
}

/// As [`judged`], with what there is to say.
fn measured(
    arguments: &Arguments,
    check: &Check,
    measure: &Measure,
    paths: &[PathBuf],
) -> Result<(Scan, Vec<u8>), Error> {
    let (scan, lines) = judged(arguments, measure, paths)?;
    let bytes = reported(arguments, check, &scan, lines)?;
    Ok((scan, bytes))
}

/// The report on a scan, with what there is to say of what was set aside.
fn reported(arguments: &Arguments, check: &Check, scan: &Scan, lines: Vec<String>) -> Result<Vec<u8>, Error> {
    let paint = output::paint(arguments, check.to.output.is_none());
    let (repository, requirements) = source::repository(scan);
    let options = Options { verbose: check.verbose, set_aside: lines, repository, requirements, ..Options::new(paint) };
    written(check.format, scan, &options)
}

/// `dylens check --all`: a report for each environment, one after the other; the worst decides the exit code.
fn check_each(arguments: &Arguments, check: &Check, measure: &Measure) -> Result<ExitCode, Error> {
    if check.format.name == "sarif" {
        return Err(Error::new("a SARIF file is about one environment", "leave out --all, and check each by itself"));
    }
    let (mut bytes, mut has_failed) = (Vec::new(), false);
    for path in source::environments(&check.paths)? {
        if check.format.name == "text" && !bytes.is_empty() {
            bytes.push(b'\n');
        }
        match measured(arguments, check, measure, &[path]) {
            Ok((scan, text)) => {
                bytes.extend(text);
                has_failed |= verdict(&scan, measure.fail_on) != ExitCode::SUCCESS;
            }
            // It stands among others of which something can be said.
            Err(error) if error.is_nothing => output::warn(&error.what),
            Err(error) => return Err(error),
        }
    }
    output::deliver(bytes, &check.to)?;
    Ok(if has_failed { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

/// `dylens why`.
pub(super) fn why(arguments: &Arguments, why: &Why) -> Result<ExitCode, Error> {
    let Some((name, paths)) = why.path_and_name.split_last() else {
        return Err(Error::new("no name was given", "type dylens why PATH NAME"));
    };
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let scan = source::scanned(arguments, &paths)?;
    let paint = output::paint(arguments, true);
    output::print(export::why(scan, &name.to_string_lossy(), &paint)?.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// `dylens tree`.
pub(super) fn tree(arguments: &Arguments, tree: &Tree) -> Result<ExitCode, Error> {
    let scan = source::scanned(arguments, &tree.paths)?;
    let options = Options { depth: tree.depth, all: tree.all, ..Options::new(output::paint(arguments, true)) };
    output::print(&written(&export::TREE, scan, &options)?)?;
    Ok(ExitCode::SUCCESS)
}

/// `dylens diff`.
pub(super) fn diff(arguments: &Arguments, diff: &args::Diff) -> Result<ExitCode, Error> {
    let before = source::one(arguments, &diff.before)?;
    if diff.tui {
        let source = source::source(arguments, std::slice::from_ref(&diff.after))?.explored();
        return explore(arguments, source, None, Some(before)).map(|()| ExitCode::SUCCESS);
    }
    let after = source::one(arguments, &diff.after)?;
    let compared = Diff::of(&before, &after);
    let told = Told { paint: output::paint(arguments, diff.to.output.is_none()), verbose: diff.verbose };
    output::deliver((diff.format.write)(&compared, &told).into_bytes(), &diff.to)?;
    match compared.worst().is_some_and(|severity| diff.fail_on.fails(severity)) {
        true => Ok(ExitCode::from(FOUND)),
        false => Ok(ExitCode::SUCCESS),
    }
}

/// `dylens export`.
pub(super) fn export(arguments: &Arguments, export: &Export) -> Result<ExitCode, Error> {
    let format = export.format()?;
    let scan = match format.judges {
        true => source::scanned(arguments, &export.paths)?,
        false => source::surveyed(arguments, &export.paths)?,
    };
    let symbols = export.symbols(format)?;
    let veiled = export.anonymize.then(|| veiled(scan, symbols)).transpose()?;
    let scan = veiled.as_ref().unwrap_or(scan);
    let paint = output::paint(arguments, export.to.output.is_none());
    let (scope, folding) = (export.scope(format, scan)?, export.folding());
    let options = Options { scope, folding, symbols, ..Options::new(paint) };
    output::deliver(written(format, scan, &options)?, &export.to)?;
    Ok(ExitCode::SUCCESS)
}

/// The scan as a stranger may see it: a snapshot of it, with the names of people hidden, opened again.
fn veiled(scan: &Scan, symbols: KeptSymbols) -> Result<Scan, Error> {
    let home = Machine::this().home().map(<[u8]>::to_vec);
    snapshot::open(&snapshot::take_with(scan, Anonymizer::drawn(home.as_deref()), symbols), &scan.target.root)
}

/// `dylens schema`.
pub(super) fn schema(to: &To) -> Result<ExitCode, Error> {
    output::deliver(snapshot::SCHEMA.into(), to)?;
    Ok(ExitCode::SUCCESS)
}

fn written(format: &export::Format, scan: &Scan, options: &Options) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    (format.write)(scan, options, &mut bytes).map_err(|error: io::Error| {
        let text = error.to_string();
        match text.split_once("; ").filter(|_| error.kind() == io::ErrorKind::InvalidInput) {
            Some((what, remedy)) => Error::new(what, remedy),
            None => Error::new(format!("{} cannot be written: {text}", format.name), "report it"),
        }
    })?;
    Ok(bytes)
}

fn verdict(scan: &Scan, fail_on: FailOn) -> ExitCode {
    match scan.findings.iter().any(|finding| fail_on.fails(finding.severity)) {
        true => ExitCode::from(FOUND),
        false => ExitCode::SUCCESS,
    }
}
