//! The tools that bundle or mend native files, by name and version: whom a finding is told for.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::tools::{Bundler, ToolId};

/// A tool that copies native files and looks into them on its way, with its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    id: ToolId,
    version: Option<Version>,
}

/// The newest release of Nuitka whose source was read.
pub const NEWEST_NUITKA: Version = Version::new(4, 3, 3);

/// The tools that findings can be told for.
pub const TOOLS: [ToolId; 6] =
    [ToolId::Nuitka, ToolId::PyInstaller, ToolId::Delocate, ToolId::CxFreeze, ToolId::Auditwheel, ToolId::Delvewheel];

impl Tool {
    /// A release of a tool, or any; none where it is none of [`TOOLS`]. What Nuitka does differs from release to release: without
    /// one, its newest is meant.
    pub fn new(id: ToolId, version: Option<Version>) -> Option<Tool> {
        let newest = (id == ToolId::Nuitka).then_some(NEWEST_NUITKA);
        TOOLS.contains(&id).then(|| Tool { id, version: version.or(newest) })
    }

    pub fn id(&self) -> ToolId {
        self.id
    }

    /// The name, as it is typed.
    pub fn name(&self) -> &'static str {
        self.id.word()
    }

    pub fn version(&self) -> Option<Version> {
        self.version
    }

    /// The release of Nuitka, where it is that.
    pub fn nuitka(&self) -> Option<Version> {
        self.version.filter(|_| self.id == ToolId::Nuitka)
    }

    /// The bundler that it is, where it is one.
    pub fn bundler(&self) -> Option<Bundler> {
        Bundler::of(self.id)
    }

    /// Can the install name of a Mach-O file (`LC_ID_DYLIB`) make the tool fail?
    pub fn suffers_from_install_names(&self) -> bool {
        self.id == ToolId::Nuitka
    }

    /// What the tool does with the install name of a Mach-O file, in one sentence.
    ///
    /// As the tools' own code says it: Nuitka 1.0 to 4.3.3 (`DllDependenciesMacOS.py`), macholib as PyInstaller 6.22
    /// uses it (`walkRelocatables`), delocate 0.13 (`tools.py`), cx_Freeze 8.7 (`darwintools.py`).
    pub fn use_of_install_names(&self) -> &'static str {
        match self.id {
            ToolId::Nuitka => {
                "Nuitka takes the install name, the second line of `otool -L`, for a dependency, and stops where it \
                 finds no file by that name"
            }
            ToolId::PyInstaller => "PyInstaller ignores the install name, and writes its own into the copy",
            ToolId::Delocate => "delocate knows the install name and takes it out of the dependencies",
            ToolId::CxFreeze => "cx_Freeze reads only the load commands of dependencies, never the install name",
            _ => "no file of macOS passes through it",
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version() {
            Some(version) => write!(f, "{}={version}", self.name()),
            None => f.write_str(self.name()),
        }
    }
}

impl FromStr for Tool {
    type Err = UnknownTool;

    /// Reads `nuitka=2.3.10`, `nuitka` (the newest that is known), `pyinstaller`, `delocate`, `cx_freeze`.
    fn from_str(text: &str) -> Result<Tool, UnknownTool> {
        let unknown = || UnknownTool(text.to_owned());
        let (name, version) = match text.split_once('=') {
            Some((name, version)) => (name, Some(version.trim_start_matches('=').parse().map_err(|_| unknown())?)),
            None => (text, None),
        };
        let word = name.trim().to_ascii_lowercase().replace('-', "_");
        ToolId::named(&word).and_then(|id| Tool::new(id, version)).ok_or_else(unknown)
    }
}

/// A text that names no tool, or no version of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTool(pub String);

impl fmt::Display for UnknownTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = TOOLS.map(ToolId::word).join(", ");
        write!(f, "“{}” is no tool that is known: {known}, each also with a version, as nuitka=2.3.10", self.0)
    }
}

impl std::error::Error for UnknownTool {}

/// A version as tools number their releases: up to four numbers, and the number of a release candidate.
///
/// Ordered by the numbers; what is left out is zero, and a candidate comes before its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    numbers: [u32; 4],
    candidate: Option<u32>,
}

impl Version {
    /// The release of these numbers.
    pub const fn new(major: u32, minor: u32, micro: u32) -> Version {
        Version { numbers: [major, minor, micro, 0], candidate: None }
    }

    /// The release candidate of this number, before this release.
    pub const fn candidate(self, number: u32) -> Version {
        Version { candidate: Some(number), ..self }
    }

    /// Is this a candidate of the release that `other` is, or is a candidate of?
    pub fn is_candidate_like(&self, other: &Version) -> bool {
        self.candidate.is_some() && self.numbers == other.numbers
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        let key = |version: &Version| (version.numbers, version.candidate.unwrap_or(u32::MAX));
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.numbers.iter().rposition(|&number| number != 0).unwrap_or(0).max(1);
        for (index, number) in self.numbers[..=last].iter().enumerate() {
            write!(f, "{}{number}", if index == 0 { "" } else { "." })?;
        }
        self.candidate.map_or(Ok(()), |candidate| write!(f, "rc{candidate}"))
    }
}

/// A text that is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoVersion;

impl FromStr for Version {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Version, NoVersion> {
        let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => text.parse::<u32>().map_err(|_| NoVersion),
            false => Err(NoVersion),
        };
        let (release, candidate) = match text.trim().split_once("rc") {
            Some((release, candidate)) => (release, Some(number(candidate)?)),
            None => (text.trim(), None),
        };
        let mut numbers = [0; 4];
        for (index, part) in release.split('.').enumerate() {
            *numbers.get_mut(index).ok_or(NoVersion)? = number(part)?;
        }
        Ok(Version { numbers, candidate })
    }
}

#[cfg(test)]
mod tests {
    use super::{Tool, Version};
    use crate::tools::ToolId;

    fn version(text: &str) -> Version {
        text.parse().expect("a version")
    }

    #[test]
    fn versions_are_ordered_as_numbers_and_candidates_come_first() {
        let ordered = ["0.6.19.7", "1.0", "1.0.1", "2.3.9", "2.3.10", "2.4rc7", "2.4rc10", "2.4", "2.4.8", "4.1"];
        assert!(ordered.map(version).is_sorted());
        assert_eq!(version("4.1"), version("4.1.0"));
    }

    #[test]
    fn versions_are_written_as_they_are_read() {
        for text in ["0.6.19.7", "1.0", "2.3.10", "2.4rc7", "4.1"] {
            assert_eq!(version(text).to_string(), text);
        }
        for text in ["", "2.", "two", "2.4rc", "1.2.3.4.5", "+1.2", "2.4-7"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn tools_are_written_as_they_are_read() {
        for text in [
            "nuitka=2.3.10",
            "nuitka=2.4rc7",
            "pyinstaller",
            "pyinstaller=6.22",
            "delocate",
            "cx_freeze",
            "auditwheel=6.8",
        ] {
            assert_eq!(text.parse::<Tool>().expect("a tool").to_string(), text);
        }
        assert_eq!("Nuitka==2.4".parse::<Tool>().expect("a tool").to_string(), "nuitka=2.4");
        assert_eq!("cx-Freeze".parse().ok(), Tool::new(ToolId::CxFreeze, None));
        assert_eq!("nuitka".parse().ok(), Tool::new(ToolId::Nuitka, Some(super::NEWEST_NUITKA)));
    }

    #[test]
    fn an_unknown_tool_is_answered_with_the_known_ones() {
        let error = "py2app".parse::<Tool>().expect_err("not a tool that is known").to_string();
        assert!(
            error.contains("“py2app”")
                && error.contains("nuitka, pyinstaller, delocate, cx_freeze, auditwheel, delvewheel"),
            "{error}"
        );
        assert!("nuitka=latest".parse::<Tool>().is_err());
    }

    #[test]
    fn only_nuitka_suffers_from_install_names() {
        let suffering = |text: &str| text.parse::<Tool>().expect("a tool").suffers_from_install_names();
        assert!(suffering("nuitka"));
        assert!(!["pyinstaller", "delocate", "cx_freeze"].into_iter().any(suffering));
    }
}
