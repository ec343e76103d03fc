//! `library-missing`.

use super::*;
use crate::diagnose::windows::{venv, windows};
use dylens::command::Shell;
use dylens::diagnose::Evidence;

#[test]
fn a_dll_that_nobody_brings_is_named_with_the_way_to_it() {
    let scan = windows(
        "//- /t/p/m.pyd MODULE needs:a.dll
         //- /t/p/a.dll pe x86_64 needs:Gone.dll",
    );
    let finding = finding(&scan, "library-missing");
    assert_eq!(
        (finding.severity, finding.subject.as_str(), finding.file.to_string().as_str()),
        (Severity::Error, "Gone.dll", "p/a.dll")
    );
    assert_eq!(
        finding.message,
        "Gone.dll, needed by p/a.dll, is not found; m.pyd → a.dll → Gone.dll; Python says only “DLL load failed \
         while importing m: The specified module could not be found.”"
    );
}

#[test]
fn one_name_in_two_spellings_is_one_finding() {
    let scan = windows(
        "//- /t/p/m.pyd MODULE needs:GONE.dll
         //- /t/p/n.pyd pe x86_64 defines:PyInit_n needs:gone.DLL",
    );
    assert_eq!(finding(&scan, "library-missing").files.len(), 2);
}

#[test]
fn the_visual_cpp_runtime_is_a_warning_with_its_installer() {
    let scan = windows("//- /t/p/m.pyd MODULE needs:MSVCP140.dll");
    let finding = finding(&scan, "library-missing");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.message.contains("part of the Visual C++ runtime"), "{}", finding.message);
    assert_eq!(finding.remedy.first(Shell::Sh).as_deref(), Some("winget install --id Microsoft.VCRedist.2015+.x64"));
    let scan = windows("//- /t/p/m.pyd pe i686 defines:PyInit_m needs:msvcr120.dll");
    let command = super::finding(&scan, "library-missing").remedy.first(Shell::Sh);
    assert_eq!(command.as_deref(), Some("winget install --id Microsoft.VCRedist.2013.x86"));
}

#[test]
fn the_part_of_it_that_python_brings_is_no_word_worth() {
    assert_silent(&windows("//- /t/p/m.pyd MODULE needs:VCRUNTIME140.dll,VCRUNTIME140_1.dll"));
}

#[test]
fn where_the_system_is_at_hand_a_missing_runtime_is_an_error() {
    let scan = venv(
        "//* SystemRoot=/Windows
         //- /Windows/System32/kernel32.dll pe x86_64
         //- SITE/p/m.pyd MODULE needs:MSVCP140.dll",
    );
    assert_eq!(finding(&scan, "library-missing").severity, Severity::Error);
}

#[test]
fn a_debug_runtime_comes_with_no_installer() {
    let scan = windows("//- /t/p/m.pyd MODULE needs:VCRUNTIME140D.dll");
    let finding = finding(&scan, "library-missing");
    assert!(finding.message.contains("debug build") && finding.remedy.fixes.is_empty(), "{}", finding.message);
    assert_eq!(finding.severity, Severity::Error);
}

#[test]
fn a_dll_in_a_folder_that_is_not_searched_is_told_where_it_is() {
    let scan = windows(
        "//- /t/p/m.pyd MODULE needs:a.dll
         //- /t/p/lib/a.dll pe x86_64",
    );
    let finding = finding(&scan, "library-missing");
    assert!(
        finding.message.contains("; p/lib/a.dll is there, and no folder that is searched has a.dll"),
        "{}",
        finding.message
    );
    assert_eq!(finding.remedy.first(Shell::Cmd).as_deref(), Some("copy p\\lib\\a.dll p"));
}

#[test]
fn code_that_adds_a_folder_that_nobody_can_tell_leaves_a_doubt() {
    let scan = windows(
        "//- /t/p/__init__.py
         import os
         os.add_dll_directory(os.environ['P_HOME'])
         //- /t/p/m.pyd MODULE needs:a.dll",
    );
    let finding = finding(&scan, "library-missing");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.message.contains("p/__init__.py:2 adds a folder that cannot be evaluated"), "{}", finding.message);
}

#[test]
fn the_line_that_adds_a_folder_is_shown_with_what_is_missing_there() {
    let scan = windows(
        "//- /t/p/__init__.py
         import os
         os.add_dll_directory(os.path.dirname(__file__))
         //- /t/p/sub/m.pyd MODULE needs:a.dll",
    );
    let lines = finding(&scan, "library-missing").evidence.iter().filter_map(|evidence| match evidence {
        Evidence::Line { path, number, text } => Some(format!("{path}:{number} {text}")),
        _ => None,
    });
    assert_eq!(lines.collect::<Vec<_>>(), ["p/__init__.py:2 os.add_dll_directory(os.path.dirname(__file__))"]);
}

#[test]
fn a_delayed_import_that_is_missing_breaks_nothing() {
    assert_silent(&windows("//- /t/p/m.pyd MODULE needs:KERNEL32.dll delay:gone.dll"));
}

#[test]
fn a_module_linked_against_another_python_says_what_python_says() {
    let scan = venv("//- SITE/p/m.pyd MODULE needs:python39.dll");
    let finding = finding(&scan, "library-missing");
    assert!(
        finding
            .message
            .contains("built for Python 3.9, and this is 3.11: “Module use of python39.dll conflicts with this"),
        "{}",
        finding.message
    );
}
