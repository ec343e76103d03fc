//! The name is what a file calls itself, or a path that only its build had.

use super::{package, short};
use crate::buildlog::judge::{Cause, Judged, Verdict};
use crate::buildlog::log_context::{LogContext, leaf};
use crate::buildlog::well_known;
use crate::command::Remedy;
use crate::command::templates::{NAME_CHANGE, NAME_ID, SIGN};
use crate::diagnose::Stops;
use crate::diagnose::install_name::InstallName;
use crate::image::Name;
use crate::scan::Scan;
use crate::tools::ToolId;
use crate::vfs::VPath;
use crate::world::FileId;

/// A path relative to a folder that only the build had: an install name that nobody set.
pub(super) fn relative(tied: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let tool = tied.incident.tool;
    let is_relative = |path: &str| path.contains('/') && !path.starts_with(['/', '@', '$', '.']);
    if let Some(judged) = below_the_working_directory(tied, accused, by) {
        return Some(judged);
    }
    // delocate looks for a name without a folder beside the wheel, in its own temporary folder.
    let is_of_delocate = tool == ToolId::Delocate
        && tied.incident.message.id == "library-does-not-exist"
        && ["/tmp", "/T/"].iter().any(|part| accused.contains(part))
        && accused.rsplit('/').nth(1).is_some_and(|folder| folder == "wheel");
    if is_of_delocate {
        let name = leaf(accused);
        let sentence = format!(
            "{accused} is the place where delocate looks for a relative install name: a file in the wheel asks for {name} without a folder,              as the library was built without an absolute install name"
        );
        let text = format!(
            "build {name} with an install name that is absolute or begins with @rpath (CMake: CMAKE_INSTALL_NAME_DIR or MACOSX_RPATH), or              give it one and link again: install_name_tool -id"
        );
        let judged = tied.clone().cause(Cause::RelativeName, Verdict::Guilty).says(sentence);
        return Some(judged.mended(Remedy::new(text).fix(NAME_ID.with(&[&name, &name]))));
    }
    let by =
        by.filter(|_| tool == ToolId::Nuitka && is_relative(accused) && !leaf(accused).starts_with("libpython"))?;
    let sentence = format!(
        "{accused} is a path of the folder in which {} was built, most likely the install name (LC_ID_DYLIB) of the file itself, in this or          another of its slices: nothing is missing, and {} takes the name for a dependency",
        short(by),
        tool.name()
    );
    let text = "upgrade Nuitka to 1.6 or later, or reset its install name and sign it again";
    let remedy = Remedy::new(text).steps([NAME_ID.with(&[&leaf(by), &by]), SIGN.with(&[&by])]);
    Some(tied.clone().cause(Cause::OwnInstallName, Verdict::Innocent).says(sentence).mended(remedy))
}

/// A need that begins with `./` or `../`: dyld follows it from the folder in which the process was started.
fn below_the_working_directory(tied: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let is_mac = matches!(tied.incident.tool, ToolId::Dyld | ToolId::Delocate | ToolId::Py2app | ToolId::Nuitka);
    let by = by.filter(|_| is_mac && ["./", "../"].iter().any(|start| accused.starts_with(start)))?;
    let beside = format!("@loader_path/{}", accused.trim_start_matches("./"));
    let sentence = format!(
        "{} asks for {accused}, a path that dyld follows from the working directory of the process, wherever that is, and not from the file",
        short(by)
    );
    let text = format!(
        "have it ask from its own folder ({beside}), in the wheel or bundle before it is repaired, and sign it again"
    );
    let remedy = Remedy::new(text).steps([NAME_CHANGE.with(&[&accused, &beside, &by]), SIGN.with(&[&by])]);
    Some(tied.clone().cause(Cause::RelativeName, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The accused is what the file calls itself: nothing is missing.
pub(super) fn own_name(
    tied: &Judged,
    context: Option<&LogContext>,
    file: Option<FileId>,
    accused: &str,
    by: Option<&str>,
) -> Option<Judged> {
    let by = by?;
    let (scan, file) = (context.map(|context| context.scan), file);
    let identity = scan.zip(file).and_then(|(scan, file)| identity(scan, file));
    let is_need = scan.zip(file).is_some_and(|(scan, file)| needs(scan, file, accused));
    let is_own = identity.as_ref().is_some_and(|identity| identity.as_bytes() == accused.as_bytes());
    let told = well_known::own_name(accused, by);
    if is_need || !is_own && told.is_none() {
        return None;
    }
    let name = match scan.zip(file).filter(|_| is_own) {
        Some((scan, file)) => InstallName::of_file(scan, file)?,
        None => told.as_ref().map(|(name, _)| name.clone())?,
    };
    let shown = tied.file.as_ref().map_or_else(|| short(by), VPath::to_string);
    let mut sentence = format!(
        "nothing is missing: {accused} is the install name (LC_ID_DYLIB) of {shown} itself, which {} takes for a dependency; \
         the file has {}, which dyld never looks at",
        tied.incident.tool.name(),
        name.phrase()
    );
    let other = identity.filter(|_| !is_own);
    if let Some(other) = &other {
        sentence += &format!("; the file that is looked at calls itself {other}: the log is of another build of it");
    }
    let finding =
        context.zip(file).and_then(|(context, file)| context.finding_about(file, Cause::OwnInstallName.rules()));
    let judged = tied.clone().cause(Cause::OwnInstallName, Verdict::Innocent).says(sentence);
    let owner = context.zip(file).and_then(|(context, file)| context.owner(file));
    let package = owner.or_else(|| package(by));
    let stops = told.map(|(_, stops)| stops);
    let found = context.zip(finding).map(|(context, at)| &context.scan.findings[at]);
    let text = match (stops, &found) {
        // The rule has looked at the very file and all that lies around it.
        (_, Some(finding)) if is_own => with_package(finding.remedy.text.clone(), &name, package),
        (stops, _) => {
            let upgrade = match stops {
                Some(Stops::Before(version)) => format!("upgrade Nuitka to {version} or later, or "),
                _ => String::new(),
            };
            with_package(format!("{upgrade}reset its install name and sign it again"), &name, package)
        }
    };
    let remedy = match found.filter(|finding| !finding.remedy.fixes.is_empty()) {
        Some(finding) => Remedy { text, ..finding.remedy.clone() },
        None => Remedy::new(text).steps([NAME_ID.with(&[&leaf(by), &by]), SIGN.with(&[&by])]),
    };
    Some(Judged { finding, remedy, ..judged })
}

/// Names that were wrong by a builder's mistake are right in what newer builders made.
fn with_package(text: String, name: &InstallName, package: Option<String>) -> String {
    let is_mistake = matches!(
        name,
        InstallName::OtherTag { .. }
            | InstallName::OtherExtension { .. }
            | InstallName::OtherStem { .. }
            | InstallName::BuildPathOtherName { .. }
    );
    match package.filter(|_| is_mistake) {
        Some(package) if !text.starts_with("upgrade") => {
            format!("{text}; a newer {package}, where there is one, may have fixed it")
        }
        _ => text,
    }
}

fn identity(scan: &Scan, file: FileId) -> Option<Name> {
    scan.world.file(file).image.as_ref().and_then(|image| image.identity.clone())
}

/// Does the file ask for it besides?
pub(super) fn needs(scan: &Scan, file: FileId, name: &str) -> bool {
    let content = scan.world.file(file);
    content.image.as_ref().is_some_and(|image| image.needs.iter().any(|need| need.name.as_bytes() == name.as_bytes()))
}
