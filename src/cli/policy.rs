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
use crate::vfs::{Disk, FileSystem, VPath};

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
        let found = if arguments.demo.is_some() { None } else { project(&*fs, &machine)? };
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
        let known = baseline.as_ref().map(|path| known(&*fs, path)).transpose()?.unwrap_or_default();
        Ok(Measure { policy, known, project, baseline, fail_on })
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
                    output::note(
                        arguments,
                        &format!("{told} is ignored in vain, nothing is found by it{by}; take it out"),
                    );
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

/// The nearest `pyproject.toml` upward from the working directory that has the table.
fn project(fs: &dyn FileSystem, machine: &Machine) -> Result<Option<(VPath, Policy)>, Error> {
    for folder in std::iter::successors(Some(machine.directory.clone()), VPath::parent) {
        let path = folder.join("pyproject.toml");
        let Ok(bytes) = fs.read(&path, MOST_BYTES) else { continue };
        let read = Policy::read(&String::from_utf8_lossy(&bytes));
        let read = read.map_err(|why| Error::new(format!("{path}: {why}"), "mend [tool.dylens] there"))?;
        if let Some(policy) = read {
            return Ok(Some((path, policy)));
        }
    }
    Ok(None)
}

/// The findings of a baseline: a snapshot, or what `dylens check --format json` wrote.
fn known(fs: &dyn FileSystem, path: &VPath) -> Result<Vec<Known>, Error> {
    #[derive(Deserialize)]
    struct Report {
        findings: Vec<Row>,
    }
    #[derive(Deserialize)]
    struct Row {
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
        (finding.rule.id.to_owned(), finding.file.to_string(), finding.subject.clone(), finding.severity)
    };
    Ok(scan.findings.iter().map(known).collect())
}
