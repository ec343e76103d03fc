//! What PyInstaller prints of native files, and its warn-*.txt.

use super::{Options, ToolFacts};
use crate::command::templates::{PYINSTALLER_DATA, PYINSTALLER_FOUND, PYINSTALLER_LIBRARIES, PYINSTALLER_LIBRARY, PYINSTALLER_MODULE, PYINSTALLER_PACKAGE};

pub(super) const FACTS: ToolFacts = ToolFacts {
    unpacks: &["/_MEI"],
    running: &["/_MEI", "\\_MEI", "/_internal/", "\\_internal\\", "pyimod0", "PyInstaller/loader/pyi_", "PyInstaller\\loader\\pyi_", "[PYI-", "] Failed to execute script "],
    // PyInstaller 6.22 (`build_main.py`).
    options: Some(Options {
        module: PYINSTALLER_MODULE,
        package: PYINSTALLER_PACKAGE,
        library: |path| PYINSTALLER_LIBRARY.with(&[path, &"."]),
        library_named: |name| PYINSTALLER_FOUND.with(&[&name, &"."]),
        data: Some(PYINSTALLER_DATA),
        libraries: Some(|package| PYINSTALLER_LIBRARIES.with(&[&package])),
    }),
    ..ToolFacts::new("PyInstaller", include_str!("messages.toml"))
};
