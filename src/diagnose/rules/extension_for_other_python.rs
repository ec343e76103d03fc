//! An extension module is built for another Python than the environment's.

use super::recorded_file_missing::has_other_file;
use crate::command::Remedy;
use crate::command::templates::PIP_REINSTALL_OF;
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::discover::role::dotted;
use crate::discover::{DistributionId, is_free_threaded, tag_of};
use crate::rule::RuleId;
use crate::vfs::VPath;

pub(super) static RULE: Rule = Rule {
    id: RuleId::EXTENSION_FOR_OTHER_PYTHON,
    title: "extension built for another Python",
    severity: Severity::Error,
    why: "Python's import system tries only the endings of its own build (importlib.machinery.EXTENSION_SUFFIXES): a file \
          for another version, another system or the other threading mode is as good as absent, and the import ends in \
          ModuleNotFoundError. The stable ABI (abi3) fits every version since 3.2, but no free-threaded one.",
    remedy: "Install the package with the interpreter that is to import it.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let python = facts.python();
    if python.version.is_none() {
        return;
    }
    for (_, file, _, owner) in facts.files() {
        let path = facts.survey.world.file(file).path.clone();
        let name = String::from_utf8_lossy(path.file_name()).into_owned();
        let Some(tag) = tag(&path, python.free_threaded) else { continue };
        if python.suffixes.iter().any(|suffix| **suffix == *tag.as_bytes()) {
            continue;
        }
        let stem = &name[..name.len() - tag.len()];
        let module = dotted(&path, python, stem).map(|(_, module)| module);
        let is_alone = !has_other_file(facts, &path);
        let severity = if module.is_some() && is_alone { Severity::Error } else { Severity::Info };
        let mut finding = Finding::about(facts, &RULE, severity, file);
        let made_for = describe(&tag);
        finding.subject = tag.clone();
        finding.message = match module.filter(|_| is_alone) {
            Some(module) => format!(
                "import {module} fails: {} is built for {made_for}, the interpreter is Python {}, and no other build is there",
                finding.file,
                python.version_text()
            ),
            None => {
                format!("{} is built for {made_for}; Python {} ignores it", finding.file, python.version_text())
            }
        };
        // The import statement names the module, though the loader never gets to see a file.
        finding.breaks = usize::from(severity == Severity::Error);
        finding.remedy = remedy(facts, owner);
        findings.push(finding);
    }
}

/// The part of the name that ties the file to a Python.
fn tag(path: &VPath, is_free_threaded: bool) -> Option<String> {
    let is_abi3 = path.file_name().ends_with(b".abi3.so");
    tag_of(path.file_name()).or_else(|| (is_abi3 && is_free_threaded).then(|| ".abi3.so".to_owned()))
}

/// `CPython 3.12 (free-threaded), x86_64-linux-gnu`
fn describe(tag: &str) -> String {
    let rest = tag.strip_prefix(".cpython-").or_else(|| tag.strip_prefix(".cp"));
    let Some(rest) = rest else { return tag.trim_matches('.').to_owned() };
    let (abi, system) = rest.trim_end_matches(".so").trim_end_matches(".pyd").split_once('-').unwrap_or((rest, ""));
    let digits: String = abi.chars().take_while(char::is_ascii_digit).collect();
    let (major, minor) = digits.split_at(digits.len().min(1));
    let mode = if is_free_threaded(tag) { " (free-threaded)" } else { "" };
    let debug = if abi.ends_with('d') { " (debug)" } else { "" };
    let system = if system.is_empty() { String::new() } else { format!(" on {system}") };
    format!("CPython {major}.{minor}{mode}{debug}{system}")
}

fn remedy(facts: &Facts, owner: DistributionId) -> Remedy {
    let distribution = facts.survey.distributions.get(owner);
    let version = facts.python().version_text();
    let command = PIP_REINSTALL_OF.with(&[&version, &distribution.pinned()]);
    Remedy::new(format!("install {} with Python {version}", distribution.name)).fix(command)
}
