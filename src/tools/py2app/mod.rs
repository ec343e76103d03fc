//! What py2app and macholib print.

use super::{Options, ToolFacts};
use crate::command::templates::{PY2APP_FOUND, PY2APP_LIBRARY, PY2APP_MODULE, PY2APP_PACKAGE};

pub(super) const FACTS: ToolFacts = ToolFacts {
    running: &[".app/Contents/"],
    // py2app 0.28 (`build_app.py`).
    options: Some(Options {
        module: PY2APP_MODULE,
        package: PY2APP_PACKAGE,
        library: |path| PY2APP_LIBRARY.with(&[path]),
        library_named: |name| PY2APP_FOUND.with(&[&name]),
        data: None,
        libraries: None,
    }),
    ..ToolFacts::new("py2app", include_str!("messages.toml"))
};
