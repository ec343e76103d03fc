//! A library is not in a bundle, which brings what it needs.

use super::install::command;
use super::own::is_grafted;
use crate::buildlog::Log;
use crate::buildlog::judge::library::short;
use crate::buildlog::judge::{Cause, Judged, Verdict, homebrew};
use crate::buildlog::log_context::{leaf, slashed};
use crate::command::Remedy;
use crate::command::templates::{BREW_INSTALL, PIP_UPGRADE};
use crate::diagnose::{origin, shipped};
use crate::tools::{Bundler, ToolId};

/// A bundle brings what it needs; no package of the machine that runs it is its business.
pub(super) fn in_a_bundle(plain: Judged, log: &Log, bundler: Bundler, accused: &str, by: Option<&str>) -> Judged {
    let path = in_the_bundle(log, accused);
    let accused = path.as_deref().unwrap_or(accused);
    let place = plain.incident.told("place").filter(|place| !is_of_the_program(&plain, place)).map(short);
    let owner = by.map(short).or(place).and_then(|path| path.split(['/', '\\']).next().map(str::to_owned));
    let owner = owner.filter(|top| !top.is_empty() && !top.contains('.') && !top.contains(':'));
    let name = leaf(accused);
    let who = by.map(short).or_else(|| owner.clone()).map_or_else(String::new, |who| format!(", which {who} needs,"));
    let word = bundler.word();
    if is_grafted(name) {
        let whose = owner.as_deref().unwrap_or("its package");
        let folder = owner.as_deref().map_or_else(|| "a folder NAME.libs".to_owned(), |owner| format!("{owner}.libs"));
        let sentence = format!(
            "{name}{who} is a library that the wheel of {whose} includes in a folder of its own (the hash in its name tells), and the bundle that \
             {word} made does not have it, or not where the module looks ({folder})"
        );
        let text = format!(
            "include the libraries of {whose} with an option of {word}, in the folder where the wheel has them; or upgrade {word}, whose \
             newer releases know more packages"
        );
        let remedy = Remedy::new(text);
        let remedy = match owner.as_deref() {
            Some(owner) => remedy.fix(bundler.libraries_of(owner)),
            None => remedy.fix(bundler.library_named(name.as_bytes())),
        };
        return plain.cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy);
    }
    let is_py2app = bundler == Bundler::PY2APP;
    let vendored =
        ["/.dylibs/", ".libs/"].iter().any(|part| accused.contains(part)) || accused.starts_with("@loader_path/");
    if let Some(owner) = owner.as_deref().filter(|_| is_py2app && vendored) {
        let top = if owner == "lib-dynload" { "the package" } else { owner };
        let sentence = format!(
            "{}{who} is asked for beside the module ({accused}), and py2app has moved it to Contents/Frameworks, or left it out, without \
             changing that name",
            leaf(accused)
        );
        let text = format!(
            "have py2app copy {top} as a whole folder (packages), so that its libraries stay beside it; or upgrade py2app (0.23 and later)"
        );
        return plain.says(sentence).mended(Remedy::new(text).fix(bundler.package(owner)));
    }
    let sentence = format!(
        "{accused}{who} is not in the bundle that {word} made, nor on the system that runs it{}",
        origin(name.as_bytes())
    );
    let system = match (shipped(name), log.packager(&[accused])) {
        (Some(shipped), packager) => command(packager, &shipped),
        _ => None,
    };
    if (name.starts_with("libpython") || name == "Python") && bundler.tool() == ToolId::PyInstaller {
        let sentence = format!(
            "{name} is not where the program looks for it: older releases of PyInstaller collect Python's shared library under another name than they look for"
        );
        let text = "upgrade PyInstaller, and build again in an empty folder (--clean) with a Python that has its shared library (--enable-shared; Debian: libpython3.x and python3-dev)";
        let judged = plain.says(sentence).cause(Cause::PythonLibrary, Verdict::Guilty);
        return judged.mended(Remedy::new(text).fix(PIP_UPGRADE.with(&[&"pyinstaller"])));
    }
    // Python's own modules are a part of every bundle, and what they need of Tcl, OpenSSL or SQLite is the bundler's to know.
    let is_of_python = by.is_some_and(|by| is_of_python_s_library(leaf(by)));
    if let Some(formula) = homebrew::formula(accused) {
        let text = format!(
            "build it again so that the library is in it: with a Python that has its own copy (of python.org, of uv or pyenv without Homebrew's {formula}), or with an option of {word}; who only runs the \
             program installs {formula} with Homebrew, in the release that has this name (an older one may be kept as {formula}@N)"
        );
        let remedy = Remedy::new(text).fix(bundler.library_named(name.as_bytes())).fix(BREW_INSTALL.with(&[&formula]));
        return plain.cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy);
    }
    let text = match &system {
        Some(_) => {
            format!("include the library with an option of {word}; or install it on the machine that runs the program")
        }
        None => format!("include the library with an option of {word}"),
    };
    let remedy = match is_of_python {
        true => Remedy::new(format!("upgrade {word}, whose newer releases collect what Python's own modules need, and build again in an empty folder; else {text}"))
            .fix(PIP_UPGRADE.with(&[&word])),
        false => Remedy::new(text),
    };
    let remedy = remedy.fix(bundler.library_named(name.as_bytes()));
    let remedy = system.into_iter().fold(remedy, |remedy, command| remedy.fix(Ok(command)));
    plain.cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(remedy)
}

/// Is it a module of Python's own library that another library is behind?
fn is_of_python_s_library(name: &str) -> bool {
    const MODULES: [&str; 8] = ["_tkinter", "_ssl", "_hashlib", "_sqlite3", "_ctypes", "_lzma", "_bz2", "pyexpat"];
    let stem = name.split('.').next().unwrap_or(name);
    MODULES.contains(&stem)
}

/// The file that the code which asks for a library by its bare name looked for last, where the log tells it.
fn in_the_bundle(log: &Log, accused: &str) -> Option<String> {
    const SHORTEST: usize = 4;
    if accused.contains(['/', '.']) || accused.len() < SHORTEST {
        return None;
    }
    let of_ctypes = log.incidents.iter().filter(|incident| incident.tool == ToolId::Ctypes);
    let paths = of_ctypes.filter_map(|incident| incident.told("accused")).map(slashed);
    let is_it = |path: &String| path.contains('/') && leaf(path).to_lowercase().contains(&accused.to_lowercase());
    paths.into_iter().find(is_it)
}

/// Does a place in Python code lie in the folder of the bundled program's own script? That is no package's.
pub(super) fn is_of_the_program(plain: &Judged, place: &str) -> bool {
    let top = |path: &str| path.split_once(['/', '\\']).map(|(top, _)| top.to_owned());
    let script = plain.incident.told("script");
    script.is_some_and(|script| script == place || top(script).is_some_and(|folder| top(place) == Some(folder)))
}
