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

#[test]
fn the_help_begins_with_this_view_and_shows_every_name_whole() {
    for size in [(80, 24), (120, 36)] {
        let screen = face(WORLD, size).typed("?").screen();
        let place = |text: &str| screen.find(text).unwrap_or_else(|| panic!("{text}\n{screen}"));
        assert!(place("This view") < place("show in graph") && place("show in graph") < place("next-finding"));
        assert!(!screen.contains("open, zoom in or follow"), "what Enter does here\n{screen}");
        let whole = face(WORLD, size).typed("?previous").screen();
        assert!(whole.contains("previous-finding"), "{whole}");
    }
    let count = |text: &str| face(WORLD, (120, 120)).typed("?").screen().matches(text).count();
    assert_eq!((count(" search files, packages"), count(" show the tree")), (1, 1), "each command once");
}
