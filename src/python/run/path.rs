//! Paths: `os.path` and `pathlib`, as text.

mod pattern;

use std::sync::Arc;

use ruff_text_size::TextSize;

use super::call::Given;
use super::{Eval, Interpreter};
use crate::python::limits;
use crate::python::outside::{Listing, PathKind};
use crate::python::value::{PyValue, Reason};

pub(super) use pattern::matches;

/// Whose rules paths follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavor {
    Posix,
    Windows,
}

/// The methods of `pathlib` paths that are known.
pub(super) const METHODS: [&str; 30] = [
    "joinpath",
    "exists",
    "is_file",
    "is_dir",
    "iterdir",
    "glob",
    "rglob",
    "resolve",
    "absolute",
    "with_suffix",
    "with_name",
    "with_stem",
    "as_posix",
    "read_text",
    "is_absolute",
    "relative_to",
    "expanduser",
    "__fspath__",
    "__str__",
    "open",
    "is_symlink",
    "mkdir",
    "touch",
    "as_uri",
    "samefile",
    "match",
    "__enter__",
    "read_bytes",
    "stat",
    "is_relative_to",
];

impl Flavor {
    pub fn separator(self) -> char {
        if self == Flavor::Posix { '/' } else { '\\' }
    }

    fn is_separator(self, c: char) -> bool {
        c == '/' || self == Flavor::Windows && c == '\\'
    }

    pub fn is_absolute(self, path: &str) -> bool {
        path.starts_with(|c| self.is_separator(c))
            || self.drive(path) > 0 && path[2..].starts_with(|c| self.is_separator(c))
    }

    /// The length of `C:`.
    fn drive(self, path: &str) -> usize {
        let bytes = path.as_bytes();
        let is = self == Flavor::Windows && bytes.len() >= 2 && bytes[1] == b':' && bytes[0].is_ascii_alphabetic();
        if is { 2 } else { 0 }
    }

    /// `os.path.join(base, name)`.
    pub fn join(self, base: &str, name: &str) -> String {
        if self.is_absolute(name) || self.drive(name) > 0 || base.is_empty() {
            return name.to_owned();
        }
        let ends = base.ends_with(|c| self.is_separator(c)) || base.len() == self.drive(base);
        if ends { format!("{base}{name}") } else { format!("{base}{}{name}", self.separator()) }
    }

    /// `os.path.split(path)`.
    pub fn split(self, path: &str) -> (&str, &str) {
        let start = self.drive(path);
        let at = path[start..].rfind(|c| self.is_separator(c)).map_or(start, |at| start + at + 1);
        let (head, tail) = path.split_at(at);
        let trimmed = head.trim_end_matches(|c| self.is_separator(c));
        let head = if trimmed.len() <= start { head } else { trimmed };
        (head, tail)
    }

    /// `os.path.splitext(path)`.
    pub fn split_extension(self, path: &str) -> (&str, &str) {
        let name = path.len() - self.split(path).1.len();
        let stem = path[name..].trim_start_matches('.');
        let first = path.len() - stem.len();
        match path[first..].rfind('.') {
            Some(at) => path.split_at(first + at),
            None => (path, ""),
        }
    }

    /// `os.path.normpath(path)`.
    pub fn normal(self, path: &str) -> String {
        let (drive, rest) = path.split_at(self.drive(path));
        let is_rooted = rest.starts_with(|c| self.is_separator(c));
        let mut parts: Vec<&str> = Vec::new();
        for part in rest.split(|c| self.is_separator(c)) {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
                ".." if is_rooted => {}
                part => parts.push(part),
            }
        }
        let separator = self.separator().to_string();
        let root = if is_rooted { separator.as_str() } else { "" };
        let joined = format!("{drive}{root}{}", parts.join(&separator));
        if joined.is_empty() { ".".to_owned() } else { joined }
    }

    /// The path as `pathlib` keeps it: separators folded, `.` left out, `..` kept.
    pub fn pure(self, path: &str) -> String {
        let (drive, rest) = path.split_at(self.drive(path));
        let is_rooted = rest.starts_with(|c| self.is_separator(c));
        let parts: Vec<&str> =
            rest.split(|c| self.is_separator(c)).filter(|part| !part.is_empty() && *part != ".").collect();
        let separator = self.separator().to_string();
        let root = if is_rooted { separator.as_str() } else { "" };
        let joined = format!("{drive}{root}{}", parts.join(&separator));
        if joined.is_empty() { ".".to_owned() } else { joined }
    }
}

/// `base / name` of `pathlib`.
pub(super) fn joined_path(base: &str, name: &str, flavor: Flavor) -> PyValue {
    let base = if base == "." { "" } else { base };
    let joined = flavor.pure(&flavor.join(base, name));
    if joined.len() > limits::TEXT_BYTES { PyValue::Unknown(Reason::Limit) } else { PyValue::Path(joined.into()) }
}

/// What a `pathlib` path has under a name, methods left out.
pub(super) fn property(path: &Arc<str>, name: &str, flavor: Flavor) -> Option<PyValue> {
    let last = flavor.split(path).1;
    let last = if last == "." || last == ".." && path.len() == 1 { "" } else { last };
    let (stem, suffix) = flavor.split_extension(last);
    Some(match name {
        "name" => PyValue::text(last),
        "stem" => PyValue::text(stem),
        "suffix" => PyValue::text(suffix),
        "suffixes" => {
            let rest = last.trim_start_matches('.');
            PyValue::tuple(rest.split('.').skip(1).map(|suffix| PyValue::text(format!(".{suffix}"))))
        }
        "parent" => PyValue::Path(parent(path, flavor)),
        "parents" => {
            let mut parents = Vec::new();
            let mut at = path.clone();
            while parents.len() < 100 {
                let above = parent(&at, flavor);
                if above == at {
                    break;
                }
                parents.push(PyValue::Path(above.clone()));
                at = above;
            }
            PyValue::tuple(parents)
        }
        "parts" => {
            let parts = path.split(|c| flavor.is_separator(c)).filter(|part| !part.is_empty());
            let root = flavor.is_absolute(path).then(|| PyValue::text(flavor.separator().to_string()));
            PyValue::tuple(root.into_iter().chain(parts.map(PyValue::text)))
        }
        _ => return None,
    })
}

fn parent(path: &Arc<str>, flavor: Flavor) -> Arc<str> {
    match flavor.split(path).0 {
        "" if path.as_ref() == ".." || !flavor.is_absolute(path) => ".".into(),
        "" => path.clone(),
        head => head.into(),
    }
}

impl Interpreter<'_> {
    /// Whose rules paths follow; none where the system is not known.
    pub(super) fn flavor(&self) -> Option<Flavor> {
        let is_windows = self.around.target().is_windows()?;
        Some(if is_windows { Flavor::Windows } else { Flavor::Posix })
    }

    pub(super) fn path_kind(&mut self, path: &str) -> Option<PathKind> {
        self.outside(|outside| outside.path_kind(path))
    }

    /// `path.method(…)` of a `pathlib` path.
    pub(super) fn path_method(&mut self, path: &Arc<str>, name: &str, given: &Given, at: TextSize) -> Eval {
        self.step(1)?;
        let Some(flavor) = self.flavor() else { return Ok(PyValue::Unknown(Reason::Target)) };
        let argument = given.first().and_then(PyValue::as_path).cloned();
        let unknown = PyValue::Unknown(given.first().map_or(Reason::Construct, PyValue::reason));
        Ok(match (name, argument) {
            ("joinpath", _) => {
                let mut joined = path.clone();
                for part in &given.positional {
                    match part.as_path().map(|part| joined_path(&joined, part, flavor)) {
                        Some(PyValue::Path(path)) => joined = path,
                        _ => return Ok(PyValue::Unknown(part.reason())),
                    }
                }
                PyValue::Path(joined)
            }
            ("exists" | "is_file" | "is_dir", _) => self.tested(path, name),
            ("iterdir", _) => self.listed_paths(path, None, at)?,
            ("glob", Some(pattern)) => self.globbed_below(path, &pattern, at)?,
            ("rglob", Some(pattern)) => self.globbed_below(path, &format!("**/{pattern}"), at)?,
            ("resolve", _) => self.real(path, flavor).map_or(PyValue::Unknown(Reason::Path), PyValue::Path),
            ("absolute" | "expanduser", _) if flavor.is_absolute(path) => PyValue::Path(path.clone()),
            ("with_suffix", Some(suffix)) => {
                let (stem, _) = flavor.split_extension(path);
                PyValue::Path(format!("{stem}{suffix}").into())
            }
            ("with_name", Some(name)) => joined_path(&parent(path, flavor), &name, flavor),
            ("as_posix", _) => PyValue::text(path.replace('\\', "/")),
            ("__fspath__" | "__str__", _) => PyValue::Str(path.clone()),
            ("is_absolute", _) => PyValue::Bool(flavor.is_absolute(path)),
            ("relative_to", Some(base)) => match path.strip_prefix(&*base) {
                Some(rest) => PyValue::Path(flavor.pure(rest.trim_start_matches(|c| flavor.is_separator(c))).into()),
                None => unknown,
            },
            ("read_text", _) => return self.read_file(path, at),
            ("open", _) => self.opened(path, at)?,
            ("mkdir" | "touch", _) => PyValue::None,
            _ => unknown,
        })
    }

    /// `os.path.exists`, `Path.is_file`, …
    pub(super) fn tested(&mut self, path: &str, name: &str) -> PyValue {
        let kind = self.path_kind(path);
        let Some(kind) = kind else { return PyValue::Unknown(Reason::Path) };
        PyValue::Bool(match name {
            "is_file" | "isfile" => kind == PathKind::File,
            "is_dir" | "isdir" => kind == PathKind::Directory,
            _ => kind != PathKind::Missing,
        })
    }

    /// The path with links followed, or as it is where nothing is known of links and nothing in it can lead elsewhere.
    pub(super) fn real(&mut self, path: &str, flavor: Flavor) -> Option<Arc<str>> {
        let real = self.outside(|outside| outside.real_path(path));
        real.or_else(|| flavor.is_absolute(path).then(|| flavor.normal(path).into()))
    }

    /// The entries of a folder as paths of `pathlib`, those that match a pattern.
    fn listed_paths(&mut self, path: &Arc<str>, pattern: Option<&str>, at: TextSize) -> Eval {
        let Some(flavor) = self.flavor() else { return Ok(PyValue::Unknown(Reason::Target)) };
        match self.outside(|outside| outside.list(path)) {
            Listing::Entries(entries) => {
                self.step(entries.len() / 4)?;
                let matching = entries.iter().filter(|(name, _)| pattern.is_none_or(|pattern| matches(pattern, name)));
                let paths = matching.map(|(name, _)| joined_path(path, name, flavor)).collect();
                Ok(self.new_list(paths))
            }
            Listing::Missing if pattern.is_some() => Ok(self.new_list(Vec::new())),
            Listing::Missing => {
                self.raise("FileNotFoundError", format!("[Errno 2] No such file or directory: '{path}'"), at)
            }
            Listing::Unknown => Ok(PyValue::Unknown(Reason::Path)),
        }
    }

    fn globbed_below(&mut self, path: &Arc<str>, pattern: &str, at: TextSize) -> Eval {
        let Some(flavor) = self.flavor() else { return Ok(PyValue::Unknown(Reason::Target)) };
        let whole = flavor.join(path, pattern);
        match self.globbed(&whole, flavor)? {
            Some(paths) => {
                let paths = paths.into_iter().map(PyValue::Path).collect();
                Ok(self.new_list(paths))
            }
            None => {
                let _ = at;
                Ok(PyValue::Unknown(Reason::Path))
            }
        }
    }

    /// What `glob.glob(pattern, recursive=True)` finds; none where a folder is not known.
    pub(super) fn globbed(&mut self, pattern: &str, flavor: Flavor) -> Eval<Option<Vec<Arc<str>>>> {
        let mut found: Vec<Arc<str>> = vec!["".into()];
        let parts: Vec<&str> = pattern.split(|c| flavor.is_separator(c)).collect();
        for (index, part) in parts.iter().enumerate() {
            let is_last = index + 1 == parts.len();
            let mut next: Vec<Arc<str>> = Vec::new();
            for base in &found {
                if index == 0 && (part.is_empty() || flavor.drive(part) > 0) {
                    next.push(format!("{part}{}", flavor.separator()).into());
                    continue;
                }
                if part.is_empty() {
                    next.push(base.clone());
                    continue;
                }
                let joined = |name: &str| -> Arc<str> {
                    if base.is_empty() { name.into() } else { flavor.join(base, name).into() }
                };
                if !pattern::is_pattern(part) {
                    let path = joined(part);
                    match is_last.then(|| self.path_kind(&path)) {
                        None => next.push(path),
                        Some(Some(PathKind::Missing)) => {}
                        Some(Some(_)) => next.push(path),
                        Some(None) => return Ok(None),
                    }
                    continue;
                }
                if !self.expand(base, part, is_last, flavor, &mut next)? {
                    return Ok(None);
                }
            }
            found = next;
        }
        found.sort_unstable();
        found.dedup();
        Ok(Some(found))
    }

    /// Adds what one part of a pattern matches below a folder; false where the folder is not known.
    fn expand(
        &mut self,
        base: &Arc<str>,
        part: &str,
        is_last: bool,
        flavor: Flavor,
        next: &mut Vec<Arc<str>>,
    ) -> Eval<bool> {
        let mut folders = vec![base.clone()];
        let mut at = 0;
        while at < folders.len() && next.len() < limits::ITEMS && folders.len() < limits::ITEMS {
            let folder = folders[at].clone();
            at += 1;
            let entries = match self.outside(|outside| outside.list(&folder)) {
                Listing::Entries(entries) => entries,
                Listing::Missing => continue,
                Listing::Unknown => return Ok(false),
            };
            self.step(entries.len() / 4)?;
            if part == "**" {
                next.push(folder.clone());
            }
            for (name, kind) in entries {
                let path: Arc<str> = if folder.is_empty() { name.clone() } else { flavor.join(&folder, &name).into() };
                if part == "**" {
                    match kind {
                        PathKind::Directory => folders.push(path),
                        _ if is_last => next.push(path),
                        _ => {}
                    }
                } else if (is_last || kind == PathKind::Directory) && matches(part, &name) {
                    next.push(path);
                }
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::Flavor::{Posix, Windows};
    use super::joined_path;

    #[test]
    fn paths_are_joined_as_os_path_joins_them() {
        assert_eq!(Posix.join("/a/b", "c"), "/a/b/c");
        assert_eq!(Posix.join("/a/", "c"), "/a/c");
        assert_eq!(Posix.join("/a", "/c"), "/c");
        assert_eq!(Posix.join("", "c"), "c");
        assert_eq!(Windows.join("C:/a", "b"), "C:/a\\b");
        assert_eq!(Windows.join("C:\\a", "D:\\b"), "D:\\b");
    }

    #[test]
    fn paths_are_split_as_os_path_splits_them() {
        assert_eq!(Posix.split("/a/b.py"), ("/a", "b.py"));
        assert_eq!(Posix.split("/a"), ("/", "a"));
        assert_eq!(Posix.split("a"), ("", "a"));
        assert_eq!(Posix.split("/a/"), ("/a", ""));
        assert_eq!(Windows.split("C:\\a\\b"), ("C:\\a", "b"));
        assert_eq!(Windows.split("C:\\a"), ("C:\\", "a"));
        assert_eq!(Posix.split_extension("/a.b/c.tar.gz"), ("/a.b/c.tar", ".gz"));
        assert_eq!(Posix.split_extension("/a/.bashrc"), ("/a/.bashrc", ""));
    }

    #[test]
    fn paths_are_normal_without_dots() {
        assert_eq!(Posix.normal("/a/./b/../c//d"), "/a/c/d");
        assert_eq!(Posix.normal("../a/.."), "..");
        assert_eq!(Posix.normal("/.."), "/");
        assert_eq!(Posix.normal(""), ".");
        assert_eq!(Windows.normal("C:/a/../b"), "C:\\b");
        assert_eq!(Posix.pure("/a/./b/../c/"), "/a/b/../c");
    }

    #[test]
    fn pathlib_joins() {
        assert_eq!(joined_path(".", "a", Posix).as_path().unwrap().as_ref(), "a");
        assert_eq!(joined_path("/x", "a/b", Posix).as_path().unwrap().as_ref(), "/x/a/b");
    }
}
