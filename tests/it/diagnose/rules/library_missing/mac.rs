//! `library-missing`.

use super::*;
use crate::diagnose::mac::{mac, mac_for, mac_of, nuitka};
use dylens::command::Shell;
use dylens::discover::Overrides;

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
    assert!(message.ends_with("is not found; the path is a folder on the machine that built it"), "{message}");
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
    let overrides = Overrides { arch: dylens::image::Arch::named("x86_64"), ..Overrides::default() };
    assert_eq!(finding(&mac_for(overrides, "/t", world), "library-missing").severity, Severity::Error);
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

#[test]
fn a_bundle_satisfies_no_need() {
    let library =
        |words: &str| mac(&format!("//- /t/p/m.so MODULE needs:@loader_path/b.so\n//- /t/p/b.so macho arm64 {words}"));
    let scan = library("bundle");
    let finding = finding(&scan, "library-missing");
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
    assert!(
        finding.message.contains("p/b.so exists, but the loader refuses it: cannot link against a bundle"),
        "{}",
        finding.message
    );
    assert!(findings(&library(""), "library-missing").is_empty(), "a dylib satisfies it, whatever its name");
}

#[test]
fn a_need_that_ends_an_import_is_never_left_without_an_error() {
    for what in [
        "macho arm64 bundle",
        "macho arm64 program",
        "macho arm64 object",
        "macho arm64 unsigned",
        "macho arm64 stale",
        "macho arm64 platform:ios",
        "macho arm64 bundle unsigned",
        "macho x86_64",
        "macho x86_64 bundle",
        "macho arm64 cut:100",
        "elf x86_64",
        "empty",
        "locked",
        "lfs",
        "hex:00112233445566778899",
        "-> gone.dylib",
        "-> liba.dylib",
    ] {
        let scan = mac(&format!("//- /t/p/m.so MODULE needs:@loader_path/liba.dylib\n//- /t/p/liba.dylib {what}"));
        let unmet = scan.imports.iter().any(|import| !import.loads.unmet.is_empty());
        let errors = scan.findings.iter().filter(|finding| finding.severity == Severity::Error && finding.breaks > 0);
        assert!(unmet && errors.count() > 0, "{what}");
    }
}
