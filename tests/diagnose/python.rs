//! Modules for another Python, or another C library.

use super::*;

#[test]
fn a_module_built_for_another_version_only_is_an_error() {
    let scan = scan("//- SITE/a/_a.cpython-312-x86_64-linux-gnu.so elf x86_64 defines:PyInit__a\n");
    let finding = finding(&scan, "extension-for-other-python");
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.message.contains("CPython 3.12"), "{}", finding.message);
    assert!(finding.remedy.command.as_deref().is_some_and(|command| command.starts_with("python3.11 -m pip")));
}

#[test]
fn a_second_build_beside_the_right_one_is_information() {
    assert_calm(&scan(
        "//- SITE/a/_a.cpython-312-x86_64-linux-gnu.so elf x86_64 defines:PyInit__a
//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a
//- SITE/a/__init__.py
from . import _a
",
    ));
}

#[test]
fn a_module_with_python_source_in_its_place_is_information() {
    assert_calm(&scan(
        "//- SITE/a/_a.cpython-312-x86_64-linux-gnu.so elf x86_64 defines:PyInit__a
//- SITE/a/_a.py
x = 1
",
    ));
}

#[test]
fn a_free_threaded_build_does_not_fit() {
    let scan = scan("//- SITE/a/_a.cpython-311t-x86_64-linux-gnu.so elf x86_64 defines:PyInit__a\n");
    assert!(finding(&scan, "extension-for-other-python").message.contains("free-threaded"));
}

#[test]
fn the_stable_abi_and_untagged_modules_fit() {
    assert_silent(&scan(
        "//- SITE/a/_a.abi3.so elf x86_64 defines:PyInit__a needs:libc.so.6
//- SITE/a/_b.so elf x86_64 defines:PyInit__b
//- SITE/_top.abi3.so elf x86_64 defines:PyInit__top
",
    ));
}

#[test]
fn what_python_would_import_is_told_from_what_exports_no_init_function() {
    let scan = scan("//- SITE/a/_b.abi3.so elf x86_64\n//- SITE/a/__init__.py\nload('_b.abi3.so')\n");
    assert_eq!(scan.modules(), 1, "the good one alone");
    assert_silent(&scan);
}

#[test]
fn a_musl_module_under_glibc_is_an_error() {
    for libc in ["libc.so", "libc.musl-x86_64.so.1"] {
        let scan =
            scan(&format!("//- SITE/a/_a.abi3.so elf x86_64 defines:PyInit__a needs:{libc},libgcc_s-0a1b2c3d.so.1\n"));
        let finding = finding(&scan, "other-libc");
        assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
        // What else it misses comes from the same mistake.
        assert_eq!(scan.findings.len(), 1, "{:?}", messages(&scan));
    }
}

#[test]
fn a_glibc_module_under_musl_is_an_error() {
    let musl = "
//- /lib/ld-musl-x86_64.so.1 elf x86_64
//- /usr/bin/python3.11 elf x86_64 pie interp:/lib/ld-musl-x86_64.so.1 needs:libc.musl-x86_64.so.1
";
    let scan = scan(&format!(
        "{musl}//- SITE/a/_a.abi3.so elf x86_64 defines:PyInit__a needs:libc.so.6,ld-linux-x86-64.so.2\n"
    ));
    let about: Vec<_> = findings(&scan, "other-libc").iter().map(|finding| finding.file.to_string()).collect();
    assert!(about.contains(&"lib/python3.11/site-packages/a/_a.abi3.so".to_owned()), "{:?}", messages(&scan));
}

/// The interpreter of the world, offering a part of Python's API.
const API: &str = "//- /usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libm.so.6,libc.so.6 \
                   defines:PyErr_Clear,PyModule_Create2,PyObject_Vectorcall,_PyObject_GetDictPtr\n";

/// A package with one module, whose wheel is tagged so.
fn module(name: &str, words: &str, tag: &str) -> String {
    format!(
        "{API}//- SITE/a/{name} elf x86_64 needs:libc.so.6 {words}
//- SITE/a/__init__.py
from . import _a
//- SITE/a-1.0.dist-info/RECORD
a/{name},,
//- SITE/a-1.0.dist-info/WHEEL
Tag: {tag}
"
    )
}

#[test]
fn a_module_that_takes_what_came_with_a_later_python_does_not_import() {
    let taking =
        |symbols: &str| module("_a.abi3.so", &format!("defines:PyInit__a takes:{symbols}"), "cp311-abi3-linux_x86_64");
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
        self::scan(&module("_a.so", &format!("defines:PyInit__a takes:{symbol}"), "cp311-cp311-linux_x86_64"))
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
    let launcher = module("_a.abi3.so", "defines:PyInit__a takes:PyErr_Clear", "cp311-abi3-linux_x86_64")
        .replace("PyErr_Clear,PyModule_Create2,PyObject_Vectorcall,_PyObject_GetDictPtr", "main");
    assert_silent(&self::scan(&launcher));
}

#[test]
fn a_promise_of_the_stable_abi_is_compared_with_what_is_taken() {
    let of = |name: &str, symbols: &str, tag: &str| {
        self::scan(&module(name, &format!("defines:PyInit__a takes:{symbols}"), tag))
    };
    let newer = of("_a.abi3.so", "PyErr_Clear", "cp37-abi3-linux_x86_64");
    assert_silent(&newer);
    let foreign = of("_a.abi3.so", "_PyObject_GetDictPtr", "cp37-abi3-linux_x86_64");
    let finding = finding(&foreign, "abi3-broken");
    assert_eq!((finding.severity, finding.subject.as_str()), (Severity::Info, "_PyObject_GetDictPtr"));
    assert!(finding.message.contains("no part of the stable ABI"), "{}", finding.message);
    let later = of("_a.abi3.so", "PyObject_Vectorcall", "cp37-abi3-linux_x86_64");
    let finding = self::finding(&later, "abi3-broken");
    assert!(finding.message.contains("which came with 3.12: it does not load with Python 3.7"), "{}", finding.message);
    assert_silent(&of("_a.abi3.so", "PyObject_Vectorcall", "cp312-abi3-linux_x86_64"));
    // A module that promises nothing may take what it likes.
    assert_silent(&of("_a.TAG", "_PyObject_GetDictPtr", "cp311-cp311-linux_x86_64"));
}

#[test]
fn a_file_without_its_init_function_cannot_be_imported_unless_it_is_no_module() {
    let renamed = module("_a.TAG", "defines:PyInit__b", "cp311-cp311-linux_x86_64");
    let scan = self::scan(&renamed);
    let finding = finding(&scan, "init-function-missing");
    assert_eq!((finding.severity, finding.breaks, finding.subject.as_str()), (Severity::Error, 1, "PyInit__a"));
    assert!(finding.message.contains("it defines PyInit__b"), "{}", finding.message);
    let unnamed = self::scan(&renamed.replace("from . import _a", "import os"));
    assert_eq!(self::finding(&unnamed, "init-function-missing").severity, Severity::Warning);
    // Opened by ctypes: nothing imports it, and it defines no module at all.
    let opened = module("_a.abi3.so", "defines:aes_encrypt", "cp35-abi3-linux_x86_64");
    let opened = self::scan(&opened.replace("from . import _a", "load('a._a')"));
    assert!(findings(&opened, "init-function-missing").is_empty(), "{:?}", messages(&opened));
    // Several modules in one file, its own among them.
    assert_silent(&self::scan(&module("_a.TAG", "defines:PyInit__a,PyInit__b", "cp311-cp311-linux_x86_64")));
}

#[test]
fn a_copy_of_a_module_that_lies_where_nothing_is_imported_from_has_its_init_function() {
    let copied = module("_a.TAG", "defines:PyInit__a", "cp311-cp311-linux_x86_64");
    let again = copied.lines().filter(|line| line.contains("/_a.")).map(|line| line.replacen("/lib/", "/lib64/", 1));
    let copied = format!("{copied}\n{}\n", again.collect::<Vec<_>>().join("\n"));
    assert!(copied.contains("/lib64/"), "{copied}");
    assert!(findings(&self::scan(&copied), "init-function-missing").is_empty());
}

#[test]
fn a_module_that_names_another_libpython_than_the_interpreter_s_is_a_warning() {
    let library = "//- /lib64/libpython3.11.so.1.0 elf x86_64 soname:libpython3.11.so.1.0 needs:libc.so.6\n";
    let linked = module("_a.TAG", "defines:PyInit__a needs:libpython3.11.so.1.0,libc.so.6", "cp311-cp311-linux_x86_64");
    let scan = self::scan(&format!("{library}{linked}"));
    assert_eq!(finding(&scan, "libpython-linked").severity, Severity::Warning);
    // The interpreter has loaded it for itself.
    let shared = linked.replace("needs:libm.so.6,libc.so.6", "needs:libpython3.11.so.1.0,libm.so.6,libc.so.6");
    assert_eq!(finding(&self::scan(&format!("{library}{shared}")), "libpython-linked").severity, Severity::Info);
}

#[test]
fn a_debug_interpreter_takes_what_was_made_without_debugging() {
    let debug = |text: &str| text.replace("_json.cpython-311-x86_64", "_json.cpython-311d-x86_64");
    let world = format!("{ENVIRONMENT}//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6\n");
    let scan = scan_whole(&debug(&world));
    assert_silent(&scan);
    assert_eq!(scan.modules(), 2);
    // The other way round it is another Python's.
    let other = world.replace("//- SITE/a/_a.TAG", "//- SITE/a/_a.cpython-311d-x86_64-linux-gnu.so");
    assert_eq!(finding(&scan_whole(&other), "extension-for-other-python").severity, Severity::Error);
}
