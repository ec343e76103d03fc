//! The environments near where a person stands: what is active, what belongs to the project, what `PATH` leads to.

mod command;
mod named;
mod project;
mod tools;

pub use command::environment;
pub(super) use named::named;

use super::{Machine, nested_environments, python};
use crate::error::Error;
use crate::vfs::{FileSystem, VPath};

/// An environment near where a person stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearby {
    /// Without links.
    pub path: VPath,
    /// How it was found: `$VIRTUAL_ENV`, `./.venv`, `the environment of poetry`.
    pub because: String,
}

impl Nearby {
    fn new(path: VPath, because: impl Into<String>) -> Nearby {
        Nearby { path, because: because.into() }
    }
}

/// Where environments are looked for that nobody named, best first; where there are none, for Python on `PATH`.
const PLACES: [fn(&Look) -> Vec<Nearby>; 3] = [active, project::upward, conda_base];

/// The environments that may be meant where none is named, best first, each once.
///
/// # Errors
/// Where there is none.
pub(super) fn nearby(fs: &dyn FileSystem, machine: &Machine) -> Result<Vec<Nearby>, Error> {
    let look = Look { fs, machine };
    let mut found = unique(PLACES.iter().flat_map(|place| place(&look)));
    if found.is_empty() {
        found.extend(on_path(&look));
    }
    if found.is_empty() {
        return Err(Error::new(
            "no Python environment here: looked at $VIRTUAL_ENV, $CONDA_PREFIX, for .venv, venv and the environments of \
             uv, pixi, hatch, poetry, pdm, pipenv, tox and nox in this folder and those above it, and for Python on PATH",
            "name one (dylens PATH), or see the demo (dylens --demo)",
        ));
    }
    Ok(found)
}

/// The environment in which a file is meant that lies in none: the one that is active, else that of the project around it.
pub(super) fn around_file(fs: &dyn FileSystem, machine: &Machine, folder: &VPath) -> Option<Nearby> {
    let look = Look { fs, machine };
    let above = std::iter::successors(Some(folder.clone()), VPath::parent);
    active(&look).into_iter().next().or_else(|| {
        let mut found = above.flat_map(|folder| project::environments(&look, &folder));
        found.next()
    })
}

/// The environments of another system, best first: as where a person stands in it, and wherever they lie. The Python on its
/// `PATH` comes first where packages were installed for it, last where it has none.
pub(super) fn in_system(fs: &dyn FileSystem, machine: &Machine) -> Vec<Nearby> {
    let look = Look { fs, machine };
    let python = on_path(&look);
    let has_packages = python.as_ref().is_some_and(|python| look.has_packages(&python.path));
    let (first, last) = if has_packages { (python, None) } else { (None, python) };
    let nested = nested_environments(fs, &VPath::new("/")).into_iter().map(|path| Nearby::new(path, "found there"));
    unique(PLACES.iter().flat_map(|place| place(&look)).chain(first).chain(nested).chain(last))
}

/// The environments of the project in a folder that is not itself one, best first.
pub(super) fn of_project(fs: &dyn FileSystem, machine: &Machine, folder: &VPath) -> Vec<Nearby> {
    let look = Look { fs, machine };
    match look.environment(folder) {
        Some(_) => Vec::new(),
        None => unique(project::environments(&look, folder)),
    }
}

/// Each environment once, by the first way that leads to it.
fn unique(found: impl IntoIterator<Item = Nearby>) -> Vec<Nearby> {
    let mut kept: Vec<Nearby> = Vec::new();
    for nearby in found {
        if !kept.iter().any(|known| known.path == nearby.path) {
            kept.push(nearby);
        }
    }
    kept
}

fn active(look: &Look) -> Vec<Nearby> {
    let is_taken = |name: &&str| *name != "CONDA_PREFIX" || !look.is_conda_base_active();
    ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter(is_taken).filter_map(|name| look.by_variable(name)).collect()
}

/// The base environment of conda, which is active in every shell of many people and holds conda itself.
fn conda_base(look: &Look) -> Vec<Nearby> {
    let base = look.by_variable("CONDA_PREFIX").filter(|_| look.is_conda_base_active());
    base.map(|base| Nearby { because: format!("{}, the base environment of conda", base.because), ..base })
        .into_iter()
        .collect()
}

fn on_path(look: &Look) -> Option<Nearby> {
    let (prefix, program) = command::python_on_path(look)?;
    Some(Nearby::new(prefix, format!("{program} on PATH")))
}

/// What is asked while environments are looked for.
struct Look<'a> {
    fs: &'a dyn FileSystem,
    machine: &'a Machine,
}

impl Look<'_> {
    fn has(&self, folder: &VPath, name: &str) -> bool {
        self.fs.stat(&folder.join(name)).is_ok()
    }

    /// The virtual or conda environment that a path leads to, without links.
    fn environment(&self, path: &VPath) -> Option<VPath> {
        self.fs.real(path).ok().filter(|path| python::is_environment(self.fs, path))
    }

    fn by_variable(&self, name: &str) -> Option<Nearby> {
        let path = self.fs.real(&VPath::new(self.machine.variable(name)?)).ok()?;
        (!self.is_own(&path)).then(|| Nearby::new(path, format!("${name}")))
    }

    fn is_conda_base_active(&self) -> bool {
        let has_conda = |prefix: &[u8]| self.has(&VPath::new(prefix), "condabin");
        self.machine.variable("CONDA_DEFAULT_ENV") == Some(b"base")
            || self.machine.variable("CONDA_PREFIX").is_some_and(has_conda)
    }

    /// Is this an environment that uv or pipx made for dylens alone? One that a person made may have it too.
    fn is_own(&self, prefix: &VPath) -> bool {
        const MARKS: [&str; 2] = ["uv-receipt.toml", "pipx_metadata.json"];
        const CACHES: [&[u8]; 3] = [b"archive-v0", b"environments-v2", b"pipx"];
        let own = self.machine.program.as_ref().and_then(VPath::parent).and_then(|bin| bin.parent());
        let own = own.and_then(|own| self.fs.real(&own).ok());
        own.as_ref() == Some(prefix)
            && (MARKS.iter().any(|mark| self.has(prefix, mark)) || prefix.parts().any(|part| CACHES.contains(&part)))
    }

    /// The folders that a person's programs keep something in, on whatever system: by the variable, else below the home.
    fn user_folders(&self, variables: &[&str], below_home: &[&str]) -> Vec<VPath> {
        let set = variables.iter().filter_map(|name| self.machine.variable(name)).map(VPath::new);
        let home = self.machine.home().map(VPath::new);
        let below = home.iter().flat_map(|home| below_home.iter().map(|name| home.join(name)));
        set.chain(below).filter(VPath::is_absolute).collect()
    }

    fn data_folders(&self) -> Vec<VPath> {
        const BELOW: [&str; 2] = [".local/share", "Library/Application Support"];
        self.user_folders(&["XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA"], &BELOW)
    }

    fn cache_folders(&self) -> Vec<VPath> {
        self.user_folders(&["XDG_CACHE_HOME", "LOCALAPPDATA"], &[".cache", "Library/Caches"])
    }

    fn config_folders(&self) -> Vec<VPath> {
        self.user_folders(&["XDG_CONFIG_HOME", "APPDATA"], &[".config", "Library/Application Support"])
    }

    /// The environments in a folder of them: those of this name first, then by their Python, newest first, and by name.
    fn environments_in(&self, folder: &VPath, first: &[u8]) -> Vec<VPath> {
        let entries = self.fs.list(folder).unwrap_or_default();
        let found = entries.into_iter().filter_map(|entry| {
            let path = self.environment(&folder.join(&entry.name))?;
            let version = python::venv_config(self.fs, &path, &mut Vec::new()).version;
            Some((entry.name.as_bytes() != first, std::cmp::Reverse(version), entry.name, path))
        });
        let mut found: Vec<_> = found.collect();
        found.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
        found.into_iter().map(|(.., path)| path).collect()
    }

    /// Are there packages in a prefix beside those that install others?
    fn has_packages(&self, prefix: &VPath) -> bool {
        const INSTALLERS: [&str; 3] = ["pip-", "setuptools-", "wheel-"];
        let Some((library, _)) = python::library(self.fs, prefix, None) else { return false };
        let entries = ["site-packages", "dist-packages"].map(|name| self.fs.list(&library.join(name)));
        entries.into_iter().flatten().flatten().any(|entry| {
            let name = entry.name.text();
            name.ends_with(".dist-info") && !INSTALLERS.iter().any(|start| name.starts_with(start))
        })
    }

    /// A small file of settings as text.
    fn text(&self, path: &VPath) -> Option<String> {
        const LONGEST: usize = 1 << 20;
        self.fs.read(path, LONGEST).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The first line of a small file, without the spaces around it.
    fn line(&self, path: &VPath) -> Option<String> {
        let line = self.text(path)?.lines().next()?.trim().to_owned();
        (!line.is_empty()).then_some(line)
    }
}
