//! Rust is too old for what is compiled: which release has what the package asks for.

use super::{Judged, development};
use crate::buildlog::Log;
use crate::command::Remedy;

/// What a Cargo.toml or a Cargo.lock asks for, and the release of Rust that brought it.
///
/// Source: the release notes of Rust; November 2026.
const SINCE: [(&str, &str); 6] = [
    ("edition2024", "1.85"),
    ("edition2021", "1.56"),
    ("resolver", "1.51"),
    ("4", "1.78"),
    ("3", "1.53"),
    ("workspace-inheritance", "1.64"),
];

pub(super) fn judge(plain: Judged, log: &Log) -> Judged {
    let told = |place: &str| plain.incident.told(place).map(str::to_owned);
    let asked = told("accused").or_else(|| told("version"));
    let since = asked.as_deref().and_then(|asked| SINCE.iter().find(|(known, _)| *known == asked));
    let Some((asked, since)) = since else { return development::of_the_package(plain, log) };
    let what = match told("accused") {
        Some(_) => format!("its Cargo.toml asks for {asked}"),
        None => format!("its Cargo.lock has version {asked}"),
    };
    let found = told("found").map_or_else(String::new, |found| format!(", and {found} is installed"));
    let sentence = format!("the package was written for Rust {since} or later ({what}){found}");
    let text = plain.remedy.text.replacen("update Rust", &format!("update Rust to {since} or later"), 1);
    let remedy = Remedy { text, ..plain.remedy.clone() };
    development::of_the_package(plain.says(sentence).mended(remedy), log)
}
