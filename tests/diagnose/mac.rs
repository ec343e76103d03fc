//! What goes wrong on macOS: worlds of packages for it, looked at from anywhere.

use super::*;

/// Scans a folder of packages for macOS. `MODULE` stands for an extension module for arm64 named `m`.
pub fn mac(files: &str) -> Scan {
    scan_of("/t", &format!("//- /t/p-1.dist-info/WHEEL\nWheel-Version: 1.0\n{files}"))
}

/// Scans one folder of a world whose lines are indented for reading.
pub fn scan_of(root: &str, files: &str) -> Scan {
    let lines: Vec<&str> = files.lines().map(str::trim_start).collect();
    let text = lines.join("\n").replace("MODULE", "macho arm64 bundle defines:PyInit_m");
    let world = dylens::world::text::read(&text).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(world.files), &machine, &Request::of(VPath::new(root)), &progress).expect("a scan")
}

#[test]
fn packages_that_bring_what_they_need_draw_no_word() {
    assert_silent(&mac(
        "//- /t/p/m.cpython-311-darwin.so MODULE needs:@loader_path/.dylibs/liba.dylib,/usr/lib/libSystem.B.dylib
         //- /t/p/.dylibs/liba.dylib macho arm64 id:/DLC/p/.dylibs/liba.dylib needs:/usr/lib/libSystem.B.dylib",
    ));
}

#[test]
fn a_library_of_homebrew_that_the_package_does_not_bring_is_missing() {
    let scan = mac("//- /t/p/m.so MODULE needs:/opt/homebrew/opt/xz/lib/liblzma.5.dylib");
    let finding = finding(&scan, "library-missing");
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.message.contains("Homebrew's"), "{}", finding.message);
    assert_eq!(finding.remedy.command.as_deref(), Some("brew install xz"));
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
        finding(&scan, "library-missing").remedy.command.as_deref(),
        Some("install_name_tool -add_rpath @loader_path/lib /t/p/m.so && codesign --force --sign - /t/p/m.so")
    );
    let scan = mac("//- /t/p/m.so MODULE needs:@loader_path/liba.dylib\n//- /t/p/lib/liba.dylib macho arm64");
    assert_eq!(
        finding(&scan, "library-missing").remedy.command.as_deref(),
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
    assert_eq!(finding.remedy.command.as_deref(), Some("ln -s libx.1.26.0.dylib /t/p/libx.1.dylib"));
}

#[test]
fn a_weak_library_that_is_absent_draws_no_word() {
    assert_silent(&mac("//- /t/p/m.so MODULE weak:@rpath/libomp.dylib,/opt/homebrew/lib/liba.dylib"));
}

#[test]
fn a_library_that_the_fallback_finds_is_no_more_missing_but_was_asked_for_outside() {
    let scan = mac("//- /t/p/m.so MODULE needs:/usr/local/opt/xz/lib/liblzma.5.dylib sdk:12.0");
    assert!(findings(&scan, "library-missing").is_empty(), "{:?}", messages(&scan));
    assert_eq!(finding(&scan, "library-outside").severity, Severity::Warning);
    let scan = mac("//- /t/p/m.so MODULE needs:/usr/local/opt/xz/lib/liblzma.5.dylib sdk:13.0");
    assert_eq!(finding(&scan, "library-missing").severity, Severity::Error);
}

#[test]
fn code_for_apple_silicon_must_be_signed() {
    let scan = mac("//- /t/p/m.so MODULE unsigned");
    let finding = finding(&scan, "code-signature");
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
    assert_eq!(finding.remedy.command.as_deref(), Some("codesign --force --sign - /t/p/m.so"));
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

#[test]
fn a_symbol_that_the_library_does_not_have_ends_the_import() {
    let files = |defines: &str| {
        format!(
            "//- /t/p/m.so MODULE needs:@loader_path/liba.dylib takes:one@@loader_path/liba.dylib,two@@loader_path/liba.dylib,PyLong_Type
             //- /t/p/liba.dylib macho arm64 {defines}"
        )
    };
    let scan = mac(&files("defines:one"));
    let finding = finding(&scan, "symbol-missing");
    assert_eq!((finding.severity, finding.subject.as_str(), finding.breaks), (Severity::Error, "_two", 1));
    assert_silent(&mac(&files("defines:one,two")));
}

#[test]
fn a_symbol_that_may_be_absent_or_comes_from_a_library_offered_on_is_no_matter() {
    assert_silent(&mac(
        "//- /t/p/m.so MODULE needs:@loader_path/liba.dylib takes:one@@loader_path/liba.dylib,two@@loader_path/liba.dylib?
         //- /t/p/liba.dylib macho arm64 reexport:@loader_path/libb.dylib
         //- /t/p/libb.dylib macho arm64 defines:one",
    ));
}

#[test]
fn a_file_without_the_slice_that_the_others_have_does_not_load() {
    let scan = mac("//- /t/p/m.so MODULE
         //- /t/p/n.cpython-311-darwin.so macho x86_64 bundle defines:PyInit_n
         //- /t/p/o.so macho x86_64+arm64 bundle defines:PyInit_o");
    let finding = finding(&scan, "wrong-architecture");
    assert_eq!(finding.file.to_string(), "p/n.cpython-311-darwin.so");
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.message.contains("made for x86_64"), "{}", finding.message);
}
