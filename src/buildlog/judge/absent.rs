//! A library is not there, and no file at hand says why: what its name, who asks for it and the log's surroundings tell.

mod bundle;
mod cuda;
mod install;
mod libc;
mod own;
mod python;

pub(super) use cuda::whose_package;
pub(super) use install::{command, conda_package, shipped_as};

use super::library::{package, shipped_elsewhere, short};
use super::{Cause, Judged, Verdict, exclude, windows};
use crate::buildlog::log_context::{LogContext, leaf};
use crate::buildlog::well_known;
use crate::buildlog::{Log, Packager};
use crate::command::Remedy;
use crate::command::templates::{
    BREW_REINSTALL, DELVEWHEEL_INSIDE, DELVEWHEEL_WITH, FILE, LIBRARY_PATH, LINK, MATURIN_SKIP, NAME_ADD_RPATH,
    NAME_CHANGE, PIP_REBUILD, PIP_UPGRADE, SIGN,
};
use crate::diagnose::{origin, shipped};
use crate::tools::{Bundler, ToolId};
use bundle::in_a_bundle;
use cuda::of_cuda;
use install::install;
use libc::{is_of_the_c_library, of_a_program_for_glibc, of_the_other_libc};
use own::{of_its_package, of_its_project, of_its_wheel};
use python::{of_libpython, of_the_work_folder};

/// What a person reads, and what mends it.
pub(super) fn judge(plain: Judged, log: &Log, context: Option<&LogContext>, accused: &str, by: Option<&str>) -> Judged {
    let tool = plain.incident.tool;
    let bundler = context
        .and_then(|context| context.scan.target.bundle.as_ref().map(|bundle| bundle.bundler))
        .or_else(|| log.running().map(|running| speaks(log).unwrap_or(running)))
        .or_else(|| by.and_then(well_known::bundler_of))
        // A bundler speaks while it builds: nothing runs yet.
        .filter(|_| Bundler::of(tool).is_none())
        .filter(|_| !matches!(tool, ToolId::Auditwheel | ToolId::Maturin | ToolId::Delocate | ToolId::Delvewheel));
    if plain.incident.told("why").is_some_and(|why| why.contains("Permission denied")) {
        let text = "give the user who runs it the right to read the file and to enter every folder above it";
        return plain.says(format!("{accused} is there, and the process may not read it")).mended(Remedy::new(text));
    }
    if let Some(cuda) = well_known::cuda(leaf(accused)).filter(|_| exclude(tool, &[accused]).is_none()) {
        return of_cuda(plain, log, &cuda, accused, by);
    }
    if accused.contains("$ORIGIN") {
        let sentence =
            format!("{accused} has $ORIGIN in it, which only Linux's loaders know: dyld's word is @loader_path");
        let judged = plain.cause(Cause::ForeignRpath, Verdict::Guilty).says(sentence);
        return judged
            .mended(Remedy::new("give the file an rpath with @loader_path: install_name_tool -rpath OLD NEW"));
    }
    if let Some(bundler) = bundler.filter(|_| tool != ToolId::Linker) {
        return in_a_bundle(plain, log, bundler, accused, by);
    }
    if let Some(judged) = of_a_program_for_glibc(&plain, log, by) {
        return judged;
    }
    let is_told = |judged: &Judged| !judged.sentence.is_empty();
    if is_told(&plain) {
        return plain;
    }
    if let Some(judged) = of_an_optional_plugin(&plain, accused, by) {
        return judged;
    }
    if let Some(judged) = shipped_elsewhere(plain.clone(), accused, exclude(tool, &[accused])) {
        return judged;
    }
    if let Some(judged) = found_and_lost(&plain, accused, by) {
        return judged;
    }
    if let Some(judged) = of_its_wheel(&plain, accused, by) {
        return judged;
    }
    if let Some(judged) = of_its_package(&plain, accused, by).or_else(|| of_the_other_libc(&plain, accused, by)) {
        return judged;
    }
    if tool == ToolId::Windows {
        return windows::absent(plain, accused);
    }
    if let Some(judged) = windows::of_a_number(&plain, accused).filter(|_| tool == ToolId::Ctypes) {
        return judged;
    }
    let is_elf = matches!(tool, ToolId::Glibc | ToolId::Musl | ToolId::Bionic);
    if is_elf && leaf(accused).starts_with("libpython") && accused.contains("/build/") {
        return of_the_work_folder(plain, accused);
    }
    if is_elf && leaf(accused).starts_with("libpython") {
        return of_libpython(plain, log, accused, by);
    }
    if tool == ToolId::Bionic {
        return on_android(plain, accused, by);
    }
    if let Some(judged) = linked_from(&plain, log, accused, by).filter(|_| is_elf) {
        return judged;
    }
    if let Some(judged) = of_its_formula(&plain, accused, by).filter(|_| tool == ToolId::Dyld) {
        return judged;
    }
    if let Some(judged) = by_no_path(&plain, log, accused, by).filter(|_| tool == ToolId::Dyld) {
        return judged;
    }
    if let Some(judged) = of_its_project(&plain, accused, by).filter(|_| is_elf) {
        return judged;
    }
    if is_elf && accused.contains('/') && by.is_none() {
        return by_its_path(plain, log, accused);
    }
    let who = by.map_or_else(String::new, |by| format!(", needed by {},", short(by)));
    let name = soname(accused);
    let paths: Vec<&str> =
        [by, plain.incident.told("place"), Some(accused), log.site.as_deref()].into_iter().flatten().collect();
    let place = match log.packager(&paths) {
        Packager::Conda => " in the conda environment",
        _ => "",
    };
    let sentence = format!("{accused}{who} is not found{place}{}", origin(name.as_bytes()));
    let remedy = match tool {
        ToolId::Auditwheel => {
            let text = "install the library where auditwheel runs, or add its folder to LD_LIBRARY_PATH (auditwheel searches there and in the system's \
                        folders, not inside the wheel); if another wheel provides it, exclude it";
            exclude(tool, &[accused]).into_iter().fold(Remedy::new(text), Remedy::fix)
        }
        ToolId::Delvewheel => {
            let text = "where the wheel holds the DLL already, have delvewheel look inside it (--ignore-existing); else lead it to the folder that has \
                        the DLL itself, no import library (--add-path)";
            Remedy::new(text).fix(Ok(DELVEWHEEL_INSIDE.command())).fix(Ok(DELVEWHEEL_WITH.command()))
        }
        _ if windows::is_dll(&name) => windows::for_the_build(&plain, &name),
        ToolId::Maturin if is_of_the_c_library(&name) => {
            let text = "have maturin leave the wheel as it is: the name belongs to the C library of this system (Android's bionic has it under \
                        this name), for which there is no manylinux policy";
            Remedy::new(text).fix(Ok(MATURIN_SKIP.command()))
        }
        _ => install(&plain, log, &name, by),
    };
    plain.says(sentence).mended(remedy)
}

/// The bundler whose program says itself that it did not start.
fn speaks(log: &Log) -> Option<Bundler> {
    let says = log.incidents.iter().find(|incident| incident.message.id == "load-python-library")?;
    Bundler::of(says.tool)
}

/// A plugin of Qt for something that the machine does not have: the path is that of whoever built Qt.
fn of_an_optional_plugin(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let tool = plain.incident.tool;
    let by = by.filter(|by| {
        Bundler::of(tool).is_some()
            && by.contains("/plugins/")
            && ["PySide", "PyQt"].iter().any(|word| by.contains(word))
    })?;
    let is_of_qt = leaf(accused).starts_with("Qt") || leaf(accused).starts_with("libQt");
    if is_of_qt || !accused.starts_with('/') {
        return None;
    }
    let plugin = leaf(by);
    let sentence = format!(
        "{plugin}, a plugin of Qt, asks for {accused}, where whoever built Qt had it: only a program that uses this plugin needs it, and {} stops or warns for all",
        tool.name()
    );
    let text = format!(
        "leave the plugin out where the program does without it: upgrade {name}, whose newer releases do so; Nuitka: --noinclude-dlls=*{plugin}*; else delete it from the environment \
         before the build, or install what it asks for",
        name = tool.name()
    );
    Some(plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(Remedy::new(text)))
}

/// Nuitka tells the file to which it followed the name, and did not take it along.
fn found_and_lost(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let resolved =
        plain.incident.told("resolved").filter(|resolved| resolved.starts_with('/') && *resolved != accused)?;
    let who = by.map_or_else(|| "a file".to_owned(), short);
    let sentence = format!(
        "{accused}, needed by {who}, exists ({}): Nuitka resolved the name to that file, and then did not copy it",
        short(resolved)
    );
    let remedy = Remedy::new("upgrade Nuitka").fix(PIP_UPGRADE.with(&[&"nuitka"]));
    Some(plain.clone().cause(Cause::FoundByLoader, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The loader itself is asked for a path that it does not open.
fn by_its_path(plain: Judged, log: &Log, accused: &str) -> Judged {
    let sentence = format!(
        "the loader does not open {accused} itself: it is missing, or made for another processor, of which glibc says the same"
    );
    // What is no module is named by whoever loads it: by a setting, or by where another program says that it is installed.
    let library = shipped(leaf(accused)).filter(|_| !accused.contains("-packages/"));
    let install = library.and_then(|shipped| command(log.packager(&[accused]), &shipped));
    let text = match &install {
        Some(_) => {
            "look at the file; if it is missing, install what provides it, and have what loads it find that one (its settings, or the first on \
                    PATH of the program that says where it is)"
        }
        None => "look at the file, and at what it is made for",
    };
    let remedy = Remedy::new(text).fix(FILE.with(&[&accused]));
    plain.says(sentence).mended(install.into_iter().fold(remedy, |remedy, command| remedy.fix(Ok(command))))
}

/// A program of Homebrew's that finds no library of its own formula: both are installed by one command.
fn of_its_formula(plain: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    const FOLDERS: [(&str, &str); 2] =
        [("/usr/local/bin/", "/usr/local/lib"), ("/opt/homebrew/bin/", "/opt/homebrew/lib")];
    let by = by.filter(|_| accused.starts_with("@rpath/"))?;
    let (start, folder) = FOLDERS.iter().find(|(start, _)| by.starts_with(start))?;
    let formula = by.strip_prefix(start).filter(|name| !name.contains('/'))?;
    let library = leaf(accused).trim_start_matches("lib").to_lowercase();
    if !library.starts_with(&formula.to_lowercase()) {
        return None;
    }
    let sentence = format!(
        "{accused}, needed by {by}, is called like it and belongs to it: it lies in {folder} or in the formula's own folder, and no rpath of the program leads there, or it was removed"
    );
    let text = format!(
        "install the formula again; where the library is there, give the program an rpath to its folder ({folder}), and sign it again"
    );
    let rpath = NAME_ADD_RPATH.with(&[folder, &by]);
    let remedy = Remedy::new(text).fix(BREW_REINSTALL.with(&[&formula])).steps([rpath, SIGN.with(&[&by])]);
    Some(plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// A name without a folder: dyld looks for it in the working directory and the folders that it searches last.
fn by_no_path(plain: &Judged, log: &Log, accused: &str, by: Option<&str>) -> Option<Judged> {
    /// Where the installers of their makers put libraries.
    const FOLDERS: [(&str, &str); 1] = [("libmysqlclient", "/usr/local/mysql/lib")];
    let by = by.filter(|_| accused.ends_with(".dylib") && !accused.contains(['/', '@']))?;
    let sentence = format!(
        "{}, which was compiled on this machine, asks for {accused} by a name without a folder, as the library calls itself: dyld looks for that only in /usr/local/lib, /usr/lib and the \
         working directory",
        short(by)
    );
    let known = FOLDERS.iter().find(|(start, _)| accused.starts_with(start)).map(|(_, folder)| *folder);
    let place = known.map_or_else(String::new, |folder| format!("; its maker's installer puts it into {folder}"));
    let text = format!(
        "find where it lies (mdfind -name {accused}{place}) and have the file ask for it there: install_name_tool -change {accused} FOLDER/{accused} FILE; or link it into /usr/local/lib (ln -s); \
         or install the library with Homebrew and build the package again"
    );
    let remedy = Remedy::new(text);
    let remedy = match known {
        Some(folder) => {
            let path = format!("{folder}/{accused}");
            let change = NAME_CHANGE.with(&[&accused, &path, &by]);
            let link = LINK.with(&[&path, &format!("/usr/local/lib/{accused}")]);
            remedy.steps([change, SIGN.with(&[&by])]).fix(link)
        }
        None => remedy,
    };
    let library = shipped(accused).and_then(|library| command(log.packager(&[by]), &library));
    let rebuild = package(by).map(|whose| PIP_REBUILD.with(&[&whose, &whose]));
    let remedy = remedy.steps(library.map(Ok).into_iter().chain(rebuild));
    Some(plain.clone().cause(Cause::RelativeName, Verdict::Guilty).says(sentence).mended(remedy))
}

/// Android has none of Linux' packages: what a wheel does not bring, Termux may.
fn on_android(plain: Judged, accused: &str, by: Option<&str>) -> Judged {
    let who = by.map_or_else(|| "a file".to_owned(), short);
    let sentence = format!(
        "{who} needs {}, which Android's loader does not find: the file was built for another system, or without its library beside it",
        leaf(accused)
    );
    let whose = by.and_then(package);
    let of_whose = whose.as_deref().unwrap_or("the package");
    let text = format!(
        "install Termux' package of that library, if there is one (pkg search), and build {of_whose} on the device (pip install --no-binary \
         {of_whose}); a wheel for Linux does not run on Android"
    );
    plain.cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(Remedy::new(text))
}

/// The log shows in which folder the linker found the library: the loader knows nothing of that.
fn linked_from(plain: &Judged, log: &Log, accused: &str, by: Option<&str>) -> Option<Judged> {
    let folders = log.linked_from(accused)?;
    let who = by.map_or_else(|| "what needs it".to_owned(), short);
    let place = match folders {
        [folder] => folder.clone(),
        folders => format!("one of {}", folders.join(", ")),
    };
    let sentence = format!(
        "{accused} was found by the linker in {place}, and the loader does not look there: -L is for the linker only, and {who} has no RPATH \
         that leads to it"
    );
    let text = format!(
        "build it with an RPATH (LDFLAGS=-Wl,-rpath,{}); or have the system's loader look there (a line in /etc/ld.so.conf.d, then ldconfig), or \
         set LD_LIBRARY_PATH",
        folders[0]
    );
    let remedy = Remedy::new(text).fix(LIBRARY_PATH.with(&[&folders[0]]));
    Some(plain.clone().cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The file's name of a library that code asks for without it: `gobject-2.0-0` is libgobject-2.0.so.0.
fn soname(accused: &str) -> String {
    let name = leaf(accused);
    let is_file = [".so", ".dylib", ".dll", ".pyd"].iter().any(|part| name.contains(part));
    if is_file || accused.contains('/') || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return accused.to_owned();
    }
    let stem = name.strip_prefix("lib").unwrap_or(name).to_lowercase();
    match stem
        .rsplit_once('-')
        .filter(|(_, version)| version.len() < 3 && version.bytes().all(|byte| byte.is_ascii_digit()))
    {
        Some((stem, version)) => format!("lib{stem}.so.{version}"),
        None => well_known::of_stem(&format!("lib{stem}.so")),
    }
}
