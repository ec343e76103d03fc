//! `rpath-outside`.

use super::*;

#[test]
fn a_search_path_outside_that_decides_is_a_warning() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libx.so rpath:/opt/vendor/lib
//- /opt/vendor/lib/libx.so elf x86_64
",
    );
    let finding = example(&scan, "rpath-outside");
    assert_eq!((finding.severity, finding.subject.as_str()), (Severity::Warning, "/opt/vendor/lib"));
}

#[test]
fn a_search_path_of_the_build_machine_is_information() {
    let scan = scan("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 runpath:/home/ci/build/lib\n");
    assert_eq!(finding(&scan, "rpath-outside").severity, Severity::Info);
}

#[test]
fn a_search_path_that_climbs_out_is_told() {
    let scan =
        scan("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 rpath:$ORIGIN/../../../../../../x\n");
    assert_eq!(finding(&scan, "rpath-outside").subject, "$ORIGIN/../../../../../../x");
}

#[test]
fn a_search_path_within_is_fine() {
    assert_silent(&scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 rpath:$ORIGIN/../a.libs:/env/lib:${ORIGIN}\n",
    ));
}
