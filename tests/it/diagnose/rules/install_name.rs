//! `install-name`.

use super::*;
use crate::diagnose::mac::mac;

#[test]
fn what_is_not_rust_is_told_in_its_own_words() {
    let scan = mac("//- /t/p/m.so macho arm64 id:bazel-out/bin/p/m.so defines:PyInit_m");
    let finding = example(&scan, "install-name");
    assert_eq!(finding.severity, Severity::Info);
    assert!(finding.message.contains("“bazel-out/bin/p” inside the folder of the build"), "{}", finding.message);
    assert!(findings(&scan, "rust-install-name").is_empty());
}
