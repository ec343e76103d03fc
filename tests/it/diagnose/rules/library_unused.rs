//! `library-unused`.

use super::*;

#[test]
fn a_library_that_nothing_needs_and_no_code_names_is_information() {
    let scan = scan("//- SITE/a/libballast.so elf x86_64\n//- SITE/a/__init__.py\nx = 1\n");
    assert_eq!(finding(&scan, "library-unused").severity, Severity::Info);
}

#[test]
fn a_library_that_code_names_without_its_ending_is_used() {
    assert_silent(&scan("//- SITE/a/libballast.so elf x86_64\n//- SITE/a/__init__.py\nload('ballast')\n"));
}
