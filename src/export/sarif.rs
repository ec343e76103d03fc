//! The findings as SARIF 2.1.0, for GitHub code scanning and editors.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::commands;
use super::{Format, Options};
use crate::diagnose::{Evidence, Finding, Rule, Severity};
use crate::json;
use crate::printable::printable;
use crate::rule::RuleId;
use crate::scan::Scan;
use crate::vfs::VPath;

/// `--format sarif`.
pub const SARIF: Format = Format {
    name: "sarif",
    about: "the findings, for GitHub code scanning",
    endings: &[".sarif", ".sarif.json"],
    judges: true,
    draws: None,
    write,
};

/// What GitHub calls the root of the repository.
const ROOT: &str = "%SRCROOT%";

fn write(scan: &Scan, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules(scan);
    let place = |rule: &Rule| rules.iter().position(|known| known.id == rule.id);
    let results: Vec<Value> =
        scan.findings.iter().map(|finding| result(scan, options, finding, place(finding.rule))).collect();
    let mut document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "dylens",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| told(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    if let Some(repository) = &options.repository {
        let run = &mut document["runs"][0];
        run["originalUriBaseIds"] = json!({ROOT: {"uri": format!("{}/", uri(repository))}});
        // Runs of one kind replace each other, and each environment of a repository is a kind of its own.
        let inside = || options.in_repository(scan, scan.target.named());
        let target = scan.target.within.clone().or_else(inside).unwrap_or_else(|| scan.target.named().clone());
        run["automationDetails"] = json!({"id": format!("dylens/{}/", printable(&target.text()))});
    }
    json::pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

/// The rules that speak, each once, by name.
fn rules(scan: &Scan) -> Vec<&'static Rule> {
    let rules: BTreeMap<RuleId, &'static Rule> =
        scan.findings.iter().map(|finding| (finding.rule.id, finding.rule)).collect();
    rules.into_values().collect()
}

fn told(rule: &Rule) -> Value {
    let remedy = if rule.remedy.is_empty() { String::new() } else { format!("\n\n{}", rule.remedy) };
    json!({
        "id": rule.id.word(),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": format!("{}{remedy}", rule.why), "markdown": super::markdown::cell(rule.why) + &super::markdown::cell(&remedy)},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"tags": ["native-modules"], "problem.severity": problem(rule.severity)},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// GitHub's word.
fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "recommendation",
    }
}

fn result(scan: &Scan, options: &Options, finding: &Finding, place: Option<usize>) -> Value {
    let mut message = finding.message.clone();
    let told = [finding.prints.as_ref(), Some(&finding.remedy.text)].into_iter().flatten().cloned();
    for more in told.chain(commands::lines(&finding.remedy, scan)) {
        if !more.is_empty() {
            message += &format!("\n{more}");
        }
    }
    let message: Vec<String> = message.lines().map(printable).collect();
    let mut related: Vec<Value> =
        finding.evidence.iter().filter_map(|evidence| related(scan, options, evidence)).collect();
    let own = json!({"artifactLocation": artifact(scan, options, &finding.file), "region": {"startLine": 1}});
    // Code scanning shows one place, and of those that a person can change there is mostly one.
    let place_shown = match options.requirement_line(scan, finding) {
        Some((file, line)) => {
            related.insert(0, json!({"physicalLocation": own, "message": {"text": "the file that it is about"}}));
            json!({"artifactLocation": {"uri": uri(&file), "uriBaseId": ROOT}, "region": {"startLine": line}})
        }
        None => own,
    };
    let mut result = json!({
        "ruleId": finding.rule.id.word(),
        "level": level(finding.severity),
        "message": {"text": message.join("\n")},
        "locations": [{"physicalLocation": place_shown}],
        "partialFingerprints": {"dylens/v1": fingerprint(finding)},
    });
    if let Some(place) = place {
        result["ruleIndex"] = place.into();
    }
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    result
}

fn related(scan: &Scan, options: &Options, evidence: &Evidence) -> Option<Value> {
    match evidence {
        Evidence::File { path, what } => Some(json!({
            "physicalLocation": {"artifactLocation": artifact(scan, options, path)},
            "message": {"text": what},
        })),
        Evidence::Line { path, number, text } => Some(json!({
            "physicalLocation": {"artifactLocation": artifact(scan, options, path), "region": {"startLine": (*number).max(1)}},
            "message": {"text": printable(text)},
        })),
        Evidence::Need { .. } | Evidence::Header { .. } => None,
    }
}

/// Where a file lies: in the repository, else as it is shown.
fn artifact(scan: &Scan, options: &Options, path: &VPath) -> Value {
    match options.in_repository(scan, path) {
        Some(below) => json!({"uri": uri(&below), "uriBaseId": ROOT}),
        None => json!({"uri": uri(path)}),
    }
}

/// What makes a finding the same in the next run: the rule, the file and what is wrong with it; never the words.
fn fingerprint(finding: &Finding) -> String {
    let same =
        [finding.rule.id.word().as_bytes(), finding.file.as_bytes(), finding.subject.as_bytes()].join(&b"\0"[..]);
    Sha256::digest(&same).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A path as a relative reference (RFC 3986), or as a `file:` URI where it is absolute.
pub(super) fn uri(path: &VPath) -> String {
    let prefix = match path.as_bytes() {
        [b'/', ..] => "file://",
        [_, b':', b'/', ..] => "file:///",
        _ => "",
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/+,=@".contains(&byte);
    let letter = |&byte: &u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    prefix.to_owned() + &path.as_bytes().iter().map(letter).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::uri;
    use crate::vfs::VPath;

    #[test]
    fn a_path_becomes_a_reference_whatever_it_holds() {
        assert_eq!(uri(&VPath::new("a b/c#d?.so")), "a%20b/c%23d%3F.so");
        assert_eq!(uri(&VPath::new("/usr/lib/x.so")), "file:///usr/lib/x.so");
        assert_eq!(uri(&VPath::new(b"\xff.so")), "%FF.so");
        assert_eq!(uri(&VPath::new("a:b.so")), "a%3Ab.so", "a scheme it is not");
    }
}
