//! PyInstaller: which libraries it will not find, which modules it refuses on a Mac, and what it will leave out without a word.
//!
//! As `PyInstaller/depend/bindepend.py`, `depend/dylib.py` and `utils/osx.py` of 5.7 to 6.22: a library that the loader does not
//! find from the file itself is taken, since 6.0, from among those that are collected anyway, by its last name; of what it
//! would not collect it says nothing; else a warning is printed, once for each file, and the build goes on. Not told: that on
//! Linux it warns at libraries between a module and the one that lacks something, too, and that 5.x warns of what only another
//! file's rpath leads to.

use crate::command::Remedy;
use crate::command::templates::PYINSTALLER_FOR;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::{Complaint, hidden, severity_of};
use crate::diagnose::missing::{Missing, missing};
use crate::diagnose::{Facts, Severity};
use crate::discover::tool::Version;
use crate::discover::{Role, Tool};
use crate::image::{Arch, Format, Name};
use crate::tools::Bundler;
use crate::vfs::VPath;
use crate::world::FileId;

/// Warnings wait until everything is collected, and are worded anew.
const WAITS: Version = Version::new(6, 0, 0);

/// What PyInstaller does not collect on Linux (`_unix_excludes`), by the beginnings of names.
const SYSTEM_ON_LINUX: &str = r"(?xi-u)^(lib(c|dl|m|pthread|rt|thread_db|BrokenLocale|anl|cidn|crypt|nsl|resolv|util|drm|xcb|cuda|cudadebugger)\.so
|ld-linux\.so|libnss_(compat|dns|files|hesiod|nis|nisplus).*\.so|libE?(Open)?GLX?(ESv1_CM|ESv2)?(dispatch)?\.so|nvidia_drv\.so
|libglxserver_nvidia\.so|libnvidia-egl-(gbm|wayland)\.so
|libnvidia-(cfg|compiler|e?glcore|glsi|glvkspirv|rtcore|allocator|tls|ml)\.so|lib(EGL|GLX)_nvidia\.so|libxcb-dri.*\.so
|libwayland-(client|cursor|egl|server)\.so|ldd)";

/// What it does not collect on Windows (`_excludes`, `_win_excludes`), or does not miss there.
const SYSTEM_ON_WINDOWS: &str = r"(?xi-u)^((advapi32|ws2_32|gdi32|oleaut32|shell32|ole32|coredll|crypt32|kernel32|msvcrt|rpcrt4|user32)\.dll
|kernel32|.*\.so|.*\.dylib|microsoft\.windows\.common-controls|api-ms-win-.*\.dll)";

pub(super) fn complaints(facts: &Facts) -> Vec<Complaint> {
    let version = facts.survey.target.overrides.tool.as_ref().and_then(Tool::version);
    let is_old = version.is_some_and(|version| version < WAITS);
    let mut complaints = Vec::new();
    for (name, missing) in missing(facts) {
        if is_old || facts.providers(VPath::new(&name).file_name()).is_empty() && !is_never_missed(facts, &name) {
            complaints.extend(not_found(facts, &name, &missing, is_old));
        }
    }
    complaints.extend(facts.files().filter_map(|(_, file, role, _)| refused(facts, file, role)));
    complaints.extend(hidden::unseen(facts, Bundler::PYINSTALLER));
    complaints.extend(hidden::numpy(facts, Bundler::PYINSTALLER));
    complaints
}

fn not_found(facts: &Facts, name: &Name, missing: &Missing, is_old: bool) -> Option<Complaint> {
    let (file, ..) = *missing.wanted.first()?;
    // As the files spell it.
    let spelled = missing.spelled(facts)?;
    let severity = severity_of(facts, &missing.imports());
    let what = match severity {
        Some(Severity::Error) => ": the build goes on, and the program dies at the import",
        _ => ": the build goes on",
    };
    let severity = severity.unwrap_or(Severity::Info);
    let mut files: Vec<FileId> = missing.wanted.iter().map(|(file, ..)| *file).collect();
    // `ldd` tells of each module what anything that it loads lacks.
    if facts.survey.world.host.system.format() == Some(Format::Elf) {
        let roots: BTreeSet<FileId> =
            missing.imports().into_iter().map(|import| facts.survey.imports[import].file).collect();
        let is_new = |root: &FileId| facts.owner(*root).is_some() && !files.contains(root);
        let roots: Vec<FileId> = roots.into_iter().filter(is_new).collect();
        files.extend(roots);
    }
    let many = match files.len() {
        1 => String::new(),
        count => format!(" and {} more {}", count - 1, if count == 2 { "file" } else { "files" }),
    };
    let message = format!("PyInstaller does not find {name}, which {}{many} needs{what}", facts.path(file));
    let path = facts.survey.world.file(file).path.clone();
    let mut complaint = Complaint::new(severity, file, name.to_string(), message);
    complaint.files = files;
    let complaint = complaint.printing(words(facts, &spelled, &path, is_old));
    let remedy = Remedy::new("install the library before the build, or name it");
    Some(complaint.mended_by(remedy.fix(Bundler::PYINSTALLER.library_named(VPath::new(&**name).file_name()))))
}

/// The warning of one file.
fn words(facts: &Facts, name: &Name, path: &VPath, is_old: bool) -> String {
    match facts.survey.world.host.system.format() {
        _ if !is_old => format!(
            "Library not found: could not resolve {}, dependency of {}.",
            repr(&name.to_string()),
            repr(&path.to_string())
        ),
        Some(Format::Elf) => format!("Cannot find {name} (needed by {path})"),
        Some(Format::MachO) => {
            let name = name.to_string();
            let name = name.replace("@rpath", ".").replace("@loader_path", "@executable_path");
            format!("Cannot find path {name} (needed by {path})")
        }
        _ => format!("lib not found: {name} dependency of {path}"),
    }
}

/// What PyInstaller says nothing of, found or not.
fn is_never_missed(facts: &Facts, name: &Name) -> bool {
    static SYSTEM: OnceLock<[Regex; 2]> = OnceLock::new();
    let [linux, windows] = SYSTEM
        .get_or_init(|| [SYSTEM_ON_LINUX, SYSTEM_ON_WINDOWS].map(|text| Regex::new(text).expect("it is a pattern")));
    let last = VPath::new(&**name);
    match facts.survey.world.host.system.format() {
        Some(Format::Elf) => linux.is_match(last.file_name()),
        Some(Format::Pe) => windows.is_match(last.file_name()),
        Some(Format::MachO) => name.starts_with(b"/usr/lib/") || name.starts_with(b"/System/"),
        None => false,
    }
}

/// An extension module without code for the processor that is built for ends the build (`binary_to_target_arch`); libraries are
/// collected as they are.
fn refused(facts: &Facts, file: FileId, role: &Role) -> Option<Complaint> {
    let world = &facts.survey.world;
    let content = world.file(file);
    content.image.as_ref().filter(|image| image.format == Format::MachO && matches!(role, Role::Module(_)))?;
    let (archs, path): (Vec<Arch>, _) = (content.archs().collect(), content.path.clone());
    let target = facts.survey.target.overrides.arch.or(world.host.arch)?;
    let word = |arch: Arch| arch.word(Format::MachO);
    let promised = facts.owner(file).map_or(&[][..], |owner| facts.tags(owner));
    let is_universal = promised.iter().any(|tag| tag.platform.ends_with("_universal2"));
    let (severity, target, problem) = match archs[..] {
        [only] if only != target => {
            let has = word(only);
            (
                Severity::Error,
                word(target),
                format!("is incompatible with target arch {} (has arch: {has})!", word(target)),
            )
        }
        [_] if is_universal => (Severity::Warning, "universal2".into(), "is not a fat binary!".into()),
        [_, ..] if !archs.contains(&target) => {
            (Severity::Error, word(target), format!("does not contain slice for {}!", word(target)))
        }
        _ => return None,
    };
    // Newer releases add where to read on.
    let words = format!("{path} {problem}");
    let has: Vec<String> = archs.iter().map(|arch| word(*arch)).collect();
    let message = format!(
        "PyInstaller stops at {}, where it is to build for {target}: the module is made for {} alone",
        facts.path(file),
        has.join(" and ")
    );
    let complaint = Complaint::new(severity, file, target, message).printing(words);
    let mend = "install a wheel with code for that processor, or build for the one that all modules have";
    Some(complaint.mended_by(Remedy::new(mend).fix(PYINSTALLER_FOR.with(&[has.first()?]))))
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
