//! `dylens log`: from a failed build's log to the cause.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{Arguments, Demo, Log as Wanted, Report};

use super::{FOUND, commands, output, source};
use crate::buildlog::{self, Judged, Log, LogContext, judge};
use crate::command::Shell;
use crate::command::templates::{AT, DYLENS_CHECK, DYLENS_DEMO, DYLENS_DEMO_LINUX};
use crate::discover::Tool;
use crate::error::Error;
use crate::export::{Incidents, incidents_json, incidents_text};
use crate::scan::Scan;
use crate::tools::ToolId;

/// Reads the log, compares it with what it is about, and says what it comes to.
///
/// # Errors
/// Where the log cannot be read, or there is nothing at the path that was given.
pub(super) fn log(arguments: &Arguments, wanted: &Wanted) -> Result<ExitCode, Error> {
    let (name, log) = read(&wanted.log)?;
    let is_to_print = wanted.format == Report::Json || wanted.verbose || wanted.to.output.is_some();
    if !is_to_print && explored(arguments, &wanted.paths, &log)? {
        return Ok(code(&judge(&log, None)));
    }
    let told = compared(arguments, &wanted.paths, log)?;
    let all = told.incidents(&name);
    let bytes = match wanted.format {
        Report::Text => {
            let paint = output::paint(arguments, wanted.to.output.is_none());
            incidents_text(&all, &paint, wanted.verbose).into_bytes()
        }
        Report::Json => {
            let mut bytes = Vec::new();
            incidents_json(&all, &mut bytes)
                .map_err(|error| Error::new(format!("the incidents cannot be written: {error}"), "report it"))?;
            bytes
        }
    };
    output::deliver(bytes, &wanted.to)?;
    Ok(code(&told.judged))
}

fn code(judged: &[Judged]) -> ExitCode {
    if judged.iter().any(Judged::is_failure) { ExitCode::from(FOUND) } else { ExitCode::SUCCESS }
}

/// Opens the explorer on the errors of the log, where a person is at the terminal and there is something to look at; says
/// whether it did.
///
/// # Errors
/// Where there is nothing at a path that was given, or the terminal cannot be used.
pub(super) fn explored(arguments: &Arguments, paths: &[PathBuf], log: &Log) -> Result<bool, Error> {
    if !commands::can_explore(arguments) || log.incidents.is_empty() {
        return Ok(false);
    }
    let is_asked = !paths.is_empty() || arguments.demo.is_some();
    if !is_asked && compared(arguments, paths, log.clone())?.scan.is_none() {
        return Ok(false);
    }
    let source = source::source_for(arguments, paths, tool(log))?;
    commands::explore(arguments, source, Some(log.clone()), None)?;
    Ok(true)
}

/// A log, what it comes to, and what it was compared with.
pub(super) struct Told {
    pub log: Log,
    pub judged: Vec<Judged>,
    pub scan: Option<&'static Scan>,
    /// Why it was compared with nothing.
    pub alone: Option<String>,
    /// The command that shows what is wrong there.
    check: String,
}

impl Told {
    pub(super) fn incidents<'a>(&'a self, name: &'a str) -> Incidents<'a> {
        let (judged, alone) = (&self.judged, self.alone.as_deref());
        Incidents { name, log: &self.log, judged, scan: self.scan, alone, check: &self.check }
    }
}

/// Compares a log with what is at the paths, or with nothing where they are folders that hold nothing native; without any, with the environment that is found, if the log speaks of it.
///
/// # Errors
/// Where there is nothing at a path that was given.
pub(super) fn compared(arguments: &Arguments, paths: &[PathBuf], log: Log) -> Result<Told, Error> {
    let is_asked = !paths.is_empty() || arguments.demo.is_some();
    let check = check(arguments, paths);
    let scan = match source::scanned_for(arguments, paths, tool(&log)) {
        Ok(scan) => scan,
        // What a failed build leaves behind may hold nothing native yet.
        Err(error) if is_asked && !paths.iter().all(|path| path.is_dir()) => return Err(error),
        Err(error) => {
            let judged = judge(&log, None);
            return Ok(Told { log, judged, scan: None, alone: Some(error.what), check });
        }
    };
    let judged = judge(&log, Some(&LogContext::new(scan)));
    let is_about = judged.iter().any(is_tied);
    if is_asked || is_about || judged.is_empty() {
        return Ok(Told { log, judged, scan: Some(scan), alone: None, check });
    }
    // What lies about here has nothing to do with a log that names none of it.
    let alone = Some(format!(
        "the log names no file of {}; give the environment, wheel or bundle that it is about",
        scan.target.named()
    ));
    let judged = judge(&log, None);
    Ok(Told { log, judged, scan: None, alone, check })
}

/// Does a failure concern what is here? A library that the log names alone, and that is found here, says nothing of that.
fn is_tied(judged: &Judged) -> bool {
    let is_here = judged.file.is_some() || judged.node.is_some();
    let is_named =
        judged.incident.by().is_some() || judged.incident.told("accused").is_none_or(|accused| accused.contains('/'));
    is_here && (is_named || judged.finding.is_some())
}

/// The command that reports on what a log was compared with.
fn check(arguments: &Arguments, paths: &[PathBuf]) -> String {
    let start = match arguments.demo {
        Some(Demo::Macos) => DYLENS_DEMO,
        Some(Demo::Linux) => DYLENS_DEMO_LINUX,
        None => DYLENS_CHECK,
    };
    let bytes = |path: &PathBuf| path.as_os_str().as_encoded_bytes().to_vec();
    let mut paths = paths.iter().map(bytes);
    let command = paths.try_fold(start.command(), |command, path| command.and(AT, &[&path]));
    let shell = Shell::all(cfg!(windows))[0];
    command.ok().and_then(|command| command.text(shell)).unwrap_or_else(|| start.0.to_owned())
}

/// The tool that wrote the log, where what it does differs from version to version.
fn tool(log: &Log) -> Option<Tool> {
    Tool::new(ToolId::Nuitka, Some(log.version(ToolId::Nuitka)?.parse().ok()?))
}

fn read(path: &Path) -> Result<(String, Log), Error> {
    if path.as_os_str() == "-" {
        let log = from(&mut io::stdin().lock(), "standard input")?;
        return Ok(("standard input".into(), log));
    }
    let name = path.display().to_string();
    let failed = |error: &io::Error| {
        let remedy = "give the log of a build, or - for standard input";
        Error::new(format!("{name} cannot be read: {error}"), remedy)
    };
    if path.is_dir() {
        return Err(Error::new(
            format!("{name} is a folder"),
            "give the log of a build, then what it is about: dylens log LOG PATH",
        ));
    }
    let mut file = File::open(path).map_err(|error| failed(&error))?;
    let log = from(&mut file, &name)?;
    Ok((name, log))
}

fn from(bytes: &mut dyn Read, name: &str) -> Result<Log, Error> {
    buildlog::read(bytes)
        .map_err(|error| Error::new(format!("{name} cannot be read: {error}"), "give the log of a build"))
}
