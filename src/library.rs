//! What other programs ask: the same answers as the program's, with a promise.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crate::diagnose::Finding;
use crate::discover::{Machine, Request};
use crate::error::Error;
use crate::export::{FORMATS, Options, Paint};
use crate::imports::{ImportOutcome, ImportVerdict};
use crate::scan::Scan;
use crate::snapshot;
use crate::survey::Progress;
use crate::vfs::{Disk, FileSystem};

/// Looks at an environment, wheel, bundle, container image, native file or snapshot, and judges it. A path that is not absolute
/// begins at the current folder.
///
/// ```
/// let scan = dylens::scan("assets/demo/linux.dylens.json")?;
/// assert!(!scan.findings.is_empty());
///
/// let error = dylens::scan("nowhere").err().expect("there is no such path");
/// assert!(error.what.contains("nowhere"));
/// # Ok::<(), dylens::Error>(())
/// ```
///
/// # Errors
/// Where there is nothing to look at, or nothing native in it ([`Error::is_nothing`]).
pub fn scan(path: impl AsRef<Path>) -> Result<Scan, Error> {
    let (fs, machine) = (Arc::new(Disk) as Arc<dyn FileSystem>, Machine::this());
    let path = machine.directory.join(Disk::path(path.as_ref()));
    let scan = match snapshot::is_snapshot(&*fs, &path) {
        true => snapshot::open(&snapshot::read(&*fs, &path)?, &path)?,
        false => Scan::of(fs, &machine, &Request::of(path), &Progress::unwatched())?,
    };
    scan.nothing().map_or(Ok(scan), Err)
}

/// Writes a scan as `dylens export --format FORMAT` does, without colors: `json`, `jsonl`, `svg`, `html`, `sarif` and so on.
///
/// ```
/// let scan = dylens::scan("assets/demo/linux.dylens.json")?;
/// let mut picture = Vec::new();
/// dylens::export(&scan, "svg", &mut picture)?;
/// assert!(picture.starts_with(b"<svg"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] where no format is called so, or where it cannot draw as much as there is; else what `out` says.
pub fn export(scan: &Scan, format: &str, out: &mut dyn Write) -> io::Result<()> {
    let Some(known) = FORMATS.iter().find(|known| known.name == format) else {
        let names: Vec<&str> = FORMATS.iter().map(|known| known.name).collect();
        let error = Error::new(format!("no format is called {format}"), format!("one of {}", names.join(", ")));
        return Err(io::Error::new(io::ErrorKind::InvalidInput, error));
    };
    (known.write)(scan, &Options::new(Paint { width: Paint::READABLE, ..Paint::default() }), out)
}

impl Scan {
    /// What each import does, by name: of every native module that Python could import from here, and of the top-level packages
    /// that hold them. Empty where that was not judged: of a native file that nobody imports, of what is for another kind of
    /// platform.
    ///
    /// ```
    /// let scan = dylens::scan("assets/demo/linux.dylens.json")?;
    /// let fails = scan.imports().iter().filter(|import| import.verdict == dylens::ImportVerdict::Fails);
    /// println!("{} imports fail", fails.count());
    /// # Ok::<(), dylens::Error>(())
    /// ```
    pub fn imports(&self) -> &[ImportOutcome] {
        &self.outcomes.rows
    }

    /// The commands that mend a finding of this scan, each in one line as the shell of its system takes it, the best first. They
    /// run nothing that a name in the inspected files contains.
    ///
    /// ```
    /// let scan = dylens::scan("assets/demo/linux.dylens.json")?;
    /// let missing = scan.findings.iter().find(|finding| finding.id() == "library-missing").expect("the demo lacks a library");
    /// assert!(!scan.fixes(missing).is_empty());
    /// # Ok::<(), dylens::Error>(())
    /// ```
    pub fn fixes(&self, finding: &Finding) -> Vec<String> {
        finding.remedy.lines(self.shell())
    }
}

impl Finding {
    /// The name of its rule, as `dylens explain` takes it: `library-missing`.
    pub fn id(&self) -> &'static str {
        self.rule.id.word()
    }

    /// The file that it is about, from the root of what was looked at; unprintable bytes are escaped.
    pub fn path(&self) -> String {
        self.file.to_string()
    }

    /// What mends it, in a sentence.
    pub fn advice(&self) -> &str {
        &self.remedy.text
    }
}

impl ImportOutcome {
    /// The way to the first cause, from the outermost package down to what is needed and refused; empty where it simply loads.
    pub fn because(&self) -> &[String] {
        self.failure.as_ref().map_or(&[], |failure| &failure.because)
    }
}

impl ImportVerdict {
    /// Does `import NAME` succeed? None where the files do not tell.
    ///
    /// ```
    /// assert_eq!(dylens::ImportVerdict::Guarded.succeeds(), Some(true));
    /// ```
    pub fn succeeds(self) -> Option<bool> {
        match self {
            ImportVerdict::Loads | ImportVerdict::Guarded => Some(true),
            ImportVerdict::Fails => Some(false),
            ImportVerdict::Unknown => None,
        }
    }
}
