//! `numpy-shim`.

use super::*;
use crate::diagnose::numpy::{PYBIND11, RUST, judged, numpy, package, told};

#[test]
fn rust_that_knows_only_numpy_1_works_with_numpy_2_through_a_module_that_bundlers_drop() {
    assert_eq!(judged(&numpy("2.0.2"), &package(RUST)), told("numpy-shim", Severity::Warning, 0));
    assert_eq!(judged(&numpy("2.0.2"), &package(PYBIND11)), told("numpy-shim", Severity::Info, 0));
    example(&scan(&format!("{}{}", numpy("2.0.2"), package(RUST))), "numpy-shim");
    let without = numpy("2.0.2").replace("//- SITE/numpy/core/multiarray.py\n", "");
    assert_eq!(judged(&without, &package(RUST)), told("numpy-module-missing", Severity::Error, 0));
    let newer = RUST.replace("numpy-0.20.0", "numpy-0.22.1");
    assert_eq!(judged(&without, &package(&newer)), []);
}
