//! What an import loads.

use crate::tui::harness::{WORLD, face};

#[test]
fn the_process_tells_what_an_import_loads_in_order() {
    let face = face(WORLD, (80, 24)).typed("/linalg⏎6");
    assert!(face.screen().contains("Process  import numpy.linalg._umath_linalg"), "{}", face.screen());
    assert_eq!(face.chosen(), "_umath_linalg.cpython-311-x86_64-linux-gnu.so");
}
