//! What is looked at: the paths that were given, the environment found, or the demo.

use std::path::PathBuf;
use std::sync::Arc;

use super::args::Arguments;
use super::{output, progress};
use crate::discover::{Machine, Request, Target, Wishes, discover};
use crate::error::Error;
use crate::scan::{Progress, Scan, scan, survey};
use crate::tui::Source;
use crate::vfs::{Disk, FileSystem};
use crate::world::text;

/// The demo, as a world written as text.
const DEMO: &str = include_str!("../../assets/demo/world.txt");

/// Where a scan begins.
struct Start {
    fs: Arc<dyn FileSystem>,
    machine: Machine,
    request: Request,
    /// Said instead of how the target was found.
    because: Option<&'static str>,
}

impl Start {
    fn demo(because: &'static str, wishes: Wishes) -> Result<Start, Error> {
        let world = text::read(DEMO).map_err(|what| Error::new(format!("the demo is broken: {what}"), "report it"))?;
        let machine = Machine::described(&world.settings);
        Ok(Start {
            fs: Arc::new(world.files),
            machine,
            request: Request { paths: Vec::new(), wishes },
            because: Some(because),
        })
    }

    fn of(arguments: &Arguments, paths: &[PathBuf]) -> Result<Start, Error> {
        let wishes = Wishes { arch: arguments.arch, macos: arguments.macos, tool: arguments.tool };
        match (arguments.demo, paths) {
            (true, [path, ..]) => Err(Error::new(
                format!("--demo looks at its own environment, not at {}", path.display()),
                "leave out the one or the other",
            )),
            (true, []) => Start::demo("the demo", wishes),
            (false, paths) => {
                let request = Request { paths: paths.iter().map(|path| Disk::path(path)).collect(), wishes };
                Ok(Start { fs: Arc::new(Disk), machine: Machine::this(), request, because: None })
            }
        }
    }

    fn scan(&self, progress: &Progress) -> Result<Scan, Error> {
        scan(self.target()?, progress)
    }

    fn survey(&self, progress: &Progress) -> Result<Scan, Error> {
        survey(self.target()?, progress)
    }

    fn target(&self) -> Result<Target, Error> {
        let mut target = discover(&self.fs, &self.machine, &self.request)?;
        if let Some(because) = self.because {
            target.because = Some(because.to_owned());
        }
        Ok(target)
    }
}

/// Scans what the arguments ask for.
///
/// # Errors
/// Where there is nothing to look at.
pub(super) fn scanned(arguments: &Arguments, paths: &[PathBuf]) -> Result<&'static Scan, Error> {
    let start = Start::of(arguments, paths)?;
    progress::watched(|progress| start.scan(progress)).map(kept)
}

/// As [`scanned`], without judging what is found.
///
/// # Errors
/// Where there is nothing to look at.
pub(super) fn surveyed(arguments: &Arguments, paths: &[PathBuf]) -> Result<&'static Scan, Error> {
    let start = Start::of(arguments, paths)?;
    progress::watched(|progress| start.survey(progress)).map(kept)
}

/// A subcommand looks at one scan and ends: to take it apart piece by piece first would only cost time.
fn kept(scan: Scan) -> &'static Scan {
    Box::leak(Box::new(scan))
}

/// As the explorer wants it: to be scanned now and again later. Without a path and an environment, it is the demo.
///
/// # Errors
/// Where `--demo` and a path contradict each other.
pub(super) fn source(arguments: &Arguments) -> Result<Source, Error> {
    let mut start = Start::of(arguments, &arguments.paths)?;
    if !arguments.demo
        && arguments.paths.is_empty()
        && let Err(error) = discover(&start.fs, &start.machine, &start.request)
    {
        output::complain(&format!("{}; this is the demo", error.what));
        start = Start::demo("the demo, as no environment was found here", start.request.wishes)?;
    }
    Ok(Arc::new(move |progress: &Progress| start.scan(progress)))
}
