//! PyInstaller: which libraries it will not find, and what it will leave out without a word.
//!
//! As `PyInstaller/depend/bindepend.py` of 6.22: a library that the loader does not find from the file itself is taken from
//! among those that are collected anyway, by its last name; else a warning is printed, and the build goes on.

use super::{Complaint, hidden, severity_of};
use crate::diagnose::missing::missing;
use crate::diagnose::{Facts, Severity};
use crate::discover::Bundler;
use crate::vfs::VPath;

pub(super) fn complaints(facts: &Facts) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (name, missing) in missing(facts) {
        let Some(&(file, _, _)) = missing.wanted.first() else { continue };
        let last = VPath::new(&name);
        if !facts.providers(last.file_name()).is_empty() || is_never_missed(&last) {
            continue;
        }
        let path = &facts.scan.world.file(file).path;
        let words = format!(
            "Library not found: could not resolve {}, dependency of {}.",
            repr(&name.to_string()),
            repr(&path.to_string())
        );
        let severity = severity_of(facts, &missing.imports());
        let what = match severity {
            Some(Severity::Error) => ": the build goes on, and the program dies at the import",
            _ => ": the build goes on",
        };
        let severity = severity.unwrap_or(Severity::Info);
        let message = format!("PyInstaller finds {name} nowhere, which {} needs{what}", facts.path(file));
        let option =
            Bundler::PyInstaller.library(&format!("PATH/{}", last.text().rsplit('/').next().unwrap_or_default()), "");
        let complaint = Complaint::new(severity, file, name.to_string(), message).printing(words);
        complaints.push(complaint.mended_by("install the library before the build, or name it", Some(option)));
    }
    complaints.extend(hidden::unseen(facts, Bundler::PyInstaller));
    complaints.extend(hidden::numpy(facts, Bundler::PyInstaller));
    complaints
}

/// What PyInstaller does not warn about (`PyInstaller/depend/dylib.py`, `warn_missing_lib`).
fn is_never_missed(name: &VPath) -> bool {
    let name = name.text().to_lowercase();
    let last = name.rsplit('/').next().unwrap_or_default();
    last.starts_with("api-ms-win-") || last.starts_with("ext-ms-") || matches!(last, "comctl32.dll" | "kernel32.dll")
}

/// As Python's `repr` writes a text.
fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '\\' => "\\\\".into(),
            c if c == quote => format!("\\{c}"),
            c => c.to_string(),
        })
        .collect();
    format!("{quote}{escaped}{quote}")
}

#[cfg(test)]
mod tests {
    use super::repr;

    #[test]
    fn texts_are_quoted_as_python_does() {
        assert_eq!(repr("/a/b.so"), "'/a/b.so'");
        assert_eq!(repr("C:\\a\\b.pyd"), "'C:\\\\a\\\\b.pyd'");
        assert_eq!(repr("it's"), "\"it's\"");
    }
}
