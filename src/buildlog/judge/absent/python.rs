//! Python's own shared library is not there.

use super::install::soname_template;
use crate::buildlog::judge::library::short;
use crate::buildlog::judge::{Cause, Judged, Verdict};
use crate::buildlog::log_context::leaf;
use crate::buildlog::{Log, Packager};
use crate::command::Remedy;
use crate::command::templates::{APT_INSTALL, LIBRARY_PATH, PYENV_SHARED, WITH_LIBPYTHON};

/// PyInstaller's folder build holds a program that only its own work needs.
pub(super) fn of_the_work_folder(plain: Judged, accused: &str) -> Judged {
    let folder = accused.rsplit_once('/').map_or(accused, |(folder, _)| folder);
    let sentence = format!(
        "the program lies in {folder}, a folder build, in which PyInstaller works: it has no {} there, and is not the program that was built",
        leaf(accused)
    );
    let text = "run the program in the folder dist (dist/NAME/NAME, or dist/NAME of --onefile); where it is that one which fails, upgrade PyInstaller and build with a Python that has its \
                shared library";
    plain.cause(Cause::LibraryMissing, Verdict::Guilty).says(sentence).mended(Remedy::new(text))
}

/// Python's shared library: which Pythons have one, and where it lies, depends on who built that Python.
pub(super) fn of_libpython(plain: Judged, log: &Log, accused: &str, by: Option<&str>) -> Judged {
    let who = by.map_or_else(|| "a file that was loaded".to_owned(), short);
    let name = leaf(accused).to_owned();
    // `3.6` of `libpython3.6m.so.1.0`.
    let version: String =
        name.trim_start_matches("libpython").chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let version = version.trim_end_matches('.').to_owned();
    let place = plain.incident.told("place").map(str::to_owned);
    let paths: Vec<&str> = [by, place.as_deref(), log.site.as_deref()].into_iter().flatten().collect();
    let of_pyenv = paths.iter().find_map(|path| {
        let (_, rest) = path.split_once(".pyenv/versions/")?;
        rest.split('/').next().filter(|name| name.starts_with(&version))
    });
    let build = "what you build yourself is better linked without it, as extension modules should be";
    let judged = |plain: Judged, why: &str, remedy: Remedy| {
        let sentence =
            format!("{who} is linked with Python's shared library {name}, and no search path leads to one: {why}");
        plain.cause(Cause::PythonLibrary, Verdict::Guilty).says(sentence).mended(remedy)
    };
    if let Some(release) = of_pyenv.map(str::to_owned) {
        let text = format!(
            "build that Python again with its shared library (--enable-shared), and reinstall its packages; {build}"
        );
        let remedy = Remedy::new(text).fix(PYENV_SHARED.with(&[&release]));
        return judged(plain, "pyenv builds Pythons without one unless it is asked", remedy);
    }
    let packager = log.packager(&paths);
    if packager == Packager::Conda {
        let root = paths.iter().find_map(|path| path.split_once("/lib/python")).map(|(root, _)| format!("{root}/lib"));
        let text = format!(
            "set LD_LIBRARY_PATH to the lib folder of the environment ($CONDA_PREFIX/lib), if that has Python {version}; else run it with an environment of \
             Python {version}; {build}"
        );
        let remedy = Remedy::new(text).fix(match &root {
            Some(root) => LIBRARY_PATH.with(&[root]),
            None => Ok(WITH_LIBPYTHON.command()),
        });
        return judged(
            plain,
            "conda's lies in the lib folder of the environment, where only its own programs look",
            remedy,
        );
    }
    let text = format!(
        "install the library of the system's Python {version}, where that is the Python which runs it; of another Python {version} (conda's, one in /usr/local or \
         /opt) set LD_LIBRARY_PATH to its lib folder (for /usr/local/lib run ldconfig instead), and build one that has none again with --enable-shared; {build}"
    );
    let install = match packager {
        Packager::Apt => Some(APT_INSTALL.with(&[&format!("libpython{version}")])),
        _ => soname_template(packager).map(|template| template.with(&[&name])),
    };
    let remedy = install.into_iter().fold(Remedy::new(text), Remedy::fix).fix(Ok(WITH_LIBPYTHON.command()));
    judged(plain, "this Python has none, or it lies where only its own program looks", remedy)
}
