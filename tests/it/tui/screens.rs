//! Every screen: each view, each thing that lies on top, each state, at four sizes; where there is less room, and in ASCII or
//! without colors, nothing breaks.

use dylens::error::Error;
use dylens::tui::message::Msg;
use dylens::tui::update::update;
use dylens::tui::view::{Compared, Logged};
use unicode_width::UnicodeWidthStr;

use super::harness::{self, Face, WORLD, environment, face, healthy, shown_as};
use super::view::log::LOG;
use super::view::numpy::NUMPY;

/// A screen: its name, and how one comes to it.
type Screen = (&'static str, Box<dyn Fn((u16, u16)) -> Face>);

fn keys(name: &'static str, keys: &'static str) -> Screen {
    (name, Box::new(move |size| face(WORLD, size).typed(keys)))
}

fn screens() -> Vec<Screen> {
    let mut screens = vec![
        keys("problems", ""),
        keys("problems_sorted", "s"),
        keys("problems_of_a_package", "fp⎋"),
        keys("problems_filtered_away", "fkkkk⎋"),
        keys("problems_beside_the_picture", "⇥l"),
        keys("evidence_alone", "⇥⇥."),
        keys("graph", "2"),
        keys("graph_of_one_step", "2-"),
        keys("graph_with_the_system", "2fs⎋/cext⏎"),
        keys("flow_of_a_node", "3"),
        keys("flow_of_a_package", "3v"),
        keys("flow_of_all", "3vv"),
        keys("tree", "4"),
        keys("tree_root", "4g"),
        keys("tree_open", "4geG05k"),
        keys("tree_by_size", "4sss"),
        keys("tree_turned_around", "/quadmath⏎R"),
        keys("columns", "5"),
        keys("columns_of_packages", "5hhh"),
        keys("process", "6"),
        keys("search_without_a_word", "/"),
        keys("search", "/umath lin"),
        keys("search_narrowed", "/is:missing"),
        keys("search_in_vain", "/nowhere"),
        keys("hits", "2/_umath⏎n"),
        keys("why", "w"),
        keys("why_not", "/numpy⏎w"),
        keys("who", "W"),
        keys("help", "?"),
        keys("help_search", "?export"),
        keys("filter", "f"),
        keys("copy", "y"),
        keys("place", "4z"),
        keys("export", "x"),
        keys("other", "o~/project/.venv"),
        keys("compare", "D"),
        keys("log_file", "i"),
    ];
    let mut more = |name, face: fn((u16, u16)) -> Face| screens.push((name, Box::new(face)));
    more("scanning", Face::waiting);
    more("scanning_again", |size| face(WORLD, size).typed("r"));
    more("nothing_native", |size| {
        let mut face = Face::waiting(size);
        let (what, remedy) =
            ("no native modules in /app (looked for .so, .dylib, .pyd and .dll files)", "give an environment");
        update(&mut face.model, Msg::Failed(Error::nothing(what, remedy)));
        face
    });
    more("no_findings", healthy);
    more("worse", |size| {
        let mut face = healthy(size);
        face.scanned(WORLD);
        face
    });
    more("log", |size| {
        let mut face = Face::waiting(size);
        face.model.log = Some(Logged::new(dylens::buildlog::read(&mut LOG.as_bytes()).expect("a log")));
        face.scanned(WORLD);
        face
    });
    more("diff", |size| {
        let mut face = Face::waiting(size);
        face.model.diff = Some(Compared::new(std::sync::Arc::new(harness::scan(WORLD))));
        let renamed = WORLD.replace("libquadmath.so.0 elf x86_64 soname", "libother.so.0 elf x86_64 soname");
        face.scanned(&renamed.replace("numpy-1.26.4", "numpy-1.26.5"));
        face
    });
    more("numpy", |size| environment(NUMPY, size).typed("9"));
    more("numpy_missing", |size| {
        let gone = NUMPY.replace("//- /env/lib/python3.11/site-packages/numpy/core/multiarray.py\n", "");
        environment(&gone, size).typed("9")
    });
    screens
}

/// No row is wider than the window, and each frame that is begun is closed.
fn is_whole(name: &str, face: &Face) {
    let (screen, width) = (face.screen(), usize::from(face.model.size.0));
    for line in screen.lines() {
        assert!(line.width() <= width, "{name}: {line:?}\n{screen}");
    }
    for (open, close) in [('╭', '╮'), ('╰', '╯')] {
        let count = |corner| screen.lines().filter(|line| line.contains(corner)).count();
        assert!(count(open) == 0 || count(close) > 0, "{name}\n{screen}");
    }
}

#[test]
fn every_screen_at_four_sizes() {
    for (name, make) in screens() {
        let shown: Vec<String> = [(40, 12), (80, 24), (120, 36), (200, 55)]
            .into_iter()
            .map(|size| {
                let face = make(size);
                is_whole(name, &face);
                face.screen()
            })
            .collect();
        shown_as(name, &shown.join("\n\n"));
    }
}

#[test]
fn little_room_breaks_no_screen() {
    for (name, make) in screens() {
        for size in [(40, 12), (60, 15), (30, 6), (100, 20), (300, 8)] {
            is_whole(name, &make(size));
        }
    }
    shown_as("small_problems", &face(WORLD, (40, 12)).screen());
    shown_as("small_evidence", &face(WORLD, (40, 12)).typed("⇥⇥").screen());
    shown_as("small_graph", &face(WORLD, (40, 12)).typed("2").screen());
    shown_as("small_search", &face(WORLD, (40, 12)).typed("/num").screen());
    shown_as("too_small", &face(WORLD, (20, 5)).screen());
}

#[test]
fn ascii_is_nothing_but_ascii() {
    for (name, make) in screens() {
        let mut face = make((120, 36));
        face.model.theme.ascii = true;
        let screen = face.screen();
        assert!(screen.is_ascii(), "{name}\n{screen}");
        assert!(!screen.contains('?') || name.starts_with("help") || screen.contains("? keys"), "{name}\n{screen}");
    }
    for (name, keys) in [("ascii_problems", ""), ("ascii_graph", "2"), ("ascii_tree", "4ge"), ("ascii_export", "x")] {
        let mut face = face(WORLD, (80, 24)).typed(keys);
        face.model.theme.ascii = true;
        shown_as(name, &face.screen());
    }
}

#[test]
fn without_colors_there_are_none() {
    for (name, make) in screens() {
        let mut face = make((80, 24));
        face.model.theme.no_color = true;
        let styles = face.styles();
        assert!(!styles.contains(" fg "), "{name}\n{styles}");
    }
}
