//! Another system: a folder or a container image that stands for `/`. Its loader, its settings, its interpreter count, and
//! nothing of this machine.

use std::sync::Arc;

use super::target::{self, Target};
use super::{Machine, here};
use crate::error::Error;
use crate::vfs::{Container, FileSystem, Layers, Rooted, VPath, Wheels};

/// What a shell of root has where nobody set it (`login.defs(5)`).
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// How archives are called that may hold a system, a package of conda, or sources.
const ARCHIVES: [&[u8]; 8] = [b".tar", b".tar.gz", b".tgz", b".tar.zst", b".tar.bz2", b".tbz", b".tar.xz", b".txz"];

/// Is there a system in this folder, other than this machine's own?
pub(super) fn is_system(fs: &dyn FileSystem, folder: &VPath) -> bool {
    let has = |name: &str| fs.stat(&folder.join(name)).is_ok();
    folder.parent().is_some() && is_system_in(has)
}

fn is_system_in(has: impl Fn(&str) -> bool) -> bool {
    has("usr/lib") && (has("etc/os-release") || has("usr/lib/os-release"))
}

/// The system that a path lies in, its own folder included; none where that is this machine's.
pub(super) fn around(fs: &dyn FileSystem, path: &VPath) -> Option<VPath> {
    std::iter::successors(Some(path.clone()), VPath::parent).find(|folder| is_system(fs, folder))
}

/// What is meant in the system in a folder: what is at `path` there, else the environment found there.
///
/// # Errors
/// Where there is nothing at `path`, or no Python at all.
pub(super) fn in_folder(fs: &Arc<dyn FileSystem>, root: &VPath, path: Option<&VPath>) -> Result<Target, Error> {
    let real = fs.real(root).map_err(|error| Error::new(format!("{root}: {error}"), "give the root of a system"))?;
    let rooted: Arc<dyn FileSystem> = Arc::new(Rooted::new(fs.clone(), real));
    rooted
        .list(&VPath::new("/"))
        .map_err(|error| Error::new(format!("{root}: {error}"), "give the root of a system"))?;
    system(&rooted, &machine(&[], VPath::new("/")), root, path)
}

/// The image in a folder of OCI's layout; none where it is no such folder.
///
/// # Errors
/// As [`Container::in_folder`], and where no Python is in it.
pub(super) fn image_folder(
    fs: &Arc<dyn FileSystem>,
    folder: &VPath,
    platform: Option<&str>,
) -> Result<Option<Target>, Error> {
    let has = |name: &str| fs.stat(&folder.join(name)).is_ok();
    if !has("index.json") && !has("manifest.json") {
        return Ok(None);
    }
    Container::in_folder(fs, folder, platform)?.map(|image| container(image, folder)).transpose()
}

/// Is a file called as archives are that may hold a system, a package of conda, or sources?
pub(crate) fn is_archive_name(path: &VPath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    ARCHIVES.iter().any(|ending| name.len() > ending.len() && name.ends_with(ending))
}

/// What is meant in a tar archive: a container image, the root of a system, a package of conda, any folder.
///
/// # Errors
/// Where it is no archive, holds sources, or has nothing that could be looked at.
pub(super) fn archive(fs: &Arc<dyn FileSystem>, path: &VPath, platform: Option<&str>) -> Result<Target, Error> {
    if path.file_name().ends_with(b"xz") {
        return Err(Error::new(format!("{path} is packed by xz, which is not read"), "unpack it, and give the folder"));
    }
    let files = match Container::in_archive(Layers::of_file(fs.clone(), path)?, path, platform)? {
        Ok(image) => return container(image, path),
        Err(files) => files,
    };
    let has = |name: &str| files.stat(&VPath::new("/").join(name)).is_ok();
    let is_system = is_system_in(has);
    let is_conda = has("info/index.json");
    if !is_system && is_source(&files) {
        return Err(Error::new(
            format!("{path} is a source distribution: its native modules are yet to be built"),
            "build a wheel of it (python -m pip wheel --no-deps), and give that",
        ));
    }
    let files: Arc<dyn FileSystem> = Arc::new(files);
    if is_system {
        return system(&files, &machine(&[], VPath::new("/")), path, None);
    }
    package(&files, path, if is_conda { CONDA_PACKAGE } else { "the archive" })
}

/// What a package of conda is called where it is said what is looked at.
const CONDA_PACKAGE: &str = "the conda package";

/// What is in an archive without a system.
fn package(files: &Arc<dyn FileSystem>, path: &VPath, what: &str) -> Result<Target, Error> {
    let machine = machine(&[], VPath::new("/"));
    let target = target::folder(files, &machine, &VPath::new("/"), Some(format!("{what} {path}")))?;
    Ok(Target { within: Some(path.clone()), is_foreign: true, ..target })
}

pub(super) fn is_conda_name(path: &VPath) -> bool {
    path.file_name().to_ascii_lowercase().ends_with(b".conda")
}

/// What is in a package of conda in its newer form: a zip archive of two tar archives, what is installed (`pkg-…`) and what
/// is known of it (`info-…`), each packed by zstd (conda-package-handling, “.conda file format”).
///
/// # Errors
/// Where it is no zip archive, or holds none of the two.
pub(super) fn conda(fs: &Arc<dyn FileSystem>, path: &VPath) -> Result<Target, Error> {
    let members = Wheels::over(fs.clone(), std::slice::from_ref(path))?;
    let root = members.root().clone();
    let names = members.list(&root).unwrap_or_default().into_iter().map(|entry| entry.name);
    let is_part = |name: &VPath| {
        let name = name.as_bytes();
        (name.starts_with(b"pkg-") || name.starts_with(b"info-")) && name.ends_with(b".tar.zst")
    };
    let parts: Vec<VPath> = names.filter(is_part).map(|name| root.join(&name)).collect();
    if !parts.iter().any(|part| part.file_name().starts_with(b"pkg-")) {
        return Err(Error::new(
            format!("{path} is a conda package without its files (pkg-….tar.zst)"),
            "download it again",
        ));
    }
    let files: Arc<dyn FileSystem> = Arc::new(Layers::of_files(Arc::new(members), &parts, path)?);
    package(&files, path, CONDA_PACKAGE)
}

/// Is this what `python -m build --sdist` writes: one folder, with `PKG-INFO` in it?
fn is_source(files: &dyn FileSystem) -> bool {
    let root = VPath::new("/");
    match &files.list(&root).unwrap_or_default()[..] {
        [only] => files.stat(&root.join(&only.name).join("PKG-INFO")).is_ok(),
        _ => false,
    }
}

fn container(image: Container, name: &VPath) -> Result<Target, Error> {
    let Container { files, platform: _, environment, directory } = image;
    let files: Arc<dyn FileSystem> = Arc::new(files);
    system(&files, &machine(&environment, directory), name, None)
}

/// The machine that a system would be, as far as its files tell: this processor's levels are not known to be its own.
fn machine(environment: &[(String, Vec<u8>)], directory: VPath) -> Machine {
    let usual = [("PATH".to_owned(), PATH.as_bytes().to_vec()), ("HOME".to_owned(), b"/root".to_vec())];
    let environment = usual.into_iter().chain(environment.iter().cloned()).collect();
    Machine { environment, directory, ..Machine::default() }
}

fn system(fs: &Arc<dyn FileSystem>, machine: &Machine, name: &VPath, path: Option<&VPath>) -> Result<Target, Error> {
    let target = match path {
        Some(path) => target::at(fs, machine, path)?,
        None => {
            let found = here::in_system(&**fs, machine);
            if found.is_empty() {
                return Err(Error::nothing(format!("{name} holds a system without Python"), "name a path in it"));
            }
            target::nearby(fs, machine, found)?
        }
    };
    let because = match &target.because {
        Some(because) => format!("{because}, in {name}"),
        None => format!("in {name}"),
    };
    Ok(Target { because: Some(because), within: Some(name.clone()), ..target })
}
