//! Compiled modules of Python's own library, and what a Python without one of them lacks.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::diagnose::Shipped;
use crate::python::PythonTarget;
use crate::python::stdlib;

#[derive(Deserialize)]
struct Table {
    module: Vec<StandardModule>,
    successors: BTreeMap<String, String>,
}

/// A compiled module of the standard library.
#[derive(Deserialize)]
pub(super) struct StandardModule {
    names: Vec<String>,
    /// The library that the build of Python needs for it, as builds ask for it; empty where it needs none.
    #[serde(default)]
    pub library: String,
    /// The packages of systems that keep it apart from their Python.
    #[serde(flatten)]
    pub apart: Shipped,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let read = || {
        toml::from_str(include_str!("../../assets/loaders/standard-modules.toml"))
            .expect("the table that ships with dylens")
    };
    TABLE.get_or_init(read)
}

/// What is known of a compiled module, by its name or that of the Python module above it.
pub(super) fn standard_module(name: &str) -> Option<&'static StandardModule> {
    table().module.iter().find(|module| module.names.iter().any(|own| own == name))
}

/// The package on the index that stands in place of a module that went away.
pub(super) fn successor(name: &str) -> Option<&'static str> {
    table().successors.get(name).map(String::as_str)
}

/// Does some Python 3 have a module of this name in its standard library?
pub(super) fn is_standard(name: &str) -> bool {
    stdlib::has(name, &PythonTarget::default()) != Some(false)
}

/// The minor version of Python 3 with which a module of the standard library went away; none where the newest has it.
pub(super) fn removed_in(name: &str) -> Option<u8> {
    /// The newest release that people run.
    const LAST: u8 = 14;
    stdlib::removed_in(name).filter(|minor| *minor <= LAST)
}

#[cfg(test)]
mod tests {
    use super::{is_standard, removed_in, standard_module};
    use crate::buildlog::development::development;

    #[test]
    fn modules_went_away_with_the_python_that_no_longer_has_them() {
        assert_eq!(removed_in("audioop"), Some(13));
        assert_eq!(removed_in("distutils"), Some(12));
        assert_eq!((removed_in("json"), removed_in("numpy")), (None, None));
        assert!(is_standard("_bz2") && !is_standard("bz3"));
    }

    #[test]
    fn each_library_of_the_table_has_its_development_files() {
        for module in &super::table().module {
            assert!(module.library.is_empty() || development(&module.library).is_some(), "{:?}", module.names);
        }
        assert!(standard_module("_bz2").is_some() && standard_module("_bz").is_none());
    }
}
