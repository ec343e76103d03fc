//! Typed keys → screen.

pub mod harness;
mod letters;
mod live;
mod screens;

use dylens::diagnose::Severity;
use dylens::error::Error;
use dylens::export::{Excerpt, Extent, FORMATS, Folding, Scope};
use dylens::tui::command::{Command, Way};
use dylens::tui::effect::Effect;
use dylens::tui::message::{Fetched, Msg};
use dylens::tui::modal::Modal;
use dylens::tui::modal::ask::Want;
use dylens::tui::model::{Model, Order};
use dylens::tui::screen::Areas;
use dylens::tui::update::update;
use harness::{Face, WORLD, environment, face, healthy};
use insta::assert_snapshot;

/// Runs a command by its name.
fn run(model: &mut Model, id: &str) -> Option<Effect> {
    Command::named(id).expect("a command").run(model)
}

#[test]
fn the_arrows_walk_along_the_edges_and_back() {
    let mut face = face(WORLD, (80, 24)).typed("2");
    let start = face.chosen();
    assert_eq!(start, "libopenblas.so.0");
    assert_eq!(face.type_keys("h").chosen(), "_umath_linalg.cpython-311-x86_64-linux-gnu.so", "the nearest row");
    assert_eq!(face.type_keys("k").chosen(), "_multiarray_umath.cpython-311-x86_64-linux-gnu.so");
    assert_eq!(face.type_keys("l").chosen(), start);
    assert_eq!(face.type_keys("h").chosen(), "_multiarray_umath.cpython-311-x86_64-linux-gnu.so", "the way there");
    assert_eq!(face.type_keys("hh").chosen(), "numpy");
    assert_eq!(face.type_keys("ll").chosen(), start);
    assert_eq!(face.type_keys("hj⏎").chosen(), "_umath_linalg.cpython-311-x86_64-linux-gnu.so");
    assert_eq!(face.type_keys("l").chosen(), start, "where one came from");
    let needs = [face.chosen(), face.type_keys("k").chosen(), face.type_keys("j").chosen()];
    assert!(needs.contains(&"libgfortran-040039e1.so.5.0.0".to_owned()), "{needs:?}");
    assert_eq!(face.type_keys("H").chosen(), "libopenblas.so.0");
}

#[test]
fn columns_lead_down_from_a_package() {
    let mut face = face(WORLD, (80, 24)).typed("5hh");
    assert_eq!(face.chosen(), "numpy");
    assert_eq!(face.type_keys("lj").chosen(), "_umath_linalg.cpython-311-x86_64-linux-gnu.so");
    assert_eq!(face.type_keys("l").chosen(), "libopenblas.so.0", "trouble first");
}

#[test]
fn the_tree_turned_around_leads_up_to_who_needs_it() {
    let mut face = face(WORLD, (80, 24)).typed("/quadmath⏎R");
    assert_eq!(face.chosen(), "libquadmath.so.0");
    assert!(face.screen().contains("Who needs libquadmath.so.0"), "{}", face.screen());
    assert_eq!(face.type_keys("l").chosen(), "libgfortran-040039e1.so.5.0.0");
    assert_eq!(face.type_keys("lj").chosen(), "_umath_linalg.cpython-311-x86_64-linux-gnu.so");
    assert!(face.screen().contains("libquadmath.so.0 ⟳"), "they need each other: {}", face.screen());
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
fn the_process_tells_what_an_import_loads_in_order() {
    let face = face(WORLD, (80, 24)).typed("/linalg⏎6");
    assert!(face.screen().contains("Process  import numpy.linalg._umath_linalg"), "{}", face.screen());
    assert_eq!(face.chosen(), "_umath_linalg.cpython-311-x86_64-linux-gnu.so");
}

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

#[test]
fn the_help_is_searched_and_runs_what_it_finds() {
    let mut face = face(WORLD, (80, 24)).typed("?export");
    assert!(matches!(face.press('⏎'), Some(Effect::Preview { .. })));
    assert!(matches!(face.model.modal, Some(Modal::Export(_))));
    assert!(face.type_keys("⎋:severity").screen().contains("fv  "), "with the key of its menu\n{}", face.screen());
    face.type_keys("⏎");
    assert_eq!(face.model.filter.severity, Some(Severity::Error), "a command of a menu is run too");
    assert!(face.type_keys("⎋:no such words").screen().contains("no command has these words"));
}

const EXTENT: Extent = Extent { nodes: 14, items: 9, edges: 17, lines: 17 };

#[test]
fn an_excerpt_tells_how_much_of_the_graph_it_is() {
    let scan = harness::scan(WORLD);
    let svg = FORMATS.iter().find(|format| format.name == "svg").expect("a format");
    let folded = Excerpt::default().extent(&scan, svg).expect("a drawing");
    let raw = Excerpt { folding: Some(Folding::Raw), ..Excerpt::default() }.extent(&scan, svg).expect("a drawing");
    assert_eq!((raw.nodes, raw.items, raw.lines), (11, 11, raw.edges), "all but the three distributions");
    assert!(folded.items < raw.items, "{folded:?}");
    let text = FORMATS.iter().find(|format| format.name == "text").expect("a format");
    assert_eq!(Excerpt::default().extent(&scan, text), None, "no drawing");
}

#[test]
fn the_export_shows_what_it_will_write() {
    let mut face = face(WORLD, (80, 24)).typed("x");
    update(&mut face.model, Msg::Preview("json", 12_345, Some(EXTENT), vec!["{".into(), "  \"schema\": 1".into()]));
    let screen = face.screen();
    for words in
        ["(•) json", "( ) dot", "file env.json", "14 nodes as 9, 17 edges, 12 kB", "\"schema\": 1", "enter write it"]
    {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    let Some(Effect::Export { format, path, .. }) = face.press('⏎') else { panic!("nothing is written") };
    assert_eq!((format.name, path.as_str()), ("json", "env.json"));
    update(&mut face.model, Msg::Exported(Err("env.json is there already: type another name".into())));
    assert!(face.screen().contains("✗ env.json is there already"), "{}", face.screen());
    assert!(matches!(face.press('↓'), Some(Effect::Preview { .. })), "another format, another preview");
    face.type_keys("↓↓↓↓↓↓↓↓↓↓↓↓↓");
    while !face.screen().contains("(•) svg") {
        face.press('↑');
    }
    assert!(face.screen().contains("draw (•) this view"), "{}", face.screen());
    let excerpt = |effect| match effect {
        Some(Effect::Preview { excerpt, .. }) => excerpt,
        other => panic!("no preview: {other:?}"),
    };
    let Scope::View(closure) = excerpt(face.press('⇥')).scope else { panic!("no closure") };
    assert_eq!(closure.items.len(), 4, "all above libopenblas");
    assert_eq!(excerpt(face.press('⇥')).scope, Scope::Problems);
    assert!(face.screen().contains("fold (•) folded  ( ) raw  shift-tab"), "{}", face.screen());
    assert_eq!(excerpt(face.press('⇤')).folding, Some(Folding::Raw));
    assert!(face.screen().contains("fold ( ) folded  (•) raw"), "{}", face.screen());
    update(&mut face.model, Msg::Exported(Ok("there.json".into())));
    assert!(face.model.modal.is_none());
    assert!(face.screen().contains("written: there.json"));
}

#[test]
fn an_export_without_a_name_goes_on_the_clipboard() {
    let mut face = face(WORLD, (80, 24)).typed("x");
    assert!(face.screen().contains("without a name: the clipboard"), "{}", face.screen());
    face.type_keys(&"⌫".repeat("env.json".len()));
    let Some(Effect::CopyExport { format, .. }) = face.press('⏎') else { panic!("nothing is copied") };
    assert_eq!(format.name, "json");
    update(&mut face.model, Msg::Written(Err("json cannot be written".into())));
    assert!(face.screen().contains("✗ json cannot be written"));
    let wish = update(&mut face.model, Msg::Written(Ok("{}".into())));
    assert!(matches!(wish, Some(Effect::Copy(text)) if text == "{}"));
    assert!(face.model.modal.is_none());
}

#[test]
fn the_filter_narrows_the_findings() {
    let mut face = face(WORLD, (120, 36)).typed("fp");
    assert_eq!(face.model.shown, [0], "of numpy's findings");
    face.type_keys("⎋j");
    assert_eq!(face.chosen(), "libopenblas.so.0");
    face.type_keys("fkkkk");
    assert!(face.type_keys("⎋").screen().contains("the filter leaves none"), "{}", face.screen());
    assert_eq!(face.type_keys("fc⎋").model.shown, [0, 1]);
}

#[test]
fn the_mouse_clicks_opens_scrolls_and_drags() {
    let mut face = face(WORLD, (120, 36));
    face.click(5, 4, false);
    assert_eq!(face.chosen(), "libjpeg.so.62");
    face.click(5, 4, true);
    assert!(face.model.view.is("graph"), "a double click opens");
    face.click(3, 1, false);
    assert!(face.model.view.is("problems"), "a click on a tab");
    update(&mut face.model, Msg::Wheel { way: Way::Up, column: 5, row: 5 });
    assert_eq!(face.chosen(), "libopenblas.so.0");
    let before = face.screen();
    let border = Areas::of(&face.model).main.expect("a list").right() - 1;
    update(&mut face.model, Msg::Click { column: border, row: 10, is_double: false });
    update(&mut face.model, Msg::Drag { column: 59, row: 10 });
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
    let (x, y) = place(&face, "[s] system");
    face.click(x, y, false);
    assert!(face.model.filter.system && face.screen().contains("shown"), "{}", face.screen());
    face.click(0, 23, false);
    assert!(face.model.modal.is_none(), "a click beside a menu takes it away");
    face.type_keys("?theme");
    let (x, y) = place(&face, "the next theme");
    face.click(x, y, true);
    assert!(face.screen().contains("theme: dark"), "{}", face.screen());
}

#[test]
fn views_without_anything_say_how_there_is_something() {
    let mut face = face(WORLD, (80, 24));
    assert!(face.type_keys("7").screen().contains("there is no log yet: i reads one"));
    assert!(face.type_keys("8").screen().contains("nothing to compare with yet: D names a snapshot"));
}

#[test]
fn a_click_in_the_picture_chooses_the_node() {
    let mut face = face(WORLD, (120, 36)).typed("2");
    let screen = face.screen();
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains("◆ numpy")).expect("numpy is drawn");
    let column = line.chars().take_while(|letter| *letter != '◆').count();
    face.click(column as u16 + 2, row as u16, false);
    assert_eq!(face.chosen(), "numpy");
}

#[test]
fn the_mouse_drags_a_picture_that_is_larger_than_its_pane_and_no_further_than_its_edge() {
    let mut face = face(WORLD, (60, 20)).typed("3vv");
    let mut drag = |from: (u16, u16), to: (u16, u16)| {
        update(&mut face.model, Msg::Click { column: from.0, row: from.1, is_double: false });
        let pan = |face: &Face| face.model.flow.as_ref().expect("a flow").pan;
        let before = pan(&face);
        update(&mut face.model, Msg::Drag { column: to.0, row: to.1 });
        let dragged = pan(&face);
        update(&mut face.model, Msg::Release);
        update(&mut face.model, Msg::Drag { column: 1, row: 1 });
        assert_eq!(pan(&face), dragged, "let go");
        (before, dragged)
    };
    drag((5, 5), (55, 5));
    let (_, left) = drag((5, 5), (55, 5));
    assert_eq!(left.0, 0);
    let (before, after) = drag((30, 5), (20, 5));
    assert_eq!((before.0, after.0), (0, 10));
}

#[test]
fn a_rescan_tells_what_became_better_or_worse() {
    let mut face = healthy((120, 36));
    face.scanned(WORLD);
    let screen = face.screen();
    assert!(screen.contains("scanned again: worse, 2 findings new") && screen.contains("new: libope"), "{screen}");
    face.scanned(&WORLD.replace("libopenblas.so.0,", ""));
    assert!(face.screen().contains("scanned again: better, 1 finding gone"), "{}", face.screen());
}

#[test]
fn a_rescan_lets_go_of_what_is_not_there_any_more() {
    let gone = WORLD.split("//- /env/lib/python3.11/site-packages/pillow").next().expect("a world").to_owned();
    for (view, query) in [("5", "/jpeg⏎5"), ("4", "/jpeg⏎4e"), ("6", "/jpeg⏎6"), ("2", "/jpeg⏎2"), ("3", "/jpeg⏎3vv")]
    {
        let mut face = face(WORLD, (120, 36)).typed(query);
        assert_eq!(face.chosen(), "libjpeg.so.62", "in view {view}");
        face.scanned(&gone);
        assert!(!face.screen().lines().skip(3).any(|line| line.contains("pillow")), "{}", face.screen());
        face.type_keys("hjlk");
    }
}

#[test]
fn the_tree_marks_what_it_has_shown_before() {
    let face = face(WORLD, (80, 30)).typed("4geG");
    assert!(face.screen().contains(" ↑") && face.screen().contains(" ⟳"), "{}", face.screen());
}

#[test]
fn the_choice_is_kept_when_views_change() {
    let mut face = face(WORLD, (80, 24)).typed("/kiwi⏎");
    let chosen = face.chosen();
    assert!(chosen.contains("kiwi"), "{chosen}");
    for view in ["4", "1", "2", "3", "1", "3", "4", "2"] {
        assert_eq!(face.type_keys(view).chosen(), chosen, "in view {view}");
    }
}

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
        assert!(face.type_keys("n").screen().contains("nothing was searched yet"), "let go");
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
    assert!(face.type_keys("n").screen().contains("nothing was searched yet"), "an empty prompt is no search");
}

/// The row of the screen on which the cursor of the tree stands.
fn cursor_row(face: &Face) -> usize {
    face.model.tree.cursor - face.model.top
}

#[test]
fn the_cursor_is_brought_to_the_middle_the_top_and_the_bottom() {
    let mut face = face(WORLD, (80, 16)).typed("4ge012j");
    let height = Areas::of(&face.model).main.map(dylens::tui::screen::inside).expect("a list").height;
    assert!(face.model.tree.rows.len() > 2 * usize::from(height), "the list is longer than its pane");
    assert!(face.type_keys("z").screen().contains("the cursor to the middle"), "{}", face.screen());
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
    let first = |face: &Face| face.model.shown[0];
    assert_eq!(first(&face), 0, "what breaks most");
    let screen = face.type_keys("s").screen();
    assert!(screen.contains("sorted by name") && screen.contains("Problems 2 · by name"), "{screen}");
    assert_eq!(first(&face), 1, "libjpeg before libopenblas");
    assert_eq!(face.chosen(), "libopenblas.so.0", "the cursor stays");
    face.type_keys("]");
    assert_eq!(face.chosen(), "libjpeg.so.62", "in the order of the list");
    let rows = |face: &Face| {
        let atlas = face.model.atlas.as_ref().expect("a scan");
        let top = face.model.tree.rows.iter().filter(|row| row.depth() == 1).filter_map(|row| row.node());
        top.map(|node| atlas.entry(node).label.clone()).collect::<Vec<_>>()
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
fn a_pane_can_have_the_screen_alone() {
    for size in [(80, 24), (120, 36)] {
        let mut face = face(WORLD, size);
        let before = face.screen();
        let screen = face.type_keys("⇥⇥.").screen();
        assert!(screen.contains("Evidence") && !screen.contains("Problems 2"), "{screen}");
        assert!(screen.contains(". all panes"), "{screen}");
        assert!(face.type_keys("⇥").screen().contains("Problems 2"), "the next pane, alone too");
        face.type_keys("⎋");
        assert_eq!(face.screen(), before, "escape brings the others back");
        face.type_keys("..");
        assert_eq!(face.screen(), before);
    }
    let mut small = face(WORLD, (40, 12)).typed("⇥⇥");
    assert!(small.screen().contains("Evidence"), "where there is room for one pane, it is the one with the keys");
    assert!(small.type_keys("⎋").screen().contains("Problems"), "{}", small.screen());
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
    assert!(face.screen().contains("▣ 3 pandas modules"), "{}", face.screen());
    assert!(face.type_keys("e").screen().contains("● algos"), "{}", face.screen());
    assert!(face.type_keys("c").screen().contains("▣ 3 pandas modules"), "{}", face.screen());
}

/// Libraries that all need all later ones, and so on: as a whole tree, more rows than there are atoms.
fn tangle(libraries: usize) -> String {
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

#[test]
fn keys_move_a_picture_and_the_cursor_stays_in_it() {
    let mut face = face(&tangle(30), (80, 24)).typed("/libt0⏎3t");
    let pan = |face: &Face| face.model.flow.as_ref().expect("a flow").pan;
    let (chosen, before) = (face.chosen(), pan(&face));
    face.type_keys(">>");
    assert!(pan(&face).0 > before.0, "{before:?} {:?}", pan(&face));
    assert_eq!(face.chosen(), chosen);
    face.type_keys("099<");
    assert_eq!(pan(&face).0, 0);
    assert!(face.type_keys("<").screen().contains("the picture ends here"), "{}", face.screen());
    let mut face = face_of_tree();
    assert!(face.type_keys(">").screen().contains("only pictures can be moved"), "{}", face.screen());
}

fn face_of_tree() -> Face {
    face(WORLD, (80, 24)).typed("4")
}

#[test]
fn where_nothing_is_native_there_are_ways_on() {
    let mut face = Face::waiting((80, 24));
    let nothing = || Error::nothing("no native modules in /app", "give an environment");
    let failed = update(&mut face.model, Msg::Failed(nothing()));
    assert!(failed.is_none(), "the explorer stays");
    assert!(matches!(face.press('r'), Some(Effect::Scan)));
    update(&mut face.model, Msg::Failed(nothing()));
    face.type_keys("o/elsewhere");
    let wish = face.press('⏎');
    assert!(matches!(&wish, Some(Effect::Fetch(Want::Other, path)) if path == "/elsewhere"), "{wish:?}");
    assert!(update(&mut face.model, Msg::Failed(Error::new("/elsewhere: no such folder", "name another"))).is_none());
    assert!(face.screen().contains("no native modules in /app") && face.screen().contains("/elsewhere: no such"));
    assert!(matches!(face.press('d'), Some(Effect::Demo)));
    face.scanned(WORLD);
    assert!(face.screen().contains("Problems 2"), "{}", face.screen());
    assert!(face.press('d').is_none(), "the demo is for those who have nothing else");
    let mut face = Face::waiting((80, 24));
    let failed = update(&mut face.model, Msg::Failed(Error::new("/x: no such folder", "name another")));
    assert!(matches!(failed, Some(Effect::Fail(_))), "a wrong name is mended in the shell");
}

#[test]
fn something_else_is_looked_at_without_a_trace_of_what_was() {
    let mut face = face(WORLD, (80, 24)).typed("s4/umath⏎w⏎");
    face.type_keys("o/there⏎");
    assert!(face.screen().contains("scanning") && face.screen().contains("numpy"), "{}", face.screen());
    face.scanned(&WORLD.replace("libopenblas.so.0,", ""));
    let screen = face.screen();
    assert!(
        screen.contains("[1 Prob]") && screen.contains("Problems 1") && !screen.contains("scanned again"),
        "{screen}"
    );
    assert!(face.model.found.is_none() && face.model.back.is_empty());
    assert_eq!(face.model.order, Order::Name, "how somebody looks is theirs");
    face.type_keys("o/nowhere⏎");
    update(&mut face.model, Msg::Failed(Error::new("/nowhere: no such folder", "name another")));
    assert!(face.screen().contains("/nowhere: no such folder") && face.screen().contains("Problems 1"));
}

#[test]
fn a_snapshot_is_compared_with_by_its_name() {
    let mut face = face(WORLD, (80, 24)).typed("Dlast.dylens.json");
    assert!(matches!(face.press('⏎'), Some(Effect::Fetch(Want::Before, _))));
    assert!(face.press('⏎').is_none(), "it is on its way");
    update(&mut face.model, Msg::Fetched(Err("last.dylens.json: no such file".into())));
    assert!(face.screen().contains("✗ last.dylens.json: no such file"), "{}", face.screen());
    assert!(!face.type_keys("⌫").screen().contains("✗ last"), "another name, another try");
    face.press('⏎');
    let before = std::sync::Arc::new(harness::scan(&WORLD.replace("libjpeg.so.62,", "")));
    update(&mut face.model, Msg::Fetched(Ok(Fetched::Before(before))));
    assert!(face.model.view.is("diff") && face.screen().contains("[8 Diff]"), "{}", face.screen());
}

#[test]
fn a_log_is_read_by_its_name_or_pasted() {
    let text = "ImportError: libjpeg.so.62: cannot open shared object file: No such file or directory\n";
    let log = dylens::buildlog::read(&mut text.as_bytes()).expect("a log");
    let mut face = face(WORLD, (80, 24)).typed("ibuild.log");
    assert!(matches!(face.press('⏎'), Some(Effect::Fetch(Want::Log, _))));
    update(&mut face.model, Msg::Fetched(Ok(Fetched::Log(log))));
    assert_eq!((face.model.view.id, face.chosen().as_str()), ("log", "libjpeg.so.62"));
    let mut face = harness::face(WORLD, (80, 24)).typed("i");
    update(&mut face.model, Msg::Paste("build".into()));
    assert!(face.screen().contains("path build"), "{}", face.screen());
    update(&mut face.model, Msg::Paste(text.into()));
    assert_eq!(face.chosen(), "libjpeg.so.62", "what is no name is the log itself");
}

#[test]
fn words_narrow_the_search() {
    let mut face = face(WORLD, (80, 24)).typed("/is:missing");
    let Some(Modal::Search(search)) = &face.model.modal else { panic!("no search") };
    assert_eq!(search.hits.len(), 2);
    face.type_keys(" open");
    let Some(Modal::Search(search)) = &face.model.modal else { panic!("no search") };
    assert_eq!(search.hits.len(), 1);
}

#[test]
fn why_and_who_lead_to_nodes() {
    let mut face = face(WORLD, (80, 24)).typed("w");
    assert_eq!(face.type_keys("⏎").chosen(), "numpy");
    face.type_keys("W");
    assert!(face.screen().contains("Who needs numpy: 0 nodes"));
}

#[test]
fn findings_are_walked_from_anywhere() {
    let mut face = face(WORLD, (80, 24)).typed("4");
    assert_eq!(face.type_keys("]").chosen(), "libjpeg.so.62");
    assert_eq!(face.type_keys("]").chosen(), "libopenblas.so.0");
    assert_eq!(face.type_keys("[").chosen(), "libjpeg.so.62");
}

/// What the last key of a sequence wants copied.
fn copied(keys: &str) -> Option<String> {
    let mut face = face(WORLD, (80, 24));
    let (last, before) = (keys.chars().last().expect("a key"), &keys[..keys.len() - 1]);
    face.type_keys(before);
    match face.press(last) {
        Some(Effect::Copy(text)) => Some(text),
        Some(other) => panic!("{other:?}"),
        None => None,
    }
}

#[test]
fn what_is_chosen_is_copied() {
    assert_eq!(copied("yy").as_deref(), Some("pip install --force-reinstall numpy"));
    assert_eq!(copied("yn").as_deref(), Some("libopenblas.so.0"));
    assert_eq!(copied("yp"), None, "what is missing has no path");
    let way = "numpy → _multiarray_umath.cpython-311-x86_64-linux-gnu.so → libopenblas.so.0";
    assert_eq!(copied("yw").as_deref(), Some(way));
    assert!(copied("ym").is_some_and(|text| text.contains("```") && text.contains("libopenblas.so.0")));
    assert_eq!(copied("]yy"), None, "no command mends it");
    let mut face = face(WORLD, (80, 24)).typed("]y");
    assert!(face.type_keys("y").screen().contains("nothing to copy"));
}

#[test]
fn the_filter_shows_the_system() {
    let mut face = face(WORLD, (80, 24)).typed("/cext⏎");
    assert!(!face.screen().contains("· libc.so.6"), "{}", face.screen());
    face.type_keys("f");
    face.type_keys("s⎋");
    assert!(face.screen().contains("· libc.so.6"), "{}", face.screen());
}

#[test]
fn escape_never_quits_and_q_closes_one_layer() {
    let mut face = face(WORLD, (80, 24)).typed("?");
    assert!(run(&mut face.model, "quit").is_none());
    assert!(run(&mut face.model, "close").is_none());
    assert!(matches!(run(&mut face.model, "quit"), Some(Effect::Quit)));
}

#[test]
fn a_rescan_keeps_the_choice_by_path() {
    let mut face = face(WORLD, (80, 24)).typed("/linalg⏎4");
    let (chosen, screen) = (face.chosen(), face.screen());
    assert!(matches!(run(&mut face.model, "rescan"), Some(Effect::Scan)));
    assert!(face.screen().contains("scanning"));
    face.scanned(WORLD);
    assert_eq!(face.chosen(), chosen);
    face.model.told = None;
    assert_eq!(face.screen(), screen);
}

mod on_windows {
    use super::harness::mac;
    use dylens::discover::Wishes;
    use insta::assert_snapshot;

    /// A package for Windows whose DLL needs one that nobody brings.
    const PACKAGE: &str = "
//- /t/p-1.0.dist-info/WHEEL
Wheel-Version: 1.0
//- /t/p/__init__.py
import os
os.add_dll_directory(os.path.join(os.path.dirname(__file__), os.pardir, 'p.libs'))
//- /t/p/_core.cp311-win_amd64.pyd pe x86_64 id:core_rust.dll pdb:C:\\b\\core_rust.pdb needs:KERNEL32.dll,python311.dll,geos-1.dll delay:WS2_32.dll defines:PyInit__core
//- /t/p.libs/geos-1.dll pe x86_64 id:geos.dll needs:MSVCP140.dll,Gone.dll forwards:f=KERNEL32.Sleep
";

    #[test]
    fn a_missing_dll_is_named_with_the_way_to_it_and_with_every_place() {
        assert_snapshot!("windows_missing", mac(PACKAGE, (100, 34), &Wishes::default()).screen());
    }

    #[test]
    fn the_article_of_a_pe_file_tells_what_only_such_files_say() {
        assert_snapshot!("windows_article", mac(PACKAGE, (100, 50), &Wishes::default()).typed("2/_core⏎⇥G").screen());
    }
}

mod on_macos {
    use super::harness::{Face, MAC, MAC_BROKEN, mac, wheels};
    use dylens::discover::Wishes;
    use dylens::tui::modal::Modal;
    use insta::assert_snapshot;

    const WHEEL: &str = "tsdownsample-0.1.3-cp311-cp311-macosx_11_0_arm64.whl";

    fn packages(size: (u16, u16)) -> Face {
        mac(&format!("{MAC}{MAC_BROKEN}"), size, &Wishes::default())
    }

    fn hits(face: &Face) -> Vec<String> {
        let (Some(Modal::Search(search)), Some(atlas)) = (&face.model.modal, &face.model.atlas) else {
            panic!("no search")
        };
        search.hits.iter().map(|hit| atlas.entry(hit.node).label.clone()).collect()
    }

    #[test]
    fn a_prefix_and_what_mends_it_are_seen_without_a_key() {
        let face = wheels(&[(WHEEL, MAC)], (80, 24));
        let screen = face.screen();
        for words in ["!1 prefix", "package prefix “tsdownsample._rust.”", "upgrade Nuitka to 2.3.11 or later"] {
            assert!(screen.contains(words), "{words}\n{screen}");
        }
        assert!(screen.contains("codesign --force --sign -"), "the command is not cut off\n{screen}");
        for words in [" !1 prefix", "! info: nonstandard Rust install name"] {
            assert!(face.styles().contains(&format!("fg Yellow NONE \"{words}\"")), "{}", face.styles());
        }
        assert_snapshot!("mac_prefix", screen);
        assert_snapshot!("mac_prefix_wide", wheels(&[(WHEEL, MAC)], (160, 30)).screen());
        assert_snapshot!("mac_prefix_small", wheels(&[(WHEEL, MAC)], (60, 15)).screen());
    }

    #[test]
    fn a_prefix_is_marked_wherever_the_module_is_shown() {
        let mut face = packages((100, 30)).typed("2");
        assert_eq!(face.type_keys("/tsdown rs⏎").chosen(), "_tsdownsample_rs.cpython-311-darwin.so");
        assert!(face.screen().contains("● _tsdownsample_rs !"), "{}", face.screen());
        face.type_keys("4");
        assert_snapshot!("mac_tree", face.screen());
        face.type_keys("w");
        assert!(face.screen().contains("_tsdownsample_rs.cpython-311-darwin.so !"), "{}", face.screen());
        face.model.theme.ascii = true;
        assert!(face.screen().is_ascii());
    }

    #[test]
    fn search_narrows_to_prefixes_and_to_rust() {
        let mut face = packages((80, 24)).typed("/is:prefix");
        assert_eq!(hits(&face), ["libsurf.1.2.dylib", "_tsdownsample_rs.cpython-311-darwin.so"]);
        assert!(face.screen().contains("libsurf.1.2.dylib ✗ !"), "{}", face.screen());
        face.type_keys("⎋/is:rust");
        assert_eq!(hits(&face), ["_tsdownsample_rs.cpython-311-darwin.so"], "maturin made its wheel");
    }

    #[test]
    fn the_article_of_a_mach_o_file_tells_what_only_such_files_say() {
        assert_snapshot!("mac_article", packages((80, 60)).typed("2/libsurf⏎⇥G").screen());
        assert_snapshot!("mac_article_rust", packages((80, 60)).typed("2/tsdown rs⏎⇥").screen());
    }

    #[test]
    fn a_missing_library_is_told_with_the_stack_of_rpaths() {
        assert_snapshot!("mac_missing", packages((80, 60)).typed("/is:missing⏎⇥").screen());
    }

    #[test]
    fn a_tool_that_stops_at_the_name_makes_it_an_error() {
        let wishes = Wishes { tool: "nuitka=2.3.10".parse().ok(), ..Wishes::default() };
        assert_snapshot!("mac_for_nuitka", mac(MAC, (80, 24), &wishes).screen());
    }

    #[test]
    fn the_counts_are_never_cut_off() {
        let mut face = wheels(&[(WHEEL, MAC)], (60, 24));
        for width in 60..180 {
            face.resize((width, 24));
            let header = face.screen().lines().next().expect("a header").to_owned();
            let count = if width < 100 { "!1 prefix" } else { "! 1 nonstandard prefix" };
            assert!(header.contains(count), "{header}");
            assert!(header.contains("tsdow"), "{header}");
        }
    }

    #[test]
    fn every_size_is_drawn() {
        let mut face = packages((80, 24));
        for keys in ["1", "2", "3", "v", "v", "4", "/is:prefix", "⎋w"] {
            face.type_keys(keys);
            for (width, height) in (1..130).flat_map(|width| [(width, 6), (width, 15), (width, 21)]) {
                face.resize((width, height));
                face.screen();
            }
        }
    }

    #[test]
    fn wheels_are_called_by_their_names() {
        let other = "wave-1.0-cp311-cp311-macosx_11_0_arm64.whl";
        assert_snapshot!("mac_wheel_article", wheels(&[(WHEEL, MAC)], (120, 20)).typed("4g").screen());
        let both = wheels(&[(WHEEL, MAC), (other, MAC_BROKEN)], (120, 30)).typed("4g");
        assert_snapshot!("mac_wheels_article", both.screen());
    }
}

mod any_keys {
    use super::harness::{Face, WORLD, environment, face};
    use super::{NUMPY, letters};
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use dylens::tui::command::Way;
    use dylens::tui::message::{Fetched, Msg};
    use dylens::tui::update::update;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    /// What can happen to a face.
    #[derive(Clone, Debug)]
    enum Happening {
        Keys(String),
        Ctrl(char),
        Shift(u8),
        Click(u16, u16, bool),
        Drag(u16, u16),
        Wheel(bool, u16, u16),
        Resize(u16, u16),
        Paste(String),
        /// Another scan comes in, of a world by its number.
        Scanned(usize),
        Compared(usize),
    }

    fn happening() -> impl Strategy<Value = Happening> {
        let cell = (0u16..320, 0u16..110);
        prop_oneof![
            10 => "[hjklgGHLwWfsbcyvtdoxTnNzeiDMr.<>+\\-0123456789?:/ qé学\u{301}\\]\\[⏎⎋⇥⇤⌫↑↓←→⇞⇟a-f]{1,12}".prop_map(Happening::Keys),
            1 => prop::char::range('a', 'z').prop_map(Happening::Ctrl),
            1 => (0u8..4).prop_map(Happening::Shift),
            2 => (cell.clone(), any::<bool>()).prop_map(|((x, y), is_double)| Happening::Click(x, y, is_double)),
            1 => cell.clone().prop_map(|(x, y)| Happening::Drag(x, y)),
            1 => (any::<bool>(), cell).prop_map(|(is_up, (x, y))| Happening::Wheel(is_up, x, y)),
            3 => (1u16..=300, 1u16..=100).prop_map(|(width, height)| Happening::Resize(width, height)),
            1 => "[a-z:\n学\u{200b}]{0,20}".prop_map(Happening::Paste),
            1 => (0usize..3).prop_map(Happening::Scanned),
            1 => (0usize..3).prop_map(Happening::Compared),
        ]
    }

    fn world(at: usize) -> String {
        [WORLD.to_owned(), NUMPY.to_owned(), letters::world()][at % 3].clone()
    }

    fn happens(face: &mut Face, happening: Happening) {
        let press = |code, modifiers| Msg::Key(KeyEvent::new(code, modifiers));
        let msg = match happening {
            Happening::Keys(keys) => {
                face.type_keys(&keys);
                return;
            }
            Happening::Ctrl(letter) => press(KeyCode::Char(letter), KeyModifiers::CONTROL),
            Happening::Shift(at) => {
                let arrows = [KeyCode::Left, KeyCode::Right, KeyCode::Up, KeyCode::Down];
                press(arrows[usize::from(at)], KeyModifiers::SHIFT)
            }
            Happening::Click(column, row, is_double) => Msg::Click { column, row, is_double },
            Happening::Drag(column, row) => Msg::Drag { column, row },
            Happening::Wheel(is_up, column, row) => {
                Msg::Wheel { way: if is_up { Way::Up } else { Way::Down }, column, row }
            }
            Happening::Resize(width, height) => Msg::Resize(width, height),
            Happening::Paste(text) => Msg::Paste(text),
            Happening::Scanned(at) => return face.scanned(&world(at)),
            Happening::Compared(at) => {
                let before = std::sync::Arc::new(super::harness::scan(&world(at)));
                Msg::Fetched(Ok(Fetched::Before(before)))
            }
        };
        update(&mut face.model, msg);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 96,
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(2026),
            ..ProptestConfig::default()
        })]
        #[test]
        fn whatever_happens_a_whole_screen_is_drawn(
            start in 0usize..3,
            size in (1u16..=300, 1u16..=100),
            happenings in proptest::collection::vec(happening(), 1..24),
        ) {
            let mut face = environment(&world(start), size);
            for happening in happenings {
                happens(&mut face, happening);
                letters::is_whole(&face, "whatever happens");
            }
        }
    }

    #[test]
    fn every_small_size_is_drawn() {
        let mut face = face(WORLD, (80, 24));
        for keys in ["1", "2", "+", "3", "v", "v", "4", "5", "6", "1⇥", "⎋/num", "⎋?", "⎋w", "⎋f", "⎋y", "⎋x"]
        {
            face.type_keys(keys);
            for width in 1..70 {
                for height in [1, 2, 3, 5, 6, 7, 14, 15, 16, 21] {
                    face.resize((width, height));
                    face.screen();
                }
            }
            face.resize((120, 36));
        }
    }
}

mod log {
    use super::*;
    use dylens::buildlog::read;
    use dylens::tui::message::Msg;
    use dylens::tui::update::update;
    use dylens::tui::view::Logged;

    /// What the import of Pillow prints in the world of these tests, among others' words.
    pub(super) const LOG: &str = "Nuitka:INFO: Starting Python compilation with Nuitka '2.4' on Python '3.11'\n\
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
        assert!(face.screen().contains("accuses a native file"), "{}", face.screen());
        update(&mut face.model, Msg::Paste(LOG.replace('\n', "\r")));
        assert_eq!((face.model.view.id, face.chosen().as_str()), ("log", "libjpeg.so.62"));
        let mut searching = super::face(WORLD, (80, 24)).typed("/");
        update(&mut searching.model, Msg::Paste("jpeg".into()));
        assert!(matches!(searching.model.modal, Some(Modal::Search(_))), "what is pasted into a prompt is typed there");
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
}

/// Packages that ask for NumPy's C API: two get it, one through the module for older code, one was built for NumPy 1.
pub(crate) const NUMPY: &str = "\
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.9
//- /env/bin/python3 -> /usr/bin/python3.11
//- /usr/bin/python3.11 elf x86_64 interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6 pie
//- /usr/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__json needs:libc.so.6
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 needs:ld-linux-x86-64.so.2
//- /env/lib/python3.11/site-packages/numpy-2.1.0.dist-info/RECORD
numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so,,
//- /env/lib/python3.11/site-packages/numpy/__init__.py
//- /env/lib/python3.11/site-packages/numpy/_core/__init__.py
//- /env/lib/python3.11/site-packages/numpy/_core/multiarray.py
//- /env/lib/python3.11/site-packages/numpy/_core/umath.py
//- /env/lib/python3.11/site-packages/numpy/core/__init__.py
//- /env/lib/python3.11/site-packages/numpy/core/multiarray.py
//- /env/lib/python3.11/site-packages/numpy/core/_multiarray_umath.py
//- /env/lib/python3.11/site-packages/numpy/core/umath.py
//- /env/lib/python3.11/site-packages/numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__multiarray_umath needs:libc.so.6
//- /env/lib/python3.11/site-packages/pandas-2.2.3.dist-info/RECORD
pandas/_libs/algos.cpython-311-x86_64-linux-gnu.so,,
pandas/_libs/join.cpython-311-x86_64-linux-gnu.so,,
pandas/_libs/lib.cpython-311-x86_64-linux-gnu.so,,
//- /env/lib/python3.11/site-packages/pandas/_libs/algos.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit_algos needs:libc.so.6 says:_ARRAY_API,numpy._core._multiarray_umath
//- /env/lib/python3.11/site-packages/pandas/_libs/join.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit_join needs:libc.so.6 says:_ARRAY_API,numpy._core._multiarray_umath
//- /env/lib/python3.11/site-packages/pandas/_libs/lib.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit_lib needs:libc.so.6 says:_ARRAY_API,numpy._core._multiarray_umath
//- /env/lib/python3.11/site-packages/old-1.0.dist-info/RECORD
old/_old.cpython-311-x86_64-linux-gnu.so,,
//- /env/lib/python3.11/site-packages/old/_old.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__old needs:libc.so.6 says:_ARRAY_API,numpy.core._multiarray_umath
//- /env/lib/python3.11/site-packages/tsdownsample-0.1.3.dist-info/RECORD
tsdownsample/_rust.cpython-311-x86_64-linux-gnu.so,,
//- /env/lib/python3.11/site-packages/tsdownsample/_rust.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__rust needs:libc.so.6 says:library/core/src/x.rs,/r/numpy-0.20.0/src/npyffi/array.rs,_ARRAY_API,numpy.core.multiarray
";

#[test]
fn the_lens_shows_who_asks_for_numpy_s_c_api_and_who_answers() {
    let mut face = environment(NUMPY, (120, 36)).typed("9");
    assert_eq!(face.type_keys("l").chosen(), "numpy.core._multiarray_umath");
    assert_eq!(face.type_keys("l").chosen(), "_multiarray_umath.cpython-311-x86_64-linux-gnu.so");
}

#[test]
fn without_anybody_who_asks_there_is_no_lens() {
    let mut face = healthy((80, 24));
    let screen = face.type_keys("9").screen();
    assert!(screen.contains("no code here asks for NumPy's C API"), "{screen}");
    assert!(screen.contains("[1 Prob]"), "{screen}");
}

#[test]
fn what_has_changed_is_shown_first_where_somebody_compares() {
    let before = harness::scan(WORLD);
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
