//! Typed keys → screen.

mod agree;
mod any_keys;
mod details;
pub mod harness;
mod letters;
mod lists;
mod live;
mod modal;
mod mouse;
mod on_macos;
mod on_windows;
mod rescan;
mod screens;
mod view;

use dylens::error::Error;
use dylens::tui::effect::{Effect, Want};
use dylens::tui::message::Msg;
use dylens::tui::model::Model;
use dylens::tui::update::perform::perform;
use dylens::tui::update::update;
use harness::{Face, WORLD, face};

/// Runs a command by its name.
pub fn run(model: &mut Model, id: &str) -> Option<Effect> {
    let command = model.command(id).expect("a command");
    perform(model, command)
}

#[test]
fn views_without_anything_say_how_there_is_something() {
    let mut face = face(WORLD, (80, 24));
    assert!(face.type_keys("7").screen().contains("no log loaded (press i)"));
    assert!(face.type_keys("8").screen().contains("nothing to compare with (press D)"));
}

#[test]
fn the_choice_is_kept_when_views_change() {
    let mut face = face(WORLD, (80, 24)).typed("/kiwi⏎");
    let chosen = face.chosen();
    assert!(chosen.contains("kiwi"), "{chosen}");
    for view in ["4", "1", "2", "3", "1", "3", "4", "2"] {
        assert_eq!(face.type_keys(view).chosen(), chosen, "in view {view}");
    }
}

#[test]
fn a_pane_can_have_the_screen_alone() {
    for size in [(80, 24), (120, 36)] {
        let mut face = face(WORLD, size);
        let before = face.screen();
        let screen = face.type_keys("⇥⇥.").screen();
        assert!(screen.contains("Details") && !screen.contains("Problems 2"), "{screen}");
        assert!(screen.contains(". all panes"), "{screen}");
        assert!(face.type_keys("⇥").screen().contains("Problems 2"), "the next pane, alone too");
        face.type_keys("⎋");
        assert_eq!(face.screen(), before, "escape brings the others back");
        face.type_keys("..");
        assert_eq!(face.screen(), before);
    }
    let mut small = face(WORLD, (40, 12)).typed("⇥⇥");
    assert!(small.screen().contains("Details"), "where there is room for one pane, it is the one with the keys");
    assert!(small.type_keys("⎋").screen().contains("Problems"), "{}", small.screen());
}

pub fn face_of_tree() -> Face {
    face(WORLD, (80, 24)).typed("4")
}

#[test]
fn where_nothing_is_native_there_are_ways_on() {
    let mut face = Face::waiting((80, 24));
    let nothing = || Error::nothing("no native modules in /app", "give an environment");
    let failed = update(&mut face.model, Msg::Failed(nothing()));
    assert!(failed.is_none(), "the explorer stays");
    assert!(matches!(face.press('r'), Some(Effect::Scan)));
    update(&mut face.model, Msg::Failed(nothing()));
    face.type_keys("o/elsewhere");
    let wish = face.press('⏎');
    assert!(matches!(&wish, Some(Effect::Fetch(Want::Other, path)) if path == "/elsewhere"), "{wish:?}");
    assert!(update(&mut face.model, Msg::Failed(Error::new("/elsewhere: no such folder", "name another"))).is_none());
    assert!(face.screen().contains("no native modules in /app") && face.screen().contains("/elsewhere: no such"));
    assert!(matches!(face.press('d'), Some(Effect::Demo)));
    face.scanned(WORLD);
    assert!(face.screen().contains("Problems 2"), "{}", face.screen());
    assert!(face.press('d').is_none(), "the demo is for those who have nothing else");
    let mut face = Face::waiting((80, 24));
    let failed = update(&mut face.model, Msg::Failed(Error::new("/x: no such folder", "name another")));
    assert!(matches!(failed, Some(Effect::Fail(_))), "a wrong name is mended in the shell");
}

/// What the last key of a sequence wants copied.
pub fn copied(keys: &str) -> Option<String> {
    let mut face = face(WORLD, (80, 24));
    let (last, before) = (keys.chars().last().expect("a key"), &keys[..keys.len() - 1]);
    face.type_keys(before);
    match face.press(last) {
        Some(Effect::Copy(text)) => Some(text),
        Some(other) => panic!("{other:?}"),
        None => None,
    }
}

#[test]
fn what_is_chosen_is_copied() {
    assert_eq!(copied("yy").as_deref(), Some("python -m pip install --force-reinstall --no-deps numpy"));
    assert_eq!(copied("yn").as_deref(), Some("libopenblas.so.0"));
    assert_eq!(copied("yp"), None, "what is missing has no path");
    let way = "numpy → _multiarray_umath.cpython-311-x86_64-linux-gnu.so → libopenblas.so.0";
    assert_eq!(copied("yw").as_deref(), Some(way));
    assert!(copied("ym").is_some_and(|text| text.contains("```") && text.contains("libopenblas.so.0")));
    assert_eq!(copied("]yy"), None, "no command mends it");
    let mut face = face(WORLD, (80, 24)).typed("]y");
    assert!(face.type_keys("y").screen().contains("nothing to copy"));
}

#[test]
fn escape_never_quits_and_q_closes_one_layer() {
    let mut face = face(WORLD, (80, 24)).typed("?");
    assert!(run(&mut face.model, "quit").is_none());
    assert!(run(&mut face.model, "close").is_none());
    assert!(matches!(run(&mut face.model, "quit"), Some(Effect::Quit)));
}
