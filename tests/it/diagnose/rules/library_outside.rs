//! `library-outside`.

use super::*;
use crate::diagnose::mac::mac;

#[test]
fn a_library_that_the_fallback_finds_is_no_more_missing_but_was_asked_for_outside() {
    let scan = mac("//- /t/p/m.so MODULE needs:/usr/local/opt/xz/lib/liblzma.5.dylib sdk:12.0");
    assert!(findings(&scan, "library-missing").is_empty(), "{:?}", messages(&scan));
    assert_eq!(example(&scan, "library-outside").severity, Severity::Warning);
    let scan = mac("//- /t/p/m.so MODULE needs:/usr/local/opt/xz/lib/liblzma.5.dylib sdk:13.0");
    assert_eq!(finding(&scan, "library-missing").severity, Severity::Error);
}
