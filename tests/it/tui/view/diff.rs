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
