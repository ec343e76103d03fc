//! `macos-too-new`.

use super::*;
use crate::diagnose::mac::{mac, mac_for};
use dylens::discover::Overrides;

#[test]
fn a_file_for_a_newer_macos_than_the_wheel_promises_is_a_warning() {
    let world = |platform: &str, minos: &str| {
        mac(&format!(
            "Tag: cp311-cp311-{platform}
             //- /t/p-1.dist-info/RECORD
             p/m.cpython-311-darwin.so,,
             //- /t/p/m.cpython-311-darwin.so MODULE minos:{minos}"
        ))
    };
    let scan = world("macosx_11_0_arm64", "12.3");
    let told = example(&scan, "macos-too-new");
    assert_eq!(told.severity, Severity::Warning);
    assert!(
        told.message.contains("built for macOS 12.3 and later, the wheel's tag promises macOS 11.0"),
        "{}",
        told.message
    );
    assert_silent(&world("macosx_11_0_arm64", "11.0"));
    // No Mac with Apple silicon is older than 11.0, whatever universal2 says for the other kind.
    assert!(findings(&world("macosx_10_9_universal2", "11.0"), "macos-too-new").is_empty());
}

#[test]
fn the_release_that_a_person_names_is_the_one_that_counts() {
    let world = "//- /t/p/m.so MODULE minos:13.0 needs:/usr/lib/swift/libswiftObservation.dylib";
    let overrides = |release: &str| Overrides { macos: dylens::image::Release::parse(release), ..Overrides::default() };
    let scan = mac_for(overrides("12.0"), "/t", &format!("//- /t/p-1.dist-info/WHEEL\n{world}"));
    assert!(findings(&scan, "macos-too-new").len() == 2, "{:?}", messages(&scan));
    let scan = mac_for(overrides("15.0"), "/t", &format!("//- /t/p-1.dist-info/WHEEL\n{world}"));
    assert_silent(&scan);
}
