//! What goes wrong on macOS: worlds of packages for it, looked at from anywhere.

use super::*;
use dylens::discover::{Tool, Wishes};

/// Scans a folder of packages for macOS. `MODULE` stands for an extension module for arm64 named `m`.
fn mac(files: &str) -> Scan {
    scan_of("/t", &format!("//- /t/p-1.dist-info/WHEEL\nWheel-Version: 1.0\n{files}"))
}

/// Scans one folder of a world whose lines are indented for reading.
fn scan_of(root: &str, files: &str) -> Scan {
    scan_for(Wishes::default(), root, files)
}

/// As [`scan_of`], with what a person wants.
fn scan_for(wishes: Wishes, root: &str, files: &str) -> Scan {
    let lines: Vec<&str> = files.lines().map(str::trim_start).collect();
    let text = lines.join("\n").replace("MODULE", "macho arm64 bundle defines:PyInit_m");
    let world = dylens::world::text::read(&text).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(world.files), &machine, &Request { paths: vec![VPath::new(root)], wishes }, &progress)
        .expect("a scan")
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

/// A module whose install name is not its own.
const PREFIXED: &str =
    "//- /t/p/_rust/_rs.cpython-311-darwin.so macho arm64 id:@rpath/p._rust._rs.cpython-311-darwin.so \
                        defines:PyInit__rs
//- /t/p/_rust/__init__.py
//- /t/p-1.dist-info/WHEEL
Generator: maturin (1.4.0)
//- /t/p-1.dist-info/RECORD
p/_rust/_rs.cpython-311-darwin.so,,
";

fn nuitka(version: &str) -> Wishes {
    Wishes { tool: Some(format!("nuitka={version}").parse::<Tool>().expect("a tool")), ..Wishes::default() }
}

#[test]
fn a_package_prefix_in_a_rust_module_s_install_name_is_told_and_harms_no_import() {
    let scan = scan_of("/t", PREFIXED);
    let finding = finding(&scan, "rust-install-name");
    assert_eq!((finding.severity, finding.breaks), (Severity::Info, 0));
    assert!(finding.message.contains("the package prefix “p._rust.”"), "{}", finding.message);
    assert!(finding.message.ends_with("Nuitka before 2.3.11 stops at it"), "{}", finding.message);
    assert_eq!(
        finding.remedy.command.as_deref(),
        Some(
            "install_name_tool -id @rpath/_rs.cpython-311-darwin.so /t/p/_rust/_rs.cpython-311-darwin.so && codesign \
             --force --sign - /t/p/_rust/_rs.cpython-311-darwin.so"
        )
    );
}

#[test]
fn for_a_nuitka_that_stops_at_it_the_prefix_is_an_error_with_nuitka_s_words() {
    let scan = scan_for(nuitka("2.3.10"), "/t", PREFIXED);
    let finding = finding(&scan, "rust-install-name");
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 0));
    let says = "FATAL: Error, failed to find path @rpath/p._rust._rs.cpython-311-darwin.so (resolved DLL to \
                /t/p/_rust/p._rust._rs.cpython-311-darwin.so) for /t/p/_rust/_rs.cpython-311-darwin.so from 'p._rust', \
                please report the bug.";
    assert!(finding.message.ends_with("Nuitka 2.3.10 takes it for a missing library and stops"), "{}", finding.message);
    assert_eq!(finding.prints.as_deref(), Some(says));
    for harmless in ["2.3.11", "4.3.3"] {
        let scan = scan_for(nuitka(harmless), "/t", PREFIXED);
        assert_eq!(super::finding(&scan, "rust-install-name").severity, Severity::Info, "{harmless}");
    }
    let tool = Some("pyinstaller".parse::<Tool>().expect("a tool"));
    let scan = scan_for(Wishes { tool, ..Wishes::default() }, "/t", PREFIXED);
    assert_eq!(super::finding(&scan, "rust-install-name").severity, Severity::Info);
}

#[test]
fn the_file_s_own_name_and_no_name_are_as_they_should_be() {
    assert_silent(&scan_of("/t", &PREFIXED.replace("id:@rpath/p._rust._rs", "id:@rpath/_rs")));
    assert_silent(&mac("//- /t/p/m.cpython-311-darwin.so MODULE"));
}

#[test]
fn a_name_that_every_nuitka_stops_at_is_a_warning() {
    for (name, words) in [
        ("@rpath/crate.cpython-311-darwin.so", "says “crate” instead of “_rs”"),
        ("@rpath/_rs.abi3.so", "the tag “abi3” instead of the tag “cpython-311-darwin”"),
        ("/Users/runner/work/p/target/release/deps/libp.dylib", "a folder of the machine that built it"),
    ] {
        let scan = scan_of("/t", &PREFIXED.replace("@rpath/p._rust._rs.cpython-311-darwin.so", name));
        let finding = finding(&scan, "rust-install-name");
        assert!(finding.message.contains(words), "{}", finding.message);
        assert_eq!(finding.severity, Severity::Warning, "{name}");
    }
}

#[test]
fn what_is_not_rust_is_told_in_its_own_words() {
    let scan = mac("//- /t/p/m.so macho arm64 id:bazel-out/bin/p/m.so defines:PyInit_m");
    let finding = finding(&scan, "install-name");
    assert_eq!(finding.severity, Severity::Info);
    assert!(finding.message.contains("“bazel-out/bin/p” inside the folder of the build"), "{}", finding.message);
    assert!(findings(&scan, "rust-install-name").is_empty());
}

#[test]
fn where_bytes_tell_nothing_the_builder_of_the_wheel_tells_rust() {
    let scan = scan_of("/t", PREFIXED);
    let evidence = format!("{:?}", finding(&scan, "rust-install-name").evidence);
    assert!(evidence.contains("maturin made the wheel") && evidence.contains("maturin (1.4.0)"), "{evidence}");
}

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
    let told = finding(&scan, "macos-too-new");
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
    let wishes = |release: &str| Wishes { macos: dylens::image::Release::parse(release), ..Wishes::default() };
    let scan = scan_for(wishes("12.0"), "/t", &format!("//- /t/p-1.dist-info/WHEEL\n{world}"));
    assert!(findings(&scan, "macos-too-new").len() == 2, "{:?}", messages(&scan));
    let scan = scan_for(wishes("15.0"), "/t", &format!("//- /t/p-1.dist-info/WHEEL\n{world}"));
    assert_silent(&scan);
}

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
    let told = finding(&scan, "slice-missing");
    assert_eq!((told.severity, told.subject.as_str()), (Severity::Warning, "x86_64"));
    assert_silent(&world("x86_64+arm64"));
}

#[test]
fn the_processor_that_a_person_names_decides_which_slice_speaks() {
    let world = "//- /t/p-1.dist-info/WHEEL
         //- /t/p/m.so macho arm64 bundle defines:PyInit_m | x86_64 bundle defines:PyInit_m needs:@rpath/gone.dylib";
    assert_silent(&scan_of("/t", world));
    let wishes = Wishes { arch: dylens::image::Arch::named("x86_64"), ..Wishes::default() };
    assert_eq!(finding(&scan_for(wishes, "/t", world), "library-missing").severity, Severity::Error);
}

/// A virtual environment that was copied from a Mac: its interpreter stayed there.
const COPIED: &str = "//- /env/pyvenv.cfg
home = /opt/homebrew/opt/python@3.11/bin
version = 3.11.9
//- /env/bin/python3 -> /opt/homebrew/opt/python@3.11/bin/python3.11
//- /lib64/ld-linux-x86-64.so.2 elf x86_64
//* LD_LIBRARY_PATH=/e
";

#[test]
fn an_environment_copied_from_a_mac_is_judged_as_on_a_mac() {
    let site = "/env/lib/python3.11/site-packages";
    let module = |tag: &str| format!("{COPIED}//- {site}/p/m.{tag}.so MODULE needs:/usr/lib/libSystem.B.dylib\n");
    let scan = scan_of("/env", &module("cpython-311-darwin"));
    assert_eq!((scan.modules(), scan.world.host.system.word()), (1, "macOS"));
    let blamed: Vec<&str> = scan.findings.iter().map(|finding| finding.rule.id).collect();
    assert_eq!(blamed, ["environment-damaged"], "{:?}", messages(&scan));
    let scan = scan_of("/env", &module("cpython-310-darwin"));
    assert_eq!(finding(&scan, "extension-for-other-python").severity, Severity::Error);
}

#[test]
fn two_copies_of_openmp_in_one_import_are_told() {
    let scan =
        mac("//- /t/p/m.so MODULE needs:@loader_path/.dylibs/libomp.dylib,@loader_path/../q/.dylibs/libomp.dylib
         //- /t/p/.dylibs/libomp.dylib macho arm64 id:/DLC/p/.dylibs/libomp.dylib
         //- /t/q/.dylibs/libomp.dylib macho arm64 id:/DLC/q/.dylibs/libomp.dylib");
    let told = finding(&scan, "runtime-twice");
    assert_eq!((told.severity, told.subject.as_str()), (Severity::Warning, "OpenMP"));
    assert!(told.message.contains("both are loaded"), "{}", told.message);
}

#[test]
fn a_library_that_is_really_missing_stops_nuitka_too() {
    let world = "//- /t/p-1.dist-info/WHEEL\n//- /t/p/m.so MODULE needs:/opt/homebrew/opt/xz/lib/liblzma.5.dylib";
    let scan = scan_for(nuitka("4.0.2"), "/t", world);
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
