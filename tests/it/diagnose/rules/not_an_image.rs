//! `not-an-image`.

use super::*;
use crate::diagnose::windows::windows;
use dylens::command::Shell;

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
    assert_eq!(example(&scan, "not-an-image").remedy.first(Shell::Sh).as_deref(), Some("git lfs pull"));
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
fn a_cut_module_is_told_as_cut() {
    let scan = windows("//- /t/p/m.pyd MODULE cut:900\n//- /t/q/n.pyd pe x86_64 defines:PyInit_n");
    let message = &finding(&scan, "not-an-image").message;
    assert!(message.contains("import p.m fails") && message.contains("truncated"), "{message}");
}
