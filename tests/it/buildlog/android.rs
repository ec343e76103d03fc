//! Logs of Android, mostly of Termux.

use dylens::buildlog::Verdict;

use super::{Expected, alone, assert_first, assert_nothing};

const SITE: &str = "/data/data/com.termux/files/usr/lib/python3.11/site-packages";

#[test]
fn a_module_that_is_not_linked_with_python_is_to_be_linked_with_it() {
    let log = format!(
        "ImportError: dlopen failed: cannot locate symbol \"PyExc_ValueError\" referenced by \"{SITE}/numpy/core/_m.cpython-311.so\"...\n"
    );
    let expected = Expected {
        cause: "symbol-missing",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "Python's own library and is not linked with it",
        remedy: "LDFLAGS=-lpython3.11",
        command: "pkg install python-numpy",
    };
    assert_first(&alone(&log), &expected);
}

#[test]
fn the_owner_of_a_symbol_is_told_by_its_name_and_only_where_it_tells() {
    let of = |symbol: &str| {
        format!(
            "  File \"{SITE}/PIL/Image.py\", line 69, in <module>\n    from . import _imaging as core\nImportError: dlopen failed: cannot locate \
             symbol \"{symbol}\" referenced by \"_imaging.cpython-311.so\"...\n"
        )
    };
    let expected = Expected {
        cause: "symbol-missing",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "modf of libm",
        remedy: "LDFLAGS=-lm)",
        command: "LDFLAGS=-lm python -m pip install --force-reinstall --no-cache-dir --no-binary pillow pillow",
    };
    assert_first(&alone(&of("modf")), &expected);
    let near = Expected {
        sentence: "none of the libraries that it names",
        remedy: "-lNAME",
        command: "pkg install python-pillow",
        ..expected
    };
    assert_first(&alone(&of("modfoo")), &near);
}

#[test]
fn a_library_that_android_lacks_is_no_matter_of_debian_s_packages() {
    let log = format!(
        "ImportError: dlopen failed: library \"libcurl-x.so.4\" not found: needed by {SITE}/curl_cffi/_w.abi3.so in namespace (default)\n"
    );
    let expected = Expected {
        cause: "library-missing",
        verdict: Verdict::Guilty,
        file: "",
        sentence: "curl_cffi/_w.abi3.so needs libcurl-x.so.4",
        remedy: "a wheel for Linux does not run on Android",
        command: "",
    };
    let judged = alone(&log);
    assert_first(&judged, &expected);
    assert!(judged[0].remedy.fixes.is_empty());
    assert_nothing("the symbol table was located, and the library \"x\" was found\n");
}

#[test]
fn a_file_for_another_processor_or_larger_pages_is_told_as_that() {
    for (text, cause) in [
        ("dlopen failed: \"/x/a.so\" is 32-bit instead of 64-bit", "wrong-architecture"),
        ("dlopen failed: \"/x/a.so\" is for EM_X86_64 (62) instead of EM_AARCH64 (183)", "wrong-architecture"),
        ("dlopen failed: \"/x/a.so\" has bad ELF magic: 213c6172", "not-an-image"),
        (
            "dlopen failed: \"/x/a.so\" program alignment (4096) cannot be smaller than system page size (16384)",
            "misaligned",
        ),
    ] {
        let judged = alone(&format!("ImportError: {text}\n"));
        assert_eq!((judged[0].cause.word(), judged[0].incident.by()), (cause, Some("/x/a.so")), "{text}");
    }
}
