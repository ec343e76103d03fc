//! What is looked at: the paths that were given, the environment found, or the demo.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{Arguments, Demo};
use super::{output, progress};
use crate::discover::{
    Machine, Overrides, Request, RequirementLines, Target, Tool, discover, environment, nested_environments,
};
use crate::error::Error;
use crate::loader::{self, OldestRelease};
use crate::scan::{Scan, scan, scan_until_stopped};
use crate::snapshot;
use crate::survey::{Progress, survey};
use crate::tui::{Place, Source};
use crate::vfs::{Disk, FileSystem, Kind, VPath};

/// What a snapshot or the demo answers where somebody overrides it judged for something else.
const SETTLED: &str = "leave out --arch, --macos, --glibc, --musl, --windows and --for";

/// The snapshot of a demo.
fn taken(demo: Demo) -> &'static [u8] {
    match demo {
        Demo::Macos => include_bytes!("../../assets/demo/macos.dylens.json"),
        Demo::Linux => include_bytes!("../../assets/demo/linux.dylens.json"),
    }
}

/// A snapshot that is opened instead of a scan.
enum Kept {
    /// A file that a person named.
    File(VPath),
    /// One that ships inside the program, and what is said of how it was found.
    Demo(Demo, &'static str),
}

/// What the arguments ask for, whatever the path.
pub(super) fn asked(arguments: &Arguments) -> Request {
    Request {
        root: arguments.root.as_ref().map(|root| Disk::path(root)),
        platform: arguments.platform.clone(),
        is_for_here: arguments.here,
        overrides: overrides(arguments),
        ..Request::default()
    }
}

/// What the arguments say of how things are judged.
fn overrides(arguments: &Arguments) -> Overrides {
    let Arguments { arch, macos, glibc, musl, windows, tool, .. } = arguments;
    Overrides { arch: *arch, macos: *macos, glibc: *glibc, musl: *musl, windows: *windows, tool: *tool }
}

/// Where a scan begins.
pub(super) struct Start {
    fs: Arc<dyn FileSystem>,
    machine: Machine,
    request: Request,
    /// The snapshot that is asked for instead of a scan.
    snapshot: Option<Kept>,
}

impl Start {
    fn demo(demo: Demo, because: &'static str) -> Start {
        let snapshot = Some(Kept::Demo(demo, because));
        Start { fs: Arc::new(Disk), machine: Machine::this(), request: Request::default(), snapshot }
    }

    fn of(arguments: &Arguments, paths: &[PathBuf]) -> Result<Start, Error> {
        let overrides = overrides(arguments);
        match (arguments.demo, paths) {
            (Some(_), [path, ..]) => Err(Error::new(
                format!("--demo looks at its own environment, not at {}", path.display()),
                "leave out the one or the other",
            )),
            (Some(_), []) if overrides != Overrides::default() => {
                Err(Error::new("--demo is a snapshot: what it was judged for was settled when it was taken", SETTLED))
            }
            (Some(demo), []) => Ok(Start::demo(demo, "the demo")),
            (None, paths) => Start::at(paths, asked(arguments)),
        }
    }

    fn at(paths: &[PathBuf], asked: Request) -> Result<Start, Error> {
        let paths = paths.iter().flat_map(|path| expanded(&Disk, &Machine::this(), Disk::path(path))).collect();
        let request = Request { paths, ..asked };
        let mut start = Start { fs: Arc::new(Disk), machine: Machine::this(), request, snapshot: None };
        start.snapshot = start.named_snapshot()?.map(Kept::File);
        Ok(start)
    }

    /// The snapshot among the paths that were given: there can be only one, and nothing more to wish for.
    ///
    /// # Errors
    /// Where a snapshot is asked for what was settled when it was taken.
    fn named_snapshot(&self) -> Result<Option<VPath>, Error> {
        let paths: Vec<VPath> = self.request.paths.iter().map(|path| self.machine.directory.join(path)).collect();
        let Some(path) = paths.iter().find(|path| snapshot::is_snapshot(&*self.fs, path)) else { return Ok(None) };
        if paths.len() > 1 {
            return Err(Error::new(
                format!("{path} is a snapshot, and stands beside other paths"),
                "give it alone; dylens diff compares two",
            ));
        }
        if self.request.overrides != Overrides::default() {
            return Err(Error::new(
                format!("{path} is a snapshot: what it was judged for was settled when it was taken"),
                format!("{SETTLED}, or give them when you take it"),
            ));
        }
        Ok(Some(path.clone()))
    }

    /// For a tool that the person did not name.
    fn for_tool(arguments: &Arguments, paths: &[PathBuf], tool: Option<Tool>) -> Result<Start, Error> {
        let mut start = Start::of(arguments, paths)?;
        // What a snapshot was judged for was settled when it was taken.
        if start.snapshot.is_none() {
            start.request.overrides.tool = start.request.overrides.tool.or(tool);
        }
        Ok(start)
    }

    pub(super) fn scan(&self, progress: &Progress) -> Result<Scan, Error> {
        match &self.snapshot {
            Some(Kept::File(path)) => snapshot::open(&snapshot::read(&*self.fs, path)?, path),
            Some(Kept::Demo(demo, because)) => {
                let mut scan = snapshot::open(taken(*demo), &VPath::new("the demo"))?;
                scan.survey.target.because = Some((*because).to_owned());
                Ok(scan)
            }
            None => scan(self.target()?, progress),
        }
    }

    fn survey(&self, progress: &Progress) -> Result<Scan, Error> {
        match &self.snapshot {
            Some(_) => self.scan(progress),
            None => survey(self.target()?, progress).map(Scan::unjudged),
        }
    }

    /// As the explorer wants it: where there is nothing native, it has a screen that says so.
    pub(super) fn explored(self) -> Source {
        let start = Arc::new(self);
        Arc::new(move |progress: &Progress| {
            let scan = match &start.snapshot {
                Some(_) => start.scan(progress)?,
                None => {
                    let start = start.clone();
                    scan_until_stopped(move || start.target(), progress)?
                }
            };
            scan.nothing().map_or(Ok(scan), Err)
        })
    }

    fn target(&self) -> Result<Target, Error> {
        discover(&self.fs, &self.machine, &self.request)
    }
}

/// The paths that a pattern in the last part of a path means, in order, where the shell has not expanded it; the path itself where
/// it is none, or means nothing.
fn expanded(fs: &dyn FileSystem, machine: &Machine, path: VPath) -> Vec<VPath> {
    let name = path.file_name().to_vec();
    if !name.iter().any(|byte| b"*?[".contains(byte)) || fs.stat(&machine.directory.join(&path)).is_ok() {
        return vec![path];
    }
    let pattern = std::str::from_utf8(&name).ok().and_then(|name| globset::Glob::new(name).ok());
    let folder = path.parent().unwrap_or_default();
    let entries = fs.list(&machine.directory.join(&folder)).unwrap_or_default();
    let matcher = pattern.map(|pattern| pattern.compile_matcher());
    let fits = |name: &VPath| matcher.as_ref().is_some_and(|matcher| matcher.is_match(&*name.text()));
    let mut found: Vec<VPath> = entries.into_iter().map(|entry| entry.name).filter(fits).collect();
    found.sort();
    let found: Vec<VPath> = found.into_iter().map(|name| folder.join(name)).collect();
    if found.is_empty() { vec![path] } else { found }
}

/// Scans what the arguments ask for.
///
/// # Errors
/// Where there is nothing to look at.
pub(super) fn scanned(arguments: &Arguments, paths: &[PathBuf]) -> Result<&'static Scan, Error> {
    fresh(arguments, paths).map(kept)
}

/// As [`scanned`], for who makes another scan of its parts.
///
/// # Errors
/// Where there is nothing to look at.
pub(super) fn fresh(arguments: &Arguments, paths: &[PathBuf]) -> Result<Scan, Error> {
    let start = Start::of(arguments, paths)?;
    let scan = progress::watched(arguments, |progress| start.scan(progress))?;
    tell_what_is_not_heeded(arguments, &scan);
    Ok(scan)
}

/// Says which release that was asked for is one of another system than that of what is looked at: nothing was found by it, and
/// nothing was looked for.
fn tell_what_is_not_heeded(arguments: &Arguments, scan: &Scan) {
    let system = &scan.world.host.system;
    let traits = loader::traits(system);
    let asked = [
        ("--macos", arguments.macos.is_some(), OldestRelease::MacOs),
        ("--glibc", arguments.glibc.is_some(), OldestRelease::Glibc),
        ("--musl", arguments.musl.is_some(), OldestRelease::Musl),
        ("--windows", arguments.windows.is_some(), OldestRelease::Windows),
    ];
    for (name, _, _) in asked.iter().filter(|(_, is_asked, release)| *is_asked && !traits.judges(*release)) {
        output::note(arguments, &format!("{name} is ignored: this is for {}", system.word()));
    }
}

/// The environments in these folders, or, where none is given, all that may be meant here.
///
/// # Errors
/// Where there is none.
pub(super) fn environments(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let machine = Machine::this();
    if paths.is_empty() {
        let target = discover(&(Arc::new(Disk) as Arc<dyn FileSystem>), &machine, &Request::default())?;
        let others = target.others.iter().map(|other| &other.path);
        return Ok([&target.root].into_iter().chain(others).map(Disk::native).collect());
    }
    let below = |path: &PathBuf| nested_environments(&Disk, &machine.directory.join(Disk::path(path)));
    let found: Vec<PathBuf> = paths.iter().flat_map(below).map(|path| Disk::native(&path)).collect();
    match found.is_empty() {
        true => Err(Error::new("no environment in what was given", "name a folder that holds some")),
        false => Ok(found),
    }
}

/// The repository that a scan's target lies in, else the one in which a person stands; and where the projects there name what
/// they require, the nearest to the target first.
pub(super) fn repository(scan: &Scan) -> (Option<VPath>, RequirementLines) {
    let has_git = |folder: &VPath| Disk.stat(&folder.join(".git")).is_ok();
    let above = |folder: VPath| std::iter::successors(Some(folder), VPath::parent);
    let root = scan.target.within.is_none().then(|| scan.target.root.clone());
    let starts = || root.clone().into_iter().chain([Machine::this().directory]);
    let Some(repository) = starts().find_map(|start| above(start).find(has_git)) else {
        return (None, RequirementLines::default());
    };
    let folders = starts().filter(|start| start.starts_with(&repository));
    let folders: Vec<VPath> =
        folders.flat_map(|start| above(start).take_while(|folder| folder.starts_with(&repository))).collect();
    let lines = RequirementLines::in_folders(&Disk, &folders);
    (Some(repository), lines)
}

/// The environment in which a command works: that of the Python that it is, or that runs it. None where it is no Python's.
pub(super) fn environment_of(program: &OsStr) -> Option<PathBuf> {
    let program = Disk::path(std::path::Path::new(program));
    environment(&Disk, &Machine::this(), &program).map(|path| PathBuf::from(path.to_string()))
}

/// The environment that a folder of packages belongs to, where it is on this machine; the folder itself where it is in none.
pub(super) fn environment_around(site: &str) -> Option<PathBuf> {
    let site = Disk::path(std::path::Path::new(site));
    if !Disk.stat(&site).is_ok_and(|found| found.kind == Kind::Directory) {
        return None;
    }
    let marks = ["pyvenv.cfg", "conda-meta"];
    let is_root = |folder: &VPath| marks.iter().any(|mark| Disk.stat(&folder.join(mark)).is_ok());
    let root = std::iter::successors(site.parent(), VPath::parent).take(4).find(is_root);
    Some(PathBuf::from(root.unwrap_or(site).to_string()))
}

/// As [`scanned`], for a tool that the person did not name and a log did.
///
/// # Errors
/// Where there is nothing to look at.
pub(super) fn scanned_for(
    arguments: &Arguments,
    paths: &[PathBuf],
    tool: Option<Tool>,
) -> Result<&'static Scan, Error> {
    let start = Start::for_tool(arguments, paths, tool)?;
    progress::watched(arguments, |progress| start.scan(progress)).map(kept)
}

/// As [`scanned`], without judging what is found.
///
/// # Errors
/// Where there is nothing to look at.
pub(super) fn surveyed(arguments: &Arguments, paths: &[PathBuf]) -> Result<&'static Scan, Error> {
    let start = Start::of(arguments, paths)?;
    progress::watched(arguments, |progress| start.survey(progress)).map(kept)
}

/// Scans one of several things that are looked at. What is wished for is not asked of a snapshot: that was settled when
/// it was taken.
///
/// # Errors
/// Where there is nothing to look at.
pub(super) fn one(arguments: &Arguments, path: &Path) -> Result<Arc<Scan>, Error> {
    let (fs, machine) = (Arc::new(Disk), Machine::this());
    let file = machine.directory.join(Disk::path(path));
    if snapshot::is_snapshot(&*fs, &file) {
        let start = Start { fs, machine, request: Request::default(), snapshot: Some(Kept::File(file)) };
        return progress::watched(arguments, |progress| start.scan(progress)).map(Arc::new);
    }
    let start = Start::of(arguments, &[path.to_owned()])?;
    progress::watched(arguments, |progress| start.scan(progress)).map(Arc::new)
}

/// A subcommand looks at one scan and ends: to take it apart piece by piece first would only cost time.
pub(super) fn kept(scan: Scan) -> &'static Scan {
    Box::leak(Box::new(scan))
}

/// As [`source()`], for a tool that a log named; never the demo in place of an environment.
///
/// # Errors
/// Where `--demo` and a path contradict each other.
pub(super) fn source_for(arguments: &Arguments, paths: &[PathBuf], tool: Option<Tool>) -> Result<Source, Error> {
    let start = Start::for_tool(arguments, paths, tool)?;
    Ok(start.explored())
}

/// What a person names while they look at something else.
///
/// # Errors
/// Where it cannot be looked at as the arguments ask for.
pub(super) fn place(asked: &Request, place: &Place) -> Result<Source, Error> {
    let start = match place {
        Place::Demo => Start::demo(Demo::Macos, "the demo"),
        Place::Path(path) => Start::at(std::slice::from_ref(path), asked.clone())?,
    };
    Ok(start.explored())
}

/// What is to be scanned now, and maybe again later. Without a path and an environment, it is the demo.
///
/// # Errors
/// Where `--demo` and a path contradict each other.
pub(super) fn source(arguments: &Arguments, paths: &[PathBuf]) -> Result<Start, Error> {
    let mut start = Start::of(arguments, paths)?;
    if arguments.demo.is_none()
        && paths.is_empty()
        && let Err(error) = discover(&start.fs, &start.machine, &start.request)
    {
        output::note(arguments, &format!("{}; this is the demo", error.what));
        start = Start::demo(Demo::Macos, "the demo, as no environment was found here");
    }
    Ok(start)
}
