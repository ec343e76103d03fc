//! What goes on beside the screen, and how keys go on meanwhile.

use dylens::tui::effect::Effect;
use dylens::tui::message::Msg;
use dylens::tui::modal::Modal;
use dylens::tui::update::update;

use super::harness::{WORLD, face};

#[test]
fn an_export_tells_how_far_it_is_and_escape_gives_it_up() {
    let mut face = face(WORLD, (80, 24)).typed("x");
    assert!(!face.model.is_spinning());
    assert!(matches!(face.press('⏎'), Some(Effect::Export { .. })));
    assert!(face.model.is_spinning(), "somebody waits for it");
    update(&mut face.model, Msg::Writing(3_456_789));
    let screen = face.screen();
    assert!(screen.contains("writing the export: 3.5 MB  esc cancel"), "{screen}");
    assert!(face.press('⏎').is_none(), "one is written at a time");
    assert!(face.screen().contains("an export is being written"));
    // The export goes first, then the dialog.
    assert!(matches!(face.press('⎋'), Some(Effect::Cancel)));
    assert!(matches!(face.model.modal, Some(Modal::Export(_))));
    update(&mut face.model, Msg::Cancelled);
    assert!(face.screen().contains("export cancelled: no file was written"));
    assert!(!face.model.is_spinning());
    assert!(matches!(face.press('⏎'), Some(Effect::Export { .. })), "another may begin");
    update(&mut face.model, Msg::Exported(Ok("env.json".into())));
    assert!(face.press('⎋').is_none(), "there is nothing to give up any more");
}

#[test]
fn a_word_of_a_preview_says_nothing_of_the_export() {
    let mut face = face(WORLD, (80, 24)).typed("x⏎");
    update(&mut face.model, Msg::NoPreview("svg cannot be written: too much".into()));
    assert!(face.model.writing.is_some());
    update(&mut face.model, Msg::Exported(Ok("env.json".into())));
    update(&mut face.model, Msg::Writing(1));
    assert!(face.model.writing.is_none(), "what comes late begins nothing");
}
