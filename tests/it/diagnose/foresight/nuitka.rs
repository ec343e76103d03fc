//! What nuitka will say.

use super::*;
use crate::diagnose::foresight::delvewheel::needing;
use crate::diagnose::foresight::{asked, at, complaints, for_tool};

#[test]
fn nuitka_drops_in_silence_what_nobody_finds_and_stops_at_a_relative_path() {
    let scan = for_tool("nuitka", "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgone.so.1,./lib/libb.so\n");
    let words = "Error: Found a dependency with a relative path. Was a dependency copied to dist early? lib/libb.so";
    let told = complaints(&scan);
    assert!(told.contains(&(Severity::Error, "libgone.so.1", None)), "{told:?}");
    assert!(told.contains(&(Severity::Error, "./lib/libb.so", Some(words))), "{told:?}");
    let whole =
        for_tool("nuitka", "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:/lib64/libm.so.6,$ORIGIN/../b.so\n");
    assert!(!complaints(&whole).iter().any(|(_, _, prints)| prints.is_some()));
}

#[test]
fn nuitka_warns_of_the_visual_c_runtime_that_no_folder_of_the_package_has() {
    let words = "The following Visual C++ Redistributable DLLs were not found: msvcp140.dll, vcomp140.dll. For a fully portable standalone \
                 distribution, these DLLs must be available either by installing the Microsoft Visual C++ Redistributable for Visual Studio \
                 2015-2022 on the target system or by bundling them with the application. To bundle them, Visual Studio must be installed \
                 on the build machine.";
    let told = |tool: &str, tag: &str, files: &str| {
        let metadata =
            format!("//- /t/p-1.dist-info/METADATA\nName: p\n//- /t/p-1.dist-info/WHEEL\nTag: cp311-cp311-{tag}\n");
        let scan = at(asked(tool), "/t", &format!("{metadata}//- /t/p-1.dist-info/RECORD\np/_m.pyd,,\n{files}"));
        complaints(&scan).iter().filter_map(|(_, _, words)| words.map(str::to_owned)).collect::<Vec<_>>()
    };
    // Through a DLL of its own, too, and whatever the case of the letters.
    let files = needing("VCOMP140.DLL,a.dll,VCRUNTIME140.dll,api-ms-win-crt-heap-l1-1-0.dll,ucrtbase.dll")
        + "//- /t/p/libs/a.dll pe x86_64 needs:MSVCP140.dll\n";
    assert_eq!(told("nuitka", "win_amd64", &files), [words]);
    assert_eq!(told("nuitka=2.8", "win_amd64", &files), [words]);
    assert!(told("nuitka=2.7.16", "win_amd64", &files).is_empty(), "it says nothing yet");
    let arm = files.replace("x86_64", "arm64");
    assert_eq!(told("nuitka", "win_arm64", &arm), [words]);
    assert!(told("nuitka=4.0.8", "win_arm64", &arm).is_empty(), "pefile says nothing yet");
    let own = format!("{files}//- /t/p/libs/msvcp140.dll pe x86_64\n//- /t/p/vcomp140.dll pe x86_64\n");
    assert!(told("nuitka", "win_amd64", &own).is_empty());
}
