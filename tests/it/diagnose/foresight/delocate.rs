//! What delocate will say.

use super::*;
use crate::diagnose::foresight::{asked, complaints, mac_at};
use dylens::discover::Overrides;
use dylens::image::Release;

#[test]
fn delocate_goes_by_a_file_s_own_rpaths_and_not_by_its_loader_s() {
    let files = "//- /t/p/m.so macho arm64 bundle defines:PyInit_m needs:@rpath/liba.dylib rpath:@loader_path/lib
//- /t/p/lib/liba.dylib macho arm64 id:@rpath/liba.dylib needs:@rpath/libb.dylib RPATH
//- /t/p/lib/libb.dylib macho arm64 id:@rpath/libb.dylib
";
    let scan = mac_at(asked("delocate"), &files.replace("RPATH", ""));
    let told = finding(&scan, "tool-complains");
    assert_eq!((told.severity, told.subject.as_str()), (Severity::Error, "@rpath/libb.dylib"));
    assert_eq!(told.prints.as_deref(), Some("@rpath/libb.dylib not found:\n  Needed by: /t/p/lib/liba.dylib"));
    assert!(findings(&scan, "library-missing").is_empty(), "dyld finds it");
    assert!(complaints(&mac_at(asked("delocate"), &files.replace("RPATH", "rpath:@loader_path"))).is_empty());
}

#[test]
fn delocate_stops_at_what_is_nowhere_and_at_what_is_too_new() {
    let missing = "//- /t/p/m.so macho arm64 bundle defines:PyInit_m needs:/opt/x/libx.dylib,/usr/lib/libz.1.dylib\n";
    let told = mac_at(asked("delocate"), missing);
    assert_eq!(complaints(&told).iter().map(|(_, name, _)| *name).collect::<Vec<_>>(), ["/opt/x/libx.dylib"]);
    let new = "//- /t/p/m.so macho arm64 bundle defines:PyInit_m needs:/usr/lib/libz.1.dylib minos:14.0\n";
    let overrides = |release| Overrides { macos: Release::parse(release), ..asked("delocate") };
    let told = mac_at(overrides("11.0"), new);
    let words = "Library dependencies do not satisfy target MacOS version 11.0:\np/m.so has a minimum target of 14.0\nSet the environment \
                 variable 'MACOSX_DEPLOYMENT_TARGET=14.0' to update minimum supported macOS for this wheel.";
    assert_eq!(complaints(&told), [(Severity::Error, "14.0", Some(words))]);
    assert!(complaints(&mac_at(overrides("14.0"), new)).is_empty());
}

#[test]
fn delocate_copies_no_two_libraries_of_one_name() {
    let world = |second: &str| {
        format!(
            "//- /t/p/m.so macho arm64 bundle defines:PyInit_m needs:/t/x/libx.dylib
//- /t/p/n.so macho arm64 bundle defines:PyInit_n needs:{second}
//- /t/x/libx.dylib macho arm64 id:/t/x/libx.dylib
//- /t/y/libx.dylib macho arm64 id:/t/y/libx.dylib
//- /t/y/liby.dylib macho arm64 id:/t/y/liby.dylib
"
        )
        .replace("/t/x/", "/opt/x/")
        .replace("/t/y/", "/opt/y/")
    };
    let words = "Already planning to copy library with same basename as: libx.dylib";
    let told = mac_at(asked("delocate"), &world("/t/y/libx.dylib"));
    assert!(complaints(&told).contains(&(Severity::Error, "libx.dylib", Some(words))), "{:?}", complaints(&told));
    for other in ["/t/x/libx.dylib", "/t/y/liby.dylib"] {
        let told = mac_at(asked("delocate"), &world(other));
        assert!(!complaints(&told).iter().any(|(_, _, words)| words.is_some_and(|words| words.starts_with("Already"))));
    }
}
