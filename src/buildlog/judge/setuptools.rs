//! A setup.py does not fit the release of setuptools or Cython that builds it.

use super::{Judged, development, torch};
use crate::buildlog::Log;
use crate::command::Remedy;
use crate::command::templates::{PIP_INSTALL_REQUIRED, PIP_NO_ISOLATION, PIP_NO_ISOLATION_OF};

/// What a build needs in an older release, by the message that tells so.
const OLDER: [(&str, &str); 5] = [
    ("use-2to3", "setuptools<58"),
    ("setup-requirement", "setuptools<66"),
    ("cython-sources", "cython<3"),
    ("feature", "setuptools<46"),
    ("numpy-distutils", "setuptools<60"),
];

/// An older release of what builds helps only where the build takes it from the environment.
pub(super) fn judge(plain: Judged, log: &Log) -> Judged {
    if plain.incident.message.id == "cuda-mismatch" {
        return development::of_the_package(torch::of_its_cuda(plain), log);
    }
    let id = plain.incident.message.id.clone();
    let Some((_, older)) = OLDER.iter().find(|(known, _)| *known == id) else {
        return development::of_the_package(plain, log);
    };
    let package = plain.incident.told("accused").map(str::to_owned).or_else(|| log.building.clone());
    let package = if id == "cython-sources" { Some("PyYAML".to_owned()) } else { package };
    let build = match package {
        Some(package) => PIP_NO_ISOLATION.with(&[&package]),
        None => Ok(PIP_NO_ISOLATION_OF.command()),
    };
    // What it is to be in place of is already the first of its fixes.
    let first = if id == "cython-sources" { plain.remedy.fixes.clone() } else { Vec::new() };
    let remedy = Remedy { text: plain.remedy.text.clone(), fixes: first };
    let remedy = remedy.steps([PIP_INSTALL_REQUIRED.with(&[older]), build]);
    development::of_the_package(plain.mended(remedy), log)
}
