//! The library is Python's own.

use super::short;
use crate::buildlog::judge::{Cause, Judged, Verdict};
use crate::buildlog::log_context::{leaf, slashed};
use crate::buildlog::well_known;
use crate::command::Remedy;
use crate::command::templates::{NAME_ADD_RPATH, NAME_CHANGE_IN, NAME_CHANGE_OF, PIP_UPGRADE, VENV_CLEAR};
use crate::tools::ToolId;

/// Does dyld miss Python's own library, which was not asked for by its whole path?
fn is_python_by_no_path(tied: &Judged, accused: &str) -> bool {
    let is_python = leaf(accused).starts_with("libpython") || leaf(accused) == "Python";
    tied.incident.tool == ToolId::Dyld && is_python && !accused.starts_with('/')
}

/// A program that asks for its Python's library, and has no search path to it.
pub(super) fn python_of_the_program(tied: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let by = by.map(slashed)?;
    let is_module = [".so", ".dylib", ".pyd"].iter().any(|ending| by.ends_with(ending));
    if is_module || !is_python_by_no_path(tied, accused) {
        return None;
    }
    let sentence = format!(
        "the program {} asks for its Python's library by {accused}, and it is not there: it was not copied into the bundle, or no rpath \
         of the program leads to it",
        leaf(&by)
    );
    let text = format!(
        "put {} beside the program and give it the rpath @executable_path, which newer bundlers do by themselves (upgrade Nuitka)",
        leaf(accused)
    );
    let remedy = Remedy::new(text).fix(NAME_ADD_RPATH.with(&[&"@executable_path", &by]));
    Some(tied.clone().cause(Cause::PythonLibrary, Verdict::Guilty).says(sentence).mended(remedy))
}

/// A module that asks for the shared library of the Python it was built with, by a path that leads nowhere.
pub(super) fn python_of_a_module(tied: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let by = by.map(short)?;
    let is_named = leaf(accused) == "Python" || accused.ends_with(".dylib");
    if !is_named || !is_python_by_no_path(tied, accused) {
        return None;
    }
    let sentence = format!(
        "{by} is linked against the shared library of the Python that it was built with ({accused}), and none of the paths that dyld tried \
         exists: the Python that runs it is another build, or is installed elsewhere"
    );
    let text = "use another release of the package, or rebuild it with the Python that runs it, without linking libpython \
                (-undefined dynamic_lookup); or run it with the Python that it was built with";
    Some(tied.clone().cause(Cause::PythonLibrary, Verdict::Guilty).says(sentence).mended(Remedy::new(text)))
}

/// The interpreter of a virtual environment asks for the Python from which it was made, and that was upgraded or removed.
pub(super) fn python_of_an_environment(tied: &Judged, accused: &str, by: Option<&str>) -> Option<Judged> {
    let by = by.map(slashed)?;
    let root =
        by.rsplit_once("/bin/").filter(|(_, name)| name.starts_with("python")).map(|(root, _)| root.to_owned())?;
    let is_python = matches!(leaf(accused), "Python" | ".Python") || leaf(accused).starts_with("libpython");
    let is_installed = ["/Library/Frameworks/", "/opt/homebrew/", "/usr/", "/Cellar/", "conda", "/versions/"];
    if tied.incident.tool != ToolId::Dyld || !is_python || is_installed.iter().any(|part| root.contains(part)) {
        return None;
    }
    let sentence = format!(
        "{by} is the interpreter of a virtual environment, and asks for the Python from which that was made ({accused}): it was upgraded or removed since, as brew upgrade does"
    );
    let again = match () {
        () if root.contains("pypoetry/venv") => "install Poetry again (its installer, or pipx reinstall poetry)",
        () if root.contains("/pipx/") => "make pipx' environments again: pipx reinstall-all",
        () if root.contains("/virtualenvs/") => {
            "make the environment again (pipenv --rm && pipenv install; poetry env remove --all && poetry install)"
        }
        () => "make the environment again with a Python that is installed, and install its packages",
    };
    let text = format!("{again}; one of python.org, pyenv or uv is not exchanged below it");
    let remedy = Remedy::new(text);
    let remedy = match root.contains(' ') {
        true => remedy,
        false => remedy.fix(VENV_CLEAR.with(&[&root])),
    };
    Some(tied.clone().cause(Cause::PythonLibrary, Verdict::Guilty).says(sentence).mended(remedy))
}

/// The Python of the machine that built something, by its path there.
pub(super) fn baked_python(tied: &Judged, accused: &str) -> Option<Judged> {
    let is_framework = accused.contains("Python.framework/") && accused.ends_with("/Python");
    let is_library = leaf(accused).starts_with("libpython") && accused.ends_with(".dylib");
    if !accused.starts_with('/') || !(is_framework || is_library) {
        return None;
    }
    let who = tied.incident.by().map_or_else(|| "the program".to_owned(), short);
    let judged = tied.clone().cause(Cause::PythonLibrary, Verdict::Guilty);
    if accused.starts_with("/install/") {
        let sentence = format!(
            "{accused} is what this Python's own library is called on the machine that built it (python-build-standalone): \
             {who} asks for it by that name, and it lies in the lib folder of this Python"
        );
        let text = "take a newer build of that Python, whose library is called by @rpath; or give it its real path";
        let command = NAME_CHANGE_IN.with(&[&accused, &leaf(accused)]);
        return Some(judged.says(sentence).mended(Remedy::new(text).fix(command)));
    }
    let sentence =
        format!("{who} asks for the Python of the machine that built it, {accused}: it does not include its own");
    let command = NAME_CHANGE_OF.with(&[&accused, &leaf(accused)]);
    let bundler = tied.incident.by().and_then(well_known::bundler_of);
    let text = format!(
        "upgrade {}, so that the library comes along and is asked for there, and build again; or lead the program to it by hand",
        bundler.map_or("the bundler", |bundler| bundler.tool().name())
    );
    let remedy = Remedy::new(text);
    let remedy = match bundler {
        Some(bundler) => remedy.fix(PIP_UPGRADE.with(&[&bundler.word()])),
        None => remedy,
    };
    Some(judged.says(sentence).mended(remedy.fix(command)))
}
