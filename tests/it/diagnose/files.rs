//! Files that are not what their names say.

use super::*;

#[test]
fn a_module_for_another_processor_is_an_error() {
    let scan = scan("//- SITE/a/_a.TAG elf aarch64 defines:PyInit__a needs:libc.so.6\n");
    let finding = finding(&scan, "wrong-architecture");
    assert_eq!((finding.severity, finding.breaks, finding.subject.as_str()), (Severity::Error, 1, "aarch64"));
    // Its needs are nobody's business: it never gets so far.
    assert_eq!(scan.findings.len(), 1, "{:?}", messages(&scan));
}

#[test]
fn a_library_for_another_processor_that_nothing_needs_is_information() {
    assert_calm(&scan("//- SITE/a/attach_x86.so elf i686\n//- SITE/a/__init__.py\nload('attach_x86')\n"));
}

#[test]
fn a_module_that_is_empty_or_a_pointer_or_text_is_an_error() {
    for (content, words) in
        [("empty", "empty"), ("lfs", "Git LFS"), ("\nhello", "text file"), ("elf x86_64 cut:40", "short")]
    {
        let scan = scan(&format!("//- SITE/a/_a.TAG {content}\n"));
        let finding = finding(&scan, "not-an-image");
        assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1), "{content}");
        assert!(finding.message.contains(words), "{}", finding.message);
    }
}

#[test]
fn a_truncated_module_is_an_error() {
    let scan = scan("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 cut:300\n");
    assert!(finding(&scan, "not-an-image").message.contains("truncated"));
}

#[test]
fn a_git_lfs_pointer_is_fetched() {
    let scan = scan("//- SITE/a/_a.TAG lfs\n");
    assert_eq!(finding(&scan, "not-an-image").remedy.command.as_deref(), Some("git lfs pull"));
}

#[test]
fn a_library_that_is_no_image_breaks_whoever_needs_it() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:liby.so rpath:$ORIGIN
//- SITE/a/liby.so empty
",
    );
    let finding = finding(&scan, "not-an-image");
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
    // The culprit is told once.
    assert!(findings(&scan, "library-missing").is_empty(), "{:?}", messages(&scan));
}

#[test]
fn a_linker_script_that_nothing_loads_is_information() {
    let scan = scan("//- SITE/a/liby.so\nINPUT(-lz)\n//- SITE/a/__init__.py\nload('liby')\n");
    assert_eq!(finding(&scan, "not-an-image").severity, Severity::Info);
}

#[test]
fn a_link_to_nowhere_that_an_import_needs_is_an_error() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:liby.so rpath:$ORIGIN
//- SITE/a/liby.so -> ../gone/liby.so
",
    );
    assert_eq!(finding(&scan, "link-broken").severity, Severity::Error);
    assert!(finding(&scan, "library-missing").message.contains("a link to ../gone/liby.so"));
}

#[test]
fn a_link_in_a_circle_is_told_as_such() {
    let scan = scan("//- SITE/a/libx.so -> liby.so\n//- SITE/a/liby.so -> libx.so\n");
    let circles = findings(&scan, "link-broken");
    assert_eq!(circles.len(), 2, "{:?}", messages(&scan));
    assert!(
        circles.iter().all(|finding| finding.message.contains("back to itself") && finding.severity == Severity::Info)
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

#[test]
fn an_installed_module_that_is_gone_is_an_error() {
    let scan = scan("//- SITE/a-1.0.dist-info/RECORD\na/_a.TAG,sha256=x,10\na/__init__.py,,\n");
    let finding = finding(&scan, "recorded-file-missing");
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

#[test]
fn a_module_that_may_not_be_read_is_an_error() {
    let scan = scan("//- SITE/a/_a.TAG locked\n");
    let finding = finding(&scan, "unreadable");
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
}
