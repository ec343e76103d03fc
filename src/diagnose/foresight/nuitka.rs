//! Nuitka on Linux and Windows: what it stops at, what it warns about, and what it drops without a word.
//!
//! On Linux as `nuitka/freezer/DllDependenciesPosix.py` of 1.0 to 4.3: it asks `ldd`, passes over every line that says “not
//! found”, and stops at a path that is relative. On Windows as `DllDependenciesCommon.py`, `DllDependenciesWin32*.py` and, before
//! 4.1, `DependsExe.py`: Dependency Walker, or `pefile` on ARM, searches the folders of the package, the Python and Visual Studio's
//! runtime; what it does not find is passed over, and since 2.8 the DLLs of the Visual C++ runtime are told. For macOS see
//! [`crate::diagnose::nuitka`].

use crate::command::Remedy;
use crate::command::templates::REPLACE_NEEDED;
use std::collections::BTreeSet;

use super::{Complaint, hidden, severity_of};
use crate::diagnose::missing::missing;
use crate::diagnose::{Facts, Severity};
use crate::discover::Role;
use crate::discover::tool::Version;
use crate::image::{Arch, Format, Name};
use crate::tools::Bundler;
use crate::vfs::VPath;
use crate::world::FileId;

/// What Nuitka calls the Visual C++ runtime, but for the two that lie beside every Python.
const RUNTIME: [&[u8]; 10] = [
    b"concrt140.dll",
    b"msvcp140.dll",
    b"msvcp140_1.dll",
    b"msvcp140_2.dll",
    b"msvcp140_atomic_wait.dll",
    b"msvcp140_codecvt_ids.dll",
    b"vccorlib140.dll",
    b"vcruntime140_threads.dll",
    b"vcamp140.dll",
    b"vcomp140.dll",
];
/// It tells which of them it has not found; on ARM, where `pefile` is asked, a little later.
const TELLS_RUNTIME: Version = Version::new(2, 8, 0);
const TELLS_RUNTIME_ON_ARM: Version = Version::new(4, 1, 0);

pub(super) fn complaints(facts: &Facts) -> Vec<Complaint> {
    let mut complaints = match facts.survey.world.host.system.format() {
        Some(Format::Elf) => relative(facts),
        Some(Format::Pe) => without_runtime(facts),
        _ => return Vec::new(),
    };
    for (name, missing) in missing(facts) {
        let Some(&(file, _, _)) = missing.wanted.first() else { continue };
        if RUNTIME.contains(&&*name) {
            continue;
        }
        let Some(severity) = severity_of(facts, &missing.imports()) else { continue };
        let message = format!(
            "Nuitka ignores {name}, which {} needs and which is not found: the build succeeds, and the program dies \
             at the import",
            facts.path(file)
        );
        let complaint = Complaint::new(severity, file, name.to_string(), message);
        let remedy = Remedy::new("install the library before the build, or name it");
        complaints.push(complaint.mended_by(remedy.fix(Bundler::NUITKA.library_named(name.leaf()))));
    }
    complaints.extend(hidden::unseen(facts, Bundler::NUITKA));
    complaints.extend(hidden::numpy(facts, Bundler::NUITKA));
    complaints
}

/// The modules whose DLLs of the Visual C++ runtime lie neither in their package nor beside Python: Nuitka warns, one module
/// after the other, unless Visual Studio is installed where it runs.
fn without_runtime(facts: &Facts) -> Vec<Complaint> {
    let Some(version) = facts.survey.target.overrides.tool.and_then(|tool| tool.nuitka()) else { return Vec::new() };
    let is_arm = facts.survey.world.host.arch == Some(Arch::AARCH64);
    if version < if is_arm { TELLS_RUNTIME_ON_ARM } else { TELLS_RUNTIME } {
        return Vec::new();
    }
    let modules = facts.files().filter(|(_, _, role, _)| matches!(role, Role::Module(_)));
    let complaint = |(_, file, _, _): (_, FileId, _, _)| {
        let lacking: Vec<String> = lacking(facts, file).iter().map(ToString::to_string).collect();
        let list = lacking.join(", ");
        let words = format!(
            "The following Visual C++ Redistributable DLLs were not found: {list}. For a fully portable standalone distribution, these DLLs \
             must be available either by installing the Microsoft Visual C++ Redistributable for Visual Studio 2015-2022 on the target \
             system or by bundling them with the application. To bundle them, Visual Studio must be installed on the build machine."
        );
        let message = format!(
            "Nuitka warns that it leaves out {list}, which {} needs, where Visual Studio is not installed on the build machine",
            facts.path(file)
        );
        let complaint = Complaint::new(Severity::Warning, file, list, message).printing(words);
        let mend = "build where Visual Studio is installed; or have users install the Visual C++ Redistributable";
        (!lacking.is_empty()).then(|| complaint.mended_by(Remedy::new(mend)))
    };
    modules.filter_map(complaint).collect()
}

/// The DLLs of the runtime that a module needs, itself or through what it finds, and that it does not find.
fn lacking(facts: &Facts, module: FileId) -> BTreeSet<Name> {
    let world = &facts.survey.world;
    let own = world.file(module).path.parent().unwrap_or_default();
    let folders = [facts.package_folder(module), Some(own)];
    let found = |name: &Name| {
        let is_searched = |file: &&FileId| {
            let path = world.file(**file).path.clone();
            folders.iter().flatten().any(|folder| path.starts_with(folder))
        };
        facts.providers(name).iter().find(is_searched).copied()
    };
    let (mut lacking, mut seen, mut queue) = (BTreeSet::new(), BTreeSet::from([module]), vec![module]);
    while let Some(file) = queue.pop() {
        let content = world.file(file);
        for need in content.image.iter().flat_map(|image| &image.needs) {
            let name = Name::from(&need.name.to_ascii_lowercase());
            match found(&name) {
                Some(found) => queue.extend(seen.insert(found).then_some(found)),
                None if RUNTIME.contains(&&*name) => drop(lacking.insert(name)),
                None => {}
            }
        }
    }
    lacking
}

/// Needs with a slash that are no whole paths: `ldd` prints them as they are.
fn relative(facts: &Facts) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (_, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
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
            let message =
                format!("Nuitka stops at {path}: it needs {}, a path that is relative to no known folder", need.name);
            let command = REPLACE_NEEDED.with(&[&need.name, &folded.file_name(), &path]);
            let complaint = Complaint::new(Severity::Error, file, need.name.to_string(), message).printing(words);
            complaints.push(complaint.mended_by(Remedy::new("ask for the library by its name alone").fix(command)));
        }
    }
    complaints
}
