//! `other-libc`.

use super::*;

#[test]
fn a_musl_module_under_glibc_is_an_error() {
    let needing = |libc: &str| {
        scan(&format!("//- SITE/a/_a.abi3.so elf x86_64 defines:PyInit__a needs:{libc},libgcc_s-0a1b2c3d.so.1\n"))
    };
    for libc in ["libc.so", "libc.musl-x86_64.so.1"] {
        let scan = needing(libc);
        let finding = finding(&scan, "other-libc");
        assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
        // What else it misses comes from the same mistake.
        assert_eq!(scan.findings.len(), 1, "{:?}", messages(&scan));
    }
    example(&needing("libc.musl-x86_64.so.1"), "other-libc");
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

#[test]
fn a_glibc_module_that_musl_can_load_is_no_matter() {
    let world = |words: &str| {
        format!(
            "//- /lib/ld-musl-x86_64.so.1 elf x86_64 defines:malloc
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib/ld-musl-x86_64.so.1 needs:libc.musl-x86_64.so.1 defines:PyErr_Clear
//- SITE/a/_a.abi3.so elf x86_64 defines:PyInit__a {words}
"
        )
    };
    // musl takes these names for its own.
    let scan = self::scan(&world("needs:libc.so.6,libm.so.6 takes:malloc,PyErr_Clear,__gmon_start__?"));
    assert!(findings(&scan, "other-libc").is_empty(), "{:?}", messages(&scan));
    let lacking = self::scan(&world("needs:libc.so.6 takes:malloc,__cxa_thread_atexit_impl"));
    assert!(findings(&lacking, "other-libc").is_empty(), "{:?}", messages(&lacking));
    let told = finding(&lacking, "symbol-undefined");
    assert_eq!((told.breaks, told.subject.as_str()), (1, "__cxa_thread_atexit_impl"));
    assert!(told.message.contains("it is built for glibc, and this interpreter runs on musl"), "{}", told.message);
}
