//! poetry builds a package from source: which one it says itself, why its log shows.

use super::{Cause, Judged, Verdict};
use crate::buildlog::Log;
use crate::command::Remedy;
use crate::command::templates::{POETRY_LATEST, POETRY_PYTHON};

/// The first version of Python on which a setuptools from before 2023 does not start.
const WITHOUT_DISTUTILS: u8 = 12;

pub(super) fn judge(plain: Judged, log: &Log) -> Judged {
    let told = |place: &str| plain.incident.told(place).map(str::to_owned);
    let (Some(package), Some(version)) = (told("accused"), told("version")) else { return plain };
    let minor = log.headers.filter(|(major, _)| *major == 3).map(|(_, minor)| minor);
    let python = minor.map_or_else(|| "this Python".to_owned(), |minor| format!("Python 3.{minor}"));
    let has = |text: &str| log.text.lines().iter().any(|(_, line)| line.contains(text));
    let is_backend = has("Backend 'setuptools.build_meta") || has("Cannot import 'setuptools.build_meta");
    let is_too_new = is_backend && minor.is_some_and(|minor| minor >= WITHOUT_DISTUTILS);
    let why = match is_too_new {
        true => format!("the setuptools that it asks for does not start on {python}, being from before it"),
        false => "its build failed".to_owned(),
    };
    let cause = if is_too_new { Cause::PythonTooNew } else { plain.cause };
    let sentence = format!(
        "{package} {version} has no wheel for {python} and this system, so that poetry builds it from source, and {why}"
    );
    let text = format!(
        "take a newer release of {package}, which has a wheel for {python}: raise its requirement in pyproject.toml, or that of the package which pins it (poetry show --why {package} names it); \
         or run the project with an older Python, for which {version} has a wheel{}",
        if is_too_new {
            ""
        } else {
            ". What the build printed stands above: where it names a library, a header or a program, that is what is missing"
        }
    );
    let remedy = Remedy::new(text).fix(POETRY_LATEST.with(&[&package]));
    // The Python before the one that is too new is old enough.
    let older = minor.filter(|_| is_too_new).map(|_| format!("3.{}", WITHOUT_DISTUTILS - 1));
    let judged = plain.cause(cause, Verdict::Guilty).says(sentence);
    judged.mended(match older {
        Some(older) => remedy.fix(POETRY_PYTHON.with(&[&older])),
        None => remedy,
    })
}
