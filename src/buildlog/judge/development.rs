//! A library or header is missing where something is compiled: the package that has its development files.

use super::absent::command;
use super::{Cause, Judged, Verdict};
use crate::buildlog::development::development;
use crate::buildlog::ground::leaf;
use crate::buildlog::surroundings::Mark;
use crate::buildlog::{Log, Packager};
use crate::command::templates::{APT_FILE, APT_INSTALL, CONDA_INSTALL, DNF_INSTALL, DNF_PROVIDES, XCODE};
use crate::command::{Command, Remedy};
use crate::diagnose::Shipped;

/// The package of Debian with the headers of the C library.
const C_LIBRARY: &str = "libc6-dev";

pub(super) fn judge(plain: Judged, log: &Log) -> Judged {
    let told = |place: &str| plain.incident.told(place).map(str::to_owned);
    let asked: Vec<String> = [told("accused"), told("other")].into_iter().flatten().collect();
    let plain = of_the_package(plain, log);
    // Python 3.11 moved this header away, and what asks for it is older.
    if asked.iter().any(|name| name.ends_with("longintrepr.h")) {
        let sentence = "the C code asks for longintrepr.h, which Python 3.11 and later do not have there: it was made by a Cython for older Pythons";
        let text = "take a newer release of the package, which has wheels for this Python, or Python 3.10";
        let judged = plain.cause(Cause::PythonTooNew, Verdict::Guilty).says(sentence).mended(Remedy::new(text));
        return of_the_package(judged, log);
    }
    let is_windows = asked.iter().any(|name| name.to_lowercase().ends_with(".lib"))
        || log.marks.contains(&Mark::Windows) && !log.marks.contains(&Mark::Debian);
    if asked.is_empty() || is_windows {
        return plain;
    }
    let packager = packager(&plain, log);
    if packager == Packager::Brew && development(&asked[0]).is_some_and(|files| files.apt == C_LIBRARY) {
        let sentence = format!("{}: it belongs to macOS' SDK, where the compiler does not look", plain.sentence);
        let text = "install the Command Line Tools, and compile with their clang (CC=/usr/bin/clang CXX=/usr/bin/clang++): one of Homebrew's or conda's looks for the SDK \
                    where it was when that compiler was built (SDKROOT=$(xcrun --show-sdk-path) leads it there)";
        let judged = Judged { verdict: Verdict::Guilty, ..plain }.says(sentence);
        return judged.mended(Remedy::new(text).fix(Ok(XCODE.command())));
    }
    let mut commands: Vec<Command> = Vec::new();
    let of_python = of_this_python(&asked[0], packager, log);
    let is_without_tool = plain.incident.message.id == "pkg-config-missing-for";
    let with_tool = |files: Shipped| if is_without_tool { beside_pkg_config(&files) } else { files };
    let files = asked.iter().filter_map(|name| command(packager, &with_tool(development(name)?)));
    for install in of_python.into_iter().chain(files) {
        if !commands.contains(&install) {
            commands.push(install);
        }
    }
    let formula = development(&asked[0]).map(|files| files.brew).filter(|name| !name.is_empty());
    let remedy = match commands.is_empty() {
        false => {
            let text = "install the development files, on the machine or in the image that builds it; or take a release of the package that has a \
                        wheel for this Python and system";
            let text = match formula.filter(|_| packager == Packager::Brew) {
                Some(formula) => format!(
                    "{text}. Where Homebrew has it already, lead the compiler to it: LDFLAGS=\"-L$(brew --prefix {formula})/lib\" CPPFLAGS=\"-I$(brew --prefix \
                     {formula})/include\""
                ),
                None => text.to_owned(),
            };
            commands.into_iter().fold(Remedy::new(text), |remedy, command| remedy.fix(Ok(command)))
        }
        true => searched(&plain, packager, &asked[0]),
    };
    let remedy = match asked[0] == "pg" {
        true => Remedy { text: format!("{}: psycopg2-binary instead of psycopg2", remedy.text), ..remedy },
        false => remedy,
    };
    Judged { verdict: Verdict::Guilty, ..plain }.mended(remedy)
}

/// The headers of the very Python that the log shows: systems have several, each with headers of its own.
fn of_this_python(asked: &str, packager: Packager, log: &Log) -> Option<Command> {
    /// From here on Red Hat's systems call the package by the version.
    const NAMED: u8 = 11;
    let minor = log.headers.filter(|_| matches!(asked, "Python.h" | "pyconfig.h"))?;
    match packager {
        Packager::Apt => APT_INSTALL.with(&[&format!("python3.{minor}-dev")]).ok(),
        Packager::Dnf if minor >= NAMED => DNF_INSTALL.with(&[&format!("python3.{minor}-devel")]).ok(),
        _ => None,
    }
}

/// What a library's development files are, and pkg-config that finds them.
fn beside_pkg_config(files: &Shipped) -> Shipped {
    let both = |name: &str, tool: &str| if name.is_empty() { String::new() } else { format!("{name} {tool}") };
    Shipped {
        apt: both(&files.apt, "pkg-config"),
        dnf: both(&files.dnf, "pkgconf-pkg-config"),
        apk: both(&files.apk, "pkgconf"),
        brew: both(&files.brew, "pkgconf"),
        conda: both(&files.conda, "pkg-config"),
        pip: files.pip.clone(),
    }
}

/// A program that compiles is not installed.
pub(super) fn compiler(judged: Judged, log: &Log) -> Judged {
    let Some(called) = judged.incident.told("called").map(|called| leaf(called).to_owned()) else { return judged };
    let is_windows = log.marks.contains(&Mark::Windows) && !log.marks.contains(&Mark::Debian);
    // `x86_64-linux-gnu-gcc-12`, `arm-none-eabi-g++`.
    let bare = called.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let stem = bare.rsplit('-').next().unwrap_or(bare);
    let is_compiler = ["gcc", "g++", "cc", "c++", "clang", "clang++", "ld"].contains(&stem);
    if !is_compiler || is_windows {
        return judged;
    }
    let packager = log.packager(&[&called]);
    let all = Shipped {
        apt: "build-essential".into(),
        dnf: "gcc gcc-c++ make".into(),
        apk: "build-base".into(),
        ..Shipped::default()
    };
    let install = match packager {
        Packager::Brew => Ok(XCODE.command()),
        Packager::Conda => CONDA_INSTALL.with(&[&"compilers"]),
        packager => command(packager, &all).map_or_else(|| Ok(XCODE.command()), Ok),
    };
    let text = "install a compiler with the C library's development files, on the machine or in the image that builds; or take a release or a Python for \
                which the package has a wheel (a newer pip knows more of them)";
    judged.mended(Remedy::new(text).fix(install))
}

/// Who installs development files where the log was written.
fn packager(plain: &Judged, log: &Log) -> Packager {
    let is_mac = ["ld: library ", "ld: framework "].iter().any(|start| plain.incident.says.starts_with(start));
    if is_mac { Packager::Brew } else { log.packager(&[]) }
}

/// The package of a library that no table knows is searched for by the file that builds look at.
fn searched(plain: &Judged, packager: Packager, asked: &str) -> Remedy {
    let name = leaf(asked.split([' ', '>', '=', '<']).next().unwrap_or(asked));
    let file = match plain.incident.message.id.as_str() {
        "header-missing" => name.to_owned(),
        "library-not-found" => format!("lib{}.so", name.trim_start_matches("-l")),
        "library-required" | "package-not-found" | "tried" => format!("{name}.pc"),
        _ => return plain.remedy.clone(),
    };
    let text = format!("{}; this names the package that has them", plain.remedy.text);
    match packager {
        Packager::Apt => Remedy::new(text).fix(APT_FILE.with(&[&file])),
        Packager::Dnf => Remedy::new(text).fix(DNF_PROVIDES.with(&[&file])),
        _ => plain.remedy.clone(),
    }
}

/// Which package was being built.
pub(super) fn of_the_package(judged: Judged, log: &Log) -> Judged {
    let Some(package) = log.building.as_ref().filter(|package| !judged.sentence.contains(*package)) else {
        return judged;
    };
    let sentence = format!("{package}: {}", judged.sentence);
    judged.says(sentence)
}
