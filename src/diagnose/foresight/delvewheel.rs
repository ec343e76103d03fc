//! delvewheel: which DLLs it will not find or copies needlessly, and which modules it refuses.
//!
//! As delvewheel 1.13 looks (`_wheel_repair.py`, `_dll_utils.py`, `_dll_list.py`): it goes through what each `.pyd` needs, at
//! once or later, and looks for it on `PATH` and in the folders that it is told; never in the wheel, unless it is told to
//! (`--ignore-existing`). What Windows 7 has and what comes with Python it leaves alone, and a wheel that it repaired before.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use rustc_hash::FxHashSet;

use super::Complaint;
use crate::diagnose::{Facts, Severity};
use crate::graph::NodeId;
use crate::image::{Arch, Format, Image, Name};
use crate::resolve::windows::python_dll;
use crate::resolve::{Step, system32};
use crate::vfs::VPath;
use crate::world::FileId;

pub(super) fn complaints(facts: &Facts) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (node, file, _, owner) in facts.files() {
        let content = facts.scan.world.file(file);
        let Some(image) = content.image.as_ref().filter(|image| image.format == Format::Pe) else { continue };
        let is_module = content.path.as_bytes().to_ascii_lowercase().ends_with(b".pyd");
        let metadata = facts.scan.distributions.get(owner).metadata.as_ref();
        let is_repaired =
            || metadata.is_some_and(|folder| facts.scan.world.fs().stat(&folder.join("DELVEWHEEL")).is_ok());
        if !is_module || is_repaired() {
            continue;
        }
        let archs: Vec<Arch> = facts.tags(owner).iter().filter_map(|tag| tag.arch()).collect();
        match archs.is_empty() || archs.contains(&image.arch) {
            true => complaints.extend(of_module(facts, node, file, image)),
            false => complaints.push(for_another_processor(facts, file, image)),
        }
    }
    complaints
}

fn for_another_processor(facts: &Facts, file: FileId, image: &Image) -> Complaint {
    let path = facts.path(file);
    let words = format!("RuntimeError: {path} has a CPU architecture that is not compatible with this wheel");
    let message = format!(
        "delvewheel stops at {path}: it is made for {}, and the wheel's name promises another processor",
        image.arch_word()
    );
    let complaint = Complaint::new(Severity::Error, file, image.arch_word(), message).printing(words);
    complaint.mended_by("give the wheel the tag of what is in it, or build the module for what the tag says", None)
}

/// What a module needs that is not simply found.
fn of_module(facts: &Facts, node: NodeId, file: FileId, image: &Image) -> Vec<Complaint> {
    let mut seen = BTreeSet::new();
    let needs = facts.scan.graph.needs(node);
    let told = needs.iter().filter_map(|(_, edge)| {
        let name = Name::from(&edge.name.to_ascii_lowercase());
        if comes_with_python(facts, &name) || is_left_alone(&name, image) || !seen.insert(name.clone()) {
            return None;
        }
        let own = facts.scan.items.iter().find(|item| item.found.is_ok() && is_called(&item.path, &name));
        let is_elsewhere = edge.resolution.is_met() && own.is_none();
        match edge.resolution.step() {
            _ if system32::is_redistributable(&name) => Some(copied_runtime(facts, file, &name)),
            Step::System32 | Step::KnownDll if own.is_none() => Some(copied_from_windows(facts, file, &name)),
            _ if is_elsewhere => None,
            _ => Some(not_found(facts, file, &name, own.map(|item| facts.scan.shown(&item.path)))),
        }
    });
    told.collect()
}

fn is_called(path: &VPath, name: &Name) -> bool {
    path.file_name().eq_ignore_ascii_case(name)
}

/// What every Python of the wheel brings (`ignore_regexes`, `ignore_by_abi_platform`).
fn comes_with_python(facts: &Facts, name: &Name) -> bool {
    match &**name {
        b"python3.dll" | b"python3_d.dll" | b"python-native.dll" | b"vcruntime140.dll" => true,
        // From 3.9 on.
        b"vcruntime140_1.dll" => facts.python().version.is_none_or(|version| version >= (3, 9)),
        name => python_dll(name).is_some() || name.starts_with(b"libpypy") && name.ends_with(b"-c.dll"),
    }
}

/// Is it one of those that delvewheel knows to be Windows' own? On ARM that begins with Windows 10.
fn is_left_alone(name: &Name, image: &Image) -> bool {
    static LATER: OnceLock<FxHashSet<&'static [u8]>> = OnceLock::new();
    let later = LATER.get_or_init(|| {
        let text = include_str!("../../../assets/loaders/windows-after-7.txt");
        text.lines().filter(|line| !line.starts_with('#')).map(str::as_bytes).collect()
    });
    name.starts_with(b"api-") || system32::has(name) && (image.arch == Arch::AARCH64 || !later.contains(&**name))
}

/// It copies whatever `PATH` leads to.
fn copied_from_windows(facts: &Facts, file: FileId, name: &Name) -> Complaint {
    let message = format!(
        "delvewheel copies {name}, a part of Windows 8 and later that {} needs, from the machine it runs on into the wheel",
        facts.path(file)
    );
    let complaint = Complaint::new(Severity::Warning, file, name.to_string(), message);
    complaint.mended_by("leave Windows' own DLL out", Some(format!("delvewheel repair --exclude {name}")))
}

fn copied_runtime(facts: &Facts, file: FileId, name: &Name) -> Complaint {
    let words = format!("FileNotFoundError: Unable to find library: {name}");
    let message = format!(
        "delvewheel copies {name}, which {} needs, from the machine it runs on, and stops where the Visual C++ runtime is not \
         installed",
        facts.path(file)
    );
    let complaint = Complaint::new(Severity::Info, file, name.to_string(), message).printing(words);
    complaint.mended_by("run it where the runtime is at least as new as the compiler", None)
}

fn not_found(facts: &Facts, file: FileId, name: &Name, own: Option<VPath>) -> Complaint {
    let path = facts.path(file);
    let words = format!("FileNotFoundError: Unable to find library: {name}");
    let (message, mend, command) = match own {
        Some(own) => (
            format!("delvewheel stops at {path}: it does not look at {own} in the wheel for {name}"),
            "have it take what is in the wheel",
            "delvewheel repair --ignore-existing".to_owned(),
        ),
        None => (
            format!("delvewheel stops at {path}: it finds {name} neither on PATH nor in a folder that it was given"),
            "lead delvewheel to the folder of the DLL; or, where the user's system has it, exclude it (--exclude)",
            format!("delvewheel repair --add-path FOLDER_OF_{name}"),
        ),
    };
    Complaint::new(Severity::Error, file, name.to_string(), message).printing(words).mended_by(mend, Some(command))
}
