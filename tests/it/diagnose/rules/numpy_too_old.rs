//! `numpy-too-old`.

use super::*;
use crate::diagnose::numpy::{C2, judged, numpy, package, told};
use dylens::command::Shell;

#[test]
fn code_that_asks_for_a_newer_api_than_is_there_does_not_import() {
    let scan = scan(&format!("{}{}", numpy("1.21.6"), package(C2)));
    let finding = example(&scan, "numpy-too-old");
    assert_eq!((finding.severity, finding.breaks, finding.subject.as_str()), (Severity::Error, 1, "numpy>=1.23"));
    assert_eq!(finding.remedy.first(Shell::Sh).as_deref(), Some("python -m pip install --upgrade 'numpy>=1.23'"));
    assert_eq!(judged(&numpy("1.23.0"), &package(C2)), []);
}

#[test]
fn one_module_among_others_that_its_package_can_do_without_is_a_warning() {
    let easy = C2.replace("1.23", "1.16");
    let other = format!("//- SITE/a/_b.TAG elf x86_64 defines:PyInit__b needs:libc.so.6 {easy}\n");
    let both = package(C2).replace("a/_a.TAG,,", "a/_a.TAG,,\na/_b.TAG,,");
    let ends = format!("{other}{both}");
    assert_eq!(judged(&numpy("1.21.6"), &ends), told("numpy-too-old", Severity::Error, 2));
    let tries = ends.replace("from . import _a\n", "try:\n    from . import _a\nexcept ImportError:\n    pass\n");
    assert_eq!(judged(&numpy("1.21.6"), &tries), told("numpy-too-old", Severity::Warning, 1));
}

#[test]
fn numpy_s_own_header_and_version_tell_what_it_offers() {
    let bare =
        numpy("1.21.6").replace("//- SITE/numpy-1.21.6.dist-info/RECORD\nnumpy/core/_multiarray_umath.TAG,,\n", "");
    let told = |file: &str| judged(&format!("{bare}{file}"), &package(C2));
    assert_eq!(told(""), [], "nothing tells how old it is");
    assert_eq!(
        told("//- SITE/numpy/version.py\nshort_version = \"1.21.6\"\n"),
        self::told("numpy-too-old", Severity::Error, 1)
    );
    let header = "//- SITE/numpy/core/include/numpy/_numpyconfig.h\n#define NPY_API_VERSION 0x0000000E\n";
    assert_eq!(told(header), self::told("numpy-too-old", Severity::Error, 1));
    assert_eq!(told(&header.replace("0E", "11")), []);
}
