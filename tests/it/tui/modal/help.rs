//! The help.

use crate::tui::harness::{WORLD, face};
use dylens::diagnose::Severity;
use dylens::tui::effect::Effect;
use dylens::tui::modal::export::Export;

#[test]
fn the_help_is_searched_and_runs_what_it_finds() {
    let mut face = face(WORLD, (80, 24)).typed("?export");
    assert!(matches!(face.press('⏎'), Some(Effect::Preview { .. })));
    assert!(face.model.overlay::<Export>().is_some());
    assert!(face.type_keys("⎋:severity").screen().contains("fv  "), "with the key of its menu\n{}", face.screen());
    face.type_keys("⏎");
    assert_eq!(face.model.filter.severity, Some(Severity::Error), "a command of a menu is run too");
    assert!(face.type_keys("⎋:no such words").screen().contains("no command has these words"));
}
