//! What a build log accuses.

use crate::tui::harness::{Face, WORLD, face};
use dylens::buildlog::read;
use dylens::tui::message::Msg;
use dylens::tui::modal::search::Search;
use dylens::tui::update::update;
use dylens::tui::view::Logged;

/// What the import of Pillow prints in the world of these tests, among others' words.
pub const LOG: &str = "Nuitka:INFO: Starting Python compilation with Nuitka '2.4' on Python '3.11'\n\
    5041 WARNING: Library not found: could not resolve 'api-ms-win-crt-heap-l1-1-0.dll', dependency of 'C:\\\\x.pyd'.\n\
    Traceback (most recent call last):\n\
    ImportError: libjpeg.so.62: cannot open shared object file: No such file or directory\n";

fn with_log(size: (u16, u16)) -> Face {
    let mut face = Face::waiting(size);
    face.model.log = Some(Logged::new(read(&mut LOG.as_bytes()).expect("a log")));
    face.scanned(WORLD);
    face
}

#[test]
fn a_log_opens_on_the_node_that_it_accuses() {
    let face = with_log((120, 36));
    assert_eq!(face.chosen(), "libjpeg.so.62");
}

#[test]
fn a_pasted_log_is_explained_where_nothing_is_typed() {
    let mut face = face(WORLD, (80, 24));
    assert!(!face.screen().contains("Log"), "no log, no tab");
    update(&mut face.model, Msg::Paste("nothing of importance".into()));
    assert!(face.screen().contains("no native-library problem"), "{}", face.screen());
    update(&mut face.model, Msg::Paste(LOG.replace('\n', "\r")));
    assert_eq!((face.model.view.id, face.chosen().as_str()), ("log", "libjpeg.so.62"));
    let mut searching = crate::tui::harness::face(WORLD, (80, 24)).typed("/");
    update(&mut searching.model, Msg::Paste("jpeg".into()));
    assert!(searching.model.overlay::<Search>().is_some(), "what is pasted into a prompt is typed there");
}

#[test]
fn the_log_is_walked_and_left_for_the_graph() {
    let mut face = with_log((120, 36));
    face.type_keys("j");
    assert!(face.screen().contains("a name that Windows answers itself"), "{}", face.screen());
    assert_eq!(face.type_keys("k⏎").chosen(), "libjpeg.so.62");
    assert_eq!(face.model.view.id, "graph");
    face.type_keys("7");
    assert_eq!(face.model.view.id, "log");
}

#[test]
fn a_rescan_compares_the_log_anew() {
    let mut face = with_log((120, 36));
    face.scanned(&WORLD.replace("needs:libjpeg.so.62,libc.so.6", "needs:libc.so.6"));
    assert!(face.screen().contains("Log 2"), "{}", face.screen());
}

#[test]
fn the_log_s_own_lines_stand_below_and_n_goes_from_one_to_the_next() {
    let mut face = with_log((120, 36));
    assert!(face.screen().contains("Line 4 of 4") && face.screen().contains("3 Traceback"), "{}", face.screen());
    face.type_keys("N");
    assert!(face.screen().contains("Line 2 of 4"), "in the order of the log: {}", face.screen());
    face.type_keys("n");
    assert_eq!(face.chosen(), "libjpeg.so.62");
    face.type_keys("n");
    assert!(face.screen().contains("Line 2 of 4"), "behind the last comes the first");
    let small = with_log((80, 24));
    assert!(!small.screen().contains("Line 4 of 4"), "no room beside the details: {}", small.screen());
}

#[test]
fn a_search_keeps_its_keys_in_the_log() {
    let mut face = with_log((120, 36)).typed("/jpeg⏎");
    face.type_keys("7");
    let before = face.screen();
    face.type_keys("n");
    assert!(before.contains("Line 4 of 4") && face.model.found.is_some());
}
