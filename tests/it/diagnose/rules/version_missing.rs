//! `version-missing`.

use super::*;

/// A module that wants a version of `libx.so.1`, and the copy that its import finds.
fn copies(wanted: &str, has: &str, place: &str, more: &str) -> Scan {
    scan(&format!(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libx.so.1 runpath:$ORIGIN/../b:/opt/x wants:libx.so.1@{wanted}
//- {place}/libx.so.1 elf x86_64 soname:libx.so.1 versions:{has}
//- SITE/a-1.dist-info/RECORD
a/_a.cpython-311-x86_64-linux-gnu.so,,
//- SITE/b-2.dist-info/METADATA
Name: b
Version: 2
//- SITE/b-2.dist-info/RECORD
b/libx.so.1,,
{more}"
    ))
}

#[test]
fn whose_copy_it_is_and_how_old_is_told() {
    for (wanted, has, place, expected) in [
        ("X_1.10", "X_1.2,X_1.9", "/opt/x", "the system's copy, which is older: its newest version is X_1.9"),
        ("X_1.2", "X_1.9,X_1.10", "/opt/x", "the system's copy, which is newer (X_1.10) and has it no more"),
        ("X_1.2", "Y_7", "/opt/x", "the system's copy, which does not define it"),
        ("X_1.10", "X_1.9", "SITE/b", "the copy in b, which is older"),
    ] {
        let scan = copies(wanted, has, place, "");
        let told = finding(&scan, "version-missing");
        assert!(told.message.contains(expected), "{}", told.message);
    }
    let scan = copies("X_1.10", "X_1.9", "SITE/b", "//- SITE/b-2.dist-info/INSTALLER\nconda\n");
    assert!(finding(&scan, "version-missing").message.contains("the copy of conda's b"), "{:?}", messages(&scan));
}

#[test]
fn versions_of_a_library_that_is_not_needed_end_the_process() {
    let module = |needs: &str| {
        format!("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:{needs} runpath:$ORIGIN wants:libx.so.1@V1\n")
    };
    let library = "//- SITE/a/libx.so.1 elf x86_64 soname:libx.so.1 versions:V1
//- SITE/a/liby.so elf x86_64 needs:libx.so.1 runpath:$ORIGIN\n";
    let scan = self::scan(&format!("{}{library}", module("libc.so.6")));
    let told = finding(&scan, "version-missing");
    assert_eq!((told.severity, told.subject.as_str(), told.breaks), (Severity::Error, "libx.so.1", 1));
    assert!(told.message.contains("wants versions of libx.so.1 and does not need it"), "{}", told.message);
    // Needed, and loaded by way of another library.
    for needs in ["libx.so.1", "liby.so"] {
        assert!(findings(&self::scan(&format!("{}{library}", module(needs))), "version-missing").is_empty(), "{needs}");
    }
}

#[test]
fn a_symbol_version_that_the_library_lacks_is_an_error() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 wants:libc.so.6@GLIBC_2.38,libc.so.6@GLIBC_2.34\n",
    );
    let finding = example(&scan, "version-missing");
    assert_eq!((finding.subject.as_str(), finding.severity), ("GLIBC_2.38", Severity::Error));
}

#[test]
fn a_weak_version_and_a_library_without_versions_are_tolerated() {
    assert_silent(&scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6,libm.so.6 wants:libc.so.6@GLIBC_2.38?,libm.so.6@GLIBC_2.99\n",
    ));
}

#[test]
fn a_copy_that_an_import_before_has_loaded_is_the_one_that_counts() {
    let world = |init: &str| {
        format!(
            "//- SITE/p/_a.TAG elf x86_64 defines:PyInit__a needs:libx.so.1 runpath:$ORIGIN/old
//- SITE/p/_b.TAG elf x86_64 defines:PyInit__b needs:libx.so.1 runpath:$ORIGIN/new wants:libx.so.1@V2
//- SITE/p/old/libx.so.1 elf x86_64 soname:libx.so.1 versions:V1
//- SITE/p/new/libx.so.1 elf x86_64 soname:libx.so.1 versions:V1,V2
//- SITE/p/__init__.py
{init}
"
        )
    };
    let old_first = scan(&world("from . import _a, _b"));
    let finding = finding(&old_first, "version-missing");
    assert_eq!((finding.severity, finding.subject.as_str(), finding.breaks), (Severity::Error, "V2", 2));
    assert!(
        finding.message.contains(
            "p/old/libx.so.1, loaded by p._a at lib/python3.11/site-packages/p/__init__.py:1, which lacks it"
        ),
        "{}",
        finding.message
    );
    assert!(findings(&scan(&world("from . import _b, _a")), "version-missing").is_empty());
}
