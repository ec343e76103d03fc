//! `version-missing`.

use super::*;

#[test]
fn a_symbol_version_that_the_library_lacks_is_an_error() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 wants:libc.so.6@GLIBC_2.38,libc.so.6@GLIBC_2.34\n",
    );
    let finding = finding(&scan, "version-missing");
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
        finding.message.contains("p/old/libx.so.1, loaded by an import before it, has none"),
        "{}",
        finding.message
    );
    assert!(findings(&scan(&world("from . import _b, _a")), "version-missing").is_empty());
}
