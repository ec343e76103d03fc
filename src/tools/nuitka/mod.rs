//! What Nuitka prints when it stumbles over native files.

use super::{Options, ToolFacts};
use crate::command::templates::{NUITKA_DATA, NUITKA_FOUND, NUITKA_LIBRARIES, NUITKA_LIBRARY, NUITKA_MODULE, NUITKA_PACKAGE};

pub(super) const FACTS: ToolFacts = ToolFacts {
    unpacks: &[".dist/", "/onefile_"],
    running: &["/onefile_", "\\ONEFIL~", "\\onefile_", ", in <module ", "~1.DIS\\"],
    // Nuitka 4.3 (`OptionParsing.py`).
    options: Some(Options {
        module: NUITKA_MODULE,
        package: NUITKA_PACKAGE,
        library: |path| NUITKA_LIBRARY.with(&[path, &path.file_name()]),
        library_named: |name| NUITKA_FOUND.with(&[&name, &name]),
        data: Some(NUITKA_DATA),
        libraries: Some(|package| NUITKA_LIBRARIES.with(&[&package, &package, &package, &package])),
    }),
    ..ToolFacts::new("Nuitka", include_str!("messages.toml"))
};
