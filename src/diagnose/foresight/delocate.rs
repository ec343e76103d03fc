//! delocate: which libraries it will not find, and what it refuses.
//!
//! As delocate 0.13 looks (`libsana.py`, `delocating.py`): `@rpath` by the file's own `LC_RPATH`s and nobody else's, then
//! `/usr/local/lib` and `/usr/lib`; `@loader_path` and whole paths as they are. dyld also goes by the rpaths of whoever
//! loads a file: what it finds thereby, delocate does not.

use std::collections::{BTreeMap, BTreeSet};

use super::Complaint;
use crate::diagnose::{Facts, Severity};
use crate::discover::Kind;
use crate::image::{Format, Image, Name};
use crate::resolve::Resolution;
use crate::vfs::VPath;
use crate::world::FileId;

pub(super) fn complaints(facts: &Facts) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (node, file, _, _) in facts.files() {
        let content = facts.scan.world.file(file);
        let Some(image) = content.image.as_ref().filter(|image| image.format == Format::MachO) else { continue };
        let mut told = BTreeSet::new();
        for (_, edge) in facts.scan.graph.needs(node) {
            if !is_found(facts, file, image, &edge.name) && told.insert(edge.name.clone()) {
                complaints.push(not_found(facts, file, &edge.name, &edge.resolution));
            }
        }
    }
    complaints.extend(clashes(facts));
    complaints.extend(without_architecture(facts));
    complaints.extend(too_new(facts));
    complaints
}

/// Does delocate find what a file names?
fn is_found(facts: &Facts, file: FileId, image: &Image, name: &Name) -> bool {
    if name.starts_with(b"/usr/lib") || name.starts_with(b"/System") {
        return true;
    }
    let world = &facts.scan.world;
    let exists = |path: VPath| world.open(&path).is_ok();
    let own = world.real(&world.file(file).path).parent().unwrap_or_default();
    let beside = |rest: &[u8]| VPath::new([own.as_bytes(), rest].concat()).folded();
    if let Some(rest) = name.strip_prefix(b"@loader_path") {
        return exists(beside(rest)) || usual(rest).any(exists);
    }
    let Some(rest) = name.strip_prefix(b"@rpath") else {
        // The program is Python's, which is not there where delocate runs on a wheel.
        return !name.starts_with(b"@") && VPath::new(&**name).is_absolute() && exists(VPath::new(&**name));
    };
    let folder = |rpath: &Name| match rpath.strip_prefix(b"@loader_path") {
        Some(below) => beside(below),
        None => VPath::new(&**rpath),
    };
    image.rpaths().iter().any(|rpath| exists(VPath::new([folder(rpath).as_bytes(), rest].concat()).folded()))
        || usual(rest).any(exists)
}

/// The folders in which delocate looks last.
fn usual(rest: &[u8]) -> impl Iterator<Item = VPath> {
    [&b"/usr/local/lib"[..], b"/usr/lib"].into_iter().map(move |folder| VPath::new([folder, rest].concat()))
}

fn not_found(facts: &Facts, file: FileId, name: &Name, resolution: &Resolution) -> Complaint {
    let path = facts.path(file);
    let words = format!("{name} not found:\n  Needed by: {}", facts.scan.world.file(file).path);
    let (message, mend, command) = match resolution.file().map(|found| facts.path(found)) {
        // delocate issues 155 and 271.
        Some(found) => (
            format!(
                "delocate does not find {name}, which {path} needs: dyld gets {found} by the rpath of whoever loads {path}, \
                 and delocate goes by the file's own alone"
            ),
            "give the file an rpath of its own",
            relative_rpath(&path, &found),
        ),
        None => (
            format!("delocate stops at {path}: it finds {name} nowhere"),
            "install the library where delocate runs; or, where another wheel brings it, leave it out",
            Some(format!("delocate-wheel --exclude {}", VPath::new(VPath::new(&**name).file_name()))),
        ),
    };
    Complaint::new(Severity::Error, file, name.to_string(), message).printing(words).mended_by(mend, command)
}

fn relative_rpath(from: &VPath, to: &VPath) -> Option<String> {
    let way = crate::diagnose::remedies::relative(&from.parent().unwrap_or_default(), &to.parent().unwrap_or_default());
    let rpath = if way.is_empty() { "@loader_path".into() } else { format!("@loader_path/{way}") };
    Some(format!("install_name_tool -add_rpath {rpath} {from} && codesign --force --sign - {from}"))
}

/// Libraries that lie outside, in different folders, and have the same name, by their whole paths: all are copied into one folder
/// (`_analyze_tree_libs`).
fn clashes(facts: &Facts) -> Vec<Complaint> {
    let mut outside = BTreeMap::<Name, BTreeMap<VPath, FileId>>::new();
    for (node, file, _, _) in facts.files() {
        for (_, edge) in facts.scan.graph.needs(node) {
            let path = VPath::new(&*edge.name);
            let is_system = path.as_bytes().starts_with(b"/usr/lib/") || path.as_bytes().starts_with(b"/System/");
            let is_inside = edge.resolution.file().is_some_and(|found| facts.owner(found).is_some());
            if path.is_absolute() && !is_system && !is_inside {
                outside.entry(Name::from(path.file_name())).or_default().entry(path).or_insert(file);
            }
        }
    }
    let several = outside.into_iter().filter(|(_, paths)| paths.len() > 1);
    let told = several.filter_map(|(name, paths)| {
        let &file = paths.values().next()?;
        let list: Vec<String> = paths.keys().map(ToString::to_string).collect();
        let words = format!("Already planning to copy library with same basename as: {name}");
        let message = format!("delocate stops: it would copy {} to the same place", list.join(" and "));
        let complaint = Complaint::new(Severity::Error, file, name.to_string(), message).printing(words);
        Some(complaint.mended_by("build all modules against one of them", None))
    });
    told.collect()
}

/// A wheel whose name promises a processor that none of its files is made for.
fn without_architecture(facts: &Facts) -> Option<Complaint> {
    if facts.scan.target.kind != Kind::Wheel {
        return None;
    }
    let files: Vec<FileId> = facts.files().map(|(_, file, _, _)| file).collect();
    let made_for: BTreeSet<_> =
        files.iter().flat_map(|&file| facts.scan.world.file(file).archs().collect::<Vec<_>>()).collect();
    let tags = facts.scan.target.wheels.iter().flat_map(|wheel| &wheel.tags);
    let promised: BTreeSet<_> = tags.flat_map(|tag| tag.mac_archs().iter().copied()).collect();
    let absent: Vec<String> = promised.difference(&made_for).map(|arch| arch.word(Format::MachO)).collect();
    let file = *files.first().filter(|_| !absent.is_empty())?;
    let list = absent.join(",");
    let words = format!("Failed to find any binary with the required architecture: '{list}'");
    let message = format!("delocate stops: the wheel's name promises {list}, and no file in it is made for that");
    let mend =
        "give the wheel the tag of what is in it, or build it for both and put them together with delocate-merge";
    Some(Complaint::new(Severity::Error, file, list, message).printing(words).mended_by(mend, None))
}

/// Files that need a newer macOS than was asked for (`MACOSX_DEPLOYMENT_TARGET`).
fn too_new(facts: &Facts) -> Option<Complaint> {
    let wanted = facts.scan.target.wishes.macos?;
    let minimum = |file: FileId| {
        let content = facts.scan.world.file(file);
        content.image.as_ref()?.mach.as_ref()?.built_for.map(|built| built.minimum)
    };
    let files = facts.files().filter_map(|(_, file, _, _)| Some((minimum(file)?, file)));
    let (minimum, file) = files.filter(|(minimum, _)| *minimum > wanted).max_by_key(|(minimum, _)| *minimum)?;
    let path = facts.path(file);
    let words = format!(
        "Library dependencies do not satisfy target MacOS version {wanted}:\n{path} has a minimum target of {minimum}"
    );
    let message = format!("with MACOSX_DEPLOYMENT_TARGET={wanted} delocate stops: {path} is built for macOS {minimum}");
    let complaint = Complaint::new(Severity::Error, file, minimum.to_string(), message).printing(words);
    let command = format!("MACOSX_DEPLOYMENT_TARGET={minimum} delocate-wheel");
    Some(complaint.mended_by("build all libraries for the older release, or promise the newer one", Some(command)))
}
