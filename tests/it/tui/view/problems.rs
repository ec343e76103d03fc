//! The findings.

use crate::tui::harness::{Face, WORLD, environment, face};
use dylens::tui::modal::search::Search;

#[test]
fn the_filter_narrows_the_findings() {
    let mut face = face(WORLD, (120, 36)).typed("fp");
    assert_eq!(face.model.findings.shown, [0], "of numpy's findings");
    face.type_keys("⎋j");
    assert_eq!(face.chosen(), "libopenblas.so.0");
    face.type_keys("fkkkk");
    assert!(face.type_keys("⎋").screen().contains("no finding passes the filter"), "{}", face.screen());
    assert_eq!(face.type_keys("fc⎋").model.findings.shown, [0, 1]);
}

#[test]
fn findings_are_walked_from_anywhere() {
    let mut face = face(WORLD, (80, 24)).typed("4");
    assert_eq!(face.type_keys("]").chosen(), "libjpeg.so.62");
    assert_eq!(face.type_keys("]").chosen(), "libopenblas.so.0");
    assert_eq!(face.type_keys("[").chosen(), "libjpeg.so.62");
}

/// A package that others import, and that lacks a library.
pub const IMPORTED: &str = "\
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.9
//- /usr/bin/python3.11 elf x86_64 interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6 pie
//- /env/bin/python3 -> /usr/bin/python3.11
//- /usr/lib/python3.11/os.py
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 needs:ld-linux-x86-64.so.2
//- /env/lib/python3.11/site-packages/base-1.0.dist-info/RECORD
base/__init__.py,,
base/_core.cpython-311-x86_64-linux-gnu.so,,
//- /env/lib/python3.11/site-packages/base/__init__.py
from . import _core
//- /env/lib/python3.11/site-packages/base/_core.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__core needs:libgone.so.1,libc.so.6
//- /env/lib/python3.11/site-packages/above-1.0.dist-info/RECORD
above/__init__.py,,
above/_fast.cpython-311-x86_64-linux-gnu.so,,
//- /env/lib/python3.11/site-packages/above/__init__.py
import base
from . import _fast
//- /env/lib/python3.11/site-packages/above/_fast.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__fast needs:libc.so.6
";

#[test]
fn a_row_says_what_fails_because_of_what_and_opens_on_the_imports_with_it() {
    let mut face = environment(IMPORTED, (120, 36));
    let screen = face.screen();
    for words in ["✗ base  import fails", "libgone.so.1 not found", "↑2 ►", "✗ 1 cause breaks 2 of 2 imports"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    let screen = face.type_keys(" ").screen();
    assert!(screen.contains("↓ above  import fails") && screen.contains("↓ above._fast"), "{screen}");
    face.type_keys("j");
    assert_eq!(face.chosen(), "above", "{}", face.screen());
    let screen = face.screen();
    assert!(screen.contains("◆ above ✗↓") && screen.contains("cannot load because libgone.so.1 not found"), "{screen}");
}

#[test]
fn what_cannot_load_because_of_something_else_leads_to_it() {
    let mut face = environment(IMPORTED, (120, 36)).typed("/above._fast⏎");
    face.type_keys("4");
    assert!(face.chosen().starts_with("_fast"), "{}", face.screen());
    assert!(face.screen().contains("✗↓ cannot load because libgone.so.1 not found"), "{}", face.screen());
    face.type_keys("⇥⏎");
    assert_eq!(face.chosen(), "libgone.so.1", "the first line leads to the cause");
    let mut face = environment(IMPORTED, (120, 36)).typed("/is:broken");
    let search = face.model.overlay::<Search>().expect("a search");
    let scan_index = face.model.scan_index.as_ref().expect("a scan");
    let marked = scan_index.entries().filter(|(_, entry)| entry.is_broken || entry.sign().contains('✗')).count();
    assert_eq!(search.hits.len(), marked, "what is found is what is marked");
    face.type_keys("⎋");
}

#[test]
fn the_list_has_no_cursor_where_another_node_is_chosen() {
    let face = face(WORLD, (120, 36)).typed("⇥h");
    assert_eq!(face.model.view.id, "problems");
    let is_current = face.model.current_row().is_some();
    let of_row = face.model.findings.rows[face.model.findings.cursor].node;
    assert_eq!(is_current, of_row == face.model.chosen, "{}", face.screen());
}

#[test]
fn what_numpy_lacks_is_one_cause_and_one_row() {
    let world = crate::tui::view::graph::numpy_without_module();
    let mut face = Face::of(crate::common::scan(&world), (120, 36));
    let screen = face.screen();
    assert!(screen.contains("✗ 1 cause breaks 3 of 4 imports"), "{screen}");
    let row = screen.lines().find(|line| line.contains("✗ numpy")).unwrap_or_else(|| panic!("{screen}"));
    assert!(row.contains("3 packages fail"), "{screen}");
    assert!(screen.contains("numpy._core.multiarray not found"), "{screen}");
    assert_eq!(screen.matches("  y 1 ").count(), 1, "one fix\n{screen}");
    assert!(!screen.contains("  y 2 "), "{screen}");
    let screen = face.type_keys(" ").screen();
    for name in ["one", "two", "three"] {
        assert!(screen.contains(&format!("✗ {name}")), "{name}\n{screen}");
    }
}
