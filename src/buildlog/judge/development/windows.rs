//! What a build on Windows wants: whose it is decides how it is got.

use super::of_the_package;
use crate::buildlog::Log;
use crate::buildlog::development::of_windows;
use crate::buildlog::judge::{Judged, Verdict};
use crate::buildlog::log_context::leaf;
use crate::buildlog::surroundings::Mark;
use crate::command::Remedy;
use crate::command::templates::PIP_UPGRADE;

/// Is it a header that only Unix has?
fn is_of_unix(asked: &str) -> bool {
    let asked = asked.replace('\\', "/");
    let (table, has) = (of_windows(), |names: &[String]| names.contains(&asked));
    has(&table.unix_headers)
        || table.unix_folders.iter().any(|folder| asked.starts_with(folder)) && !has(&table.windows_sys)
}

/// What a build on Windows wants: whose it is decides how it is got.
pub(super) fn on_windows(plain: Judged, log: &Log, asked: &str) -> Judged {
    let name = leaf(asked).to_lowercase();
    let stem = name.strip_suffix(".lib").unwrap_or(&name);
    let is_library = name.ends_with(".lib");
    let table = of_windows();
    let has = |names: &[String], name: &str| names.iter().any(|known| known == name);
    let told = |plain: Judged, why: &str, text: &str| {
        let sentence = format!("{}; {why}", plain.sentence);
        Judged { verdict: Verdict::Guilty, ..plain }.says(sentence).mended(Remedy::new(text))
    };
    let python = stem.strip_prefix("python3").filter(|_| is_library);
    if python.is_some_and(|rest| rest.ends_with("_d")) {
        return told(
            plain,
            "it is the debug build of Python's library, which the installer leaves out unless it is asked",
            "build in Release (or RelWithDebInfo), or install Python's debug binaries (the installer: Modify, “Download debug binaries”)",
        );
    }
    if python.is_some_and(|rest| rest.ends_with('t')) {
        return told(
            plain,
            "it is the library of the free-threaded Python",
            "install the free-threaded binaries of that Python (the installer: Modify, “Download free-threaded binaries”), or build with the plain one",
        );
    }
    if python.is_some() {
        return told(
            plain,
            "it lies in the folder libs of a Python that was installed with its development files",
            "build with the Python of python.org (the embeddable one and that of the Store have no libs), and in a virtual environment name the folder libs \
             of the Python that it was made from in LIB; it has to be of the same processor and version",
        );
    }
    if is_library && has(&table.unix_alone, stem.strip_prefix("lib").unwrap_or(stem)) {
        return told(
            plain,
            "Unix has such a library, and Windows has its functions in the C runtime, without a file of that name",
            &format!(
                "take “{stem}” out of libraries (-l{stem}) in the package's setup.py where it is built on Windows, or take a release that has a wheel for Windows; \
                 conda-forge may have the package built"
            ),
        );
    }
    if is_library && has(&table.sdk, stem) || has(&table.sdk_headers, &name) {
        return told(
            plain,
            "it belongs to the Windows SDK, which is not installed, or whose folder the build does not know",
            "install the Windows SDK (Visual Studio Installer: Modify, “Desktop development with C++”, with a Windows 11 or 10 SDK), and build from its \
             prompt (“x64 Native Tools”); or take a release of the package, or a Python, for which there is a wheel",
        );
    }
    let header = |plain: Judged, why: &str, text: &str| {
        let judged =
            Judged { verdict: Verdict::Guilty, ..plain }.says(format!("the compiler wants the header {asked}, {why}"));
        of_the_package(judged.mended(Remedy::new(text)), log)
    };
    if is_of_unix(asked) {
        return header(
            plain,
            "which Unix has and Windows has not: what is compiled was written for Unix",
            "take a package, or a release of it, that supports Windows; else run it in WSL or on Linux",
        );
    }
    if ["python.h", "pyconfig.h"].contains(&name.as_str()) {
        return header(
            plain,
            "which lies in the folder Include of a Python that was installed with its development files",
            "build with the Python of python.org, of the processor that is built for; the embeddable one has no Include",
        );
    }
    if is_library && has(&table.compiler, stem) {
        return told(
            plain,
            "it belongs to the compiler, which is not installed for the processor that is built for",
            "install the C++ build tools for this processor (Visual Studio Installer: Modify, “MSVC v143 … build tools”), and build from the prompt for it \
             (“x64 Native Tools”)",
        );
    }
    let is_header = plain.incident.message.id == "header-missing" && !is_library;
    let plain = match is_header {
        true => header(
            plain,
            "which comes with a library's development files",
            "install them and name their folder in INCLUDE (that of the library in LIB): vcpkg and conda-forge have many for Windows; or take a \
             release of the package, or a Python, for which there is a wheel",
        ),
        false => or_a_wheel(plain),
    };
    of_32_bits(plain, log)
}

/// A library that nobody installs by hand on Windows: where there is a wheel, an old pip may not see it and take the source.
fn or_a_wheel(plain: Judged) -> Judged {
    let text = format!(
        "take the package's wheel, which includes its libraries: a newer pip knows more of them, and each is for certain Pythons; else {}",
        plain.remedy.text
    );
    let remedy = Remedy { text, ..plain.remedy.clone() }.fix(PIP_UPGRADE.with(&[&"pip"]));
    plain.mended(remedy)
}

/// For Python of 32 bits most packages no longer have wheels, and few of their sources can be built for it.
pub(in crate::buildlog::judge) fn of_32_bits(judged: Judged, log: &Log) -> Judged {
    if !log.marks.contains(&Mark::Bits32) || !log.marks.contains(&Mark::Windows) {
        return judged;
    }
    let sentence = format!(
        "{}; this Python has 32 bits, for which there are hardly any wheels, so that the package is built",
        judged.sentence
    );
    let text = "install a 64-bit Python, for which the package has a wheel; for 32 bits, take a release of the package that still has a wheel for them";
    judged.says(sentence).mended(Remedy::new(text))
}
