//! `python-symbol-missing`.

use super::*;
use crate::diagnose::python::tagged_module;

#[test]
fn a_module_that_takes_what_came_with_a_later_python_does_not_import() {
    let taking = |symbols: &str| {
        tagged_module("_a.abi3.so", &format!("defines:PyInit__a takes:{symbols}"), "cp311-abi3-linux_x86_64")
    };
    let scan = self::scan(&taking("PyErr_Clear,PyType_FromMetaclass"));
    let finding = finding(&scan, "python-symbol-missing");
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
