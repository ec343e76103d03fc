//! From a path, or from none, to what is looked at.

use std::fmt;
use std::sync::Arc;

use super::bundle::{self, Bundle};
use super::tool::Tool;
use super::wheel::{self, Tag, Wheel, is_wheel_name};
use super::{Machine, Nearby, Note, editable, here, nested, python, root, system, windows, zipped};
use crate::error::Error;
use crate::image::{Arch, Format, Image, Name, Release, WindowsRelease};
use crate::parse;
use crate::printable::bounded;
use crate::vfs::{FileSystem, Kind as FileKind, VPath};
use crate::world::{Dyld, Host, Python, System, is_native_name};

/// What kind of thing is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Venv,
    Conda,
    /// The prefix of a Python itself: the system's, pyenv's, a standalone build.
    Prefix,
    SitePackages,
    Folder,
    File,
    /// One or several wheels, read in place.
    Wheel,
    /// A program with all that it needs, as a bundler made it.
    Bundle,
}

impl Kind {
    /// What a person calls it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Venv => "virtual environment",
            Kind::Conda => "conda environment",
            Kind::Prefix => "Python installation",
            Kind::SitePackages => "site-packages folder",
            Kind::Folder => "folder",
            Kind::File => "file",
            Kind::Wheel => "wheel",
            Kind::Bundle => "bundle",
        }
    }
}

/// What a person asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Where to look; empty for the environment found here. Several are wheels.
    pub paths: Vec<VPath>,
    /// The folder that stands for `/`, where it is not this machine's.
    pub root: Option<VPath>,
    /// Judge wheels by this machine, and not by what their tags promise.
    pub is_for_here: bool,
    /// Of a container image for several, the one that is meant: `linux/arm64`.
    pub platform: Option<String>,
    pub overrides: Overrides,
}

impl Request {
    /// Asks for one path, without any wish.
    pub fn of(path: VPath) -> Request {
        Request { paths: vec![path], ..Request::default() }
    }
}

/// What a person wants to have judged where what is looked at leaves a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The processor, where files are made for several.
    pub arch: Option<Arch>,
    /// The oldest macOS that it has to run on.
    pub macos: Option<Release>,
    /// The oldest glibc that it has to run with.
    pub glibc: Option<Release>,
    /// The oldest musl that it has to run with.
    pub musl: Option<Release>,
    /// The oldest Windows that it has to run on.
    pub windows: Option<WindowsRelease>,
    /// The tool that is to bundle it.
    pub tool: Option<Tool>,
}

/// What is looked at, and on which host.
#[derive(Clone)]
pub struct Target {
    /// Where all paths of the target lie: what was handed in, with the wheels laid over it.
    pub fs: Arc<dyn FileSystem>,
    pub kind: Kind,
    /// Without links; paths are shown relative to it.
    pub root: VPath,
    /// How it was chosen, where no path was given: "from $VIRTUAL_ENV".
    pub because: Option<String>,
    /// The other environments that may be meant, best first, where none was named.
    pub others: Vec<Nearby>,
    /// The folders to walk; the first is the root or lies in it.
    pub walk: Vec<VPath>,
    /// The one file that is asked about. What it is judged by lies in the folders to walk.
    pub only: Option<VPath>,
    pub host: Host,
    pub notes: Vec<Note>,
    /// The wheels that are looked at, in order; empty for all other kinds.
    pub wheels: Vec<Wheel>,
    /// What a bundler made, where it is one.
    pub bundle: Option<Bundle>,
    /// Made for another machine than the one that looks: nothing that lies about here is there.
    pub is_foreign: bool,
    /// The folder or the image that stands for `/`: where all these paths lie.
    pub within: Option<VPath>,
    pub overrides: Overrides,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("kind", &self.kind).field("root", &self.root).finish_non_exhaustive()
    }
}

impl Target {
    /// Nothing to walk yet, and nothing wrong.
    pub(super) fn new(fs: &Arc<dyn FileSystem>, kind: Kind, root: &VPath, host: Host) -> Target {
        Target {
            fs: fs.clone(),
            kind,
            root: root.clone(),
            because: None,
            others: Vec::new(),
            walk: Vec::new(),
            only: None,
            host,
            notes: Vec::new(),
            wheels: Vec::new(),
            bundle: None,
            is_foreign: false,
            within: None,
            overrides: Overrides::default(),
        }
    }

    /// Where none was named and several may be meant: the environment that was taken, and the others.
    pub fn nearby(&self) -> Vec<Nearby> {
        let because = self.because.clone().filter(|_| !self.others.is_empty());
        let taken = because.map(|because| Nearby { path: self.root.clone(), because });
        taken.into_iter().chain(self.others.iter().cloned()).collect()
    }

    /// The platform that it is made for, where dylens does not know what loads there.
    pub fn unjudged(&self) -> Option<&str> {
        let tags = self.wheels.iter().flat_map(|wheel| &wheel.tags);
        tags.filter(|tag| !tag.is_judged()).map(|tag| tag.platform.as_str()).next()
    }

    /// Why nothing is said of what loads there.
    pub fn why_unjudged(&self) -> Option<String> {
        Some(format!("made for {}, and what loads there is not known to dylens", bounded(self.unjudged()?)))
    }

    /// What people call that platform.
    pub fn unjudged_system(&self) -> Option<&'static str> {
        self.wheels.iter().flat_map(|wheel| &wheel.tags).find_map(Tag::unjudged_system)
    }

    /// Does it lie in an image or another root: a system that is not this machine? An archive without a system is none.
    pub fn is_in_another_system(&self) -> bool {
        self.within.is_some() && !self.is_foreign
    }

    /// What a person would say is looked at: the one file, else the root.
    pub fn named(&self) -> &VPath {
        self.only.as_ref().unwrap_or(&self.root)
    }

    /// What kind of thing it is, as a person says it; of a bundle also who made it.
    pub fn what(&self) -> String {
        self.bundle.as_ref().map_or_else(|| self.kind.word().to_owned(), ToString::to_string)
    }

    /// What it is called where there is little room: `tsdownsample 0.1.3`, `2 wheels`, else the last part of its path.
    pub fn title(&self) -> String {
        match &self.wheels[..] {
            [] => VPath::new(self.named().file_name()).to_string(),
            [wheel] => wheel.title(),
            wheels => format!("{} wheels", wheels.len()),
        }
    }
}

/// Finds out what to look at: the path given, several wheels, else the best of the environments that are near ([`Nearby`]).
///
/// # Errors
/// Where there is no such path, or nothing at all to look at; where several paths are not all wheels, or a wheel is none.
pub fn discover(fs: &Arc<dyn FileSystem>, machine: &Machine, request: &Request) -> Result<Target, Error> {
    let paths: Vec<VPath> = request.paths.iter().map(|path| machine.directory.join(path)).collect();
    let judged = |target: Target| Target { overrides: request.overrides.clone(), ..target };
    if let Some(root) = &request.root {
        let root = machine.directory.join(root);
        return match (&paths[..], &request.paths[..]) {
            ([], _) => root::in_folder(fs, &root, None),
            // Below the folder as this machine sees it, or as the system there does.
            ([path], [given]) => {
                let below = fs
                    .real(path)
                    .ok()
                    .zip(fs.real(&root).ok())
                    .and_then(|(path, root)| Some(VPath::new("/").join(path.below(&root)?)));
                root::in_folder(fs, &root, Some(&below.unwrap_or_else(|| VPath::new("/").join(given))))
            }
            _ => Err(Error::new("--root looks at one path", "name one path below it, or none")),
        }
        .map(judged);
    }
    if let [name] = &request.paths[..]
        && fs.stat(&paths[0]).is_err()
        && let Some(found) = here::named(&**fs, machine, &name.text())
    {
        return nearby(fs, machine, vec![found]).map(judged);
    }
    let found: Vec<GivenPath> = paths.iter().map(|path| GivenPath::at(&**fs, path)).collect::<Result<_, _>>()?;
    let target = match (&found[..], found.iter().find(|found| !found.is_wheel())) {
        ([], _) => nearby(fs, machine, here::nearby(&**fs, machine)?)?,
        (wheels, None) => {
            let mut real: Vec<VPath> = Vec::new();
            for wheel in wheels {
                if !real.contains(&wheel.real) {
                    real.push(wheel.real.clone());
                }
            }
            // A tool that repairs or bundles it runs here, and takes what it finds here.
            let is_for_here = request.is_for_here || request.overrides.tool.is_some();
            wheel::target(fs, machine, &real, is_for_here)?
        }
        ([one], _) => one.target(fs, machine, request.platform.as_deref())?,
        (_, Some(other)) => {
            let what = format!("several paths can only be wheels, and {} is none", other.path);
            return Err(Error::new(what, "give one path, or several .whl files"));
        }
    };
    Ok(judged(target))
}

/// What there is at one path of a system.
pub(super) fn at(fs: &Arc<dyn FileSystem>, machine: &Machine, path: &VPath) -> Result<Target, Error> {
    let found = GivenPath::at(&**fs, path)?;
    match found.is_wheel() {
        true => wheel::target(fs, machine, &[found.real], true),
        false => found.inside(fs, machine),
    }
}

/// What there is at a path that was given.
struct GivenPath<'a> {
    path: &'a VPath,
    /// Without links.
    real: VPath,
    kind: FileKind,
}

impl GivenPath<'_> {
    fn at<'a>(fs: &dyn FileSystem, path: &'a VPath) -> Result<GivenPath<'a>, Error> {
        let real = fs.real(path).map_err(|error| {
            Error::new(
                format!("{path}: {}", system_words(&error)),
                "give an environment, a site-packages folder, a wheel or a native file, or no path at all inside a \
                 project",
            )
        })?;
        let stat = fs.stat(&real);
        let stat = stat.map_err(|error| Error::new(format!("{path}: {}", system_words(&error)), "look again"))?;
        Ok(GivenPath { path, real, kind: stat.kind })
    }

    /// By the name that was given or by its own: a store of files may keep it under a name that tells nothing.
    fn is_wheel(&self) -> bool {
        self.kind == FileKind::File && (is_wheel_name(self.path) || is_wheel_name(&self.real))
    }

    /// Another system where one is there or around it, else what lies here.
    fn target(&self, fs: &Arc<dyn FileSystem>, machine: &Machine, platform: Option<&str>) -> Result<Target, Error> {
        let GivenPath { path, real, kind } = self;
        if let Some(root) = root::around(&**fs, real) {
            let below = real.below(&root).filter(|below| !below.is_empty()).map(|below| VPath::new("/").join(below));
            return root::in_folder(fs, &root, below.as_ref());
        }
        match kind {
            FileKind::File if root::is_conda_name(path) => root::conda(fs, real),
            FileKind::File if root::is_archive_name(path) => root::archive(fs, real, platform),
            FileKind::Directory => match root::image_folder(fs, real, platform)? {
                Some(target) => Ok(target),
                None => self.inside(fs, machine),
            },
            _ => self.inside(fs, machine),
        }
    }

    fn inside(&self, fs: &Arc<dyn FileSystem>, machine: &Machine) -> Result<Target, Error> {
        let GivenPath { path, real, kind } = self;
        match kind {
            FileKind::Directory => match here::of_project(&**fs, machine, real) {
                found if found.is_empty() => folder(fs, machine, real, None),
                found => nearby(fs, machine, found),
            },
            FileKind::File if zipped::is_archive(&**fs, real) => zipped::target(fs, machine, real),
            FileKind::File => file(fs, machine, real, path),
            _ => Err(Error::new(format!("{path} is neither a file nor a folder"), "give a file or a folder")),
        }
    }
}

/// The best of the environments that may be meant; the others are named.
pub(super) fn nearby(fs: &Arc<dyn FileSystem>, machine: &Machine, mut found: Vec<Nearby>) -> Result<Target, Error> {
    let Nearby { path, because } = found.remove(0);
    Ok(Target { others: found, ..folder(fs, machine, &path, Some(because))? })
}

/// The system's words without its number.
fn system_words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or folder".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        std::io::ErrorKind::NotADirectory => "a part of this path is a file, not a folder".into(),
        _ => error.to_string(),
    }
}

pub(super) fn folder(
    shared: &Arc<dyn FileSystem>,
    machine: &Machine,
    root: &VPath,
    because: Option<String>,
) -> Result<Target, Error> {
    let fs = &**shared;
    fs.list(root).map_err(|error| {
        Error::new(format!("{root}: {}", system_words(&error)), "make the folder readable, or look at another")
    })?;
    let has = |name: &str| fs.stat(&root.join(name)).is_ok();
    let mut notes = Vec::new();
    let kind = if has("pyvenv.cfg") {
        Kind::Venv
    } else if has("conda-meta") {
        Kind::Conda
    } else if python::is_prefix(fs, root) {
        Kind::Prefix
    } else if is_site(fs, root) {
        Kind::SitePackages
    } else {
        Kind::Folder
    };
    if kind == Kind::Folder
        && let Some(target) = nested::only(shared, machine, root)?
    {
        return Ok(target);
    }
    if matches!(kind, Kind::SitePackages | Kind::Folder)
        && let Some(target) = bundle::folder(shared, machine, root)?
    {
        return Ok(Target { because, ..target });
    }
    if kind == Kind::Folder
        && let Some(target) = bundle::below(shared, machine, root)?
    {
        return Ok(target);
    }
    let (python, walk) = match kind {
        Kind::Venv => venv(fs, root, &mut notes),
        Kind::Conda | Kind::Prefix => prefix(fs, root, kind),
        _ => loose(fs, root, &mut notes),
    };
    let (mut python, mut walk) = (python, walk);
    editable::complete(fs, &mut python, &mut walk);
    let host = host(fs, machine, python);
    let target = Target::new(shared, kind, root, host);
    Ok(Target { because, walk, notes, ..target })
}

/// A single native file: judged in the environment that it lies in, else in the one that is near.
fn file(shared: &Arc<dyn FileSystem>, machine: &Machine, real: &VPath, given: &VPath) -> Result<Target, Error> {
    let fs = &**shared;
    let name = real.file_name();
    if name.starts_with(b"python") && real.parent().is_some_and(|bin| bin.file_name() == b"bin") {
        // The interpreter stands for its environment, by the path that was given: a venv's is a link.
        let prefix = given.parent().and_then(|bin| fs.real(&bin).ok()).and_then(|bin| bin.parent());
        if let Some(prefix) = prefix {
            return folder(shared, machine, &prefix, None);
        }
    }
    if let Some(target) = bundle::program(shared, machine, real)? {
        return Ok(target);
    }
    let magic = fs
        .read(real, 4)
        .map_err(|error| Error::new(format!("{given}: {}", system_words(&error)), "make it readable"))?;
    if !is_native_name(name) && !magic.starts_with(b"\x7fELF") {
        let start = fs.read(real, 512).unwrap_or_default();
        return Err(Error::new(
            format!("{given} is no native file (.so, .dylib, .pyd, .dll), but {}", contents(&start)),
            "give an environment, a site-packages folder, a wheel or a native file",
        ));
    }
    let root = real.parent().unwrap_or_else(|| VPath::new("/"));
    let above = std::iter::successors(Some(root.clone()), VPath::parent);
    let site = above.clone().find(|folder| matches!(folder.file_name(), b"site-packages" | b"dist-packages"));
    let base = site.or_else(|| above.clone().find(|folder| is_site(fs, folder))).unwrap_or_else(|| root.clone());
    let alone = |around: Target| Target { kind: Kind::File, root: base.clone(), only: Some(real.clone()), ..around };
    if let Some(environment) = environment_above(fs, &base) {
        return Ok(alone(folder(shared, machine, &environment, None)?));
    }
    // What is built in a project is imported in the environment of that, if it is made for such a machine at all.
    if !is_site(fs, &base)
        && let Some(near) = here::around_file(fs, machine, &base)
        && let Ok(around) = folder(shared, machine, &near.path, Some(near.because))
        && image(fs, real).is_some_and(|image| around.host.fits(&image))
    {
        return Ok(alone(around));
    }
    let mut notes = Vec::new();
    let (python, walk) = loose(fs, &base, &mut notes);
    // A folder that is no site folder may hold anything: a home, a disk.
    let walk = if is_site(fs, &base) { walk } else { Vec::new() };
    let host = host(fs, machine, python);
    Ok(alone(Target { walk, ..Target::new(shared, Kind::File, &base, host) }))
}

/// The environment whose packages lie in a folder; a folder that merely lies beside an installation does not belong to it.
fn environment_above(fs: &dyn FileSystem, site: &VPath) -> Option<VPath> {
    std::iter::successors(site.parent(), VPath::parent).take(4).find(|folder| {
        let is_below = site.starts_with(&folder.join("lib")) || site.starts_with(&folder.join("Lib"));
        is_below && (python::is_environment(fs, folder) || python::is_prefix(fs, folder))
    })
}

/// What a file is that is no native one, by how it begins.
fn contents(start: &[u8]) -> &'static str {
    let text = start.trim_ascii_start().to_ascii_lowercase();
    match start {
        [] => "empty",
        [b'P', b'K', 3, 4, ..] => "a zip archive",
        [0x1f, 0x8b, ..] => "packed by gzip",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "packed by zstd",
        [0xfd, b'7', b'z', b'X', b'Z', ..] => "packed by xz",
        [b'B', b'Z', b'h', ..] => "packed by bzip2",
        [b'#', b'!', ..] => "a script",
        _ if text.starts_with(b"<!doctype html") || text.starts_with(b"<html") => "an HTML page",
        _ if text.starts_with(b"version https://git-lfs") => "a Git LFS pointer (git lfs pull fetches the file)",
        _ if start.contains(&0) => "other data",
        _ => "text",
    }
}

fn is_site(fs: &dyn FileSystem, folder: &VPath) -> bool {
    matches!(folder.file_name(), b"site-packages" | b"dist-packages")
        || fs
            .list(folder)
            .is_ok_and(|entries| entries.iter().any(|entry| entry.name.as_bytes().ends_with(b".dist-info")))
}

fn venv(fs: &dyn FileSystem, root: &VPath, notes: &mut Vec<Note>) -> (Python, Vec<VPath>) {
    let config = python::venv_config(fs, root, notes);
    if config.is_windows || fs.stat(&root.join("Scripts/python.exe")).is_ok() {
        return windows_venv(fs, root, &config);
    }
    let own = python::library(fs, root, config.version).or_else(|| python::library(fs, root, None));
    let version = own.as_ref().map(|(_, version)| version.number).or(config.version);
    let executable = python::executable(fs, root, version)
        .or_else(|| python::executable(fs, &config.home.as_ref()?.parent()?, version));
    // What `sys.base_prefix` is: the folder above `home`, else the one above the real program.
    let base = config.home.as_ref().and_then(VPath::parent).and_then(|base| fs.real(&base).ok());
    let base = base.or_else(|| executable.as_ref()?.parent()?.parent());
    let mut python = Python {
        executable,
        version,
        free_threaded: own.as_ref().is_some_and(|(_, version)| version.free_threaded),
        ..Python::default()
    };
    let standard = base.as_ref().and_then(|base| python::library(fs, base, version));
    match &standard {
        Some((library, _)) => standard_library(fs, library, &mut python),
        None => python.suffixes = python::suffixes(fs, root, &python),
    }
    let mut walk = vec![root.clone()];
    if let Some((library, _)) = own {
        add_site(fs, &library.join("site-packages"), &mut python, &mut walk);
    }
    add_site(fs, &root.join("Lib/site-packages"), &mut python, &mut walk);
    // The base's packages come after the environment's own, and are part of it.
    if let Some((library, _)) = standard.filter(|_| config.has_system_packages) {
        let before = python.path.len();
        add_sites(fs, &library, &base.unwrap_or_default(), &mut python);
        walk.extend(python.path[before..].iter().filter(|site| !site.starts_with(root)).cloned());
    }
    (python, walk)
}

/// A virtual environment of Windows: `python.exe` of its `Scripts` starts the one that `home` names, and has no modules.
fn windows_venv(fs: &dyn FileSystem, root: &VPath, config: &python::VenvConfig) -> (Python, Vec<VPath>) {
    let base = config.home.as_ref().and_then(|home| fs.real(home).ok());
    let launcher = root.join("Scripts");
    let mut executables = base.iter().chain([&launcher]).map(|folder| folder.join("python.exe"));
    let executable = executables.find(|path| fs.stat(path).is_ok());
    let mut python = Python { executable, version: config.version, ..Python::default() };
    let mut walk = vec![root.clone()];
    if let Some((base, (library, version))) =
        base.as_ref().and_then(|base| Some((base, windows::library(fs, base, config.version)?)))
    {
        (python.version, python.free_threaded) = (Some(version.number), version.free_threaded);
        standard_library(fs, &library, &mut python);
        if config.has_system_packages {
            add_sites(fs, &library, base, &mut python);
        }
    }
    add_site(fs, &root.join("Lib/site-packages"), &mut python, &mut walk);
    (python, walk)
}

fn prefix(fs: &dyn FileSystem, root: &VPath, kind: Kind) -> (Python, Vec<VPath>) {
    let executable = python::executable(fs, root, None);
    let named = executable.as_ref().and_then(|path| python::version(path.to_string().rsplit("/python").next()?));
    let found = python::library(fs, root, named).or_else(|| python::library(fs, root, None));
    let mut python = Python { executable, ..Python::default() };
    let mut walk = Vec::new();
    if let Some((library, version)) = found {
        python.version = Some(version.number);
        python.free_threaded = version.free_threaded;
        standard_library(fs, &library, &mut python);
        add_sites(fs, &library, root, &mut python);
        // The system's own prefix holds far more than Python.
        walk = match root.as_bytes() {
            b"/usr" | b"/usr/local" | b"/" => python.path.clone(),
            _ if kind == Kind::Conda => {
                let folders = ["lib", "bin", "conda-meta", "Lib", "DLLs", "Library"];
                folders.map(|folder| root.join(folder)).to_vec()
            }
            _ => vec![root.clone()],
        };
        for site in python.path.clone() {
            walk.extend(python::pth_paths(fs, &site).into_iter().filter(|path| !path.starts_with(root)));
        }
    }
    walk.retain(|path| fs.stat(path).is_ok());
    let outer = walk.clone();
    walk.retain(|path| !outer.iter().any(|other| path != other && path.starts_with(other)));
    (python, walk)
}

/// A folder outside any known environment: its interpreter is looked for above it, and unknown where there is none.
fn loose(fs: &dyn FileSystem, root: &VPath, notes: &mut Vec<Note>) -> (Python, Vec<VPath>) {
    let environment = environment_above(fs, root);
    let mut python = match environment {
        Some(folder) if fs.stat(&folder.join("pyvenv.cfg")).is_ok() => venv(fs, &folder, notes).0,
        Some(folder) => prefix(fs, &folder, Kind::Prefix).0,
        None => Python::default(),
    };
    let mut walk = vec![root.clone()];
    if !python.path.iter().any(|path| root.starts_with(path) && python.library.as_ref() != Some(path)) {
        python.path.push(root.clone());
    }
    if is_site(fs, root) {
        for path in python::pth_paths(fs, root) {
            if !path.starts_with(root) {
                walk.push(path.clone());
            }
            if !python.path.contains(&path) {
                python.path.push(path);
            }
        }
    }
    (python, walk)
}

fn standard_library(fs: &dyn FileSystem, library: &VPath, python: &mut Python) {
    python.suffixes = python::suffixes(fs, library, python);
    python.path.push(library.clone());
    python.library = Some(library.clone());
    let windows = library.parent().filter(|_| library.file_name() == b"Lib").map(|prefix| prefix.join("DLLs"));
    let dynload = windows.unwrap_or_else(|| library.join("lib-dynload"));
    if fs.stat(&dynload).is_ok() {
        python.path.push(dynload.clone());
        python.lib_dynload = Some(dynload);
    }
}

/// The site folders of a prefix, Debian's among them.
fn add_sites(fs: &dyn FileSystem, library: &VPath, root: &VPath, python: &mut Python) {
    let name = library.file_name();
    let local = VPath::new("/usr/local/lib").join(name);
    let mut sites = vec![library.join("site-packages"), library.join("dist-packages")];
    if root.as_bytes() == b"/usr" {
        sites.extend([local.join("dist-packages"), VPath::new("/usr/lib/python3/dist-packages")]);
    }
    let mut walk = Vec::new();
    for site in sites {
        add_site(fs, &site, python, &mut walk);
    }
}

fn add_site(fs: &dyn FileSystem, site: &VPath, python: &mut Python, walk: &mut Vec<VPath>) {
    let Ok(site) = fs.real(site) else { return };
    let extra = python::pth_paths(fs, &site);
    python.path.push(site);
    for path in extra {
        if !walk.iter().any(|walked| path.starts_with(walked)) {
            walk.push(path.clone());
        }
        python.path.push(path);
    }
}

/// The host of an interpreter: the loader by its wish, the environment by the machine's.
fn host(fs: &dyn FileSystem, machine: &Machine, mut python: Python) -> Host {
    let image = python.executable.as_ref().and_then(|path| image(fs, path));
    if image.is_none() {
        python.executable = None;
    }
    if let Some(image) = image.as_ref().filter(|image| image.format == Format::MachO) {
        return mac(fs, machine, image, python);
    }
    if let Some(image) = image.as_ref().filter(|image| image.format == Format::Pe) {
        return windows(fs, machine, image, python);
    }
    let interpreter = image.as_ref().and_then(|image| image.interpreter.as_ref());
    let system = system::system(fs, machine, interpreter);
    let arch = image.as_ref().map(|image| image.arch);
    Host { arch, python: Some(python), ..system::host(fs, machine, system) }
}

/// The host of an interpreter for macOS.
pub(super) fn mac(fs: &dyn FileSystem, machine: &Machine, image: &Image, mut python: Python) -> Host {
    let variable = |name: &str| machine.variable(name).map(Name::from);
    // `python3` of a framework build starts the program of an application bundle, and that is the process.
    let prefix = python.executable.as_ref().and_then(VPath::parent).and_then(|bin| bin.parent());
    let bundled = prefix.map(|prefix| prefix.join("Resources/Python.app/Contents/MacOS/Python"));
    if let Some(bundled) = bundled.filter(|path| fs.stat(path).is_ok()) {
        python.executable = Some(bundled);
    }
    Host {
        system: System::Dyld(Dyld {
            release: None,
            framework_path: variable("DYLD_FRAMEWORK_PATH"),
            fallback_library_path: variable("DYLD_FALLBACK_LIBRARY_PATH"),
            fallback_framework_path: variable("DYLD_FALLBACK_FRAMEWORK_PATH"),
        }),
        arch: Some(image.arch),
        library_path: variable("DYLD_LIBRARY_PATH"),
        preload: inserted(machine),
        python: Some(python),
        packager: "brew".into(),
    }
}

/// What `DYLD_INSERT_LIBRARIES` names.
fn inserted(machine: &Machine) -> Vec<Name> {
    let list = machine.variable("DYLD_INSERT_LIBRARIES").unwrap_or_default();
    list.split(|&byte| byte == b':').filter(|name| !name.is_empty()).map(Name::from).collect()
}

/// The host of an interpreter for Windows.
fn windows(fs: &dyn FileSystem, machine: &Machine, image: &Image, mut python: Python) -> Host {
    let folder = python.executable.as_ref().and_then(VPath::parent);
    if !folder.as_ref().is_some_and(|folder| windows::is_installation(fs, folder)) {
        python.executable = None;
    }
    let system = System::Windows(windows::system(fs, machine, folder.as_ref()));
    Host { system, arch: Some(image.arch), python: Some(python), ..Host::default() }
}

pub(super) fn image(fs: &dyn FileSystem, path: &VPath) -> Option<Image> {
    let file = fs.open(path).ok()?;
    let slices = parse::read(&*file, file.stat().ok()?.len, None);
    let mut images: Vec<Image> = slices.into_iter().filter_map(|slice| slice.image).collect();
    // A universal interpreter runs as what the person says, and by itself as what today's Macs are.
    let best = images.iter().position(|image| image.arch == Arch::AARCH64).unwrap_or(0);
    (!images.is_empty()).then(|| images.swap_remove(best))
}
