//! `musl-too-new`.

use dylens::discover::Overrides;
use dylens::image::Release;

use super::*;

const WORLD: &str = "
//- /lib/ld-musl-x86_64.so.1 elf x86_64 defines:malloc,reallocarray,qsort_r
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib/ld-musl-x86_64.so.1 needs:libc.musl-x86_64.so.1
//- /v/lib/python3.11/site-packages/a/_a.abi3.so elf x86_64 defines:PyInit__a needs:libc.musl-x86_64.so.1 takes:malloc,reallocarray
//- /v/lib/python3.11/site-packages/b/_b.abi3.so elf x86_64 defines:PyInit__b needs:libc.musl-x86_64.so.1 takes:qsort_r
//- /v/lib/python3.11/site-packages/c/_c.abi3.so elf x86_64 defines:PyInit__c needs:libc.musl-x86_64.so.1,libown.so runpath:$ORIGIN takes:qsort_r,getrandom?
//- /v/lib/python3.11/site-packages/c/libown.so elf x86_64 soname:libown.so defines:qsort_r
//- /v/pyvenv.cfg
home = /usr/bin
version = 3.11.7
//- /v/bin/python3 -> /usr/bin/python3.11
";

fn scan_for(musl: Option<&str>) -> Scan {
    let overrides = Overrides { musl: musl.and_then(Release::parse), ..Overrides::default() };
    crate::common::scan_for(WORLD, &Request { overrides, ..Request::of(VPath::new("/v")) })
}

fn told(musl: Option<&str>) -> Vec<(String, String, Severity)> {
    let scan = scan_for(musl);
    let found = findings(&scan, "musl-too-new").into_iter();
    found.map(|finding| (finding.subject.clone(), finding.file.to_string(), finding.severity)).collect()
}

const A: &str = "lib/python3.11/site-packages/a/_a.abi3.so";
const B: &str = "lib/python3.11/site-packages/b/_b.abi3.so";

#[test]
fn what_uses_a_function_of_a_newer_musl_than_the_target_is_an_error() {
    let of = |subject: &str, file: &str| (subject.to_owned(), file.to_owned(), Severity::Error);
    assert_eq!(told(Some("1.2.2")), [of("musl 1.2.3", B)]);
    example(&scan_for(Some("1.2.2")), "musl-too-new");
    assert_eq!(told(Some("1.1")), [of("musl 1.2.2", A), of("musl 1.2.3", B)]);
}

#[test]
fn weak_symbols_and_those_that_a_library_brings_do_not_count() {
    assert!(told(Some("1.2.3")).is_empty(), "c's library has qsort_r, and getrandom is weak");
    assert!(told(None).is_empty(), "nobody asked");
}
