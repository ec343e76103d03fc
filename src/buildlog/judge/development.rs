//! A library or header is missing where something is compiled: the package that has its development files.

use super::absent::command;
use super::{Cause, Judged, Verdict};
use crate::buildlog::development::development;
use crate::buildlog::ground::leaf;
use crate::buildlog::surroundings::Mark;
use crate::buildlog::{Log, Packager};
use crate::command::templates::{APT_FILE, DNF_PROVIDES};
use crate::command::{Command, Remedy};

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
    let mut commands: Vec<Command> = Vec::new();
    for install in asked.iter().filter_map(|name| command(packager, &development(name)?)) {
        if !commands.contains(&install) {
            commands.push(install);
        }
    }
    let remedy = match commands.is_empty() {
        false => {
            let text = "install the development files, on the machine or in the image that builds it; or take a release of the package that has a \
                        wheel for this Python and system";
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
