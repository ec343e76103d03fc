//! `library-missing`.

use super::*;
use crate::diagnose::mac::{mac, mac_for, mac_of, nuitka};
use dylens::command::Shell;
use dylens::discover::Wishes;

#[test]
fn a_library_of_homebrew_that_the_package_does_not_bring_is_missing() {
    let scan = mac("//- /t/p/m.so MODULE needs:/opt/homebrew/opt/xz/lib/liblzma.5.dylib");
    let finding = finding(&scan, "library-missing");
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.message.contains("Homebrew's"), "{}", finding.message);
    assert_eq!(finding.remedy.first(Shell::Sh).as_deref(), Some("brew install xz"));
}

#[test]
fn a_path_of_the_machine_that_built_it_is_told_as_such() {
    let scan = mac("//- /t/p/m.so MODULE needs:/Users/runner/work/x/build/libx.dylib");
    let message = &finding(&scan, "library-missing").message;
    assert!(message.ends_with("is found nowhere; the path is a folder of the machine that built it"), "{message}");
}

#[test]
fn a_library_that_no_rpath_leads_to_gets_one() {
    let scan = mac("//- /t/p/m.so MODULE needs:@rpath/liba.dylib rpath:@loader_path/elsewhere
         //- /t/p/lib/liba.dylib macho arm64 id:@rpath/liba.dylib");
    assert_eq!(
        finding(&scan, "library-missing").remedy.first(Shell::Sh).as_deref(),
        Some("install_name_tool -add_rpath @loader_path/lib /t/p/m.so && codesign --force --sign - /t/p/m.so")
    );
    let scan = mac("//- /t/p/m.so MODULE needs:@loader_path/liba.dylib\n//- /t/p/lib/liba.dylib macho arm64");
    assert_eq!(
        finding(&scan, "library-missing").remedy.first(Shell::Sh).as_deref(),
        Some(
            "install_name_tool -change @loader_path/liba.dylib @loader_path/lib/liba.dylib /t/p/m.so && codesign \
             --force --sign - /t/p/m.so"
        )
    );
}

#[test]
fn a_library_under_another_version_s_name_gets_the_name_that_is_asked_for() {
    let scan = mac("//- /t/p/m.so MODULE needs:@rpath/libx.1.dylib rpath:@loader_path
         //- /t/p/libx.1.26.0.dylib macho arm64 id:@rpath/libx.1.dylib");
    let finding = finding(&scan, "library-missing");
    assert!(finding.message.contains("under another version's name, p/libx.1.26.0.dylib"), "{}", finding.message);
    assert_eq!(finding.remedy.first(Shell::Sh).as_deref(), Some("ln -s libx.1.26.0.dylib /t/p/libx.1.dylib"));
}

#[test]
fn a_weak_library_that_is_absent_draws_no_word() {
    assert_silent(&mac("//- /t/p/m.so MODULE weak:@rpath/libomp.dylib,/opt/homebrew/lib/liba.dylib"));
}

#[test]
fn the_processor_that_a_person_names_decides_which_slice_speaks() {
    let world = "//- /t/p-1.dist-info/WHEEL
         //- /t/p/m.so macho arm64 bundle defines:PyInit_m | x86_64 bundle defines:PyInit_m needs:@rpath/gone.dylib";
    assert_silent(&mac_of("/t", world));
    let wishes = Wishes { arch: dylens::image::Arch::named("x86_64"), ..Wishes::default() };
    assert_eq!(finding(&mac_for(wishes, "/t", world), "library-missing").severity, Severity::Error);
}

#[test]
fn a_library_that_is_really_missing_stops_nuitka_too() {
    let world = "//- /t/p-1.dist-info/WHEEL\n//- /t/p/m.so MODULE needs:/opt/homebrew/opt/xz/lib/liblzma.5.dylib";
    let scan = mac_for(nuitka("4.0.2"), "/t", world);
    let told = finding(&scan, "library-missing");
    assert!(
        told.prints
            .as_deref()
            .unwrap_or_default()
            .starts_with("FATAL: Error, failed to find path /opt/homebrew/opt/xz"),
        "{:?}",
        told.prints
    );
}
