//! Modules for another Python, or another C library.

use super::*;

#[test]
fn a_module_built_for_another_version_only_is_an_error() {
    let scan = scan("//- SITE/a/_a.cpython-312-x86_64-linux-gnu.so elf x86_64 defines:PyInit__a\n");
    let finding = finding(&scan, "extension-for-other-python");
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.message.contains("CPython 3.12"), "{}", finding.message);
    assert!(finding.remedy.command.as_deref().is_some_and(|command| command.starts_with("python3.11 -m pip")));
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
fn what_python_would_import_is_told_from_what_exports_no_init_function() {
    let scan = scan("//- SITE/a/_b.abi3.so elf x86_64\n//- SITE/a/__init__.py\nload('_b.abi3.so')\n");
    assert_eq!(scan.modules(), 1, "the good one alone");
    assert_silent(&scan);
}

#[test]
fn a_musl_module_under_glibc_is_an_error() {
    for libc in ["libc.so", "libc.musl-x86_64.so.1"] {
        let scan =
            scan(&format!("//- SITE/a/_a.abi3.so elf x86_64 defines:PyInit__a needs:{libc},libgcc_s-0a1b2c3d.so.1\n"));
        let finding = finding(&scan, "other-libc");
        assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
        // What else it misses comes from the same mistake.
        assert_eq!(scan.findings.len(), 1, "{:?}", messages(&scan));
    }
}

#[test]
fn a_glibc_module_under_musl_is_an_error() {
    let musl = "
//- /lib/ld-musl-x86_64.so.1 elf x86_64
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib/ld-musl-x86_64.so.1 needs:libc.musl-x86_64.so.1
";
    let scan = scan(&format!(
        "{musl}//- SITE/a/_a.abi3.so elf x86_64 defines:PyInit__a needs:libc.so.6,ld-linux-x86-64.so.2\n"
    ));
    let about: Vec<_> = findings(&scan, "other-libc").iter().map(|finding| finding.file.to_string()).collect();
    assert!(about.contains(&"lib/python3.11/site-packages/a/_a.abi3.so".to_owned()), "{:?}", messages(&scan));
}
