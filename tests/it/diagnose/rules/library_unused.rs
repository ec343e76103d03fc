//! `library-unused`.

use super::*;

#[test]
fn a_library_that_nothing_needs_and_no_code_names_is_information() {
    let scan = scan("//- SITE/a/libballast.so elf x86_64\n//- SITE/a/__init__.py\nx = 1\n");
    assert_eq!(example(&scan, "library-unused").severity, Severity::Info);
}

#[test]
fn a_library_that_code_names_without_its_ending_is_used() {
    assert_silent(&scan("//- SITE/a/libballast.so elf x86_64\n//- SITE/a/__init__.py\nload('ballast')\n"));
}

#[test]
fn a_plugin_has_a_user_that_cannot_be_seen() {
    assert_silent(&scan("//- SITE/a/Qt/plugins/platforms/libqballast.so elf x86_64\n//- SITE/a/__init__.py\nx = 1\n"));
}

#[test]
fn a_library_that_compiled_code_of_its_package_names_is_used() {
    let world = |says: &str| {
        format!(
            "//- SITE/a/libballast_shared.so elf x86_64\n//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a says:{says}\n\
             //- SITE/a-1.0.dist-info/RECORD\na/_a.TAG,,\na/libballast_shared.so,,\n"
        )
    };
    assert!(findings(&scan(&world("libballast_shared.so")), "library-unused").is_empty());
    let told = scan(&world("libother.so"));
    let finding = finding(&told, "library-unused");
    assert!(!finding.remedy.text.contains("do without"), "{}", finding.remedy.text);
}
