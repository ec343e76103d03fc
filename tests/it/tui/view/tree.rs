//! The tree.

use crate::tui::harness::{WORLD, environment, face};
use crate::tui::view::numpy::NUMPY;

#[test]
fn the_tree_turned_around_leads_up_to_who_needs_it() {
    let mut face = face(WORLD, (80, 24)).typed("/quadmath⏎R");
    assert_eq!(face.chosen(), "libquadmath.so.0");
    assert!(face.screen().contains("Who needs libquadmath.so.0"), "{}", face.screen());
    assert_eq!(face.type_keys("l").chosen(), "libgfortran-040039e1.so.5.0.0");
    assert_eq!(face.type_keys("lj").chosen(), "_umath_linalg.cpython-311-x86_64-linux-gnu.so");
    assert!(face.screen().contains("libquadmath.so.0 ↔"), "they need each other: {}", face.screen());
    // What lies outside of it becomes its root, also what is nowhere.
    assert_eq!(face.type_keys("/openblas⏎").chosen(), "libopenblas.so.0");
    assert_eq!(face.type_keys("l").chosen(), "_multiarray_umath.cpython-311-x86_64-linux-gnu.so");
    let rows = face.model.tree.rows.len();
    face.scanned(WORLD);
    assert_eq!(
        (face.chosen().as_str(), face.model.tree.rows.len()),
        ("_multiarray_umath.cpython-311-x86_64-linux-gnu.so", rows)
    );
    face.scanned(&WORLD.replace("needs:libopenblas.so.0", "needs:libother.so.0"));
    assert!(face.screen().contains("Environment"), "its root is gone: {}", face.screen());
    // And back, to where the same node lies below its distribution.
    face.type_keys("/umath_linalg⏎RR");
    assert!(face.screen().contains("Environment"), "{}", face.screen());
    assert_eq!(face.chosen(), "_umath_linalg.cpython-311-x86_64-linux-gnu.so");
    assert_eq!(face.type_keys("hh").chosen(), "numpy");
}

#[test]
fn the_tree_marks_what_it_has_shown_before() {
    let face = face(WORLD, (80, 30)).typed("4geG");
    assert!(face.screen().contains(" ↑") && face.screen().contains(" ↔"), "{}", face.screen());
}

#[test]
fn all_rows_and_all_folds_open_and_close_at_once() {
    let mut face = face(WORLD, (100, 40)).typed("4c");
    let closed = face.model.tree.rows.len();
    assert!(face.type_keys("e").screen().contains("all is open"), "{}", face.screen());
    let rows = &face.model.tree.rows;
    assert!(rows.len() > closed + 5, "{}", face.screen());
    let mut opened: Vec<_> = rows.iter().filter(|row| row.is_open).filter_map(|row| row.node()).collect();
    let number = opened.len();
    opened.sort_unstable();
    opened.dedup();
    assert_eq!(opened.len(), number, "nothing is opened twice, so there are no more rows than edges");
    face.type_keys("c");
    assert_eq!(face.model.tree.rows.len(), closed);
    let mut face = environment(NUMPY, (120, 36)).typed("9");
    assert!(face.screen().contains("≡ 3 pandas modules"), "{}", face.screen());
    assert!(face.type_keys("e").screen().contains("● algos"), "{}", face.screen());
    assert!(face.type_keys("c").screen().contains("≡ 3 pandas modules"), "{}", face.screen());
}

/// Libraries that all need all later ones, and so on: as a whole tree, more rows than there are atoms.
pub fn tangle(libraries: usize) -> String {
    let site = "/env/lib/python3.11/site-packages";
    let mut world = format!("{WORLD}//- {site}/t-1.0.dist-info/RECORD\n");
    let name = |at: usize| format!("t/libt{at}.so");
    (0..libraries).for_each(|at| world += &format!("{},,\n", name(at)));
    for at in 0..libraries {
        let needs: Vec<String> = (at + 1..libraries).map(|other| format!("libt{other}.so")).collect();
        world += &format!(
            "//- {site}/{} elf x86_64 soname:libt{at}.so rpath:$ORIGIN needs:libc.so.6,{}\n",
            name(at),
            needs.join(",")
        );
    }
    world
}

#[test]
fn no_tree_is_too_large_to_be_opened() {
    let mut face = face(&tangle(120), (80, 24)).typed("4e");
    let rows = face.model.tree.rows.len();
    assert!((7000..20_000).contains(&rows), "{rows} rows: each of the 7,140 needs once");
    face.type_keys("Gkkc");
    assert!(face.model.tree.rows.len() < 10);
}
