//! `static-tls`.

use super::*;

#[test]
fn storage_that_does_not_fit_into_what_glibc_keeps_ends_the_import() {
    let module = |bytes: u32| scan(&format!("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a tls:{bytes}\n"));
    let scan = module(4096);
    let told = example(&scan, "static-tls");
    assert_eq!((told.severity, told.breaks), (Severity::Error, 1));
    assert!(told.message.contains("wants 4096 bytes of it, and glibc keeps 1664"), "{}", told.message);
    // What fits, and what may fit by the alignment of the block.
    for bytes in [8, 1664, 1700] {
        assert_silent(&module(bytes));
    }
}

#[test]
fn what_an_import_brings_in_counts_together() {
    let world = |bytes: u32| {
        format!(
            "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libx.so,liby.so runpath:$ORIGIN
//- SITE/a/libx.so elf x86_64 tls:{bytes}
//- SITE/a/liby.so elf x86_64 tls:{bytes}
"
        )
    };
    let scan = self::scan(&world(1024));
    let told = finding(&scan, "static-tls");
    assert!(told.file.to_string().ends_with("a/liby.so"), "{}", told.file);
    assert!(told.message.contains("wants 2048 bytes"), "{}", told.message);
    assert_silent(&self::scan(&world(512)));
}

#[test]
fn musl_has_no_room_at_all() {
    let world = |tls: &str| {
        format!(
            "//- /lib/ld-musl-x86_64.so.1 elf x86_64
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib/ld-musl-x86_64.so.1 needs:libc.musl-x86_64.so.1
//- SITE/a/_a.abi3.so elf x86_64 defines:PyInit__a needs:libc.musl-x86_64.so.1 {tls}
"
        )
    };
    let scan = self::scan(&world("tls:8"));
    assert!(finding(&scan, "static-tls").message.contains("which musl has no room for"), "{:?}", messages(&scan));
    assert!(findings(&self::scan(&world("")), "static-tls").is_empty());
}
