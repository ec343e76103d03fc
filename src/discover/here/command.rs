//! The environment of a program: the one that a command works in, and the Python that `PATH` leads to.

use super::Look;
use crate::discover::{Machine, python};
use crate::vfs::{FileSystem, Kind, VPath};

/// The prefix of the environment in which a program works, given as it is typed: the one in whose `bin` (Windows: `Scripts`) it
/// lies, else that of the interpreter in its first line. None where it is not found, or is no Python's.
pub fn environment(fs: &dyn FileSystem, machine: &Machine, program: &VPath) -> Option<VPath> {
    const LONGEST: usize = 4096;
    let path = program_at(fs, machine, program)?;
    let prefixes_of = |path: &VPath| [path.parent().and_then(|bin| bin.parent()), path.parent()].into_iter().flatten();
    let has_config = |prefix: &VPath| python::is_environment(fs, prefix);
    let is_prefix = |prefix: &VPath| has_config(prefix) || python::library(fs, prefix, None).is_some();
    // `/usr/bin` holds every program, and only Python's own work in Python's prefix; `Scripts` holds nothing else.
    let is_python = |path: &VPath| {
        let name = path.file_name().to_ascii_lowercase();
        name.starts_with(b"python")
            || name.starts_with(b"pip")
            || path.parent().is_some_and(|bin| bin.file_name() == b"Scripts")
    };
    let own = prefixes_of(&path).find(|prefix| is_prefix(prefix) && (is_python(&path) || has_config(prefix)));
    let real = || fs.real(&path).ok().filter(|real| *real != path);
    own.or_else(|| {
        let start = fs.read(&path, LONGEST).ok()?;
        let line = start.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
        let interpreter = line.trim_ascii().split(|&byte| byte == b' ').next()?;
        let is_python = VPath::new(interpreter).file_name().starts_with(b"python");
        prefixes_of(&VPath::new(interpreter)).find(|prefix| is_python && is_prefix(prefix))
    })
    .or_else(|| {
        let real = real()?;
        prefixes_of(&real).find(|prefix| is_prefix(prefix) && path.file_name().starts_with(b"python"))
    })
}

/// The file that a command's first word stands for. On Windows the ending is mostly not typed (`PATHEXT`).
fn program_at(fs: &dyn FileSystem, machine: &Machine, program: &VPath) -> Option<VPath> {
    let is_program = |path: &VPath| fs.stat(path).is_ok_and(|stat| stat.kind == Kind::File);
    let names = ["", ".exe", ".cmd", ".bat"].map(|ending| [program.as_bytes(), ending.as_bytes()].concat());
    let folders: Vec<VPath> = match program.as_bytes().contains(&b'/') {
        true => vec![machine.directory.clone()],
        false => machine.search_path().collect(),
    };
    folders.iter().flat_map(|folder| names.iter().map(|name| folder.join(name))).find(is_program)
}

/// The prefix of the first `python3` on `PATH`, or on Windows of the first `python.exe`; a shim of pyenv is followed to the
/// version that it stands for.
pub(super) fn python_on_path(look: &Look) -> Option<(VPath, VPath)> {
    let (fs, machine) = (look.fs, look.machine);
    for folder in machine.search_path() {
        for name in ["python3", "python.exe"] {
            let program = folder.join(name);
            let Ok(real) = fs.real(&program) else { continue };
            let is_script = fs.read(&real, 2).is_ok_and(|start| start == b"#!");
            // The `python3` of a virtual environment is a link to that of its base.
            let around = folder.parent().and_then(|prefix| look.environment(&prefix));
            let prefix = match is_script {
                _ if around.is_some() => around,
                true => pyenv_version(fs, machine, &real),
                // The `python.exe` of an installation lies in the prefix itself, that of a virtual environment in its `Scripts`.
                false if name == "python.exe" && folder.file_name() != b"Scripts" => real.parent(),
                false => real.parent().and_then(|bin| bin.parent()),
            };
            let is_prefix = |prefix: &VPath| {
                python::library(fs, prefix, None).is_some() || fs.stat(&prefix.join("pyvenv.cfg")).is_ok()
            };
            if let Some(prefix) = prefix.filter(|prefix| is_prefix(prefix) && !look.is_own(prefix)) {
                return Some((prefix, program));
            }
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
