//! What counts in `dylens check`: the command line, `[tool.dylens]`, and the baseline.

use std::sync::Arc;

use serde::Deserialize;

use super::args::{Arguments, Check, FailOn};
use super::{explain, output};
use crate::command::templates::DYLENS_REPORT;
use crate::diagnose::policy::{Ignore, Judged, Known, Policy};
use crate::diagnose::{Finding, Severity};
use crate::discover::Machine;
use crate::error::Error;
use crate::export::count;
use crate::printable::bounded;
use crate::snapshot;
use crate::vfs::{Disk, FileSystem, Kind, VPath};

/// A configuration of dylens alone.
const OWN: &str = "dylens.toml";
/// Where the baseline is written that nobody named.
const BASELINE: &str = "dylens-baseline.json";
/// More than any `pyproject.toml`.
const MOST_BYTES: usize = 4 << 20;

/// What a check goes by, and where that was said.
pub(super) struct Measure {
    policy: Policy,
    known: Vec<Known>,
    /// Where the policy was read.
    project: Option<VPath>,
    baseline: Option<VPath>,
    pub fail_on: FailOn,
}

impl Measure {
    /// What the arguments and the nearest `pyproject.toml` say; the arguments win, and what they ignore is added.
    ///
    /// # Errors
    /// Where the table or the baseline cannot be read, or names a rule that nobody knows.
    pub(super) fn of(arguments: &Arguments, check: &Check) -> Result<Measure, Error> {
        let (fs, machine) = (Arc::new(Disk), Machine::this());
        let found = match &check.config {
            _ if arguments.demo.is_some() || check.no_config => None,
            Some(path) => Some(configured(&*fs, &machine.directory.join(Disk::path(path)))?),
            None => nearest(&*fs, &machine, check)?,
        };
        let (project, mut policy) = found.map_or((None, Policy::default()), |(path, policy)| (Some(path), policy));
        if !check.select.is_empty() {
            policy.select = check.select.clone();
        }
        policy.ignore.extend(check.ignore.iter().map(|rule| Ignore::rule(rule)));
        if let Some(rule) = policy.unknown() {
            return Err(explain::unknown(rule));
        }
        let fail_on = check.fail_on.or_else(|| FailOn::named(policy.fail_on.as_deref()?)).unwrap_or(FailOn::Error);
        let beside = |name: &String| Some(project.as_ref()?.parent()?.join(name));
        let given = check.baseline.as_ref().map(|path| machine.directory.join(Disk::path(path)));
        let baseline = given.or_else(|| policy.baseline.as_ref().and_then(beside));
        let mut measure = Measure { policy, known: Vec::new(), project, baseline, fail_on };
        measure.read_baseline(arguments, &*fs, check)?;
        Ok(measure)
    }

    /// Reads the findings that are known, where they are not about to be written anew.
    fn read_baseline(&mut self, arguments: &Arguments, fs: &dyn FileSystem, check: &Check) -> Result<(), Error> {
        let Some(path) = self.baseline.take() else { return Ok(()) };
        if check.write_baseline {
            self.baseline = Some(path);
        } else if fs.stat(&path).is_ok_and(|stat| stat.kind == Kind::File) {
            self.known = known(fs, &path)?;
            self.baseline = Some(path);
        } else {
            let how = "dylens check --write-baseline writes it";
            output::note(
                arguments,
                &format!("the baseline {} is not there yet, so everything counts; {how}", bounded(&path)),
            );
        }
        Ok(())
    }

    /// Where `--write-baseline` writes: the file that was named, or one beside the configuration, or here.
    pub(super) fn baseline_to_write(&self) -> VPath {
        let beside = || self.project.as_ref().and_then(VPath::parent).unwrap_or_else(|| Machine::this().directory);
        self.baseline.clone().unwrap_or_else(|| beside().join(BASELINE))
    }

    /// Keeps the findings that count; the lines tell what became of the others. What is ignored in vain is complained of.
    pub(super) fn judge(&self, arguments: &Arguments, findings: Vec<Finding>) -> (Vec<Finding>, Vec<String>) {
        let Judged { kept, ignored, known, mended } = self.policy.judge(findings, &self.known);
        let mut lines = Vec::new();
        for (ignore, number) in self.policy.ignore.iter().zip(ignored) {
            let told = bounded(ignore.told());
            let reason = ignore.reason.as_ref().map_or_else(String::new, |reason| format!(": {}", bounded(reason)));
            match number {
                0 => {
                    let by = self.project.as_ref().map_or_else(String::new, |path| format!(" ({})", bounded(path)));
                    output::note(arguments, &format!("{told} is ignored, but nothing matches it{by}; remove it"));
                }
                number => lines.push(format!("ignored {} by {told}{reason}", count(number, "finding"))),
            }
        }
        if let Some(path) = &self.baseline {
            let path = bounded(path);
            if known > 0 {
                lines.push(format!("{} known from {path}", count(known, "finding")));
            }
            if mended > 0 {
                lines.push(format!("{} of {path} found no more: write it again", count(mended, "finding")));
            }
        }
        (kept, lines)
    }
}

/// The nearest configuration upward from what is looked at, else from the working directory.
fn nearest(fs: &dyn FileSystem, machine: &Machine, check: &Check) -> Result<Option<(VPath, Policy)>, Error> {
    let target = check.paths.first().map(|path| machine.directory.join(Disk::path(path)));
    let target = target.and_then(|path| fs.real(&path).ok());
    for start in target.into_iter().chain([machine.directory.clone()]) {
        for folder in std::iter::successors(Some(start), VPath::parent) {
            if let Some(found) = in_folder(fs, &folder)? {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// `dylens.toml` of a folder, else its `pyproject.toml` where that has the table.
fn in_folder(fs: &dyn FileSystem, folder: &VPath) -> Result<Option<(VPath, Policy)>, Error> {
    let own = folder.join(OWN);
    if fs.stat(&own).is_ok() {
        return configured(fs, &own).map(Some);
    }
    let path = folder.join("pyproject.toml");
    let Ok(bytes) = fs.read(&path, MOST_BYTES) else { return Ok(None) };
    let read = Policy::read(&String::from_utf8_lossy(&bytes));
    let read = read.map_err(|why| Error::new(format!("{path}: {why}"), "correct [tool.dylens] there"))?;
    Ok(read.map(|policy| (path, policy)))
}

/// A configuration that was named: a `pyproject.toml` with the table, or the table alone.
fn configured(fs: &dyn FileSystem, path: &VPath) -> Result<(VPath, Policy), Error> {
    let mend = |why: String| Error::new(format!("{path}: {why}"), "correct it there");
    let bytes = fs.read(path, MOST_BYTES).map_err(|error| mend(format!("cannot be read: {error}")))?;
    let text = String::from_utf8_lossy(&bytes);
    let policy = match path.file_name() {
        b"pyproject.toml" => {
            Policy::read(&text).map_err(mend)?.ok_or_else(|| mend("it has no [tool.dylens]".into()))?
        }
        _ => Policy::read_own(&text).map_err(mend)?,
    };
    Ok((path.clone(), policy))
}

/// The findings of a baseline: a snapshot, or what `dylens check --format json` wrote.
fn known(fs: &dyn FileSystem, path: &VPath) -> Result<Vec<Known>, Error> {
    #[derive(Deserialize)]
    struct Report {
        findings: Vec<BaselineRow>,
    }
    #[derive(Deserialize)]
    struct BaselineRow {
        rule: String,
        severity: String,
        file: String,
        subject: String,
    }
    let bytes = snapshot::read(fs, path).map_err(|error| {
        let remedy = match DYLENS_REPORT.with(&[path]) {
            Ok(command) => format!("write one: {command}"),
            Err(_) => "write one with dylens check --format json".to_owned(),
        };
        Error::new(format!("the baseline {}", error.what), remedy)
    })?;
    if let Ok(report) = serde_json::from_slice::<Report>(&bytes)
        && !bytes.starts_with(b"{\"snapshot\"")
    {
        let severity =
            |word: &str| Severity::ALL.into_iter().find(|known| known.word() == word).unwrap_or(Severity::Info);
        return Ok(report
            .findings
            .into_iter()
            .map(|row| (row.rule, row.file, row.subject, severity(&row.severity)))
            .collect());
    }
    let scan = snapshot::open(&bytes, path)?;
    let known = |finding: &Finding| {
        (finding.rule.id.to_string(), finding.file.to_string(), finding.subject.clone(), finding.severity)
    };
    Ok(scan.findings.iter().map(known).collect())
}
