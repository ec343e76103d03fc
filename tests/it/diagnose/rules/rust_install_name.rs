//! `rust-install-name`.

use super::*;
use crate::diagnose::mac::{PREFIXED, mac, mac_for, mac_of, nuitka};
use dylens::command::Shell;
use dylens::discover::{Overrides, Tool};

#[test]
fn a_package_prefix_in_a_rust_module_s_install_name_is_told_and_harms_no_import() {
    let scan = mac_of("/t", PREFIXED);
    let finding = example(&scan, "rust-install-name");
    assert_eq!((finding.severity, finding.breaks), (Severity::Info, 0));
    assert!(finding.message.contains("the package prefix “p._rust.”"), "{}", finding.message);
    assert!(finding.message.ends_with("Nuitka before 2.3.11 stops at it"), "{}", finding.message);
    assert_eq!(
        finding.remedy.first(Shell::Sh).as_deref(),
        Some(
            "install_name_tool -id @rpath/_rs.cpython-311-darwin.so /t/p/_rust/_rs.cpython-311-darwin.so && codesign \
             --force --sign - /t/p/_rust/_rs.cpython-311-darwin.so"
        )
    );
}

#[test]
fn for_a_nuitka_that_stops_at_it_the_prefix_is_an_error_with_nuitka_s_words() {
    let scan = mac_for(nuitka("2.3.10"), "/t", PREFIXED);
    let finding = finding(&scan, "rust-install-name");
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 0));
    let says = "FATAL: Error, failed to find path @rpath/p._rust._rs.cpython-311-darwin.so (resolved DLL to \
                /t/p/_rust/p._rust._rs.cpython-311-darwin.so) for /t/p/_rust/_rs.cpython-311-darwin.so from 'p._rust', \
                please report the bug.";
    assert!(finding.message.ends_with("Nuitka 2.3.10 fails on it"), "{}", finding.message);
    assert_eq!(finding.prints.as_deref(), Some(says));
    for harmless in ["2.3.11", "4.3.3"] {
        let scan = mac_for(nuitka(harmless), "/t", PREFIXED);
        assert_eq!(super::finding(&scan, "rust-install-name").severity, Severity::Info, "{harmless}");
    }
    let tool = Some("pyinstaller".parse::<Tool>().expect("a tool"));
    let scan = mac_for(Overrides { tool, ..Overrides::default() }, "/t", PREFIXED);
    assert_eq!(super::finding(&scan, "rust-install-name").severity, Severity::Info);
}

#[test]
fn the_file_s_own_name_and_no_name_are_as_they_should_be() {
    assert_silent(&mac_of("/t", &PREFIXED.replace("id:@rpath/p._rust._rs", "id:@rpath/_rs")));
    assert_silent(&mac("//- /t/p/m.cpython-311-darwin.so MODULE"));
}

#[test]
fn a_name_that_every_nuitka_stops_at_is_a_warning() {
    for (name, words) in [
        ("@rpath/crate.cpython-311-darwin.so", "says “crate” instead of “_rs”"),
        ("@rpath/_rs.abi3.so", "the tag “abi3” instead of the tag “cpython-311-darwin”"),
        ("/Users/runner/work/p/target/release/deps/libp.dylib", "a build folder of GitHub Actions"),
    ] {
        let scan = mac_of("/t", &PREFIXED.replace("@rpath/p._rust._rs.cpython-311-darwin.so", name));
        let finding = finding(&scan, "rust-install-name");
        assert!(finding.message.contains(words), "{}", finding.message);
        assert_eq!(finding.severity, Severity::Warning, "{name}");
    }
}

#[test]
fn where_bytes_tell_nothing_the_builder_of_the_wheel_tells_rust() {
    let scan = mac_of("/t", PREFIXED);
    let evidence = format!("{:?}", finding(&scan, "rust-install-name").evidence);
    assert!(evidence.contains("maturin made the wheel") && evidence.contains("maturin (1.4.0)"), "{evidence}");
}
