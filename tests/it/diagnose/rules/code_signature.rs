//! `code-signature`.

use super::*;
use crate::diagnose::mac::mac;
use dylens::command::Shell;

#[test]
fn code_for_apple_silicon_must_be_signed() {
    let scan = mac("//- /t/p/m.so MODULE unsigned");
    let finding = example(&scan, "code-signature");
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
    assert_eq!(finding.remedy.first(Shell::Sh).as_deref(), Some("codesign --force --sign - /t/p/m.so"));
    assert_silent(&mac("//- /t/p/m.so macho x86_64 bundle defines:PyInit_m unsigned"));
}

#[test]
fn a_file_that_was_edited_after_it_was_signed_blocks_who_needs_it() {
    let scan = mac("//- /t/p/m.so MODULE needs:@loader_path/liba.dylib
         //- /t/p/liba.dylib macho arm64 stale");
    let finding = finding(&scan, "code-signature");
    assert_eq!(
        (finding.file.to_string().as_str(), finding.severity, finding.breaks),
        ("p/liba.dylib", Severity::Error, 1)
    );
    assert!(findings(&scan, "library-missing").is_empty(), "{:?}", messages(&scan));
}
