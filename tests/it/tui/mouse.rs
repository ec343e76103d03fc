//! The mouse.

use crate::tui::harness::{self, Face, WORLD, face};
use dylens::tui::message::Msg;
use dylens::tui::screen::Areas;
use dylens::tui::update::update;
use dylens::tui::way::Way;

#[test]
fn the_mouse_clicks_opens_scrolls_and_drags() {
    let mut face = face(WORLD, (120, 36));
    face.click(5, 6, false);
    assert_eq!(face.chosen(), "libjpeg.so.62", "a row has two lines where there is room");
    face.click(5, 6, true);
    assert!(face.model.view.is("graph"), "a double click opens");
    face.click(3, 1, false);
    assert!(face.model.view.is("problems"), "a click on a tab");
    update(&mut face.model, Msg::Wheel { way: Way::Up, column: 5, row: 5 });
    assert_eq!(face.chosen(), "libopenblas.so.0");
    let before = face.screen();
    let border = Areas::of(&face.model).main.expect("a list").right() - 1;
    update(&mut face.model, Msg::Click { column: border, row: 5, is_double: false });
    update(&mut face.model, Msg::Drag { column: 59, row: 5 });
    update(&mut face.model, Msg::Release);
    assert_eq!(Areas::of(&face.model).main.expect("a list").width, 60);
    assert_ne!(face.screen(), before);
}

#[test]
fn the_mouse_chooses_in_what_lies_on_top() {
    let place = |face: &Face, text: &str| {
        let screen = face.screen();
        let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).expect("it is shown");
        let column = line
            .chars()
            .collect::<Vec<_>>()
            .windows(text.chars().count())
            .position(|part| part.iter().copied().eq(text.chars()));
        (column.expect("a column") as u16 + 1, row as u16)
    };
    let mut face = face(WORLD, (80, 24)).typed("/umath");
    let (x, y) = place(&face, "numpy/core/_multi");
    face.click(x, y, false);
    face.click(x, y, true);
    assert!(face.model.modal.is_none() && face.chosen().starts_with("_multiarray_umath"), "{}", face.screen());
    face.type_keys("W");
    let (x, y) = place(&face, "◆ numpy");
    face.click(x, y, false);
    face.click(x, y, true);
    assert_eq!(face.chosen(), "numpy");
    face.type_keys("f");
    let (x, y) = place(&face, "[s] show system");
    face.click(x, y, false);
    assert!(face.model.filter.system && face.screen().contains("shown"), "{}", face.screen());
    face.click(0, 22, false);
    assert!(face.model.modal.is_none(), "a click beside a menu takes it away");
    face.type_keys("?theme");
    let (x, y) = place(&face, "switch the theme");
    face.click(x, y, true);
    assert!(face.screen().contains("theme: dark"), "{}", face.screen());
}

#[test]
fn hints_and_counts_are_buttons() {
    let column = |face: &Face, row: usize, text: &str| {
        let screen = face.screen();
        let line = screen.lines().nth(row).unwrap_or_default().to_owned();
        let at = line.find(text).unwrap_or_else(|| panic!("{text} in {line}"));
        line[..at].chars().count() as u16 + 1
    };
    let mut face = face(WORLD, (120, 36));
    face.click(column(&face, 35, "/ search"), 35, false);
    assert!(face.screen().contains("Search: "), "{}", face.screen());
    face.click(column(&face, 35, "esc close"), 35, false);
    assert!(face.model.modal.is_none(), "also of what lies on top");
    face.click(column(&face, 35, "? keys"), 35, false);
    assert!(face.screen().contains("Commands "), "{}", face.screen());
    face.type_keys("⎋4");
    face.click(column(&face, 0, "2 causes"), 0, false);
    assert!(face.model.view.is("problems"), "what is counted is listed");
    face.type_keys("]");
    assert!(face.model.told.is_some());
    face.click(3, 35, false);
    assert!(face.model.told.is_none() && face.model.modal.is_none(), "a message is no button");
    let mut small = harness::face(WORLD, (40, 12));
    small.click(column(&small, 11, "? keys"), 11, false);
    assert!(small.screen().contains("Commands "), "{}", small.screen());
}
