//! What delvewheel will say.

use super::*;
use crate::diagnose::foresight::{asked, at, complaints};
use dylens::command::Shell;

/// The files of a wheel for Windows, unpacked, as delvewheel is asked about them.
pub fn delvewheel(tag: &str, files: &str) -> Scan {
    let metadata =
        format!("//- /t/p-1.dist-info/METADATA\nName: p\n//- /t/p-1.dist-info/WHEEL\nTag: cp311-cp311-{tag}\n");
    let record = "//- /t/p-1.dist-info/RECORD\np/_m.pyd,,\n";
    at(asked("delvewheel"), "/t", &format!("{metadata}{record}{files}"))
}

pub fn needing(dlls: &str) -> String {
    format!("//- /t/p/_m.pyd pe x86_64 defines:PyInit__m needs:{dlls}\n")
}

#[test]
fn delvewheel_stops_at_a_dll_that_path_does_not_lead_to_and_leaves_alone_what_windows_and_python_have() {
    let own =
        "KERNEL32.dll,python311.dll,python3.dll,VCRUNTIME140.dll,VCRUNTIME140_1.dll,api-ms-win-crt-heap-l1-1-0.dll";
    let scan = delvewheel("win_amd64", &needing(&format!("{own},libZ.dll")));
    let words = "FileNotFoundError: Unable to find library: libz.dll";
    assert_eq!(complaints(&scan), [(Severity::Error, "libz.dll", Some(words))]);
    assert!(complaints(&delvewheel("win_amd64", &needing(own))).is_empty());
    // What is asked for later is looked for as well.
    let late = "//- /t/p/_m.pyd pe x86_64 defines:PyInit__m needs:KERNEL32.dll delay:libz.dll\n";
    assert_eq!(complaints(&delvewheel("win_amd64", late)), [(Severity::Error, "libz.dll", Some(words))]);
}

#[test]
fn delvewheel_does_not_look_into_the_wheel_unless_it_is_told_to() {
    let files = needing("a.dll") + "//- /t/p/a.dll pe x86_64 needs:gone.dll\n";
    let scan = delvewheel("win_amd64", &files);
    let told = finding(&scan, "tool-complains");
    assert_eq!(told.prints.as_deref(), Some("FileNotFoundError: Unable to find library: a.dll"));
    assert_eq!(told.remedy.first(Shell::Sh).as_deref(), Some("delvewheel repair --ignore-existing WHEEL"));
    assert_eq!(complaints(&scan).len(), 1, "DLLs of the wheel are not gone through");
    let repaired = format!("{files}//- /t/p-1.dist-info/DELVEWHEEL\nVersion: 1.13.1\n");
    assert!(complaints(&delvewheel("win_amd64", &repaired)).is_empty(), "it is repaired already");
}

#[test]
fn delvewheel_copies_the_visual_c_runtime_and_what_came_after_windows_7() {
    let scan = delvewheel("win_amd64", &needing("MSVCP140.dll,d3d12.dll,d3d11.dll"));
    let words = "FileNotFoundError: Unable to find library: msvcp140.dll";
    let told = complaints(&scan);
    assert!(told.contains(&(Severity::Info, "msvcp140.dll", Some(words))), "{told:?}");
    assert!(told.contains(&(Severity::Warning, "d3d12.dll", None)) && told.len() == 2, "{told:?}");
    // For ARM it knows more.
    let arm = needing("d3d12.dll").replace("x86_64", "arm64");
    assert!(complaints(&delvewheel("win_arm64", &arm)).is_empty());
}

#[test]
fn delvewheel_refuses_a_module_for_another_processor_than_the_wheel_s() {
    let scan = delvewheel("win_arm64", &needing("libz.dll"));
    let words = "RuntimeError: p\\_m.pyd has a CPU architecture that is not compatible with this wheel";
    let told = complaints(&scan);
    assert!(told.len() == 1 && told[0].0 == Severity::Error && told[0].2 == Some(words), "{told:?}");
}

#[test]
fn delvewheel_cannot_rename_what_has_no_room_and_something_behind_it() {
    let renamed = |words: &str| {
        let files = needing(&format!("KERNEL32.dll,libz.dll {words}"));
        let scan = delvewheel("win_amd64", &files);
        complaints(&scan).iter().filter_map(|(_, _, words)| words.map(str::to_owned)).collect::<Vec<_>>()
    };
    let words = renamed("overlay:24");
    assert!(
        words[1].starts_with("RuntimeError: Unable to rename the dependencies of _m.pyd because this DLL does not"),
        "{words:?}"
    );
    assert_eq!(renamed(""), ["FileNotFoundError: Unable to find library: libz.dll"], "a section may follow");
    let nothing = needing("KERNEL32.dll overlay:24");
    assert!(complaints(&delvewheel("win_amd64", &nothing)).is_empty(), "nothing is renamed");
}

#[test]
fn delvewheel_knows_what_each_python_brings_beside_itself() {
    let told = |tag: &str, dll: &str| {
        let files =
            format!("//- /t/p-1.dist-info/METADATA\nName: p\n//- /t/p-1.dist-info/WHEEL\nTag: {tag}\n{}", needing(dll));
        let record = "//- /t/p-1.dist-info/RECORD\np/_m.pyd,,\n";
        let scan = at(asked("delvewheel"), "/t", &format!("{files}{record}"));
        complaints(&scan).len()
    };
    assert_eq!(told("cp311-cp311-win_amd64", "vcruntime140_1.dll"), 0);
    assert_eq!(told("cp311-abi3-win_amd64", "vcruntime140.dll"), 0);
    assert_eq!(told("cp38-cp38-win_amd64", "vcruntime140_1.dll"), 1);
    assert_eq!(told("py3-none-win_amd64", "vcruntime140.dll"), 1, "no Python is told");
    assert_eq!(told("cp311-cp311-win_amd64", "vcruntime140d.dll"), 1);
}
