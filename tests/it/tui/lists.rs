//! Lists and their cursors.

use crate::tui::harness::{Face, WORLD, face};
use dylens::tui::screen::Areas;
use ratatui::style::Modifier;

#[test]
fn a_number_behind_a_nought_repeats_a_movement() {
    let mut face = face(WORLD, (120, 36)).typed("4g");
    let row = |face: &Face| face.model.tree.cursor;
    assert_eq!(row(face.type_keys("02j")), 2);
    assert_eq!(row(face.type_keys("099k")), 0);
    assert_eq!(row(face.type_keys("03")), 0, "a number alone does nothing yet");
    assert_eq!(row(face.type_keys("j")), 3);
    assert!(face.type_keys("2").model.view.is("graph"), "a digit alone opens a view");
}

/// The row of the screen on which the cursor of the tree stands.
fn cursor_row(face: &Face) -> usize {
    face.model.tree.cursor - face.model.top
}

#[test]
fn the_cursor_is_brought_to_the_middle_the_top_and_the_bottom() {
    let mut face = face(WORLD, (80, 16)).typed("4ge012j");
    let height = Areas::of(&face.model).main.map(dylens::tui::scrolling::inside).expect("a list").height;
    assert!(face.model.tree.rows.len() > 2 * usize::from(height), "the list is longer than its pane");
    assert!(face.type_keys("z").screen().contains("center the cursor"), "{}", face.screen());
    face.type_keys("z");
    assert_eq!(cursor_row(&face), usize::from(height / 2));
    face.type_keys("zt");
    let top = cursor_row(&face);
    face.type_keys("zb");
    assert!(
        top < usize::from(height / 2) && cursor_row(&face) > usize::from(height / 2),
        "{top} {}",
        cursor_row(&face)
    );
    assert!(face.model.modal.is_none());
}

#[test]
fn a_list_moves_no_more_than_it_must_and_a_click_hits_what_it_shows() {
    let mut face = face(WORLD, (80, 16)).typed("4ge");
    let top = face.model.top;
    face.type_keys("jj");
    assert_eq!(face.model.top, top, "the cursor moves, not the list");
    face.type_keys("G");
    assert_eq!(face.model.tree.rows.len(), face.model.top + 5, "no empty space below the last row");
    face.type_keys("08k");
    let (row, main) = (face.model.top + 2, Areas::of(&face.model).main.expect("a list"));
    face.click(main.x + 4, main.y + 3, false);
    assert_eq!(face.model.tree.cursor, row);
}

#[test]
fn lists_are_sorted_by_what_one_wants_to_know() {
    let mut face = face(WORLD, (100, 30));
    let first = |face: &Face| face.model.findings.shown[0];
    assert_eq!(first(&face), 0, "what breaks most");
    let screen = face.type_keys("s").screen();
    assert!(screen.contains("sorted by name") && screen.contains("Problems 2 · by name"), "{screen}");
    assert_eq!(first(&face), 1, "libjpeg before libopenblas");
    assert_eq!(face.chosen(), "libopenblas.so.0", "the cursor stays");
    face.type_keys("]");
    assert_eq!(face.chosen(), "libjpeg.so.62", "in the order of the list");
    let rows = |face: &Face| {
        let scan_index = face.model.scan_index.as_ref().expect("a scan");
        let top = face.model.tree.rows.iter().filter(|row| row.depth() == 1).filter_map(|row| row.node());
        top.map(|node| scan_index.entry(node).label.clone()).collect::<Vec<_>>()
    };
    face.type_keys("4");
    assert_eq!(rows(&face), ["kiwisolver", "numpy", "pillow"], "remembered in other lists");
    face.type_keys("ss");
    assert!(face.screen().contains("Environment · by size"), "{}", face.screen());
    face.scanned(WORLD);
    assert!(face.screen().contains("Environment · by size"), "{}", face.screen());
    face.type_keys("s");
    assert_eq!(rows(&face), ["numpy", "pillow", "kiwisolver"], "trouble first");
    assert!(face.type_keys("2s").screen().contains("nothing to sort here"), "{}", face.screen());
}

#[test]
fn every_list_tells_where_its_cursor_is() {
    let mut face = face(WORLD, (80, 24)).typed("4ge");
    let rows = face.model.tree.rows.len();
    assert!(face.screen().contains(&format!(" 1/{rows} ▼ ")), "{}", face.screen());
    face.type_keys("G");
    assert!(face.screen().contains(&format!(" {rows}/{rows} ▲ ")), "{}", face.screen());
    for (keys, told) in [("1", " 1/2 "), ("F", "/6 "), ("6", "/6 "), ("1jW", " 1/"), ("⎋/", " 1/"), ("⎋?", " 2/")] {
        let screen = face.type_keys(keys).screen();
        assert!(screen.contains(told), "{keys}\n{screen}");
    }
}

#[test]
fn the_tabs_have_their_names_on_eighty_columns() {
    let face = face(WORLD, (80, 24));
    for name in ["[1 Problems]", "2 Graph", "3 Flow", "4 Tree", "5 Columns", "F Files", "6 Process"] {
        assert!(face.screen().contains(name), "{name}\n{}", face.screen());
    }
}

#[test]
fn a_list_of_single_lines_leaves_no_room_to_waste() {
    // Two lines a row have no room, and one line does not need the room of two.
    let face = crate::tui::harness::face(WORLD, (120, 36));
    let mut model = face.model;
    let row = model.findings.rows[0].clone();
    model.findings.rows = vec![row; 12];
    let main = Areas::of(&model).main.expect("a list");
    assert!(main.height <= 14.max(model.picture_rows(dylens::tui::pane::Pane::Graph) as u16 + 2), "{main:?}");
}

#[test]
fn nothing_in_the_selected_row_is_dim() {
    for (name, _) in dylens::tui::theme::THEMES {
        for no_color in [false, true] {
            for keys in ["", "2", "4", "6", "F", "/", "W", "⇥", "⇥⇥"] {
                let mut face = face(WORLD, (120, 36));
                face.model.theme = face.model.theme.named(name);
                face.model.theme.no_color = no_color;
                let buffer = face.typed(keys).buffer();
                let is_hard = |cell: &ratatui::buffer::Cell| {
                    cell.modifier.contains(Modifier::DIM) && cell.modifier.contains(Modifier::REVERSED)
                };
                assert!(!buffer.content.iter().any(is_hard), "{name} {keys}");
            }
        }
    }
}
