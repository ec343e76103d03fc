//! What cx_Freeze prints.

use super::{Options, ToolFacts};
use crate::command::templates::{CX_FREEZE_FOUND, CX_FREEZE_LIBRARY, CX_FREEZE_MODULE, CX_FREEZE_PACKAGE};

pub(super) const FACTS: ToolFacts = ToolFacts {
    unpacks: &["/exe.linux-", "/exe.macosx-", "/exe.win-amd64-"],
    running: &["cx_Freeze/initscripts", "cx_Freeze\\initscripts"],
    // cx_Freeze 8.7 (`command/build_exe.py`).
    options: Some(Options {
        module: CX_FREEZE_MODULE,
        package: CX_FREEZE_PACKAGE,
        library: |path| CX_FREEZE_LIBRARY.with(&[path, &path.file_name()]),
        library_named: |name| CX_FREEZE_FOUND.with(&[&name, &name]),
        data: None,
        libraries: None,
    }),
    ..ToolFacts::new("cx_Freeze", include_str!("messages.toml"))
};
