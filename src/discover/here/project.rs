//! The environments of a project: what lies in its folder, and what its tools keep elsewhere.

use super::{Look, Nearby, named, tools};
use crate::vfs::{Kind, VPath};

/// Where the environment of a project lies in its folder, best first. `*` stands for every name.
const IN_FOLDER: [&str; 6] = [".venv", "venv", "env", ".venv-*", ".pixi/envs/*", ".hatch/*"];
/// Environments that are made to run tests; whatever else a project has is what people work with.
const FOR_TESTS: [&str; 2] = [".tox/*", ".nox/*"];

/// The environments of this folder and of those above it, nearest first.
pub(super) fn upward(look: &Look) -> Vec<Nearby> {
    let above = std::iter::successors(Some(look.machine.directory.clone()), VPath::parent);
    above.flat_map(|folder| around(look, &folder).into_iter().chain(environments(look, &folder))).collect()
}

/// The folder itself, where it is an environment: a person stands in it.
fn around(look: &Look, folder: &VPath) -> Option<Nearby> {
    Some(Nearby::new(look.environment(folder)?, "this folder lies in it"))
}

/// The environments of the project in a folder, best first.
pub(super) fn environments(look: &Look, folder: &VPath) -> Vec<Nearby> {
    let mut found: Vec<Nearby> = of_uv(look, folder).into_iter().chain(pointer(look, folder)).collect();
    found.extend(IN_FOLDER.iter().flat_map(|pattern| matching(look, folder, pattern)));
    found.extend(tools::TOOLS.iter().flat_map(|(tool, find)| {
        let because = format!("{tool}'s environment of {}", shown(look, folder));
        find(look, folder).into_iter().map(move |path| Nearby::new(path, because.clone()))
    }));
    found.extend(FOR_TESTS.iter().flat_map(|pattern| matching(look, folder, pattern)));
    found
}

/// What `UV_PROJECT_ENVIRONMENT` names, from the folder of the project on.
fn of_uv(look: &Look, folder: &VPath) -> Option<Nearby> {
    let name = look.machine.variable("UV_PROJECT_ENVIRONMENT").filter(|_| look.has(folder, "pyproject.toml"))?;
    Some(Nearby::new(look.environment(&folder.join(name))?, "$UV_PROJECT_ENVIRONMENT"))
}

/// What a file called `.venv` says: a path, or the name of an environment (as pipenv and editors write it).
fn pointer(look: &Look, folder: &VPath) -> Option<Nearby> {
    let file = folder.join(".venv");
    look.fs.stat(&file).ok().filter(|stat| stat.kind == Kind::File)?;
    let told = look.line(&file)?;
    let path = look.environment(&folder.join(&told)).or_else(|| Some(named(look.fs, look.machine, &told)?.path))?;
    Some(Nearby::new(path, format!("the file .venv in {}", shown(look, folder))))
}

/// The environments that a pattern means, and the pattern's words for each.
fn matching(look: &Look, folder: &VPath, pattern: &str) -> Vec<Nearby> {
    let because = |path: &VPath, name: String| match *folder == look.machine.directory {
        true => Nearby::new(path.clone(), format!("./{name}")),
        false => Nearby::new(path.clone(), format!("{name} in {folder}")),
    };
    let Some((before, after)) = pattern.split_once('*') else {
        return look
            .environment(&folder.join(pattern))
            .map(|path| because(&path, pattern.to_owned()))
            .into_iter()
            .collect();
    };
    let (above, start) = before.rsplit_once('/').unwrap_or(("", before));
    let names = look.environments_in(&folder.join(above), b"default");
    let name = |path: &VPath| String::from_utf8_lossy(path.file_name()).into_owned();
    let fits = |path: &&VPath| name(path).starts_with(start) && after.is_empty();
    let joined =
        |path: &VPath| because(path, if above.is_empty() { name(path) } else { format!("{above}/{}", name(path)) });
    names.iter().filter(fits).map(joined).collect()
}

fn shown(look: &Look, folder: &VPath) -> String {
    match *folder == look.machine.directory {
        true => "this folder".to_owned(),
        false => folder.to_string(),
    }
}
