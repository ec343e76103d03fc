//! On macOS: symbols that are looked up in everything that is loaded.

use super::*;
use crate::diagnose::mac::{mac, mac_of};

/// A module that wants symbols, and what lies beside it.
fn taking(symbols: &str, more: &str) -> Scan {
    mac(&format!("//- /t/p/m.so MODULE needs:/usr/lib/libSystem.B.dylib takes:PyErr_Clear,{symbols}\n{more}"))
}

#[test]
fn a_symbol_of_a_library_that_was_not_linked_ends_the_import() {
    for form in ["", "opcodes"] {
        let scan =
            mac(&format!("//- /t/p/m.so MODULE {form} needs:/usr/lib/libSystem.B.dylib takes:bcf_destroy,bcf_init"));
        let finding = finding(&scan, "symbol-undefined");
        assert_eq!((finding.severity, finding.breaks), (Severity::Error, 1));
        assert_eq!(finding.subject, "_bcf_destroy");
        assert!(finding.message.contains("needs _bcf_destroy and 1 more symbol, which"), "{}", finding.message);
        assert!(finding.message.contains("symbol not found in flat namespace '_bcf_destroy'"), "{}", finding.message);
    }
}

#[test]
fn what_a_needed_library_defines_is_bound() {
    assert_silent(&mac("//- /t/p/m.so MODULE needs:@loader_path/liba.dylib takes:bcf_destroy,bcf_init
         //- /t/p/liba.dylib macho arm64 needs:@loader_path/libb.dylib defines:bcf_destroy
         //- /t/p/libb.dylib macho arm64 defines:bcf_init"));
}

#[test]
fn names_of_python_and_of_the_system_are_nobody_s_fault() {
    let scan = taking(
        "CFRelease,iconv_open,_Znwm,_ZNSt3__15mutex4lockEv,objc_msgSend,sqlite3_open,SSL_new,dgemm_,qsort_r",
        "",
    );
    assert!(findings(&scan, "symbol-undefined").is_empty());
    assert!(findings(&taking("bcf_destroy?", ""), "symbol-undefined").is_empty(), "may be absent");
}

#[test]
fn what_a_needed_library_looks_up_in_vain_ends_the_import_that_brings_it_in() {
    let scan = mac("//- /t/p/m.so MODULE needs:@loader_path/liba.dylib
         //- /t/p/liba.dylib macho arm64 takes:_ZN3fmt2v912format_errorD1Ev");
    let finding = finding(&scan, "symbol-undefined");
    assert!(finding.file.to_string().ends_with("p/liba.dylib"), "{}", finding.file);
    assert_eq!((finding.subject.as_str(), finding.breaks), ("fmt::v9::format_error::~format_error()", 1));
}

#[test]
fn a_library_for_another_processor_is_named() {
    let library = |arch: &str| taking("bcf_destroy", &format!("//- /t/p/liba.dylib macho {arch} defines:bcf_destroy"));
    let scan = library("x86_64");
    let finding = finding(&scan, "symbol-undefined");
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.message.contains("p/liba.dylib defines it, but only for x86_64"), "{}", finding.message);
    // Python code of the package may load it first.
    assert!(findings(&library("arm64"), "symbol-undefined").is_empty());
    assert!(findings(&library("x86_64+arm64"), "symbol-undefined").is_empty());
}

/// Two packages, the first of which wants a symbol that a library of the second defines.
fn two(requires: &str) -> Scan {
    mac_of(
        "/t",
        &format!(
            "//- /t/a-1.dist-info/METADATA
             Name: a
             Version: 1
             {requires}
             //- /t/a-1.dist-info/RECORD
             a/m.so,,
             //- /t/a/m.so MODULE takes:bcf_destroy
             //- /t/b-1.dist-info/METADATA
             Name: b
             Version: 1
             //- /t/b-1.dist-info/RECORD
             b/libb.dylib,,
             //- /t/b/libb.dylib macho arm64 defines:bcf_destroy"
        ),
    )
}

#[test]
fn a_package_that_is_required_may_be_imported_first() {
    assert!(findings(&two("Requires-Dist: b"), "symbol-undefined").is_empty());
    let scan = two("Summary: none");
    let finding = finding(&scan, "symbol-undefined");
    assert_eq!(finding.severity, Severity::Warning, "{}", finding.message);
    assert!(
        finding.message.contains("b/libb.dylib defines it, but this import does not load that"),
        "{}",
        finding.message
    );
}

#[test]
fn the_remedy_is_another_release_and_not_the_same_again() {
    let scan = mac_of(
        "/t",
        "//- /t/a-1.dist-info/METADATA
         Name: a
         Version: 1
         //- /t/a-1.dist-info/RECORD
         a/m.so,,
         //- /t/a/m.so MODULE takes:bcf_destroy",
    );
    let remedy = &finding(&scan, "symbol-undefined").remedy;
    assert_eq!(
        remedy.text,
        "install another release of a, or build it from source with the library that defines the symbol"
    );
    assert_eq!(remedy.first(scan.shell()).as_deref(), Some("python -m pip install --upgrade a"));
}

#[test]
fn where_a_library_is_missing_that_alone_is_told() {
    let scan = mac("//- /t/p/m.so MODULE needs:@loader_path/gone.dylib takes:bcf_destroy");
    assert!(findings(&scan, "symbol-undefined").is_empty());
    finding(&scan, "library-missing");
}

#[test]
fn a_file_without_a_two_level_namespace_is_judged_by_the_same_names() {
    let scan =
        |symbols: &str| mac(&format!("//- /t/p/m.so MODULE flat needs:/usr/lib/libSystem.B.dylib takes:{symbols}"));
    assert!(findings(&scan("strlen,memcpy,PyErr_Clear,_Znwm"), "symbol-undefined").is_empty());
    assert_eq!(finding(&scan("strlen,bcf_destroy"), "symbol-undefined").severity, Severity::Error);
}

#[test]
fn a_package_that_catches_the_error_goes_on_without_the_module() {
    let package = |source: &str| taking("bcf_destroy", &format!("//- /t/p/__init__.py\n{source}"));
    let scan = package("try: from . import m\nexcept ImportError: m = None");
    let caught = finding(&scan, "symbol-undefined");
    assert_eq!(caught.severity, Severity::Warning);
    assert!(caught.message.contains("its package goes on without it"), "{}", caught.message);
    let scan = package("from . import m");
    assert_eq!(finding(&scan, "symbol-undefined").severity, Severity::Error);
}

#[test]
fn a_module_that_only_code_of_its_package_can_load_may_fail() {
    let library = |name: &str| {
        let words = "macho arm64 bundle defines:PyInit_b takes:_ZN7simdutf7convertEv";
        mac(&format!("//- /t/p/m.so MODULE\n//- /t/p/{name} {words}"))
    };
    assert_eq!(finding(&library("b.cp314-universal2.so"), "symbol-undefined").severity, Severity::Warning);
    // A plugin of some other program.
    assert!(findings(&library("plugin.dylib"), "symbol-undefined").is_empty());
}

#[test]
fn a_universal_module_is_judged_for_the_processor_that_its_libraries_lack() {
    let scan = mac("//- /t/p/m.so macho x86_64+arm64 bundle defines:PyInit_m takes:gsl_fcmp
         //- /t/p/.dylibs/libgsl.dylib macho x86_64 defines:gsl_fcmp
         //- /t/p/.dylibs/libgslcblas.dylib macho x86_64");
    let finding = finding(&scan, "symbol-undefined");
    assert!(finding.message.contains("p/.dylibs/libgsl.dylib defines it, but only for x86_64"), "{}", finding.message);
}

#[test]
fn what_many_files_of_a_package_lack_for_one_reason_is_told_once() {
    let scan = mac("//- /t/p/a.so macho arm64 bundle defines:PyInit_a takes:bcf_init
         //- /t/p/b.so macho arm64 bundle defines:PyInit_b takes:bcf_init,bcf_destroy
         //- /t/p/c.so macho arm64 bundle defines:PyInit_c takes:gsl_fcmp
         //- /t/p/.dylibs/libgsl.dylib macho x86_64 defines:gsl_fcmp");
    let told = findings(&scan, "symbol-undefined");
    assert_eq!(told.len(), 2, "two reasons");
    let folded = told.iter().find(|finding| finding.files.len() == 2).expect("two files in one finding");
    assert_eq!((folded.subject.as_str(), folded.breaks), ("_bcf_init", 2));
    assert!(
        folded.message.starts_with("p/a.so and 1 more file need _bcf_init and 1 more symbol, which"),
        "{}",
        folded.message
    );
}
