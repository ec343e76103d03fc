//! `extension-for-other-python`.

use super::*;
use crate::diagnose::windows::venv;
use dylens::command::Shell;

#[test]
fn a_module_built_for_another_version_only_is_an_error() {
    let scan = scan("//- SITE/a/_a.cpython-312-x86_64-linux-gnu.so elf x86_64 defines:PyInit__a\n");
    let finding = example(&scan, "extension-for-other-python");
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.message.contains("CPython 3.12"), "{}", finding.message);
    assert!(finding.remedy.first(Shell::Sh).as_deref().is_some_and(|command| command.starts_with("python3.11 -m pip")));
}

#[test]
fn a_second_build_beside_the_right_one_is_information() {
    assert_calm(&scan(
        "//- SITE/a/_a.cpython-312-x86_64-linux-gnu.so elf x86_64 defines:PyInit__a
//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a
//- SITE/a/__init__.py
from . import _a
",
    ));
}

#[test]
fn a_module_with_python_source_in_its_place_is_information() {
    assert_calm(&scan(
        "//- SITE/a/_a.cpython-312-x86_64-linux-gnu.so elf x86_64 defines:PyInit__a
//- SITE/a/_a.py
x = 1
",
    ));
}

#[test]
fn a_free_threaded_build_does_not_fit() {
    let scan = scan("//- SITE/a/_a.cpython-311t-x86_64-linux-gnu.so elf x86_64 defines:PyInit__a\n");
    assert!(finding(&scan, "extension-for-other-python").message.contains("free-threaded"));
}

#[test]
fn the_stable_abi_and_untagged_modules_fit() {
    assert_silent(&scan(
        "//- SITE/a/_a.abi3.so elf x86_64 defines:PyInit__a needs:libc.so.6
//- SITE/a/_b.so elf x86_64 defines:PyInit__b
//- SITE/_top.abi3.so elf x86_64 defines:PyInit__top
",
    ));
}

#[test]
fn a_debug_interpreter_takes_what_was_made_without_debugging() {
    let debug = |text: &str| text.replace("_json.cpython-311-x86_64", "_json.cpython-311d-x86_64");
    let world = format!("{ENVIRONMENT}//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6\n");
    let scan = scan_whole(&debug(&world));
    assert_silent(&scan);
    assert_eq!(scan.modules(), 2);
    // The other way round it is another Python's.
    let other = world.replace("//- SITE/a/_a.TAG", "//- SITE/a/_a.cpython-311d-x86_64-linux-gnu.so");
    assert_eq!(finding(&scan_whole(&other), "extension-for-other-python").severity, Severity::Error);
}

#[test]
fn a_module_tagged_for_another_python_is_passed_over() {
    let scan = venv("//- SITE/p/m.cp312-win_amd64.pyd MODULE needs:python312.dll");
    let finding = finding(&scan, "extension-for-other-python");
    assert!(
        finding.message.contains("is built for CPython 3.12 on win_amd64, the interpreter is Python 3.11"),
        "{}",
        finding.message
    );
}

#[test]
fn modules_of_the_stable_abi_fit_every_python() {
    assert_silent(&venv("//- SITE/p/m.pyd MODULE needs:python3.dll"));
}

#[test]
fn a_module_for_another_python_that_no_code_of_its_package_names_is_a_warning() {
    let world = |init: &str| {
        format!(
            "//- SITE/a/_ops.cpython-310-x86_64-linux-gnu.so elf x86_64 defines:PyInit__ops\n\
            //- SITE/a/_a.TAG elf x86_64 defines:PyInit__a\n//- SITE/a/__init__.py\nfrom . import _a\n{init}\n"
        )
    };
    let severity = |init: &str| finding(&scan(&world(init)), "extension-for-other-python").severity;
    assert_eq!(
        severity("import ctypes, glob\nfor path in glob.glob(__file__ + '/_o*.so'):\n    ctypes.CDLL(path)"),
        Severity::Warning
    );
    let libraries = "//- SITE/a/_ops.cpython-310-x86_64-linux-gnu.so elf x86_64\n//- SITE/a/_lib.abi3.so elf x86_64\n//- SITE/a/__init__.py\n";
    assert_eq!(finding(&scan(libraries), "extension-for-other-python").severity, Severity::Warning);
    assert_eq!(severity("def f():\n    from . import _ops"), Severity::Error);
    // The package fails with it: one cause, one error.
    let scan = scan(&world("from . import _ops"));
    let errors = scan.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let errors: Vec<_> = errors.map(|finding| (finding.rule.id.word(), finding.broken.clone())).collect();
    assert_eq!(errors, [("extension-for-other-python", vec!["a".to_owned(), "a._a".to_owned()])]);
}
