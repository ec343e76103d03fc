//! The findings.

use crate::tui::harness::{WORLD, face};

#[test]
fn the_filter_narrows_the_findings() {
    let mut face = face(WORLD, (120, 36)).typed("fp");
    assert_eq!(face.model.findings.shown, [0], "of numpy's findings");
    face.type_keys("⎋j");
    assert_eq!(face.chosen(), "libopenblas.so.0");
    face.type_keys("fkkkk");
    assert!(face.type_keys("⎋").screen().contains("the filter leaves none"), "{}", face.screen());
    assert_eq!(face.type_keys("fc⎋").model.findings.shown, [0, 1]);
}

#[test]
fn findings_are_walked_from_anywhere() {
    let mut face = face(WORLD, (80, 24)).typed("4");
    assert_eq!(face.type_keys("]").chosen(), "libjpeg.so.62");
    assert_eq!(face.type_keys("]").chosen(), "libopenblas.so.0");
    assert_eq!(face.type_keys("[").chosen(), "libjpeg.so.62");
}
