//! The search.

use crate::tui::harness::{Face, WORLD, face, healthy};
use dylens::tui::modal::search::Search;
use insta::assert_snapshot;

#[test]
fn search_lights_the_letters_that_matched() {
    let face = face(WORLD, (80, 24)).typed("/umath lin");
    assert_snapshot!("search_styles", face.styles());
}

#[test]
fn search_is_left_with_escape_and_taken_with_enter() {
    let mut face = face(WORLD, (80, 24));
    let start = face.chosen();
    assert_eq!(face.type_keys("/num⎋").chosen(), start);
    assert!(face.model.modal.is_none());
    assert_eq!(face.type_keys("/openblas⏎").chosen(), "libopenblas.so.0");
}

#[test]
fn the_hits_of_a_search_are_gone_to_one_after_the_other() {
    for view in ["2", "3", "4", "5"] {
        let mut face = face(WORLD, (120, 36)).typed(view).typed("/_umath⏎");
        let first = face.chosen();
        assert!(face.screen().contains("1 of 2: _umath"), "{}", face.screen());
        let second = face.type_keys("n").chosen();
        assert_ne!(first, second);
        assert!(
            face.screen().contains("2 of 2: _umath") && face.screen().contains("/_umath 2 of 2"),
            "{}",
            face.screen()
        );
        assert!(face.model.view.has_every_node);
        assert_eq!(face.type_keys("n").chosen(), first, "around the end");
        assert_eq!(face.type_keys("N").chosen(), second);
        let is_lit = |line: &str| line.contains("UNDERLINED") && line.ends_with("umath\"");
        assert!(face.styles().lines().any(is_lit), "its letters are lit in view {view}\n{}", face.styles());
        face.type_keys("⎋");
        assert!(!face.styles().contains("UNDERLINED"), "{}", face.styles());
        assert!(face.type_keys("n").screen().contains("no search yet"), "let go");
    }
}

#[test]
fn a_search_outlives_a_scan_and_begins_at_the_hit_that_was_taken() {
    let mut face = face(WORLD, (80, 24)).typed("4/_umath↓⏎");
    let taken = face.chosen();
    assert!(face.screen().contains("2 of 2"), "{}", face.screen());
    face.scanned(WORLD);
    assert_ne!(face.type_keys("n").chosen(), taken);
    assert!(face.screen().contains(" of 2: _umath"), "{}", face.screen());
    let mut face = healthy((80, 24)).typed("/⏎");
    assert!(face.type_keys("n").screen().contains("no search yet"), "an empty prompt is no search");
}

#[test]
fn words_narrow_the_search() {
    let mut face = face(WORLD, (80, 24)).typed("/is:missing");
    let search = face.model.overlay::<Search>().expect("a search");
    assert_eq!(search.hits.len(), 2);
    face.type_keys(" open");
    let search = face.model.overlay::<Search>().expect("a search");
    assert_eq!(search.hits.len(), 1);
}

#[test]
fn without_a_word_causes_come_first_and_then_what_was_looked_at() {
    let mut face = face(WORLD, (80, 24)).typed("2/_cext⏎/_imaging⏎/");
    let labels: Vec<String> = {
        let search = face.model.overlay::<Search>().expect("the search");
        let scan_index = face.model.scan_index.as_ref().expect("a scan");
        search.hits.iter().map(|hit| scan_index.entry(hit.node).label.clone()).collect()
    };
    assert_eq!(labels[..2], ["libopenblas.so.0", "libjpeg.so.62"], "{labels:?}");
    assert!(labels[2].contains("_cext"), "where one was before: {labels:?}");
    let all = face.model.scan_index.as_ref().expect("a scan").entries().count();
    assert_eq!(labels.len(), all, "and everything");
    face.type_keys("⏎");
    assert_eq!(face.chosen(), "libopenblas.so.0");
}

#[test]
fn letters_from_here_and_there_are_no_hits_where_a_name_has_the_word() {
    // Of more than 500 hits only the first are scored; the others are dropped as well.
    let site = "/env/lib/python3.11/site-packages";
    let scattered = |number: usize| {
        format!("//- {site}/pool/xsaxbsyl{number}.abi3.so elf x86_64 defines:PyInit_xsaxbsyl{number} needs:libc.so.6\n")
    };
    let world = format!(
        "{WORLD}//- {site}/pool/_ssl.abi3.so elf x86_64 defines:PyInit__ssl needs:libssl.so.3\n{}",
        (0..600).map(scattered).collect::<String>()
    );
    let found = |face: &Face| {
        let scan_index = face.model.scan_index.as_ref().expect("a scan");
        let hits = &face.model.overlay::<Search>().expect("a search").hits;
        hits.iter().map(|hit| scan_index.entry(hit.node).label.clone()).collect::<Vec<_>>()
    };
    let labels = found(&face(&world, (120, 36)).typed("/ssl"));
    assert_eq!(labels, ["_ssl.abi3.so", "libssl.so.3"], "a file before a name that is only asked for");
    let labels = found(&face(&world, (120, 36)).typed("/xsbl"));
    assert_eq!(labels.len(), 600, "where no name has the word, its letters are what there is");
}
