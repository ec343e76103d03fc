//! Where a project names the distributions that it requires: what people change when one of them is at fault.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::normalized;
use crate::vfs::{FileSystem, Kind, VPath};

/// More than any of these files.
const MOST_BYTES: usize = 32 << 20;
/// The lists of packages that tools lock, best first; each is a table of `[[package]]`.
const LOCKS: [&str; 4] = ["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"];

/// The line on which a project names each distribution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequirementLines {
    /// By normalized name: the file as it was given, and the line, counted from 1.
    lines: BTreeMap<String, (VPath, usize)>,
}

impl RequirementLines {
    /// Of the projects in these folders, the nearest first: what is required by name comes before what a tool has locked.
    pub fn in_folders(fs: &dyn FileSystem, folders: &[VPath]) -> RequirementLines {
        let mut found = RequirementLines::default();
        for folder in folders {
            for path in requirement_files(fs, folder) {
                if let Ok(bytes) = fs.read(&path, MOST_BYTES) {
                    found.add(&path, &String::from_utf8_lossy(&bytes));
                }
            }
        }
        found
    }

    /// The file and the line that name a distribution.
    pub fn of(&self, distribution: &str) -> Option<(&VPath, usize)> {
        self.lines.get(&normalized(distribution)).map(|(path, line)| (path, *line))
    }

    /// Reads one more file, told by its name; what is known already stays.
    fn add(&mut self, path: &VPath, text: &str) {
        let named = match path.file_name() {
            b"pyproject.toml" => of_project(text),
            name if LOCKS.iter().any(|lock| name == lock.as_bytes()) => of_lock(text),
            _ => of_list(text),
        };
        for (name, line) in named {
            self.lines.entry(normalized(name_in(&name))).or_insert_with(|| (path.clone(), line));
        }
    }
}

/// The files of a folder that name requirements, best first.
fn requirement_files(fs: &dyn FileSystem, folder: &VPath) -> Vec<VPath> {
    let texts = |folder: &VPath, start: &str| {
        let entries = fs.list(folder).unwrap_or_default();
        let is_list = |name: &str| name.starts_with(start) && (name.ends_with(".txt") || name.ends_with(".in"));
        let names = entries.into_iter().map(|entry| entry.name).filter(|name| is_list(&name.text()));
        let mut paths: Vec<VPath> = names.map(|name| folder.join(name)).collect();
        // What a person wrote before what a tool made of it.
        paths.sort_by_key(|path| (!path.file_name().ends_with(b".in"), path.as_bytes().len(), path.clone()));
        paths
    };
    let project = [folder.join("pyproject.toml")];
    let lists = texts(folder, "requirements").into_iter().chain(texts(&folder.join("requirements"), ""));
    let all = project.into_iter().chain(lists).chain(LOCKS.map(|name| folder.join(name)));
    all.filter(|path| fs.stat(path).is_ok_and(|stat| stat.kind == Kind::File)).collect()
}

/// The name in front of a requirement (PEP 508).
fn name_in(requirement: &str) -> &str {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let requirement = requirement.trim_start();
    &requirement[..requirement.find(|letter| !is_name(letter)).unwrap_or(requirement.len())]
}

/// Requirements with their lines.
type Named = Vec<(String, usize)>;

/// `requirements.txt`: a requirement a line; options, comments and addresses name none.
fn of_list(text: &str) -> Named {
    let is_named =
        |line: &&str| line.starts_with(|letter: char| letter.is_ascii_alphanumeric()) && !line.contains("://");
    let is_direct = |line: &str| line.split_once(" @ ").is_some();
    let lines = text.lines().map(str::trim_start).zip(1..);
    lines
        .filter(|(line, _)| is_named(line) || is_direct(line))
        .map(|(line, number)| (line.to_owned(), number))
        .collect()
}

/// `pyproject.toml`: the standard tables, and those of tools.
fn of_project(text: &str) -> Named {
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    let lines = Lines { text };
    let mut named = Vec::new();
    let at = |keys: &[&str]| keys.iter().try_fold(table.get_ref(), |table, key| table.get(*key)?.get_ref().as_table());
    let mut list = |value: &Spanned<DeValue>| {
        let items = value.get_ref().as_array().into_iter().flatten();
        named.extend(items.filter_map(|item| Some((item.get_ref().as_str()?.to_owned(), lines.at(item.span().start)))));
    };
    let lists_of = |keys: &[&str]| at(keys).into_iter().flat_map(|table| table.values()).collect::<Vec<_>>();
    let list_at = |keys: &[&str], name: &str| at(keys).and_then(|table| table.get(name));
    list_at(&["project"], "dependencies").into_iter().for_each(&mut list);
    for keys in
        [&["project", "optional-dependencies"][..], &["dependency-groups"], &["tool", "pdm", "dev-dependencies"]]
    {
        lists_of(keys).into_iter().for_each(&mut list);
    }
    list_at(&["tool", "uv"], "dev-dependencies").into_iter().for_each(&mut list);
    // Poetry's are tables of names.
    let groups = lists_of(&["tool", "poetry", "group"]).into_iter().filter_map(|group| group.get_ref().as_table());
    let groups = groups.filter_map(|group| group.get("dependencies")?.get_ref().as_table());
    let own = [at(&["tool", "poetry", "dependencies"]), at(&["tool", "poetry", "dev-dependencies"])];
    for table in own.into_iter().flatten().chain(groups) {
        named.extend(table.keys().map(|key| (key.get_ref().to_string(), lines.at(key.span().start))));
    }
    named
}

/// `uv.lock`, `poetry.lock`, `pdm.lock`, `pylock.toml`.
fn of_lock(text: &str) -> Named {
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    let lines = Lines { text };
    let packages = ["package", "packages"].iter().filter_map(|key| table.get_ref().get(*key)?.get_ref().as_array());
    let names = packages.flatten().filter_map(|package| package.get_ref().as_table()?.get("name"));
    names.filter_map(|name| Some((name.get_ref().as_str()?.to_owned(), lines.at(name.span().start)))).collect()
}

/// Places of a text as lines.
struct Lines<'t> {
    text: &'t str,
}

impl Lines<'_> {
    /// The line of a byte, counted from 1.
    fn at(&self, byte: usize) -> usize {
        1 + self.text.as_bytes()[..byte.min(self.text.len())].iter().filter(|&&byte| byte == b'\n').count()
    }
}

#[cfg(test)]
mod tests;
