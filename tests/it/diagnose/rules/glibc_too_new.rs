//! `glibc-too-new`.

use dylens::discover::Overrides;
use dylens::image::Release;

use super::*;

const WORLD: &str = "
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.17,GLIBC_2.28,GLIBC_2.34,GLIBC_2.36
//- /v/lib/python3.11/site-packages/a/_a.abi3.so elf x86_64 defines:PyInit__a needs:libc.so.6 wants:libc.so.6@GLIBC_2.34,libc.so.6@GLIBC_2.17
//- /v/lib/python3.11/site-packages/b/_b.abi3.so elf x86_64 defines:PyInit__b needs:libc.so.6 wants:libc.so.6@GLIBC_2.28,libc.so.6@GLIBC_2.36?
//- /v/lib/python3.11/site-packages/c/_c.abi3.so elf x86_64 defines:PyInit__c needs:libc.so.6,libx.so wants:libx.so@GLIBCX_9.9,libc.so.6@GLIBC_PRIVATE
//- /v/pyvenv.cfg
version = 3.11.7
";

fn scan_for(glibc: Option<&str>) -> Scan {
    let overrides = Overrides { glibc: glibc.and_then(Release::parse), ..Overrides::default() };
    crate::common::scan_for(WORLD, &Request { overrides, ..Request::of(VPath::new("/v")) })
}

fn subjects(glibc: Option<&str>) -> Vec<(String, Severity)> {
    let scan = scan_for(glibc);
    let found = findings(&scan, "glibc-too-new").into_iter();
    found.map(|finding| (finding.subject.clone(), finding.severity)).collect()
}

#[test]
fn what_needs_a_newer_glibc_than_the_target_is_an_error() {
    assert_eq!(subjects(Some("2.28")), [("GLIBC_2.34".to_owned(), Severity::Error)]);
    example(&scan_for(Some("2.28")), "glibc-too-new");
    let both = [("GLIBC_2.34".to_owned(), Severity::Error), ("GLIBC_2.28".to_owned(), Severity::Error)];
    assert_eq!(subjects(Some("2.17")), both);
}

#[test]
fn weak_versions_private_ones_and_those_of_other_libraries_do_not_count() {
    assert!(subjects(Some("2.34")).is_empty());
    assert!(subjects(None).is_empty(), "nobody asked");
}
