//! Nuitka on Linux: what it stops at, and what it drops without a word.
//!
//! As `nuitka/freezer/DllDependenciesPosix.py` of 1.0 to 4.3: it asks `ldd`, passes over every line that says “not found”,
//! and stops at a path that is relative. For macOS see [`crate::diagnose::nuitka`].

use super::{Complaint, hidden, severity_of};
use crate::diagnose::missing::missing;
use crate::diagnose::{Facts, Severity};
use crate::discover::Bundler;
use crate::image::Format;
use crate::vfs::VPath;

pub(super) fn complaints(facts: &Facts) -> Vec<Complaint> {
    if facts.scan.world.host.system.format() != Some(Format::Elf) {
        return Vec::new();
    }
    let mut complaints = relative(facts);
    for (name, missing) in missing(facts) {
        let Some(&(file, _, _)) = missing.wanted.first() else { continue };
        let Some(severity) = severity_of(facts, &missing.imports()) else { continue };
        let message = format!(
            "Nuitka passes over {name}, which {} needs and nobody finds: the build succeeds, and the program dies at the \
             import",
            facts.path(file)
        );
        let option = Bundler::Nuitka.library(&format!("PATH/{name}"), "");
        let complaint = Complaint::new(severity, file, name.to_string(), message);
        complaints.push(complaint.mended_by("install the library before the build, or name it", Some(option)));
    }
    complaints.extend(hidden::unseen(facts, Bundler::Nuitka));
    complaints.extend(hidden::numpy(facts, Bundler::Nuitka));
    complaints
}

/// Needs with a slash that are no whole paths: `ldd` prints them as they are.
fn relative(facts: &Facts) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (_, file, _, _) in facts.files() {
        let content = facts.scan.world.file(file);
        let needs = content.image.as_ref().map_or(&[][..], |image| &image.needs);
        let is_relative =
            |name: &[u8]| name.contains(&b'/') && !VPath::new(name).is_absolute() && !name.starts_with(b"$");
        for need in needs.iter().filter(|need| is_relative(&need.name)) {
            // As Python's `normpath` leaves it.
            let folded = VPath::new(&need.name).folded();
            let words = format!(
                "Error: Found a dependency with a relative path. Was a dependency copied to dist early? {folded}"
            );
            let path = facts.path(file);
            let message = format!("Nuitka stops at {path}: it needs {}, a path that starts nowhere", need.name);
            let command = format!("patchelf --replace-needed {} {} {path}", need.name, VPath::new(folded.file_name()));
            let complaint = Complaint::new(Severity::Error, file, need.name.to_string(), message).printing(words);
            complaints.push(complaint.mended_by("ask for the library by its name alone", Some(command)));
        }
    }
    complaints
}
