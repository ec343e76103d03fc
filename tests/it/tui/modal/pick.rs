//! One of several.

use crate::tui::harness::{WORLD, face};

#[test]
fn why_and_who_lead_to_nodes() {
    let mut face = face(WORLD, (80, 24)).typed("w");
    assert_eq!(face.type_keys("⏎").chosen(), "numpy");
    face.type_keys("W");
    assert!(face.screen().contains("Who needs numpy"));
}
