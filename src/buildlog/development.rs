//! The packages that have a library's development files, by what builds ask for it.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::diagnose::Shipped;

#[derive(Deserialize)]
struct Table {
    library: Vec<Entry>,
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
    let names = |entry: &&Entry| entry.names.iter().any(|name| name.eq_ignore_ascii_case(bare));
    TABLE.get_or_init(read).library.iter().find(names).map(|entry| entry.by.clone())
}

/// The name without what a version adds: `libpq` of `libpq >= 12`, `jpeg` of `-ljpeg`.
fn bare(asked: &str) -> &str {
    let word = asked.split([' ', '>', '=', '<', ',']).next().unwrap_or(asked);
    word.trim_matches(['\'', '"', '`', '‘', '’', ';', ':']).trim_start_matches("-l")
}

#[cfg(test)]
mod tests {
    use super::development;

    #[test]
    fn a_library_has_one_package_by_whatever_it_is_asked_for() {
        let apt = |name: &str| development(name).map(|shipped| shipped.apt);
        assert_eq!(apt("libffi"), apt("ffi.h"));
        assert_eq!(apt("libpq >= 12"), Some("libpq-dev".into()));
        assert_eq!(apt("-ljpeg"), Some("libjpeg-dev".into()));
        assert_eq!(apt("ffix"), None);
    }
}
