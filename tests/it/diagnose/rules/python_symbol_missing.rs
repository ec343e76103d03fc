//! `python-symbol-missing`.

use super::*;
use crate::diagnose::mac::mac_of;
use crate::diagnose::python::tagged_module;

#[test]
fn a_module_that_takes_what_came_with_a_later_python_does_not_import() {
    let taking = |symbols: &str| {
        tagged_module("_a.abi3.so", &format!("defines:PyInit__a takes:{symbols}"), "cp311-abi3-linux_x86_64")
    };
    let scan = self::scan(&taking("PyErr_Clear,PyType_FromMetaclass"));
    let finding = example(&scan, "python-symbol-missing");
    assert_eq!(
        (finding.severity, finding.breaks, finding.subject.as_str()),
        (Severity::Error, 1, "PyType_FromMetaclass")
    );
    assert!(finding.message.contains("it came with 3.12"), "{}", finding.message);
    // What the interpreter has, what may be absent, and what is not Python's.
    let others = self::scan(&taking("PyErr_Clear,PyType_FromMetaclass?,Pyramid,memcpy"));
    assert!(findings(&others, "python-symbol-missing").is_empty());
}

#[test]
fn what_a_library_defines_that_the_package_may_have_loaded_before_is_not_wanted_of_python() {
    let scan = |library: &str, symbol: &str| {
        let words = format!("defines:PyInit__a needs:libshared.so.5 takes:{symbol}");
        let module = tagged_module("_a.abi3.so", &words, "cp311-abi3-linux_x86_64");
        self::scan(&format!("{module}{library}"))
    };
    let beside =
        |defines: &str| format!("//- SITE/b/libshared.so.5 elf x86_64 soname:libshared.so.5 defines:{defines}\n");
    let is_silent = |scan: &Scan| findings(scan, "python-symbol-missing").is_empty();
    assert!(is_silent(&scan(&beside("PyTime_FromTime"), "PyTime_FromTime")));
    // The library is told to be missing; what it would define is not known.
    assert!(is_silent(&scan("", "PyTime_FromTime")));
    assert!(!is_silent(&scan(&beside("f"), "PyTime_FromTime")));
    assert!(!is_silent(&scan(&beside("PyType_FromMetaclass"), "PyType_FromMetaclass")));
}

#[test]
fn a_module_of_a_debug_or_free_threaded_build_is_told_as_such() {
    let of = |symbol: &str| {
        self::scan(&tagged_module("_a.so", &format!("defines:PyInit__a takes:{symbol}"), "cp311-cp311-linux_x86_64"))
    };
    assert!(
        finding(&of("_Py_RefTotal"), "python-symbol-missing").message.contains("only debug builds of Python have it")
    );
    assert!(
        finding(&of("_Py_DecRefShared"), "python-symbol-missing")
            .message
            .contains("only free-threaded builds of Python")
    );
}

#[test]
fn without_the_interpreter_s_symbols_nothing_is_said_of_them() {
    let launcher = tagged_module("_a.abi3.so", "defines:PyInit__a takes:PyErr_Clear", "cp311-abi3-linux_x86_64")
        .replace("PyErr_Clear,PyModule_Create2,PyObject_Vectorcall,_PyObject_GetDictPtr", "main");
    assert_silent(&self::scan(&launcher));
}

#[test]
fn on_macos_the_interpreter_s_own_library_is_asked() {
    let scan = |symbols: &str| {
        mac_of(
            "/env",
            &format!(
                "//- /usr/bin/python3.11 macho arm64 program needs:@executable_path/../lib/libpython3.11.dylib
                 //- /usr/lib/libpython3.11.dylib macho arm64 defines:PyErr_Clear
                 //- /usr/lib/python3.11/os.py
                 //- /env/pyvenv.cfg
                 home = /usr/bin
                 version = 3.11.7
                 //- /env/bin/python3 -> /usr/bin/python3.11
                 //- /env/lib/python3.11/site-packages/p/m.abi3.so MODULE takes:{symbols}"
            ),
        )
    };
    let lacking = scan("PyErr_Clear,PyType_FromMetaclass");
    assert_eq!(finding(&lacking, "python-symbol-missing").subject, "PyType_FromMetaclass");
    assert!(findings(&lacking, "symbol-undefined").is_empty(), "one cause, one finding");
    assert!(findings(&scan("PyErr_Clear,CFRelease"), "python-symbol-missing").is_empty());
}

#[test]
fn a_full_tag_promises_no_symbol() {
    let of = |symbol: &str| {
        self::scan(&tagged_module("_a.TAG", &format!("defines:PyInit__a takes:{symbol}"), "cp311-cp311-linux_x86_64"))
    };
    assert_eq!(finding(&of("_PyNeverThere_Beta"), "python-symbol-missing").subject, "_PyNeverThere_Beta");
    assert!(findings(&of("PyErr_Clear"), "python-symbol-missing").is_empty());
}
