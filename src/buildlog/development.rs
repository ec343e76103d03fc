//! The packages that have a library's development files, by what builds ask for it.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::diagnose::Shipped;

#[derive(Deserialize)]
struct Table {
    #[serde(default)]
    library: Vec<Entry>,
    #[serde(default)]
    program: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    names: Vec<String>,
    #[serde(flatten)]
    by: Shipped,
}

/// The packages of a library that a build asks for by its own name, that of pkg-config or a header; none where nobody knows.
pub(super) fn development(asked: &str) -> Option<Shipped> {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let read = || {
        toml::from_str(include_str!("../../assets/loaders/development.toml")).expect("the table that ships with dylens")
    };
    let bare = bare(asked);
    let table = &TABLE.get_or_init(read).library;
    let named = |name: &str| table.iter().find(|entry| entry.names.iter().any(|own| own.eq_ignore_ascii_case(name)));
    // A header is known by itself, or by the folder that all headers of its library lie in.
    let folder = || named(&bare[..=bare.find('/')?]);
    named(bare).or_else(folder).map(|entry| entry.by.clone())
}

fn programs() -> &'static [Entry] {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let read = || {
        toml::from_str(include_str!("../../assets/loaders/programs.toml")).expect("the table that ships with dylens")
    };
    &TABLE.get_or_init(read).program
}

/// The packages of a program that builds run, by its command or by what CMake calls it; none where nobody knows.
pub(super) fn program(called: &str) -> Option<Shipped> {
    let known = programs().iter().find(|entry| entry.names.iter().any(|name| name == called));
    known.map(|entry| entry.by.clone())
}

/// What the programs of the table are called.
pub(super) fn program_names() -> impl Iterator<Item = &'static str> {
    programs().iter().flat_map(|entry| &entry.names).map(String::as_str)
}

/// The name without what a version adds: `libpq` of `libpq >= 12`, `jpeg` of `-ljpeg`.
fn bare(asked: &str) -> &str {
    let word = asked.split([' ', '>', '=', '<', ',']).next().unwrap_or(asked);
    let word = word.trim_matches(['\'', '"', '`', '‘', '’', ';', ':']).trim_start_matches("-l");
    // CMake's variables: `Boost_INCLUDE_DIR` and `ZLIB_LIBRARY_RELEASE` are of Boost and ZLIB.
    let ends = ["_INCLUDE_DIR", "_INCLUDE_PATH", "_LIBRAR", "_LIBS", "_DIR", "_ROOT"];
    ends.iter().find_map(|end| word.split_once(end)).map_or(word, |(name, _)| name)
}

/// What builds on Windows ask for, by whose it is; names are in lower case, without `.lib`.
#[derive(Deserialize)]
pub(super) struct OfWindows {
    pub unix_alone: Vec<String>,
    pub sdk: Vec<String>,
    pub compiler: Vec<String>,
    pub sdk_headers: Vec<String>,
    pub unix_headers: Vec<String>,
    pub unix_folders: Vec<String>,
    pub windows_sys: Vec<String>,
}

/// The table of what builds on Windows ask for.
pub(super) fn of_windows() -> &'static OfWindows {
    static TABLE: OnceLock<OfWindows> = OnceLock::new();
    let read = || {
        toml::from_str(include_str!("../../assets/loaders/windows-development.toml"))
            .expect("the table that ships with dylens")
    };
    TABLE.get_or_init(read)
}

#[cfg(test)]
mod tests {
    use super::{development, program};

    #[test]
    fn a_library_has_one_package_by_whatever_it_is_asked_for() {
        let apt = |name: &str| development(name).map(|shipped| shipped.apt);
        assert_eq!(apt("libffi"), apt("ffi.h"));
        assert_eq!(apt("libpq >= 12"), Some("libpq-dev".into()));
        assert_eq!(apt("-ljpeg"), Some("libjpeg-dev".into()));
        assert_eq!(apt("Boost_INCLUDE_DIR"), apt("boost"));
        assert_eq!(apt("ffix"), None);
        assert_eq!(apt("linux/ethtool.h"), Some("linux-libc-dev".into()));
        assert_eq!(program("PkgConfig").map(|shipped| shipped.apt), program("pkg-config").map(|shipped| shipped.apt));
        assert_eq!(program("pkg"), None);
        assert_eq!((apt("linuxx/a.h"), apt("a/linux/b.h"), apt("linux")), (None, None, None));
    }
}
