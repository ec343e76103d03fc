//! What a distribution says that it cannot do without: the lines of `Requires-Dist` (PEP 508, versions by PEP 440).

use std::fmt;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

use crate::image::Arch;
use crate::world::{Host, System};

/// One requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// As it is written.
    pub name: String,
    /// The versions that it allows; every one where it names none.
    pub versions: VersionSpecifiers,
    condition: Option<Condition>,
    text: String,
}

/// The condition after the `;`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Compares { left: Operand, operator: String, right: Operand },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operand {
    Variable(String),
    Text(String),
}

/// What conditions ask about, as far as it is known (PEP 508, “Environment Markers”).
#[derive(Clone, Debug, Default)]
pub struct MarkerTarget {
    python: Option<(u16, u16)>,
    system: Option<&'static [&'static str; 3]>,
    machine: Option<&'static str>,
}

/// `os_name`, `sys_platform`, `platform_system` of each system.
const LINUX: [&str; 3] = ["posix", "linux", "Linux"];
const MACOS: [&str; 3] = ["posix", "darwin", "Darwin"];
const WINDOWS: [&str; 3] = ["nt", "win32", "Windows"];

/// Conditions are nested no deeper than this.
const MOST_NESTED: usize = 50;

impl MarkerTarget {
    pub fn of(host: &Host) -> MarkerTarget {
        let (system, machines) = match host.system {
            System::Glibc(_) | System::Musl(_) => (Some(&LINUX), ["x86_64", "aarch64"]),
            System::Dyld(_) => (Some(&MACOS), ["x86_64", "arm64"]),
            System::Windows(_) => (Some(&WINDOWS), ["AMD64", "ARM64"]),
            System::Unjudged | System::Unknown => (None, ["", ""]),
        };
        let machine = match host.arch {
            Some(Arch::X86_64) => Some(machines[0]),
            Some(Arch::AARCH64) => Some(machines[1]),
            _ => None,
        };
        MarkerTarget {
            python: host.python.as_ref().and_then(|python| python.version),
            system,
            machine: machine.filter(|machine| !machine.is_empty()),
        }
    }

    /// The value of a variable; none where it is not known.
    fn value(&self, variable: &str) -> Option<String> {
        let of_system = |place: usize| Some(self.system?[place].to_owned());
        match variable {
            "python_version" => self.python.map(|(major, minor)| format!("{major}.{minor}")),
            "os_name" | "os.name" => of_system(0),
            "sys_platform" | "sys.platform" => of_system(1),
            "platform_system" => of_system(2),
            "platform_machine" | "platform.machine" => self.machine.map(str::to_owned),
            "implementation_name" => Some("cpython".to_owned()),
            "platform_python_implementation" | "python_implementation" => Some("CPython".to_owned()),
            // What only those get who ask for it.
            "extra" => Some(String::new()),
            _ => None,
        }
    }

    /// Does a condition hold? None where that cannot be told.
    fn holds(&self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::All(parts) => self.joined(parts, false),
            Condition::Any(parts) => self.joined(parts, true),
            Condition::Compares { left, operator, right } => self.compares(left, operator, right),
        }
    }

    /// One part that is `deciding` decides for all.
    fn joined(&self, parts: &[Condition], deciding: bool) -> Option<bool> {
        let told: Vec<Option<bool>> = parts.iter().map(|part| self.holds(part)).collect();
        match told.contains(&Some(deciding)) {
            true => Some(deciding),
            false => told.into_iter().all(|part| part.is_some()).then_some(!deciding),
        }
    }

    fn compares(&self, left: &Operand, operator: &str, right: &Operand) -> Option<bool> {
        let told = |operand: &Operand| match operand {
            Operand::Variable(name) => self.value(name),
            Operand::Text(text) => Some(text.clone()),
        };
        if let (Operand::Variable(name), Operand::Text(text)) = (left, right)
            && name == "python_full_version"
        {
            return self.full_version(operator, text);
        }
        let (left, right) = (told(left)?, told(right)?);
        match operator {
            "in" => return Some(right.contains(&left)),
            "not in" => return Some(!right.contains(&left)),
            _ => {}
        }
        if let (Ok(version), Ok(wanted)) =
            (Version::from_str(&left), VersionSpecifiers::from_str(&format!("{operator}{right}")))
        {
            return Some(wanted.contains(&version));
        }
        Some(match operator {
            "==" | "===" => left == right,
            "!=" => left != right,
            "<" => left < right,
            "<=" => left <= right,
            ">" => left > right,
            ">=" => left >= right,
            _ => return None,
        })
    }

    /// Of Python's version only two numbers are known: told where every third says the same.
    fn full_version(&self, operator: &str, text: &str) -> Option<bool> {
        let (major, minor) = self.python?;
        let wanted = VersionSpecifiers::from_str(&format!("{operator}{text}")).ok()?;
        let told = [0_u64, 1000].map(|patch| wanted.contains(&Version::new([u64::from(major), minor.into(), patch])));
        (told[0] == told[1] && !matches!(operator, "==" | "!=" | "===")).then_some(told[0])
    }
}

impl Requirement {
    /// Reads a line of `Requires-Dist`; none where it is none.
    pub fn parse(text: &str) -> Option<Requirement> {
        let (wanted, condition) = text.split_once(';').map_or((text, None), |(wanted, after)| (wanted, Some(after)));
        let wanted = wanted.trim();
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let end = wanted.find(|c| !is_of_name(c)).unwrap_or(wanted.len());
        let (name, rest) = wanted.split_at(end);
        let rest = rest.trim();
        let rest = rest.strip_prefix('[').map_or(rest, |extras| extras.split_once(']').map_or("", |(_, rest)| rest));
        let rest = rest.trim();
        let versions = rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(rest);
        // A requirement by its address allows what is there.
        let versions = if versions.starts_with('@') { "" } else { versions };
        if name.is_empty() {
            return None;
        }
        Some(Requirement {
            name: name.to_owned(),
            versions: VersionSpecifiers::from_str(versions).unwrap_or_else(|_| VersionSpecifiers::empty()),
            condition: condition.and_then(MarkerReader::read),
            text: text.to_owned(),
        })
    }

    /// Is it one for this target, without extras? None where its condition cannot be told.
    pub fn is_for(&self, target: &MarkerTarget) -> Option<bool> {
        self.condition.as_ref().map_or(Some(true), |condition| target.holds(condition))
    }

    /// Does a version that is there do? None where it cannot be read.
    pub fn allows(&self, version: &str) -> Option<bool> {
        let version = Version::from_str(version).ok()?;
        // A prerelease that somebody installed is meant.
        let told = self.versions.contains(&version) || self.versions.contains(&version.only_release());
        Some(told)
    }

    /// The name and its versions, without extras and condition: `numpy<2,>=1.22.4`.
    pub fn pinned(&self) -> String {
        let versions: Vec<String> = self.versions.iter().map(ToString::to_string).collect();
        format!("{}{}", self.name, versions.join(",").replace(' ', ""))
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A distribution's name as it is compared (PEP 503).
pub fn normalized(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            c => normal.extend(c.to_lowercase()),
        }
    }
    normal
}

/// Reads a condition from left to right.
struct MarkerReader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> MarkerReader<'a> {
    fn read(text: &'a str) -> Option<Condition> {
        let mut reader = MarkerReader { rest: text, depth: 0 };
        let condition = reader.any()?;
        reader.rest.trim().is_empty().then_some(condition)
    }

    fn any(&mut self) -> Option<Condition> {
        let mut parts = vec![self.all()?];
        while self.takes_word("or") {
            parts.push(self.all()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
    }

    fn all(&mut self) -> Option<Condition> {
        let mut parts = vec![self.one()?];
        while self.takes_word("and") {
            parts.push(self.one()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }

    fn one(&mut self) -> Option<Condition> {
        self.rest = self.rest.trim_start();
        if let Some(inner) = self.rest.strip_prefix('(') {
            self.depth += 1;
            if self.depth > MOST_NESTED {
                return None;
            }
            self.rest = inner;
            let condition = self.any()?;
            self.rest = self.rest.trim_start().strip_prefix(')')?;
            self.depth -= 1;
            return Some(condition);
        }
        let (left, operator, right) = (self.operand()?, self.operator()?, self.operand()?);
        Some(Condition::Compares { left, operator, right })
    }

    fn operand(&mut self) -> Option<Operand> {
        self.rest = self.rest.trim_start();
        if let Some(quote @ ('\'' | '"')) = self.rest.chars().next() {
            let (text, rest) = self.rest[1..].split_once(quote)?;
            self.rest = rest;
            return Some(Operand::Text(text.to_owned()));
        }
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        (!name.is_empty()).then(|| Operand::Variable(name.to_owned()))
    }

    fn operator(&mut self) -> Option<String> {
        self.rest = self.rest.trim_start();
        if self.takes_word("in") {
            return Some("in".to_owned());
        }
        if self.takes_word("not") {
            return self.takes_word("in").then(|| "not in".to_owned());
        }
        let end = self.rest.find(|c| !"<>=!~".contains(c)).unwrap_or(self.rest.len());
        let (operator, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!operator.is_empty()).then(|| operator.to_owned())
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let after = self.rest.trim_start().strip_prefix(word);
        let after = after.filter(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
        after.inspect(|after| self.rest = after).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::{LINUX, MarkerTarget, Requirement, normalized};

    fn is_for(text: &str) -> Option<bool> {
        let target = MarkerTarget { python: Some((3, 11)), system: Some(&LINUX), machine: Some("x86_64") };
        Requirement::parse(text).expect("a requirement").is_for(&target)
    }

    #[test]
    fn names_and_versions_are_read_in_all_their_forms() {
        let read = |text: &str| Requirement::parse(text).map(|it| (it.name.clone(), it.pinned()));
        let told = |name: &str, pinned: &str| Some((name.to_owned(), pinned.to_owned()));
        assert_eq!(read("numpy"), told("numpy", "numpy"));
        assert_eq!(read("PyQt6-Qt6 (<6.8.0,>=6.7.0)"), told("PyQt6-Qt6", "PyQt6-Qt6>=6.7.0,<6.8.0"));
        assert_eq!(read("requests[security,tests] >= 2.8.1, == 2.8.* ; extra == 'x'").unwrap().0, "requests");
        assert_eq!(read("pip @ https://example.org/pip.zip"), told("pip", "pip"));
        assert_eq!(read("numpy>=what"), told("numpy", "numpy"), "versions that nobody can read are none");
        assert_eq!(read(""), None);
        assert_eq!(normalized("Foo._-Bar"), "foo-bar");
    }

    #[test]
    fn a_condition_holds_or_not_or_cannot_be_told() {
        assert_eq!(is_for("a"), Some(true));
        assert_eq!(is_for("a; python_version >= '3.9'"), Some(true));
        assert_eq!(is_for("a; python_version < \"3.9\""), Some(false));
        assert_eq!(is_for("a; python_version in '3.10 3.11'"), Some(true));
        assert_eq!(is_for("a; extra == 'test'"), Some(false));
        assert_eq!(is_for("a; sys_platform == 'win32' or platform_machine != 'aarch64'"), Some(true));
        assert_eq!(is_for("a; (os_name == 'nt' or sys_platform == 'linux') and python_version < '3.11'"), Some(false));
        assert_eq!(is_for("a; platform_release >= '5'"), None);
        assert_eq!(is_for("a; platform_release >= '5' and extra == 'x'"), Some(false));
        assert_eq!(is_for("a; python_full_version < '3.11.2'"), None);
        assert_eq!(is_for("a; python_full_version < '3.12.0'"), Some(true));
        // What cannot be read is no condition that says no.
        assert_eq!(is_for(&format!("a; {}os_name == 'nt'", "(".repeat(100_000))), Some(true));
    }

    #[test]
    fn versions_that_are_there_do_or_do_not() {
        let allows = |text: &str, version: &str| Requirement::parse(text).expect("a requirement").allows(version);
        assert_eq!(allows("numpy>=1.25.2", "1.23.5"), Some(false));
        assert_eq!(allows("numpy<2,>=1.22", "1.26.4"), Some(true));
        assert_eq!(allows("torch==2.1.0", "2.1.0+cu118"), Some(true));
        assert_eq!(allows("a>=2", "2.0rc1"), Some(true));
        assert_eq!(allows("a~=1.4", "1.9"), Some(true));
        assert_eq!(allows("a", "1.0"), Some(true));
        assert_eq!(allows("a>=1", "unknown"), None);
    }
}
