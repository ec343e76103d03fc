//! A scan after a scan.

use crate::tui::harness::{WORLD, face, healthy};
use crate::tui::run;
use dylens::tui::effect::Effect;

#[test]
fn a_rescan_tells_what_became_better_or_worse() {
    let mut face = healthy((120, 36));
    face.scanned(WORLD);
    let screen = face.screen();
    assert!(screen.contains("scanned again: worse, 2 findings new") && screen.contains("new: numpy"), "{screen}");
    face.scanned(&WORLD.replace("libopenblas.so.0,", ""));
    assert!(face.screen().contains("scanned again: better, 1 finding gone"), "{}", face.screen());
}

#[test]
fn a_rescan_lets_go_of_what_is_not_there_any_more() {
    let gone = WORLD.split("//- /env/lib/python3.11/site-packages/pillow").next().expect("a world").to_owned();
    for (view, query) in [("5", "/jpeg⏎5"), ("4", "/jpeg⏎4e"), ("6", "/jpeg⏎6"), ("2", "/jpeg⏎2"), ("3", "/jpeg⏎3vv")]
    {
        let mut face = face(WORLD, (120, 36)).typed(query);
        assert_eq!(face.chosen(), "libjpeg.so.62", "in view {view}");
        face.scanned(&gone);
        assert!(!face.screen().lines().skip(3).any(|line| line.contains("pillow")), "{}", face.screen());
        face.type_keys("hjlk");
    }
}

#[test]
fn a_rescan_keeps_the_choice_by_path() {
    let mut face = face(WORLD, (80, 24)).typed("/linalg⏎4");
    let (chosen, screen) = (face.chosen(), face.screen());
    assert!(matches!(run(&mut face.model, "rescan"), Some(Effect::Scan)));
    assert!(face.screen().contains("scanning"));
    face.scanned(WORLD);
    assert_eq!(face.chosen(), chosen);
    face.model.told = None;
    assert_eq!(face.screen(), screen);
}
