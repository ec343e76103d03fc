//! `runtime-twice`.

use super::*;
use crate::diagnose::mac::mac;
use crate::diagnose::windows::windows;

#[test]
fn two_copies_of_openmp_in_one_import_are_told() {
    let scan =
        mac("//- /t/p/m.so MODULE needs:@loader_path/.dylibs/libomp.dylib,@loader_path/../q/.dylibs/libomp.dylib
         //- /t/p/.dylibs/libomp.dylib macho arm64 id:/DLC/p/.dylibs/libomp.dylib
         //- /t/q/.dylibs/libomp.dylib macho arm64 id:/DLC/q/.dylibs/libomp.dylib");
    let told = example(&scan, "runtime-twice");
    assert_eq!((told.severity, told.subject.as_str()), (Severity::Warning, "OpenMP"));
    assert!(told.message.contains("both are loaded"), "{}", told.message);
}

/// Two packages, each with an OpenMP of its own.
const TWO: &str = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgomp-11111111.so.1 rpath:$ORIGIN
//- SITE/a/libgomp-11111111.so.1 elf x86_64 soname:libgomp-11111111.so.1
//- SITE/b/_b.TAG elf x86_64 defines:PyInit__b needs:libgomp-22222222.so.1 rpath:$ORIGIN
//- SITE/b/libgomp-22222222.so.1 elf x86_64 soname:libgomp-22222222.so.1
";

#[test]
fn two_copies_of_one_runtime_in_one_environment_are_information() {
    let scan = scan(TWO);
    let finding = finding(&scan, "runtime-twice");
    assert_eq!((finding.severity, finding.subject.as_str(), finding.files.len()), (Severity::Info, "OpenMP", 2));
}

#[test]
fn two_copies_in_one_import_are_a_warning_that_says_which_comes_first() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgomp-11111111.so.1,libiomp5.so rpath:$ORIGIN
//- SITE/a/libgomp-11111111.so.1 elf x86_64 soname:libgomp-11111111.so.1
//- SITE/a/libiomp5.so elf x86_64 soname:libiomp5.so
",
    );
    let finding = finding(&scan, "runtime-twice");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.message.contains("a/libgomp-11111111.so.1 first"), "{}", finding.message);
}

#[test]
fn one_copy_that_two_packages_share_is_fine() {
    assert_silent(&scan(
        "//- /lib64/libgomp.so.1 elf x86_64 soname:libgomp.so.1
//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgomp.so.1
//- SITE/b/_b.TAG elf x86_64 defines:PyInit__b needs:libgomp.so.1
",
    ));
}

#[test]
fn two_copies_of_openmp_in_one_process_are_told() {
    let scan = windows(
        "//- /t/p/__init__.py
         import os, ctypes
         ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'lib', 'libiomp5md.dll'))
         //- /t/p/lib/libiomp5md.dll pe x86_64
         //- /t/p/m.pyd MODULE needs:libiomp5md-1.dll
         //- /t/p/libiomp5md-1.dll pe x86_64
         //- /t/q/n.pyd pe x86_64 defines:PyInit_n needs:libiomp5md.dll
         //- /t/q/libiomp5md.dll pe x86_64",
    );
    assert!(!findings(&scan, "runtime-twice").is_empty(), "{:?}", messages(&scan));
}
