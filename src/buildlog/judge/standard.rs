//! Python misses a module of its own library: no package of the index brings it.

use super::absent::command;
use super::library::short;
use super::{Cause, Judged, Verdict};
use crate::buildlog::development::development;
use crate::buildlog::standard::{StandardModule, is_standard, standard_module};
use crate::buildlog::{Log, Packager};
use crate::command::templates::PYENV_BUILD;
use crate::command::{Command, Remedy};
use crate::diagnose::Shipped;

/// Modules without which no Python starts.
const FIRST: [&str; 6] = ["encodings", "codecs", "io", "abc", "site", "os"];

/// Where a Python comes from, as far as the path of its library tells.
enum Origin {
    /// A system's own, whose packages hold some modules apart.
    System,
    /// pyenv's, compiled on the machine, with its version.
    Pyenv(String),
    Unknown,
}

impl Origin {
    fn of(path: &str) -> Origin {
        let version = path.split("/.pyenv/versions/").nth(1).and_then(|rest| rest.split('/').next());
        let is_system = ["/usr/lib/python3", "/usr/lib64/python3", "/opt/homebrew/Cellar/", "/usr/local/Cellar/"]
            .iter()
            .any(|start| path.starts_with(start));
        match version {
            Some(version) => Origin::Pyenv(version.to_owned()),
            None if is_system => Origin::System,
            None => Origin::Unknown,
        }
    }
}

pub(super) fn judge(plain: &Judged, log: &Log, module: &str) -> Option<Judged> {
    let top = module.split('.').next().unwrap_or(module);
    if plain.cause != Cause::ModuleMissing || !is_standard(top) {
        return None;
    }
    let place = plain.incident.by().or(plain.incident.told("place")).unwrap_or_default().to_owned();
    let judged = plain.clone().cause(Cause::ModuleMissing, Verdict::Guilty);
    if FIRST.contains(&top) {
        return Some(of_the_start(judged, top));
    }
    let Some(known) = standard_module(top) else {
        let sentence = format!("{module} is a part of Python's own library, and this Python does not have it");
        let text = "reinstall that Python completely (Debian: python3-full), and unset PYTHONHOME; no package of the index has the module";
        return Some(judged.says(sentence).mended(Remedy::new(text)));
    };
    let origin = Origin::of(&place);
    let packager = log.packager(&[&place]);
    let who = match &origin {
        Origin::Pyenv(version) => format!("the Python {version} that pyenv compiled"),
        Origin::System => "the system's Python".to_owned(),
        Origin::Unknown if place.contains("-packages/") => format!("the Python that runs {}", short(&place)),
        Origin::Unknown => "this Python".to_owned(),
    };
    let why = match (&origin, known.library.is_empty()) {
        (Origin::System, _) | (_, true) => "the system keeps it in a package of its own".to_owned(),
        (_, false) => format!(
            "where Python is compiled, its build leaves the module out if the development files of {} are not there",
            known.library
        ),
    };
    let sentence = format!("{who} has no {module}, which is a part of Python's own library: {why}");
    Some(judged.says(sentence).mended(remedy(known, &origin, packager, top)))
}

/// Python does not even start.
fn of_the_start(judged: Judged, module: &str) -> Judged {
    let sentence = format!(
        "Python does not find its own library ({module} is the first module of it that it loads): PYTHONHOME leads elsewhere, or the program was moved \
         away from its library"
    );
    let text = "unset PYTHONHOME and PYTHONPATH; create the environment again where its Python was upgraded or moved (python3 -m venv --clear FOLDER); \
                in a bundle, build it again with the Python that it is to bring";
    judged.says(sentence).mended(Remedy::new(text))
}

fn remedy(known: &StandardModule, origin: &Origin, packager: Packager, module: &str) -> Remedy {
    let apart = command(packager, &known.apart).filter(|_| !matches!(origin, Origin::Pyenv(_)));
    let built = development(&known.library).map(|files| with_headers(&files, packager, origin));
    let text = match (&apart, &built) {
        (Some(_), Some(_)) if matches!(origin, Origin::Unknown) => {
            "install the system's package of it, for the system's own Python; for a Python that was compiled (pyenv, make install), install the \
             development files and compile it again"
        }
        (Some(_), _) => "install the system's package of it",
        (None, Some(_)) => {
            "install the development files, then compile this Python again (for pyenv: pyenv install --force VERSION)"
        }
        (None, None) => "reinstall that Python completely; no package of the index has the module",
    };
    let remedy = Remedy::new(format!("{text}; pip has no {module}"));
    let remedy = apart.clone().into_iter().fold(remedy, |remedy, command| remedy.fix(Ok(command)));
    match built.filter(|_| apart.is_none() || matches!(origin, Origin::Unknown)) {
        Some(steps) if !steps.is_empty() => remedy.steps(steps.into_iter().map(Ok)),
        _ => remedy,
    }
}

/// The commands that compile a Python with a library that its build did not find.
fn with_headers(files: &Shipped, packager: Packager, origin: &Origin) -> Vec<Command> {
    let install = command(packager, files);
    let build = match origin {
        Origin::Pyenv(version) => PYENV_BUILD.with(&[version]).ok(),
        _ => None,
    };
    install.into_iter().chain(build).collect()
}

/// An interpreter that does not get as far as its own first module: it looks for its library elsewhere than where that is.
pub(super) fn without_its_library(plain: &Judged, log: &Log, module: &str) -> Option<Judged> {
    let bundler = log.running()?;
    if plain.cause != Cause::ModuleMissing || module != FIRST[0] {
        return None;
    }
    let name = bundler.word();
    let sentence = format!(
        "the interpreter of a program that {name} made does not find its own library (encodings): it was started by itself and not by the program, PYTHONHOME or PYTHONPATH \
         lead it elsewhere, or a part of the bundle is gone"
    );
    let text = "start the program itself, which tells its interpreter where the library is (the python beside it is for the program's use alone); unset PYTHONHOME and PYTHONPATH; \
                else copy the whole bundle again, or rebuild it";
    Some(plain.clone().cause(Cause::ModuleLeftOut, Verdict::Guilty).says(sentence).mended(Remedy::new(text)))
}
