//! A library is not there because all of the file is made for the other C library.

use crate::buildlog::Log;
use crate::buildlog::judge::library::{package, short};
use crate::buildlog::judge::{Cause, Judged, Verdict, symbol};
use crate::buildlog::log_context::leaf;
use crate::buildlog::well_known;
use crate::command::Remedy;
use crate::command::templates::{PIP_FOR, PIP_UPGRADE};
use crate::tools::{Bundler, ToolId};

/// musl misses the loader of glibc: the file was built for glibc.
pub(super) fn of_the_other_libc(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let is_loader = leaf(accused).starts_with("ld-linux");
    let who = by.map_or_else(|| "the file".to_owned(), short);
    let is_musl = leaf(accused).starts_with("libc.musl-");
    if is_musl && Bundler::of(plain.incident.tool).is_some() {
        return Some(left_to_musl(plain.clone(), accused));
    }
    if plain.incident.tool != ToolId::Musl && is_musl {
        return Some(of_musl(plain.clone(), &who, accused, by));
    }
    if plain.incident.tool != ToolId::Musl || !is_loader {
        return None;
    }
    let sentence =
        format!("{who} needs {}, the loader of glibc: it was built for glibc, and this system has musl", leaf(accused));
    Some(symbol::for_musl(plain.clone().cause(Cause::OtherLibc, Verdict::Guilty).says(sentence)))
}

/// musl misses a function of glibc in the same file: its libraries are missing because all of it is made for glibc.
pub(super) fn of_a_program_for_glibc(plain: &Judged, log: &Log, by: Option<&str>) -> Option<Judged> {
    let by = by.filter(|by| plain.incident.tool == ToolId::Musl && package(by).is_none())?;
    let of_glibc = log.incidents.iter().find_map(|other| {
        let symbol =
            other.told("symbol").filter(|symbol| other.tool == ToolId::Musl && well_known::is_of_glibc(symbol))?;
        other.by().is_some_and(|other| other == by).then_some(symbol)
    })?;
    let name = leaf(by);
    let sentence = format!(
        "{name} uses {of_glibc}, which only glibc has: it was built for glibc, and this system has musl, so that installing the libraries that it misses does not help"
    );
    let text = format!(
        "run it in an image with glibc (Debian, Ubuntu, that of its maker), or install Alpine's own build of {name} and name its path to what starts it (for Playwright, Puppeteer and Selenium: apk \
         add chromium, with /usr/bin/chromium as the executable)"
    );
    Some(plain.clone().cause(Cause::OtherLibc, Verdict::Guilty).says(sentence).mended(Remedy::new(text)))
}

/// A bundler that runs on Alpine looks for the C library itself.
pub(super) fn left_to_musl(plain: Judged, accused: &str) -> Judged {
    let tool = plain.incident.tool.name();
    let sentence = format!(
        "{} is the C library of Alpine Linux itself, which every such system has: this release of {tool} does not know it as that",
        leaf(accused)
    );
    let text = format!(
        "nothing, if the program runs: it runs on Alpine alone; where the build stops there, upgrade {tool}, or build in an image with glibc (python:3-slim)"
    );
    let package = plain.incident.tool.word();
    plain
        .cause(Cause::SystemLibrary, Verdict::Guilty)
        .says(sentence)
        .mended(Remedy::new(text).fix(PIP_UPGRADE.with(&[&package])))
}

/// glibc misses the C library of musl: the file was packed on Alpine.
pub(super) fn of_musl(plain: Judged, who: &str, accused: &str, by: Option<&str>) -> Judged {
    let sentence = format!(
        "{who} needs {}, the C library of Alpine Linux: it was built for musl, and this system has glibc",
        leaf(accused)
    );
    let whose = by.and_then(package);
    if let (Some(by), None) = (by, &whose) {
        let text = format!(
            "take the build of {} for glibc, or build it on this system, not on Alpine or in an image of it; or run the program on Alpine",
            leaf(by)
        );
        return plain.cause(Cause::OtherLibc, Verdict::Guilty).says(sentence).mended(Remedy::new(text));
    }
    let text = format!(
        "install {} for this system, not on Alpine or in an image of it: its manylinux wheel, with the same Python and processor as the program that runs it",
        whose.as_deref().unwrap_or("the packages")
    );
    let whose = whose.unwrap_or_else(|| "PACKAGE".to_owned());
    let remedy = Remedy::new(text).fix(PIP_FOR.with(&[&"manylinux2014_x86_64", &whose]));
    plain.cause(Cause::OtherLibc, Verdict::Guilty).says(sentence).mended(remedy)
}

/// The names under which a C library that is not glibc has its parts.
pub(super) fn is_of_the_c_library(name: &str) -> bool {
    matches!(name, "libc.so" | "libm.so" | "libdl.so" | "liblog.so" | "libpthread.so" | "librt.so")
}
