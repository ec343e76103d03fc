//! Symbols that nothing in the process of an import defines.

mod mac;

use super::*;

#[test]
fn a_symbol_that_nothing_defines_ends_the_import() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc.so.6 takes:absent\n//- SITE/a/__init__.py\nfrom . import _a\n",
    );
    let finding = example(&scan, "symbol-undefined");
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
    assert_eq!(finding.subject, "absent");
}

#[test]
fn a_symbol_that_a_need_of_a_need_defines_is_bound() {
    assert_silent(&scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libx.so runpath:$ORIGIN takes:f
//- SITE/a/libx.so elf x86_64 needs:liby.so runpath:$ORIGIN
//- SITE/a/liby.so elf x86_64 defines:f
",
    ));
}

#[test]
fn a_weak_symbol_may_stay_undefined() {
    assert_silent(&scan("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a takes:absent?\n"));
}

#[test]
fn what_a_library_lacks_ends_the_import_that_brings_it_in() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libx.so runpath:$ORIGIN
//- SITE/a/libx.so elf x86_64 takes:absent
",
    );
    let finding = finding(&scan, "symbol-undefined");
    assert!(finding.file.to_string().ends_with("a/libx.so"), "{}", finding.file);
    assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
}

#[test]
fn a_library_that_no_import_reaches_may_lack_what_it_wants() {
    assert_calm(&scan("//- SITE/a/plugin.so.1 elf x86_64 takes:absent\n"));
}

#[test]
fn a_file_of_modules_that_code_may_load_by_its_path_is_bound_as_one() {
    let world = |file: &str| scan(&format!("//- SITE/a/__init__.py\n//- SITE/a/{file} needs:libc.so.6 takes:absent\n"));
    let bundle = world("_bundle.TAG elf x86_64 defines:PyInit_x,PyInit_y");
    assert_eq!(finding(&bundle, "symbol-undefined").severity, Severity::Warning);
    for library in ["_plugin.TAG elf x86_64 defines:entry", "libplugin.so elf x86_64 defines:PyInit_x"] {
        assert!(findings(&world(library), "symbol-undefined").is_empty(), "{library}");
    }
}

#[test]
fn an_import_that_misses_a_library_is_told_as_that_alone() {
    let scan = scan("//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgone.so.1 takes:f\n");
    assert!(findings(&scan, "symbol-undefined").is_empty());
    finding(&scan, "library-missing");
}

#[test]
fn the_other_cxx_abi_is_one_cause() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libc10.so runpath:$ORIGIN takes:_ZN3c104failERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE
//- SITE/a/libc10.so elf x86_64 defines:_ZN3c104failERKSs
",
    );
    let finding = finding(&scan, "symbol-undefined");
    assert!(finding.message.contains("_GLIBCXX_USE_CXX11_ABI=0, wanted is 1"), "{}", finding.message);
    assert_eq!(finding.severity, Severity::Error);
}

#[test]
fn other_parameters_are_another_release() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libx.so runpath:$ORIGIN takes:_ZN1x4openEi
//- SITE/a/libx.so elf x86_64 defines:_ZN1x4openEib,_ZN1x5closeEi
",
    );
    let message = &finding(&scan, "symbol-undefined").message;
    assert!(message.contains("x::open(int), which") && message.contains("has x::open(int, bool)"), "{message}");
}

#[test]
fn a_library_that_python_code_preloads_is_asked_for_its_symbols() {
    let world = |defines: &str| {
        scan(&format!(
            "//- SITE/torch/lib/libc10.so elf x86_64 soname:libc10.so defines:{defines}
//- SITE/torch/_C.TAG elf x86_64 defines:PyInit__C needs:libc10.so runpath:$ORIGIN/lib
//- SITE/torch/__init__.py
from . import _C
//- SITE/vision/_C.TAG elf x86_64 defines:PyInit__C needs:libc10.so takes:c10_new
//- SITE/vision/__init__.py
import torch
from . import _C
"
        ))
    };
    assert!(findings(&world("c10_new"), "symbol-undefined").is_empty());
    let scan = world("c10_old");
    let finding = finding(&scan, "symbol-undefined");
    assert!(finding.file.to_string().ends_with("vision/_C.cpython-311-x86_64-linux-gnu.so"), "{}", finding.file);
    assert_eq!(finding.severity, Severity::Error);
}

#[test]
fn a_package_that_loads_a_library_for_all_finds_its_symbols() {
    let world = |init: &str| {
        scan(&format!(
            "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a takes:f
//- SITE/a/libx.so elf x86_64 defines:f
//- SITE/a/__init__.py
{init}
"
        ))
    };
    let global = world("import ctypes\nctypes.CDLL(__path__[0] + '/libx.so', ctypes.RTLD_GLOBAL)\nfrom . import _a");
    let told = finding(&global, "symbol-undefined");
    assert_eq!((told.severity, told.breaks), (Severity::Info, 0), "{}", told.message);
    assert!(told.message.ends_with("import a._a loads, by what its package loads before"), "{}", told.message);
    // Who opens it, and when, no simulation tells.
    let later = world("import ctypes\ndef load():\n    ctypes.CDLL('libx.so', ctypes.RTLD_GLOBAL)\nfrom . import _a");
    assert_eq!(finding(&later, "symbol-undefined").severity, Severity::Warning);
    let scan = world("from . import _a");
    let finding = finding(&scan, "symbol-undefined");
    assert_eq!(finding.severity, Severity::Error, "{}", finding.message);
    assert!(finding.message.contains("a/libx.so defines it"), "{}", finding.message);
}

#[test]
fn a_program_ends_where_it_first_calls_what_nothing_defines() {
    let world = |words: &str| {
        scan(&format!(
            "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a
//- SITE/a/bin/tool elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 {words}
//- SITE/a/bin/libx.so elf x86_64 defines:f
"
        ))
    };
    let later = world("needs:libx.so runpath:$ORIGIN takes:f,absent calls");
    let told = finding(&later, "symbol-undefined");
    assert_eq!((told.severity, told.breaks, told.subject.as_str()), (Severity::Info, 0, "absent"));
    assert!(told.message.contains("it starts, and ends where it first calls that"), "{}", told.message);
    let now = world("needs:libx.so runpath:$ORIGIN takes:f,absent");
    let told = finding(&now, "symbol-undefined");
    assert_eq!(told.severity, Severity::Warning);
    assert!(told.message.contains("a/bin/tool cannot start"), "{}", told.message);
    for fine in ["needs:libx.so runpath:$ORIGIN takes:f calls", "takes:absent? calls", "needs:libgone.so takes:f calls"]
    {
        assert!(findings(&world(fine), "symbol-undefined").is_empty(), "{fine}");
    }
}

/// A module of `ext` that finds its symbol only where `host` has been imported, which loads its library for all.
fn guest(init: &str) -> Scan {
    scan(&format!(
        "//- SITE/host/_h.TAG elf x86_64 defines:PyInit__h
//- SITE/host/libhost.so elf x86_64 defines:f
//- SITE/host/__init__.py
import ctypes, os
ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libhost.so'), mode=ctypes.RTLD_GLOBAL)
from . import _h
//- SITE/ext/_e.TAG elf x86_64 defines:PyInit__e takes:f
//- SITE/ext/__init__.py
{init}
"
    ))
}

#[test]
fn a_module_that_counts_on_another_package_says_which_and_where_its_code_imports_that() {
    for (init, code) in [
        ("from . import _e", "no code of ext imports host"),
        (
            "from . import _e\nimport host",
            "lib/python3.11/site-packages/ext/__init__.py:2 imports host, but not before ext",
        ),
        (
            "def f():\n    import host\nfrom . import _e",
            "lib/python3.11/site-packages/ext/__init__.py:2 imports host, but not before ext",
        ),
    ] {
        let scan = guest(init);
        let told = finding(&scan, "symbol-undefined");
        assert_eq!((told.severity, told.breaks), (Severity::Error, 1), "{init}: {}", told.message);
        let words = format!("loads after import host, and {code}");
        assert!(told.message.contains(&words), "{init}: {}", told.message);
        assert!(told.remedy.text.starts_with("import host before ext"), "{}", told.remedy.text);
    }
}

#[test]
fn a_module_whose_package_imports_the_other_first_loads() {
    let scan = guest("import host\nfrom . import _e");
    assert!(
        scan.findings.iter().all(|finding| finding.severity == Severity::Info),
        "{:?}",
        scan.findings.iter().map(|it| &it.message).collect::<Vec<_>>()
    );
}

#[test]
fn an_unrelated_package_s_library_is_no_provider() {
    let scan = scan(
        "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a takes:f
//- SITE/a/__init__.py
from . import _a
//- SITE/b/_b.TAG elf x86_64 defines:PyInit__b,f
//- SITE/a-1.0.dist-info/METADATA
Name: a
Version: 1.0
//- SITE/a-1.0.dist-info/RECORD
a/_a.TAG,,
a/__init__.py,,
//- SITE/b-1.0.dist-info/METADATA
Name: b
Version: 1.0
//- SITE/b-1.0.dist-info/RECORD
b/_b.TAG,,
",
    );
    let finding = finding(&scan, "symbol-undefined");
    assert_eq!(finding.severity, Severity::Error, "{}", finding.message);
}

#[test]
fn without_an_interpreter_nobody_knows_what_it_would_define() {
    let scan = scan_whole(
        "//- /env/lib/python3.11/site-packages/a/_a.so elf x86_64 defines:PyInit__a takes:absent
//- /env/pyvenv.cfg
home = /nowhere
",
    );
    assert!(findings(&scan, "symbol-undefined").is_empty());
}
