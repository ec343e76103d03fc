//! Environments that have a name: those of pipx, of uv's tools, of conda, of virtualenvwrapper, of pyenv.

use super::tools::workon_homes;
use super::{Look, Nearby};
use crate::discover::Machine;
use crate::vfs::{FileSystem, VPath};

/// The environment of a name that is no path; none where nobody keeps one of that name.
pub(in crate::discover) fn named(fs: &dyn FileSystem, machine: &Machine, name: &str) -> Option<Nearby> {
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
        return None;
    }
    let look = Look { fs, machine };
    let found = |(tool, folders): (&str, Vec<VPath>)| {
        let path = folders.iter().find_map(|folder| look.environment(&folder.join(name)))?;
        Some(Nearby::new(path, format!("{name} of {tool}")))
    };
    [
        ("pipx", pipx(&look)),
        ("uv tool", uv_tools(&look)),
        ("conda", conda(&look)),
        ("virtualenvwrapper", workon_homes(&look)),
        ("pyenv", below(look.user_folders(&["PYENV_ROOT"], &[".pyenv"]), "versions")),
    ]
    .into_iter()
    .find_map(found)
}

fn pipx(look: &Look) -> Vec<VPath> {
    let own = look.user_folders(&["PIPX_HOME"], &[".local/pipx", "pipx"]);
    below(own.into_iter().chain(below(look.data_folders(), "pipx")).collect(), "venvs")
}

fn uv_tools(look: &Look) -> Vec<VPath> {
    let own = look.user_folders(&["UV_TOOL_DIR"], &[]);
    let usual = below(look.data_folders(), "uv/tools").into_iter().chain(below(look.data_folders(), "uv/data/tools"));
    own.into_iter().chain(usual).collect()
}

/// The folders that conda keeps environments in: of the installation that is active, and the person's own.
fn conda(look: &Look) -> Vec<VPath> {
    let active = look.user_folders(&["CONDA_PREFIX"], &[]).into_iter().flat_map(|prefix| {
        let around = prefix.parent().filter(|above| above.file_name() == b"envs");
        [Some(prefix.join("envs")), around].into_iter().flatten()
    });
    let installed =
        look.user_folders(&["MAMBA_ROOT_PREFIX"], &["miniconda3", "anaconda3", "miniforge3", "mambaforge", ".conda"]);
    active.chain(below(installed, "envs")).collect()
}

fn below(folders: Vec<VPath>, name: &str) -> Vec<VPath> {
    folders.into_iter().map(|folder| folder.join(name)).collect()
}
