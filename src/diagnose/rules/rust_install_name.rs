//! A Rust module for macOS calls itself by another name than its own.

use crate::command::Remedy;
use crate::command::templates::{NAME_ID, SIGN};
use crate::diagnose::bundling::{self, Stops};
use crate::diagnose::install_name::InstallName;
use crate::diagnose::remedies::{argument, unpacked};
use crate::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use crate::discover::Tool;
use crate::image::Name;
use crate::rule::RuleId;
use crate::survey::Rust;
use crate::vfs::VPath;
use crate::world::FileId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::RUST_INSTALL_NAME,
    title: "nonstandard Rust install name",
    severity: Severity::Error,
    why: "Rust's modules for macOS are dylibs, and a dylib carries an install name (LC_ID_DYLIB, what otool -L prints \
          first). maturin 0.15.2 and later write the module's dotted name into it (“tsdownsample._rust.” before the \
          name of the file), older ones the crate's name or another ABI tag, cargo by itself the path on the build \
          machine. Python opens modules by path, so dyld never compares it; nothing is missing and nothing fails. \
          Nuitka takes the name for a dependency and stops: before 2.3.11 at package prefixes, in every version at \
          other names. PyInstaller, delocate and cx_Freeze ignore it.",
    remedy: "Upgrade Nuitka, or reset the install name (install_name_tool -id @rpath/NAME) and sign the file again.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    check_those(facts, &RULE, true, findings);
}

/// Judges the files with a nonstandard install name that are Rust, or that are not.
pub(super) fn check_those(facts: &Facts, rule: &'static Rule, of_rust: bool, findings: &mut Vec<Finding>) {
    for (_, file, _, _) in facts.files() {
        let Some(name) = InstallName::nonstandard(facts.survey, file) else { continue };
        let rust = facts.survey.rust(file);
        if rust.is_some() == of_rust {
            findings.push(finding(facts, rule, file, &name, rust.as_ref()));
        }
    }
}

fn finding(facts: &Facts, rule: &'static Rule, file: FileId, name: &InstallName, rust: Option<&Rust>) -> Finding {
    let stops = bundling::stops(facts, file);
    let build_abort = facts.build_aborts().get(&file).filter(|build_abort| build_abort.is_identity);
    let severity = match (build_abort, facts.survey.target.overrides.tool, stops) {
        (Some(_), _, _) => Severity::Error,
        (None, None, Stops::Always) => Severity::Warning,
        _ => Severity::Info,
    };
    let content = facts.survey.world.file(file);
    let identity = content.image.as_ref().and_then(|image| image.identity.clone()).unwrap_or_default();
    let mut finding = Finding::about(facts, rule, severity, file);
    finding.subject = identity.to_string();
    let minds = match (build_abort, facts.survey.target.overrides.tool) {
        (Some(_), Some(tool)) => format!("{} fails on it", spoken(tool)),
        _ => stops.phrase(),
    };
    finding.message = format!("{} has {}; harmless to dyld, but {minds}", finding.file, name.phrase());
    finding.prints = build_abort.map(|build_abort| build_abort.message.clone());
    finding.remedy = remedy(facts, &content.path, name, stops, rust.is_some());
    finding.evidence.push(Evidence::Header { name: "install name", value: identity });
    finding.evidence.push(Evidence::Header { name: "written by", value: Name::from(name.writer(rust.is_some())) });
    let told = rust.into_iter().flat_map(Rust::told);
    finding.evidence.extend(told.map(|(name, value)| Evidence::Header { name, value: Name::from(value) }));
    if let (None, Some(tool)) = (build_abort, facts.survey.target.overrides.tool) {
        finding.evidence.push(Evidence::Header { name: tool.name(), value: Name::from(tool.use_of_install_names()) });
    }
    finding
}

/// `Nuitka 2.3.10`
fn spoken(tool: Tool) -> String {
    tool.nuitka().map_or_else(|| tool.to_string(), |version| format!("Nuitka {version}"))
}

fn remedy(facts: &Facts, path: &VPath, name: &InstallName, stops: Stops, is_rust: bool) -> Remedy {
    let leaf = String::from_utf8_lossy(path.file_name()).into_owned();
    let file = argument(facts, path);
    let id = format!("@rpath/{leaf}");
    let builder = match (name, is_rust) {
        (InstallName::OtherTag { .. } | InstallName::OtherExtension { .. }, true) => {
            "; its builder: maturin 0.13.7 or later".to_owned()
        }
        (InstallName::OtherStem { .. }, true) => "; its builder: maturin 0.15.2 or later".to_owned(),
        (InstallName::BuildPathOtherName { .. } | InstallName::BuildPathSameName { .. }, true) => {
            format!("; its builder: rustc -C link-arg=-Wl,-install_name,{id}")
        }
        (InstallName::DottedPrefix { .. }, _) | (_, true) => String::new(),
        (_, false) => format!("; its builder: -install_name {id} for the linker"),
    };
    let text = match stops {
        Stops::Never => format!("no action needed; for a tool that fails on it, reset the install name{builder}"),
        Stops::Before(version) => {
            format!("upgrade Nuitka to {version} or later, or reset the install name{builder}")
        }
        Stops::Always => format!("reset the install name{builder}"),
    };
    Remedy::new(format!("{text}{}", unpacked(facts))).steps([NAME_ID.with(&[&leaf, &file]), SIGN.with(&[&file])])
}
