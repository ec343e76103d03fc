//! A module takes from Python what this Python does not have.

use rustc_hash::FxHashMap;

use crate::diagnose::remedies::reinstall;
use crate::diagnose::stable_abi::{added, is_python, taken};
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::Role;
use crate::image::{Format, Name};
use crate::rule::RuleId;
use crate::survey::ImportKind;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::PYTHON_SYMBOL_MISSING,
    title: "missing Python C API symbols",
    severity: Severity::Error,
    why: "An extension module takes Python's API from the interpreter that imports it, and all symbols are bound at once \
          (RTLD_NOW). The ending .so alone, and .abi3.so, tie a file to no version, and a full tag to no patch release or beta: \
          one that was built for a later Python, for a debug build or for the other threading mode is found, and ends the \
          import with “undefined symbol”.",
    remedy: "Install a build for this Python.",
    check,
};

/// What only builds of a kind have, and what a person calls that kind.
const ONLY: [(&str, &str); 7] = [
    ("_Py_RefTotal", "debug builds of Python"),
    ("_Py_INCREF_IncRefTotal", "debug builds of Python"),
    ("_Py_DECREF_DecRefTotal", "debug builds of Python"),
    ("_Py_NegativeRefcount", "debug builds of Python"),
    ("PyModule_Create2TraceRefs", "debug builds of Python"),
    ("_Py_MergeZeroLocalRefcount", "free-threaded builds of Python"),
    ("_Py_DecRefShared", "free-threaded builds of Python"),
];

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(interpreter) = interpreter(facts) else { return };
    let has = |symbol: &[u8]| interpreter.iter().any(|&file| facts.survey.world.defines(file, symbol));
    // A program that hands out nothing of Python's is a launcher.
    if !has(b"PyErr_Clear") {
        return;
    }
    // Modules take the same names by the hundred, and each question opens the interpreter's file.
    let mut known = FxHashMap::<Name, bool>::default();
    for (_, file, role, owner) in facts.files() {
        if !matches!(role, Role::Module(_)) || !facts.is_loadable(file) {
            continue;
        }
        let mut is_there = |symbol: &Name| *known.entry(symbol.clone()).or_insert_with(|| has(symbol));
        let mut lacking = taken(facts, file, |symbol| !is_there(symbol));
        lacking.sort();
        if lacking.is_empty() {
            continue;
        }
        let mut finding = finding(facts, file, &lacking);
        finding.remedy = reinstall(facts, owner);
        finding.remedy.text = format!("install a build for Python {}", facts.python().version_text());
        findings.push(finding);
    }
}

/// The files of the interpreter that offer its API; none where it is not here, or is a program of Windows, whose modules
/// name the DLL that they take it from.
fn interpreter(facts: &Facts) -> Option<Vec<FileId>> {
    let program = facts.python().file?;
    let is_told = facts.survey.world.file(program).image.as_ref().is_some_and(|image| image.format != Format::Pe);
    let start = facts.survey.imports.iter().find(|import| import.kind == ImportKind::Interpreter)?;
    let libraries =
        start.loads.loads.iter().copied().filter(|&file| is_python(facts.survey.world.file(file).path.file_name()));
    is_told.then(|| std::iter::once(program).chain(libraries).collect())
}

fn finding(facts: &Facts, file: FileId, lacking: &[Name]) -> Finding {
    let imports = facts.imports_loading(file).to_vec();
    let mut finding = Finding::about(facts, &RULE, Severity::Error, file).breaking(facts, &imports);
    let (first, kind) = telling(lacking);
    let more = match lacking.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let whence = match (kind, added(first)) {
        (Some(kind), _) => format!(" (only {kind} have it)"),
        (None, Some((major, minor))) => format!(" (it came with {major}.{minor})"),
        (None, None) => String::new(),
    };
    let python = facts.python().version_text();
    finding.subject = first.to_string();
    finding.message =
        format!("{} uses {first}{more}, which Python {python} does not have{whence}: its import fails", finding.file);
    let symbols = lacking.iter().take(20).map(|symbol| Evidence::Header { name: "symbol", value: symbol.clone() });
    finding.evidence.extend(symbols);
    finding
}

/// The symbol that tells most, and which kind of Python alone has it.
fn telling(lacking: &[Name]) -> (&Name, Option<&'static str>) {
    let known = |symbol: &Name| ONLY.iter().find(|(only, _)| **symbol == *only.as_bytes()).map(|(_, kind)| *kind);
    let only = lacking.iter().find_map(|symbol| Some((symbol, Some(known(symbol)?))));
    only.unwrap_or_else(|| (lacking.iter().max_by_key(|symbol| added(symbol)).unwrap_or(&lacking[0]), None))
}
