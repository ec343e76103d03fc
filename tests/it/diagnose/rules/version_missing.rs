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
