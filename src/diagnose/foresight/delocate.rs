//! delocate: which libraries it will not find, and what it refuses.
//!
//! As delocate 0.13 looks (`libsana.py`, `delocating.py`): `@rpath` by the file's own `LC_RPATH`s and nobody else's, then
//! `/usr/local/lib` and `/usr/lib`; `@loader_path` and whole paths as they are. dyld also goes by the rpaths of whoever
//! loads a file: what it finds thereby, delocate does not.

use crate::command::Remedy;
use crate::command::templates::{DELOCATE_EXCLUDING, DELOCATE_FOR, NAME_ADD_RPATH, SIGN};
use std::collections::{BTreeMap, BTreeSet};

use super::Complaint;
use crate::diagnose::{Facts, Severity};
use crate::discover::tool::Version;
use crate::discover::{Kind, Tool};
use crate::image::{Arch, Format, Image, Name, Release};
use crate::loader::Resolution;
use crate::vfs::VPath;
use crate::world::FileId;

pub(super) fn complaints(facts: &Facts) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (node, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref().filter(|image| image.format == Format::MachO) else { continue };
        let mut told = BTreeSet::new();
        for (_, edge) in facts.survey.graph.needs(node) {
            if !is_found(facts, file, image, &edge.name) && told.insert(edge.name.clone()) {
                complaints.push(not_found(facts, file, &edge.name, &edge.resolution));
            }
        }
    }
    complaints.extend(clashes(facts));
    complaints.extend(without_architecture(facts));
    complaints.extend(too_new(facts));
    complaints.extend(renamed(facts));
    complaints
}

/// Does delocate find what a file names?
fn is_found(facts: &Facts, file: FileId, image: &Image, name: &Name) -> bool {
    if name.starts_with(b"/usr/lib") || name.starts_with(b"/System") {
        return true;
    }
    let world = &facts.survey.world;
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
    let words = format!("{name} not found:\n  Needed by: {}", facts.survey.world.file(file).path);
    let (message, remedy) = match resolution.file().map(|found| facts.path(found)) {
        // delocate issues 155 and 271.
        Some(found) => (
            format!(
                "delocate does not find {name}, which {path} needs: dyld gets {found} by the rpath of whoever loads {path}, \
                 and delocate goes by the file's own alone"
            ),
            relative_rpath(&path, &found),
        ),
        None => (
            format!("delocate stops at {path}: it does not find {name}"),
            Remedy::new("install the library where delocate runs; or, if another wheel provides it, exclude it")
                .fix(DELOCATE_EXCLUDING.with(&[&VPath::new(&**name).file_name()])),
        ),
    };
    Complaint::new(Severity::Error, file, name.to_string(), message).printing(words).mended_by(remedy)
}

fn relative_rpath(from: &VPath, to: &VPath) -> Remedy {
    let way = crate::diagnose::remedies::relative(&from.parent().unwrap_or_default(), &to.parent().unwrap_or_default());
    let rpath = if way.is_empty() { "@loader_path".into() } else { format!("@loader_path/{way}") };
    Remedy::new("give the file an rpath of its own").steps([NAME_ADD_RPATH.with(&[&rpath, from]), SIGN.with(&[from])])
}

/// Libraries that lie outside, in different folders, and have the same name, by their whole paths: all are copied into one folder
/// (`_analyze_tree_libs`).
fn clashes(facts: &Facts) -> Vec<Complaint> {
    let mut outside = BTreeMap::<Name, BTreeMap<VPath, FileId>>::new();
    for (node, file, _, _) in facts.files() {
        for (_, edge) in facts.survey.graph.needs(node) {
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
        Some(complaint.mended_by(Remedy::new("build all modules against one of them")))
    });
    told.collect()
}

/// A wheel whose name promises a processor that none of its files is made for.
fn without_architecture(facts: &Facts) -> Option<Complaint> {
    if facts.survey.target.kind != Kind::Wheel || !is_since(facts, SAYS_HOW) {
        return None;
    }
    let files: Vec<FileId> = facts.files().map(|(_, file, _, _)| file).collect();
    let made_for: BTreeSet<_> =
        files.iter().flat_map(|&file| facts.survey.world.file(file).archs().collect::<Vec<_>>()).collect();
    let tags = facts.survey.target.wheels.iter().flat_map(|wheel| &wheel.tags);
    let promised: BTreeSet<_> = tags.flat_map(|tag| tag.mac_archs().iter().copied()).collect();
    let absent: Vec<String> = promised.difference(&made_for).map(|arch| arch.word(Format::MachO)).collect();
    let file = *files.first().filter(|_| !absent.is_empty())?;
    let list = absent.join(",");
    let words = format!("Failed to find any binary with the required architecture: '{list}'");
    let message = format!("delocate stops: the wheel's name promises {list}, and no file in it is made for that");
    let mend =
        "give the wheel the tag of what is in it, or build it for both and put them together with delocate-merge";
    Some(Complaint::new(Severity::Error, file, list, message).printing(words).mended_by(Remedy::new(mend)))
}

/// When delocate looks at what the files are built for and names the wheel after it, at all; and when it says more.
const NAMES_WHEELS: Version = Version::new(0, 11, 0);
const SAYS_HOW: Version = Version::new(0, 12, 0);

fn is_since(facts: &Facts, since: Version) -> bool {
    facts.survey.target.overrides.tool.as_ref().and_then(Tool::version).is_none_or(|version| version >= since)
}

/// The macOS that each slice of the files is built for, without the third number.
fn minimums(facts: &Facts) -> Vec<(Arch, Release, FileId)> {
    let mut minimums = Vec::new();
    for (_, file, _, _) in facts.files() {
        let content = facts.survey.world.file(file);
        for image in content.images() {
            let minimum = image.mach.as_ref().and_then(|mach| mach.built_for).map(|built| built.minimum);
            minimums.extend(minimum.map(|minimum| (image.arch, Release { patch: 0, ..minimum }, file)));
        }
    }
    minimums
}

/// Files that need a newer macOS than was asked for (`MACOSX_DEPLOYMENT_TARGET`); for Apple's processors nothing is older than 11.
fn too_new(facts: &Facts) -> Option<Complaint> {
    let wanted = facts.survey.target.overrides.macos.filter(|_| is_since(facts, NAMES_WHEELS))?;
    let least = |arch: Arch| if arch == Arch::AARCH64 { wanted.max(Release::new(11, 0)) } else { wanted };
    let mut newer: Vec<(Arch, Release, FileId)> = minimums(facts);
    newer.retain(|&(arch, minimum, _)| minimum > least(arch));
    let &(_, minimum, file) = newer.iter().max_by_key(|(_, minimum, _)| *minimum)?;
    let path = facts.path(file);
    let mut lines: Vec<String> = newer
        .iter()
        .map(|&(_, minimum, file)| format!("{} has a minimum target of {minimum}", facts.path(file)))
        .collect();
    lines.sort();
    lines.dedup();
    let mut words = format!("Library dependencies do not satisfy target MacOS version {wanted}:\n{}", lines.join("\n"));
    if is_since(facts, SAYS_HOW) {
        words += &format!(
            "\nSet the environment variable 'MACOSX_DEPLOYMENT_TARGET={minimum}' to update minimum supported macOS for this wheel."
        );
    }
    let message = format!("with MACOSX_DEPLOYMENT_TARGET={wanted} delocate stops: {path} is built for macOS {minimum}");
    let complaint = Complaint::new(Severity::Error, file, minimum.to_string(), message).printing(words);
    let remedy = Remedy::new("build all libraries for the older release, or promise the newer one");
    Some(complaint.mended_by(remedy.fix(DELOCATE_FOR.with(&[&minimum.to_string()]))))
}

/// The name that delocate gives a wheel after what its files are built for, where it is another one
/// (`_calculate_minimum_wheel_name`); and the warning where that promises too much.
fn renamed(facts: &Facts) -> Vec<Complaint> {
    let [wheel] = &facts.survey.target.wheels[..] else { return Vec::new() };
    let promised: BTreeSet<Arch> = wheel.tags.iter().flat_map(|tag| tag.mac_archs()).copied().collect();
    let mut built = BTreeMap::<Arch, (Release, FileId)>::new();
    for (arch, minimum, file) in minimums(facts).into_iter().filter(|(arch, ..)| promised.contains(arch)) {
        let best = built.entry(arch).or_insert((minimum, file));
        if minimum > best.0 {
            *best = (minimum, file);
        }
    }
    if !is_since(facts, SAYS_HOW) || promised.is_empty() || promised.len() != built.len() {
        return Vec::new();
    }
    let wanted = facts.survey.target.overrides.macos;
    let mut complaints = Vec::new();
    let mut platforms = Vec::new();
    for (arch, (minimum, file)) in packed(&built) {
        let release = wanted.map_or(minimum, |wanted| wanted.max(minimum));
        if wanted.is_none() && minimum.major >= 11 && minimum.minor > 0 {
            let major = minimum.major;
            let words = format!(
                "Wheel will be tagged as supporting macOS {major} ({arch}), but will not support macOS versions older than {minimum}\n\t\
                 Configure MACOSX_DEPLOYMENT_TARGET to suppress this warning."
            );
            let message = format!(
                "delocate warns, and promises macOS {major}.0 all the same: {} is built for {minimum}",
                facts.path(file)
            );
            let complaint = Complaint::new(Severity::Warning, file, minimum.to_string(), message).printing(words);
            let remedy = Remedy::new("build for a release without a second number, or promise the next");
            complaints.push(complaint.mended_by(remedy.fix(DELOCATE_FOR.with(&[&(major + 1).to_string()]))));
        }
        let minor = if release.major >= 11 { 0 } else { release.minor };
        platforms.push((format!("macosx_{}_{minor}_{arch}", release.major), file));
    }
    let name = VPath::new(wheel.path.file_name()).to_string();
    let list: Vec<&str> = platforms.iter().map(|(platform, _)| platform.as_str()).collect();
    let Some((start, _)) = name.rsplit_once('-') else { return complaints };
    let new = format!("{start}-{}.whl", list.join("."));
    let claimed: BTreeSet<&str> = wheel.tags.iter().map(|tag| tag.platform.as_str()).collect();
    if let Some(&(_, file)) = platforms.first().filter(|_| claimed != list.iter().copied().collect()) {
        let message = format!("delocate calls the wheel {new}, after the macOS that its files are built for");
        let mend = "build all files for the release that is to be promised (MACOSX_DEPLOYMENT_TARGET)";
        complaints.push(Complaint::new(Severity::Info, file, list.join("."), message).mended_by(Remedy::new(mend)));
    }
    complaints
}

/// Processors of one age, in the words of platform tags (`_pack_architectures`).
fn packed(built: &BTreeMap<Arch, (Release, FileId)>) -> BTreeMap<String, (Release, FileId)> {
    let mut packed: BTreeMap<String, (Release, FileId)> =
        built.iter().map(|(arch, least)| (arch.word(Format::MachO), *least)).collect();
    let mut join = |one: &str, other: &str, is_one: &dyn Fn(Release, Release) -> bool, both: &str| {
        if let (Some(&first), Some(&second)) = (packed.get(one), packed.get(other))
            && is_one(first.0, second.0)
        {
            packed.retain(|word, _| word != one && word != other);
            packed.insert(both.to_owned(), first);
        }
    };
    join("x86_64", "arm64", &|intel, arm| intel == arm || arm == Release::new(11, 0), "universal2");
    join("i386", "x86_64", &|narrow, wide| narrow == wide, "intel");
    packed
}
