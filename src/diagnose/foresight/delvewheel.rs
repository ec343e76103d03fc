//! delvewheel: which DLLs it will not find or copies needlessly, what it cannot rename, and which wheels it refuses.
//!
//! As delvewheel 1.13 looks (`_wheel_repair.py`, `_dll_utils.py`, `_dll_list.py`): it goes through what each `.pyd` needs, at
//! once or later, and looks for it on `PATH` and in the folders that it is told; never in the wheel, unless it is told to
//! (`--ignore-existing`). What Windows 7 has and what comes with Python it leaves alone, and a wheel that it repaired before.
//! Releases since 1.3 say the same; older ones are judged as they are.

use crate::command::Remedy;
use crate::command::templates::{DELVEWHEEL_EXCLUDING, DELVEWHEEL_INSIDE, DELVEWHEEL_WITH, STRIP};
use std::collections::BTreeSet;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::Complaint;
use crate::diagnose::{Facts, Severity};
use crate::discover::Tag;
use crate::graph::NodeId;
use crate::image::{Arch, Format, Image, Name};
use crate::loader::windows::python_dll;
use crate::loader::{Step, system32};
use crate::vfs::VPath;
use crate::world::FileId;

pub(super) fn complaints(facts: &Facts) -> Vec<Complaint> {
    let modules: Vec<FileId> =
        facts.files().map(|(_, file, _, _)| file).filter(|&file| is_module(facts, file)).collect();
    if let Some(refused) = refused(facts, &modules) {
        return vec![refused];
    }
    let mut complaints = Vec::new();
    for (node, file, _, owner) in facts.files().filter(|&(_, file, _, _)| is_module(facts, file)) {
        let content = facts.survey.world.file(file);
        let Some(image) = content.image.as_ref() else { continue };
        let metadata = facts.survey.distributions.get(owner).metadata.as_ref();
        let is_repaired =
            || metadata.is_some_and(|folder| facts.survey.world.fs().stat(&folder.join("DELVEWHEEL")).is_ok());
        if is_repaired() {
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

fn is_module(facts: &Facts, file: FileId) -> bool {
    let content = facts.survey.world.file(file);
    content.image.as_ref().is_some_and(|image| image.format == Format::Pe)
        && content.path.as_bytes().to_ascii_lowercase().ends_with(b".pyd")
}

/// A wheel that it does not even look into.
fn refused(facts: &Facts, modules: &[FileId]) -> Option<Complaint> {
    let wheel = facts.survey.target.wheels.first()?;
    let platforms: BTreeSet<&str> = wheel.tags.iter().map(|tag| tag.platform.as_str()).collect();
    // A name that tells no processor of Windows is told by the modules.
    let is_told = platforms.iter().all(|platform| matches!(*platform, "win32" | "win_amd64" | "win_arm64"));
    let arch = |file: FileId| facts.survey.world.file(file).image.as_ref().map(|image| image.arch);
    let archs: BTreeSet<Arch> = modules.iter().filter_map(|&file| arch(file)).collect();
    let is_known = |arch: &Arch| ["x86_64", "i686", "arm64"].iter().any(|known| Arch::named(known) == Some(*arch));
    let (subject, words) = match () {
        () if platforms.len() > 1 => {
            let list: Vec<&str> = platforms.into_iter().collect();
            (list.join("."), "Wheels targeting multiple CPU architectures are not supported")
        }
        () if is_told => return None,
        () if !archs.iter().all(is_known) => {
            ("processor".to_owned(), "Wheels for architectures other than x86, x64, and arm64 are not supported")
        }
        () if archs.len() > 1 => {
            let list: Vec<String> = archs.iter().map(|arch| arch.word(Format::Pe)).collect();
            (list.join(", "), "Wheels targeting multiple CPU architectures are not supported")
        }
        () => return None,
    };
    let name = VPath::new(wheel.path.file_name());
    let message = format!("delvewheel does not look into {name}: it takes one processor a wheel, x86, x64 or arm64");
    let complaint = Complaint::new(Severity::Error, *modules.first()?, subject, message);
    let complaint = complaint.printing(format!("NotImplementedError: {words}"));
    Some(complaint.mended_by(Remedy::new("make one wheel for each processor")))
}

fn for_another_processor(facts: &Facts, file: FileId, image: &Image) -> Complaint {
    let path = facts.path(file);
    // It runs on Windows.
    let native = path.to_string().replace('/', "\\");
    let words = format!("RuntimeError: {native} has a CPU architecture that is not compatible with this wheel");
    let message = format!(
        "delvewheel stops at {path}: it is made for {}, and the wheel's name promises another processor",
        image.arch_word()
    );
    let complaint = Complaint::new(Severity::Error, file, image.arch_word(), message).printing(words);
    complaint
        .mended_by(Remedy::new("give the wheel the tag of what is in it, or build the module for what the tag says"))
}

/// What a module needs that is not simply found.
fn of_module(facts: &Facts, node: NodeId, file: FileId, image: &Image) -> Vec<Complaint> {
    let mut seen = BTreeSet::new();
    let needs = facts.survey.graph.needs(node);
    let tags = facts.owner(file).map_or(&[][..], |owner| facts.tags(owner));
    let mut renamed = Vec::<Name>::new();
    let mut told: Vec<Complaint> = needs
        .iter()
        .filter_map(|(_, edge)| {
            let name = Name::from(&edge.name.to_ascii_lowercase());
            if comes_with_python(tags, &name) || is_left_alone(&name, image) || !seen.insert(name.clone()) {
                return None;
            }
            renamed.push(name.clone());
            let own = facts.survey.items.iter().find(|item| item.found.is_ok() && is_called(&item.path, &name));
            let is_elsewhere = edge.resolution.is_met() && own.is_none();
            match edge.resolution.step() {
                _ if system32::is_redistributable(&name) => Some(copied_runtime(facts, file, &name)),
                Step::System32 | Step::KnownDll if own.is_none() => Some(copied_from_windows(facts, file, &name)),
                _ if is_elsewhere => None,
                _ => Some(not_found(facts, file, &name, own.map(|item| facts.survey.shown(&item.path)))),
            }
        })
        .collect();
    told.extend(not_renamed(facts, file, &renamed));
    told
}

/// Each DLL that is copied gets a name of its own, which has to find room among the sections of who needs it, or behind them.
fn not_renamed(facts: &Facts, file: FileId, renamed: &[Name]) -> Option<Complaint> {
    /// A dash and so much of the SHA-256.
    const LONGER_BY: usize = 1 + 32;
    let lengths: Vec<usize> = renamed.iter().map(|name| name.len() + LONGER_BY).collect();
    if lengths.is_empty() || facts.survey.world.can_rename_needs(file, &lengths) {
        return None;
    }
    let name = VPath::new(facts.survey.world.file(file).path.file_name());
    let words = format!(
        "RuntimeError: Unable to rename the dependencies of {name} because this DLL does not contain enough internal padding to fit the \
         new dependency names, and it contains an overlay. Commonly, the overlay consists of symbols that can be safely removed, although \
         there exist situations where the data must be present for the DLL to function properly. Here are your options."
    );
    let path = facts.path(file);
    let message = format!(
        "once delvewheel has found what {path} needs, it stops: the file has no room for longer names, and something lies behind its \
         last section, mostly symbols"
    );
    let complaint = Complaint::new(Severity::Warning, file, name.to_string(), message).printing(words);
    Some(complaint.mended_by(Remedy::new("strip the module").fix(STRIP.with(&[&path]))))
}

fn is_called(path: &VPath, name: &Name) -> bool {
    path.file_name().eq_ignore_ascii_case(name)
}

/// What every Python of the wheel brings (`ignore_regexes`, `ignore_by_abi_platform`, `ignore_abi3`).
fn comes_with_python(tags: &[Tag], name: &Name) -> bool {
    match &**name {
        b"python-native.dll" => return true,
        name if python_dll(name).is_some() || name.starts_with(b"libpypy") && name.ends_with(b"-c.dll") => return true,
        b"python3.dll" | b"python3_d.dll" | b"python3t.dll" | b"python3t_d.dll" => return true,
        _ => {}
    }
    let Ok(name) = std::str::from_utf8(name) else { return false };
    match tags {
        // Nothing is known of the Python: today's brings both.
        [] => matches!(name, "vcruntime140.dll" | "vcruntime140_1.dll"),
        tags => tags.iter().all(|tag| brought(tag).contains(&name)),
    }
}

/// The DLLs of the Visual C++ runtime that lie beside the Python of a tag.
fn brought(tag: &Tag) -> &'static [&'static str] {
    let is_wide = matches!(tag.platform.as_str(), "win_amd64" | "win_arm64");
    let newest: &[&str] = if is_wide { &["vcruntime140.dll", "vcruntime140_1.dll"] } else { &["vcruntime140.dll"] };
    const DEBUG: &[&str] = &["vcruntime140d.dll", "ucrtbased.dll"];
    let is_stable = tag.abi.starts_with("abi3");
    let python = if is_stable { &tag.python } else { &tag.abi };
    if python.starts_with("pypy") && tag.platform != "win_arm64" {
        return &["vcruntime140.dll"];
    }
    if python.starts_with("graalpy") && is_wide {
        return newest;
    }
    let Some(rest) = python.strip_prefix("cp3") else {
        return if matches!(python.as_str(), "cp26m" | "cp27m") { &["msvcr90.dll"] } else { &[] };
    };
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let Ok(minor) = rest[..digits].parse::<u32>() else { return &[] };
    match (minor, &rest[digits..]) {
        (9.., "") | (13.., "t") => newest,
        (9.., "d") | (13.., "td") | (8, "d") | (5..=7, "dm") => DEBUG,
        (8, "") | (5..=7, "m") => &["vcruntime140.dll"],
        (5..=7, "") if is_stable => &["vcruntime140.dll"],
        (3..=4, "m") => &["msvcr100.dll"],
        (2, "m") => &["msvcr90.dll"],
        _ => &[],
    }
}

/// Is it one of those that delvewheel knows to be Windows' own (`ignore_names`, `ignore_regexes`)?
fn is_left_alone(name: &Name, image: &Image) -> bool {
    static IGNORED: OnceLock<FxHashMap<&'static [u8], &'static str>> = OnceLock::new();
    let ignored = IGNORED.get_or_init(|| {
        let text = include_str!("../../../assets/loaders/delvewheel-ignored.tsv");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.split_once('\t').unwrap_or((line, "86a")))
            .map(|(name, on)| (name.as_bytes(), on))
            .collect()
    });
    let here = match image.arch {
        Arch::X86_64 => '6',
        Arch::AARCH64 => 'a',
        _ => '8',
    };
    name.starts_with(b"api-")
        || **name == *b"combase.dll"
        || ignored.get(&**name).is_some_and(|processors| processors.contains(here))
}

/// It copies whatever `PATH` leads to.
fn copied_from_windows(facts: &Facts, file: FileId, name: &Name) -> Complaint {
    let message = format!(
        "delvewheel copies {name}, a part of Windows 8 and later that {} needs, from the machine it runs on into the wheel",
        facts.path(file)
    );
    let complaint = Complaint::new(Severity::Warning, file, name.to_string(), message);
    complaint.mended_by(Remedy::new("leave Windows' own DLL out").fix(DELVEWHEEL_EXCLUDING.with(&[name])))
}

fn copied_runtime(facts: &Facts, file: FileId, name: &Name) -> Complaint {
    let words = format!("FileNotFoundError: Unable to find library: {name}");
    let message = format!(
        "delvewheel copies {name}, which {} needs, from the machine it runs on, and stops where the Visual C++ runtime is not \
         installed",
        facts.path(file)
    );
    let complaint = Complaint::new(Severity::Info, file, name.to_string(), message).printing(words);
    complaint.mended_by(Remedy::new("run it where the runtime is at least as new as the compiler"))
}

fn not_found(facts: &Facts, file: FileId, name: &Name, own: Option<VPath>) -> Complaint {
    let path = facts.path(file);
    let words = format!("FileNotFoundError: Unable to find library: {name}");
    let (message, remedy) = match own {
        Some(own) => (
            format!("delvewheel stops at {path}: it does not look at {own} in the wheel for {name}"),
            Remedy::new("have it take what is in the wheel").fix(Ok(DELVEWHEEL_INSIDE.command())),
        ),
        None => (
            format!("delvewheel stops at {path}: it finds {name} neither on PATH nor in a folder that it was given"),
            Remedy::new("give delvewheel the folder of the DLL; or, if the user's system has it, exclude it")
                .fix(Ok(DELVEWHEEL_WITH.command()))
                .fix(DELVEWHEEL_EXCLUDING.with(&[name])),
        ),
    };
    Complaint::new(Severity::Error, file, name.to_string(), message).printing(words).mended_by(remedy)
}
