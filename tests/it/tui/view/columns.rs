//! The columns.

use crate::tui::harness::{WORLD, face};

#[test]
fn columns_lead_down_from_a_package() {
    let mut face = face(WORLD, (80, 24)).typed("5hh");
    assert_eq!(face.chosen(), "numpy");
    assert_eq!(face.type_keys("lj").chosen(), "_umath_linalg.cpython-311-x86_64-linux-gnu.so");
    assert_eq!(face.type_keys("l").chosen(), "libopenblas.so.0", "trouble first");
}
