//! A file is made for another processor than the process.

use super::library::{package, short};
use super::{Cause, Judged, Verdict};
use crate::buildlog::Log;
use crate::buildlog::log_context::LogContext;
use crate::command::Remedy;
use crate::command::templates::{PIP_FRESH, PIP_REBUILD};
use crate::rule::RuleId;
use crate::tools::Bundler;
use crate::tools::ToolId;

pub(super) fn judge(plain: Judged, log: &Log, context: Option<&LogContext>) -> Judged {
    let judged = super::file(plain, context);
    // A wheel that promises more than it holds: the rule sees the file, and the log tells what it is made for.
    if let Some((context, at)) = context.zip(judged.finding)
        && context.scan.findings[at].rule.id == RuleId::SLICE_MISSING
        && let Some(by) = judged.incident.by().map(str::to_owned)
    {
        let found = judged.sentence.clone();
        let told = told(judged, log, None, &by);
        let sentence = format!("{}: {found}", told.sentence);
        return told.says(sentence);
    }
    if judged.finding.is_some() || judged.incident.tool == ToolId::Linker || judged.incident.tool == ToolId::Delocate {
        return judged;
    }
    let Some(by) = judged.incident.by().map(str::to_owned) else { return judged };
    match judged.incident.tool {
        ToolId::Dyld => told(judged, log, context, &by),
        ToolId::Glibc => word_size(judged, &by),
        _ => judged,
    }
}

/// dyld tells both processors.
fn told(judged: Judged, log: &Log, context: Option<&LogContext>, by: &str) -> Judged {
    let told = |place: &str| judged.incident.told(place).map(wheels_word);
    let (Some(found), Some(wanted)) = (told("found"), told("arch")) else { return untold(judged, by) };
    if judged.incident.tool != ToolId::Dyld {
        return judged;
    }
    let is_bundled = log.running() == Some(Bundler::PYINSTALLER) || by.contains("/_MEI");
    let mut sentence =
        format!("{} is made for {found}, not for the processor of the process that loads it, {wanted}", short(by));
    let here = context.and_then(|context| arch_here(context, by));
    if let Some(arch) = here.filter(|arch| *arch == wanted) {
        sentence += &format!("; the file that is looked at is made for {arch}, and is not the one of the log");
    }
    if is_bundled {
        let remedy = format!(
            "build the program once for each processor, each with a Python for it (a one-file program cannot be joined by lipo); on this \
             machine, run the one for {wanted}"
        );
        return judged.cause(Cause::WrongArchitecture, Verdict::Guilty).says(sentence).mended(Remedy::new(remedy));
    }
    // A Mac of Apple's processor that runs Python for the other.
    let is_emulated = found == "arm64" && wanted == "x86_64";
    let natively = match is_emulated {
        true => {
            " On Apple silicon, run Python natively: one for arm64, in a terminal that is not opened with Rosetta (arch -arm64); some packages have no wheel for x86_64."
        }
        false => "",
    };
    let text = match package(by) {
        Some(package) => format!(
            "install {package} for {wanted}: with a Python that runs as {wanted} (a terminal under Rosetta is x86_64), and not from a \
             cache. If its wheel promises {wanted} and does not hold it (universal2 in name only), take another release, newer or older, or \
             build it from source.{natively}"
        ),
        None => format!(
            "take a build of {} for {wanted}, another release of its package or one built from source; or run a Python that is {found}",
            folder_of(by).unwrap_or_else(|| "the file".to_owned())
        ),
    };
    let remedy = Remedy::new(text);
    let remedy = match package(by) {
        Some(package) => remedy.fix(PIP_FRESH.with(&[&package])).fix(PIP_REBUILD.with(&[&package, &package])),
        None => remedy,
    };
    judged.cause(Cause::WrongArchitecture, Verdict::Guilty).says(sentence).mended(remedy)
}

/// The folder of a module that lies in no folder of packages: mostly the package.
fn folder_of(by: &str) -> Option<String> {
    let folder = by.rsplit('/').nth(1)?;
    let is_name = folder.starts_with(|c: char| c.is_ascii_alphabetic())
        && folder.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && !["lib", "lib64", "bin", "Frameworks", "MacOS", "Resources"].contains(&folder))
        .then(|| folder.to_owned())
}

/// Older dyld tells neither processor.
fn untold(judged: Judged, by: &str) -> Judged {
    if judged.incident.tool != ToolId::Dyld || judged.incident.message.id != "incompatible-architecture" {
        return judged;
    }
    let text = match package(by) {
        Some(package) => format!(
            "install {package} with a Python of the processor that it runs as (a terminal or a Python under Rosetta is x86_64), and not from a \
             cache; or run the Python that the file is made for"
        ),
        None => format!(
            "install the library in a build for this Python's processor: Homebrew has one processor a prefix (/usr/local x86_64, /opt/homebrew \
             arm64), and {by} is the other; or run a Python of that processor"
        ),
    };
    let remedy = Remedy::new(text);
    judged.mended(match package(by) {
        Some(package) => remedy.fix(PIP_FRESH.with(&[&package])).fix(PIP_REBUILD.with(&[&package, &package])),
        None => remedy,
    })
}

/// The processors that wheels know: no wheel is for arm64e or x86_64h, which dyld calls the processors of its own libraries.
fn wheels_word(archs: &str) -> String {
    let mut words: Vec<&str> = archs
        .split([',', '\'', ' ', '(', ')'])
        .filter(|word| !word.is_empty() && *word != "or")
        .map(|word| match word {
            "arm64e" => "arm64",
            "x86_64h" => "x86_64",
            word => word,
        })
        .collect();
    words.dedup();
    words.join(" or ")
}

/// What the file at hand is made for.
fn arch_here(context: &LogContext, by: &str) -> Option<String> {
    Some(context.scan.world.file(context.file(by)?).image.as_ref()?.arch.to_string())
}

/// glibc tells the word size of the file; the process has the other.
fn word_size(judged: Judged, by: &str) -> Judged {
    let (file, process) = match judged.incident.told("found") {
        Some(found) if found.contains("64") => (64, 32),
        Some(found) if found.contains("32") => (32, 64),
        _ => return judged,
    };
    let note = match process {
        32 => {
            " (Raspberry Pi OS and others run programs of 32 bits under a kernel of 64, by which packages choose wrongly)"
        }
        _ => "",
    };
    let whose = package(by).unwrap_or_else(|| "its package".to_owned());
    let sentence = format!("{} is made for {file} bits, and this Python is a program of {process}{note}", short(by));
    let text = format!(
        "take a newer {whose} or a build of it for {process} bits, or a Python of {file} bits (a system of {file} bits)"
    );
    judged.cause(Cause::WrongArchitecture, Verdict::Guilty).says(sentence).mended(Remedy::new(text))
}
