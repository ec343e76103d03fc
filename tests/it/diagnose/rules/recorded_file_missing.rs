//! `recorded-file-missing`.

use super::*;

#[test]
fn an_installed_module_that_is_gone_is_an_error() {
    let scan = scan("//- SITE/a-1.0.dist-info/RECORD\na/_a.TAG,sha256=x,10\na/__init__.py,,\n");
    let finding = example(&scan, "recorded-file-missing");
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
}

#[test]
fn an_installed_library_that_nobody_misses_is_a_warning() {
    let scan = scan("//- SITE/a-1.0.dist-info/RECORD\na/libx.so.1,,\n");
    assert_eq!(finding(&scan, "recorded-file-missing").severity, Severity::Warning);
}

#[test]
fn a_complete_record_is_fine() {
    assert_silent(&scan(
        "//- SITE/a-1.0.dist-info/RECORD
\"a/_a.TAG\",,
../../../share/x.txt,,
//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6
",
    ));
}
