//! The findings as commands that GitHub Actions shows beside the files of a change.

use std::io::{self, Write};

use super::commands;
use super::{Format, Options};
use crate::diagnose::{Finding, Severity};
use crate::printable::bounded;
use crate::scan::Scan;

/// `--format github`.
pub const GITHUB: Format = Format {
    name: "github",
    about: "the findings, as annotations of GitHub Actions",
    endings: &[],
    judges: true,
    draws: None,
    write,
};

fn write(scan: &Scan, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    scan.findings.iter().try_for_each(|finding| writeln!(out, "{}", line(scan, options, finding)))
}

fn line(scan: &Scan, options: &Options, finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut message = bounded(&finding.message);
    for more in std::iter::once(finding.remedy.text.clone()).chain(commands::lines(&finding.remedy, scan)) {
        if !more.is_empty() {
            message += &format!("\n{}", bounded(&more));
        }
    }
    let (file, line) = match options.requirement_line(scan, finding) {
        Some((file, line)) => (file, format!(",line={line}")),
        None => (options.in_repository(scan, &finding.file).unwrap_or_else(|| finding.file.clone()), String::new()),
    };
    let file = property(&bounded(&file));
    let title = property(&format!("{}: {}", finding.rule.id, finding.rule.title));
    format!("::{word} file={file}{line},title={title}::{}", data(&message))
}

/// As the runner's own toolkit escapes them (`packages/core/src/command.ts`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
