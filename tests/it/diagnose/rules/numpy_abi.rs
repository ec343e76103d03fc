//! `numpy-abi`.

use super::*;
use crate::diagnose::numpy::{C1, CYTHON, judged, numpy, package, told};

#[test]
fn code_built_for_numpy_1_does_not_import_with_numpy_2() {
    for says in [C1, CYTHON] {
        assert_eq!(judged(&numpy("2.0.2"), &package(says)), told("numpy-abi", Severity::Error, 1), "{says}");
    }
    example(&scan(&format!("{}{}", numpy("2.0.2"), package(C1))), "numpy-abi");
}

#[test]
fn a_folder_that_is_called_numpy_makes_nothing_numpy_s_own() {
    let package = package(C1).replace("SITE/a/", "SITE/a/numpy/").replace("\na/_a.TAG", "\na/numpy/_a.TAG");
    assert_eq!(judged(&numpy("2.0.2"), &package), told("numpy-abi", Severity::Error, 1));
}

#[test]
fn a_module_of_pybind11_may_go_on_and_crash() {
    let mixed = format!("{C1},pybind11");
    let scan = scan(&format!("{}{}", numpy("2.1.0"), package(&mixed)));
    let message = &finding(&scan, "numpy-abi").message;
    assert!(message.ends_with("its import fails, or goes on and it crashes at its first use of an array"), "{message}");
}

#[test]
fn the_oldest_headers_ask_for_another_module() {
    let oldest = "says:_ARRAY_API,numpy.core.multiarray";
    assert_eq!(judged(&numpy("1.26.4"), &package(oldest)), []);
    assert_eq!(judged(&numpy("2.1.0"), &package(oldest)), told("numpy-abi", Severity::Error, 1));
}

#[test]
fn code_for_numpy_1_that_misses_the_shim_of_numpy_2_is_still_code_for_numpy_1() {
    let shim = "//- SITE/numpy/core/_multiarray_umath.py\n";
    let numpy = numpy("2.0.2");
    assert!(numpy.contains(shim));
    // The package changes `sys.path` and imports its module by its last name, as cv2 does.
    let package =
        package(C1).replace("from . import _a\n", "import sys, importlib\nsys.path.insert(0, p)\nimport _a\n");
    assert_eq!(judged(&numpy, &package), told("numpy-abi", Severity::Error, 1));
    assert_eq!(judged(&numpy.replace(shim, ""), &package), told("numpy-abi", Severity::Error, 1));
}
