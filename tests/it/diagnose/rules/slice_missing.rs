//! `slice-missing`.

use super::*;
use crate::diagnose::mac::mac;

#[test]
fn a_wheel_for_both_kinds_of_mac_needs_both_slices() {
    let world = |archs: &str| {
        mac(&format!(
            "Tag: cp311-cp311-macosx_11_0_universal2
             //- /t/p-1.dist-info/RECORD
             p/m.cpython-311-darwin.so,,
             //- /t/p/m.cpython-311-darwin.so macho {archs} bundle defines:PyInit_m"
        ))
    };
    let scan = world("arm64");
    let told = example(&scan, "slice-missing");
    assert_eq!((told.severity, told.subject.as_str()), (Severity::Warning, "x86_64"));
    assert_silent(&world("x86_64+arm64"));
}
