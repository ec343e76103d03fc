//! `link-broken`.

use super::*;

#[test]
fn a_link_to_nowhere_that_an_import_needs_is_an_error() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:liby.so rpath:$ORIGIN
//- SITE/a/liby.so -> ../gone/liby.so
",
    );
    assert_eq!(example(&scan, "link-broken").severity, Severity::Error);
    assert!(finding(&scan, "library-missing").message.contains("a link to ../gone/liby.so"));
}

#[test]
fn a_link_in_a_circle_is_told_as_such() {
    let scan = scan("//- SITE/a/libx.so -> liby.so\n//- SITE/a/liby.so -> libx.so\n");
    let circles = findings(&scan, "link-broken");
    assert_eq!(circles.len(), 2, "{:?}", messages(&scan));
    assert!(
        circles.iter().all(|finding| finding.message.contains("circular link") && finding.severity == Severity::Info)
    );
}

#[test]
fn a_link_that_leads_somewhere_is_fine() {
    assert_silent(&scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:liby.so rpath:$ORIGIN
//- SITE/a/liby.so -> liby.so.1
//- SITE/a/liby.so.1 elf x86_64
",
    ));
}
