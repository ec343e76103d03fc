//! The environment found where a person stands: what is active, what lies in the project, what `PATH` leads to.

use super::{Machine, python};
use crate::error::Error;
use crate::vfs::{FileSystem, Kind, VPath};

/// The virtual environment of a project folder that is not itself one.
pub(super) fn project_venv(fs: &dyn FileSystem, project: &VPath) -> Option<(VPath, &'static str)> {
    let has = |folder: &VPath, name: &str| fs.stat(&folder.join(name)).is_ok();
    if has(project, "pyvenv.cfg") || has(project, "conda-meta") {
        return None;
    }
    [".venv", "venv"].into_iter().find_map(|name| {
        let venv = fs.real(&project.join(name)).ok()?;
        has(&venv, "pyvenv.cfg").then_some((venv, name))
    })
}

/// The environment that is looked at where none is named, and how it was found.
///
/// # Errors
/// Where there is none.
pub(super) fn found(fs: &dyn FileSystem, machine: &Machine) -> Result<(VPath, String), Error> {
    for name in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
        if let Some(value) = machine.variable(name)
            && let Ok(real) = fs.real(&VPath::new(value))
        {
            return Ok((real, format!("${name}")));
        }
    }
    if let Some((venv, name)) = project_venv(fs, &machine.directory) {
        return Ok((venv, format!("./{name}")));
    }
    if let Some((prefix, program)) = python_on_path(fs, machine) {
        return Ok((prefix, format!("{program} on PATH")));
    }
    Err(Error::new(
        "no Python environment here: looked at $VIRTUAL_ENV, $CONDA_PREFIX, ./.venv, ./venv and for python3 on PATH",
        "name one (dylens PATH), or see the demo (dylens --demo)",
    ))
}

/// The prefix of the environment in which a program works, given as it is typed: the one in whose `bin` it lies, else that of
/// the interpreter in its first line. None where it is not found, or is no Python's.
pub fn environment(fs: &dyn FileSystem, machine: &Machine, program: &VPath) -> Option<VPath> {
    const LONGEST: usize = 4096;
    let is_program = |path: &VPath| fs.stat(path).is_ok_and(|stat| stat.kind == Kind::File);
    let path = match program.as_bytes().contains(&b'/') {
        true => Some(machine.directory.join(program)).filter(is_program),
        false => {
            let folders = machine.variable("PATH")?.split(|&byte| byte == b':').filter(|part| !part.is_empty());
            folders.map(|folder| machine.directory.join(folder).join(program)).find(is_program)
        }
    }?;
    let prefix_of = |path: &VPath| path.parent().and_then(|bin| bin.parent());
    let is_prefix = |prefix: &VPath| {
        ["pyvenv.cfg", "conda-meta"].iter().any(|name| fs.stat(&prefix.join(name)).is_ok())
            || python::library(fs, prefix, None).is_some()
    };
    let own = prefix_of(&path).filter(|prefix| {
        // `/usr/bin` holds every program, and only Python's own work in Python's prefix.
        let is_python = path.file_name().starts_with(b"python") || path.file_name().starts_with(b"pip");
        is_prefix(prefix) && (is_python || fs.stat(&prefix.join("pyvenv.cfg")).is_ok())
    });
    let real = || fs.real(&path).ok().filter(|real| *real != path);
    own.or_else(|| {
        let start = fs.read(&path, LONGEST).ok()?;
        let line = start.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
        let interpreter = line.trim_ascii().split(|&byte| byte == b' ').next()?;
        let is_python = VPath::new(interpreter).file_name().starts_with(b"python");
        prefix_of(&VPath::new(interpreter)).filter(|prefix| is_python && is_prefix(prefix))
    })
    .or_else(|| {
        real()
            .and_then(|real| prefix_of(&real))
            .filter(|prefix| is_prefix(prefix) && path.file_name().starts_with(b"python"))
    })
}

/// The prefix of the first `python3` on `PATH`; a shim of pyenv is followed to the version it stands for.
fn python_on_path(fs: &dyn FileSystem, machine: &Machine) -> Option<(VPath, VPath)> {
    for directory in machine.variable("PATH")?.split(|&byte| byte == b':').filter(|part| part.starts_with(b"/")) {
        let program = VPath::new(directory).join("python3");
        let Ok(real) = fs.real(&program) else { continue };
        let is_script = fs.read(&real, 2).is_ok_and(|start| start == b"#!");
        let prefix = match is_script {
            true => pyenv_version(fs, machine, &real),
            false => real.parent().and_then(|bin| bin.parent()),
        };
        if let Some(prefix) = prefix
            && python::library(fs, &prefix, None).is_some()
        {
            return Some((prefix, program));
        }
    }
    None
}

fn pyenv_version(fs: &dyn FileSystem, machine: &Machine, shim: &VPath) -> Option<VPath> {
    let shims = shim.parent().filter(|shims| shims.file_name() == b"shims")?;
    let root = shims.parent()?;
    let read = |path: VPath| fs.read(&path, 256).ok();
    let above = std::iter::successors(Some(machine.directory.clone()), VPath::parent);
    let local = above.filter_map(|folder| read(folder.join(".python-version")));
    let variable = machine.variable("PYENV_VERSION").map(<[u8]>::to_vec);
    let texts = variable.into_iter().chain(local).chain(read(root.join("version")));
    texts
        .filter_map(|text| String::from_utf8(text).ok())
        .flat_map(|text| text.split([':', '\n', ' ']).map(str::to_owned).collect::<Vec<_>>())
        .filter(|version| !version.is_empty() && version != "system")
        .find_map(|version| fs.real(&root.join("versions").join(version)).ok())
}
