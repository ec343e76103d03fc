//! What has changed.

use crate::tui::harness::{Face, WORLD};
use insta::assert_snapshot;

#[test]
fn what_has_changed_is_shown_first_where_somebody_compares() {
    let before = crate::tui::harness::scan(WORLD);
    let mut face = Face::waiting((120, 36));
    face.model.diff = Some(dylens::tui::view::Compared::new(std::sync::Arc::new(before)));
    let worse = WORLD
        .replace("libquadmath.so.0 elf x86_64 soname", "libother.so.0 elf x86_64 soname")
        .replace("numpy-1.26.4", "numpy-1.26.5");
    face.scanned(&worse);
    face.type_keys("jj");
    assert_snapshot!("diff_second", face.screen());
    face.type_keys("18");
    assert!(face.screen().contains("[8 Diff]"), "{}", face.screen());
}

#[test]
fn two_environments_stand_side_by_side() {
    let compared = |size| {
        let before = crate::tui::harness::scan(WORLD);
        let mut face = Face::waiting(size);
        face.model.diff = Some(dylens::tui::view::Compared::new(std::sync::Arc::new(before)));
        face.scanned(&WORLD.replace("numpy-1.26.4", "numpy-1.26.5"));
        face
    };
    let wide = compared((120, 36)).screen();
    let line = |text: &str| wide.lines().find(|line| line.contains(text)).unwrap_or_default().to_owned();
    let at = |line: &str, text: &str| line.find(text).map(|at| line[..at].chars().count());
    let (head, row) = (line(" before /env"), line("~ numpy"));
    assert_eq!(at(&head, "before"), at(&row, "1.26.4").map(|at| at + 1), "{wide}");
    assert_eq!(at(&head, "now"), at(&row, "1.26.5").map(|at| at + 1), "{wide}");
    let narrow = compared((60, 24)).screen();
    assert!(narrow.contains("~ numpy") && !narrow.contains(" before /env"), "{narrow}");
}
