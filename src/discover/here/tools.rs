//! Where the tools of projects keep environments outside of the project, by their own rules; none is run.

use sha2::{Digest, Sha256};

use super::Look;
use crate::vfs::VPath;

/// Finds a tool's environments of the project in a folder, best first.
type Find = fn(&Look, &VPath) -> Vec<VPath>;

/// The tools by name.
pub(super) const TOOLS: [(&str, Find); 5] =
    [("hatch", hatch), ("poetry", poetry), ("pdm", pdm), ("pipenv", pipenv), ("virtualenvwrapper", virtualenvwrapper)];

/// `DATA/env/virtual/PROJECT/HASH/ENVIRONMENT` (`hatch/env/virtual.py`); the environment for work is called like the project.
fn hatch(look: &Look, project: &VPath) -> Vec<VPath> {
    if !["pyproject.toml", "hatch.toml"].iter().any(|name| look.has(project, name)) {
        return Vec::new();
    }
    let own = look.user_folders(&["HATCH_DATA_DIR"], &[]);
    let usual = look.data_folders().into_iter().map(|folder| folder.join("hatch"));
    let roots = own.into_iter().chain(usual).map(|folder| folder.join("env/virtual"));
    let hash = digest(real(look, project).as_bytes());
    let projects = roots.flat_map(|root| {
        let entries = look.fs.list(&root).unwrap_or_default();
        entries.into_iter().map(move |entry| root.join(&entry.name))
    });
    projects.flat_map(|folder| look.environments_in(&folder.join(&hash), folder.file_name())).collect()
}

/// `PATH/NAME-HASH-pyVERSION` (`poetry/utils/env/env_manager.py`); `envs.toml` there names the one that `poetry env use` chose.
fn poetry(look: &Look, project: &VPath) -> Vec<VPath> {
    if !look.has(project, "pyproject.toml") {
        return Vec::new();
    }
    let hash = digest(real(look, project).as_bytes());
    let mark = format!("-{hash}-py");
    let mut found = Vec::new();
    for folder in poetry_folders(look, project) {
        let chosen = look.text(&folder.join("envs.toml")).and_then(|text| {
            let table: toml::Table = text.parse().ok()?;
            let (name, told) = table.into_iter().find(|(name, _)| name.ends_with(&hash))?;
            Some(format!("{name}-py{}", told.get("minor")?.as_str()?))
        });
        let environments = look.environments_in(&folder, chosen.unwrap_or_default().as_bytes());
        found.extend(environments.into_iter().filter(|path| path.text().contains(&mark)));
    }
    found
}

/// Where poetry keeps environments: its settings of the project and of the person, else below its cache.
fn poetry_folders(look: &Look, project: &VPath) -> Vec<VPath> {
    let mut caches = look.user_folders(&["POETRY_CACHE_DIR"], &[]);
    caches.extend(look.cache_folders().iter().flat_map(|cache| [cache.join("pypoetry"), cache.join("pypoetry/Cache")]));
    let config = look.config_folders().into_iter().map(|folder| folder.join("pypoetry"));
    let config = look.user_folders(&["POETRY_CONFIG_DIR"], &[]).into_iter().chain(config);
    let files = [project.join("poetry.toml")].into_iter().chain(config.map(|folder| folder.join("config.toml")));
    let settings = files.filter_map(|file| look.text(&file)?.parse::<toml::Table>().ok());
    let settings: Vec<toml::Table> = settings.collect();
    let told = settings.iter().find_map(|table| table.get("cache-dir")?.as_str());
    caches.splice(..0, told.map(VPath::new));
    let set = settings.iter().filter_map(|table| table.get("virtualenvs")?.get("path")?.as_str());
    let set = look
        .machine
        .variable("POETRY_VIRTUALENVS_PATH")
        .map(String::from_utf8_lossy)
        .into_iter()
        .chain(set.map(Into::into));
    let mut folders: Vec<VPath> = Vec::new();
    for path in set {
        match path.contains("{cache-dir}") {
            true => folders.extend(caches.iter().map(|cache| VPath::new(path.replace("{cache-dir}", &cache.text())))),
            false => folders.push(at_home(look, project, &path)),
        }
    }
    folders.extend(caches.iter().map(|cache| cache.join("virtualenvs")));
    folders
}

/// The interpreter that `.pdm-python` names, wherever its environment is.
fn pdm(look: &Look, project: &VPath) -> Vec<VPath> {
    let python = look.line(&project.join(".pdm-python")).map(|path| VPath::new(path.replace('\\', "/")));
    let prefix = python.and_then(|python| look.environment(&python.parent()?.parent()?));
    prefix.into_iter().collect()
}

/// `WORKON_HOME/NAME-HASH` and with `-PYTHON` behind (`pipenv/utils/venv_locator.py`), or by the name that was chosen.
fn pipenv(look: &Look, project: &VPath) -> Vec<VPath> {
    let pipfile = project.join("Pipfile");
    if look.fs.stat(&pipfile).is_err() {
        return Vec::new();
    }
    let custom = look.machine.variable("PIPENV_CUSTOM_VENV_NAME").unwrap_or_default();
    let hash = format!("-{}", digest(real(look, &pipfile).as_bytes()));
    let is_own = |path: &VPath| {
        let name = VPath::new(path.file_name());
        let has_hash = name.text().split_once(&hash).is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with('-'));
        has_hash || !custom.is_empty() && name.as_bytes() == custom
    };
    let folders = workon_homes(look);
    folders.iter().flat_map(|folder| look.environments_in(folder, custom)).filter(is_own).collect()
}

/// The environment that `.project` in it ties to this folder, else the one of the folder's name (`workon .`).
fn virtualenvwrapper(look: &Look, project: &VPath) -> Vec<VPath> {
    let folders = workon_homes(look);
    let all: Vec<VPath> = folders.iter().flat_map(|folder| look.environments_in(folder, b"")).collect();
    let tied = |path: &&VPath| look.line(&path.join(".project")).is_some_and(|told| VPath::new(told) == *project);
    let named = |path: &&VPath| path.file_name() == project.file_name() && !look.has(path, ".project");
    all.iter().filter(tied).chain(all.iter().filter(named)).cloned().collect()
}

/// Where pipenv and virtualenvwrapper keep environments.
pub(super) fn workon_homes(look: &Look) -> Vec<VPath> {
    let own = look.user_folders(&["WORKON_HOME"], &[".virtualenvs", "Envs"]);
    own.into_iter().chain(look.data_folders().iter().map(|folder| folder.join("virtualenvs"))).collect()
}

/// A path in the settings of a project, in which `~` is the home.
fn at_home(look: &Look, project: &VPath, path: &str) -> VPath {
    match (path.strip_prefix("~/"), look.machine.home()) {
        (Some(below), Some(home)) => VPath::new(home).join(below),
        _ => project.join(path),
    }
}

fn real(look: &Look, path: &VPath) -> VPath {
    look.fs.real(path).unwrap_or_else(|_| path.clone())
}

/// What hatch, poetry and pipenv call a path by: the first eight letters of its SHA-256 in URL-safe base64.
fn digest(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digest = Sha256::digest(bytes);
    let bits = digest[..6].iter().fold(0u64, |bits, &byte| bits << 8 | u64::from(byte));
    (0..8).rev().map(|place| char::from(LETTERS[(bits >> (6 * place) & 63) as usize])).collect()
}

#[cfg(test)]
mod tests {
    use super::digest;

    /// As Python says: `base64.urlsafe_b64encode(hashlib.sha256(path).digest())[:8]`.
    #[test]
    fn a_path_has_the_name_that_tools_give_it() {
        assert_eq!(digest(b"/p/project"), "knnm9BIB");
        assert_eq!(digest(b"/p/Pipfile"), "7pcxUZ5s");
    }
}
