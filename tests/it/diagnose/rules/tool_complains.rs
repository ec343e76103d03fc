//! `tool-complains`.

use super::*;
use crate::diagnose::foresight::{complaints, for_tool};
use dylens::command::Shell;

#[test]
fn without_a_tool_nothing_is_foretold() {
    let scan = scan("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgone.so.1,lib/libb.so\n");
    assert!(complaints(&scan).is_empty() && findings(&scan, "wheel-policy").is_empty());
}

#[test]
fn what_a_package_imports_only_where_it_may_fail_is_less_bad() {
    let files = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgone.so.1
//- SITE/a/__init__.py
try:
    from . import _a
except ImportError:
    pass
";
    for tool in ["pyinstaller", "nuitka"] {
        assert_eq!(complaints(&for_tool(tool, files))[0].0, Severity::Warning, "{tool}");
    }
}

#[test]
fn a_library_that_code_opens_by_name_is_not_seen() {
    let files = "//- SITE/a/libx.so elf x86_64
//- SITE/a/__init__.py
import ctypes
ctypes.CDLL('libx.so')
";
    let scan = for_tool("pyinstaller", files);
    let finding = example(&scan, "tool-complains");
    assert_eq!(
        (finding.severity, finding.remedy.first(Shell::Sh).as_deref()),
        (Severity::Info, Some("pyinstaller --collect-binaries=a PROGRAM.py"))
    );
    assert!(complaints(&for_tool("pyinstaller", "//- SITE/a/libx.so elf x86_64\n")).is_empty());
}
