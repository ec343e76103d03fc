//! `symbol-missing`.

use super::*;
use crate::diagnose::mac::mac;
use crate::diagnose::windows::windows;

#[test]
fn a_symbol_that_the_library_does_not_have_ends_the_import() {
    let files = |defines: &str| {
        format!(
            "//- /t/p/m.so MODULE needs:@loader_path/liba.dylib takes:one@@loader_path/liba.dylib,two@@loader_path/liba.dylib,PyLong_Type
             //- /t/p/liba.dylib macho arm64 {defines}"
        )
    };
    let scan = mac(&files("defines:one"));
    let finding = example(&scan, "symbol-missing");
    assert_eq!((finding.severity, finding.subject.as_str(), finding.breaks), (Severity::Error, "_two", 1));
    assert_silent(&mac(&files("defines:one,two")));
}

#[test]
fn without_a_two_level_namespace_any_library_that_is_loaded_will_do() {
    let files = |namespace: &str| {
        format!(
            "//- /t/p/m.so MODULE {namespace} needs:@loader_path/liba.dylib,@loader_path/libb.dylib takes:f@@loader_path/liba.dylib
             //- /t/p/liba.dylib macho arm64
             //- /t/p/libb.dylib macho arm64 defines:f"
        )
    };
    assert_silent(&mac(&files("flat")));
    assert_eq!(finding(&mac(&files("")), "symbol-missing").subject, "_f");
}

#[test]
fn the_library_that_a_symbol_is_taken_from_may_stand_behind_it() {
    // As lld writes it: the ordinal of `two` is that of libb.
    assert_silent(&mac(
        "//- /t/p/m.so MODULE opcodes needs:@loader_path/liba.dylib,@loader_path/libb.dylib takes:one@@loader_path/liba.dylib,two@@loader_path/libb.dylib
         //- /t/p/liba.dylib macho arm64 defines:one
         //- /t/p/libb.dylib macho arm64 defines:two",
    ));
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
fn a_dll_without_a_name_that_is_taken_from_it_ends_the_import() {
    let scan = windows(
        "//- /t/p/m.pyd MODULE needs:a.dll takes:new@a.dll,old@a.dll
         //- /t/p/a.dll pe x86_64 defines:old",
    );
    let finding = finding(&scan, "symbol-missing");
    assert_eq!((finding.severity, finding.subject.as_str()), (Severity::Error, "new"));
}

#[test]
fn names_ordinals_and_forwarders_that_are_there_draw_no_word() {
    assert_silent(&windows(
        "//- /t/p/m.pyd MODULE needs:a.dll,KERNEL32.dll takes:f@a.dll,g@a.dll,#1@a.dll,NoSuchName@KERNEL32.dll
         //- /t/p/a.dll pe x86_64 defines:f forwards:g=KERNEL32.Sleep",
    ));
}

#[test]
fn an_ordinal_beyond_the_last_is_missing() {
    let scan = windows(
        "//- /t/p/m.pyd MODULE needs:a.dll takes:#7@a.dll
         //- /t/p/a.dll pe x86_64 defines:f",
    );
    assert_eq!(finding(&scan, "symbol-missing").subject, "#7");
}

#[test]
fn a_name_that_is_taken_later_is_asked_for_later() {
    let files = |defines: &str| {
        format!(
            "//- /t/p/m.pyd MODULE needs:KERNEL32.dll delay:a.dll takes:new@a.dll
             //- /t/p/a.dll pe x86_64 defines:{defines}
             //- /t/p/__init__.py
import ctypes, os
ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'a.dll'))
from . import m"
        )
    };
    let scan = windows(&files("old"));
    let told = finding(&scan, "symbol-missing");
    assert_eq!((told.severity, told.breaks), (Severity::Info, 0));
    assert!(told.message.contains("fails only when it is first called"), "{}", told.message);
    assert!(findings(&windows(&files("new")), "symbol-missing").is_empty());
}

#[test]
fn a_forwarder_is_followed_to_its_end() {
    let scan = windows(
        "//- /t/p/m.pyd MODULE needs:a.dll takes:f@a.dll
         //- /t/p/a.dll pe x86_64 forwards:f=b.g
         //- /t/p/b.dll pe x86_64 defines:f",
    );
    let told = finding(&scan, "symbol-missing");
    assert!(told.message.contains("which forwards it to p/b.dll, which does not define it"), "{}", told.message);
    let scan = windows(
        "//- /t/p/m.pyd MODULE needs:a.dll takes:f@a.dll
         //- /t/p/a.dll pe x86_64 forwards:f=gone.g",
    );
    let told = finding(&scan, "symbol-missing");
    assert!(told.message.contains("which forwards it to gone.dll, which is not found"), "{}", told.message);
    assert_eq!((told.severity, told.breaks), (Severity::Error, 1));
    // In circles, by ordinal, to the system, to Python's own DLL, and where nobody takes the name.
    assert_silent(&windows(
        "//- /t/p/m.pyd MODULE needs:a.dll,python3.dll takes:f@a.dll,g@a.dll,h@a.dll,i@a.dll
         //- /t/p/a.dll pe x86_64 forwards:f=b.#1,g=api-ms-win-crt-heap-l1-1-0.free,h=python3.Py_Main,i=a.i,j=gone.j
         //- /t/p/b.dll pe x86_64 defines:f",
    ));
}
