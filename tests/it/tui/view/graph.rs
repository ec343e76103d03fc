//! The picture.

use crate::tui::face_of_tree;
use crate::tui::harness::{Face, WORLD, face};
use crate::tui::view::tree::tangle;
use dylens::tui::message::Msg;
use dylens::tui::picture::Scope;
use dylens::tui::update::update;

#[test]
fn the_graph_opens_on_the_packages_and_zooms_to_files_and_back() {
    let mut face = face(WORLD, (100, 30)).typed("2");
    assert_eq!(face.chosen(), "libopenblas.so.0", "the cause is a leaf");
    assert_eq!(face.type_keys("h").chosen(), "numpy", "its package");
    let overview = face.screen();
    assert!(overview.contains("Overview · ") && overview.contains("◆ kiwisolver 1"), "{overview}");
    let screen = face.type_keys("⏎").screen();
    assert!(screen.contains("Overview › numpy · "), "{screen}");
    let file = face.chosen();
    assert!(file.contains("umath"), "{file}: what is wrong in it");
    let screen = face.type_keys("⏎").screen();
    assert!(screen.contains("Overview › numpy › _"), "{screen}");
    assert_eq!(face.type_keys("⎋").chosen(), file, "where one came from");
    face.type_keys("⎋");
    assert_eq!(face.screen(), overview);
    assert!(face.press('⎋').is_none() && face.screen() == overview, "no further");
}

#[test]
fn who_misses_a_library_is_shown_with_it_though_its_package_goes_on() {
    let world = "
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.7
//- /env/lib/python3.11/site-packages/guarded/__init__.py
try:
    from . import _a
except ImportError:
    _a = None
//- /env/lib/python3.11/site-packages/guarded/_a.abi3.so elf x86_64 defines:PyInit__a needs:libguarded.so.1
//- /env/lib/python3.11/site-packages/failing/__init__.py
from . import _b
//- /env/lib/python3.11/site-packages/failing/_b.abi3.so elf x86_64 defines:PyInit__b needs:libfailing.so.1
//- /env/lib/python3.11/site-packages/well/_c.abi3.so elf x86_64 defines:PyInit__c
//- /env/lib/python3.11/site-packages/fine/_d.abi3.so elf x86_64 defines:PyInit__d
";
    let screen = Face::of(crate::common::scan(world), (100, 30)).typed("2").screen();
    let line = |name: &str| screen.lines().find(|line| line.contains(name)).unwrap_or_default();
    assert!(line("libguarded.so.1").contains("◆ guarded 1"), "{screen}");
    assert!(line("libfailing.so.1").contains("◆ failing 1"), "{screen}");
    assert!(screen.contains("+ 2 packages without problems"), "{screen}");
}

#[test]
fn a_crowd_around_a_node_is_shown_by_its_packages() {
    let site = "/env/lib/python3.11/site-packages";
    let screen = |many: usize| {
        let names: Vec<String> = (0..many).map(|at| format!("liba{at}.so")).collect();
        let libraries = (0..many).map(|at| {
            format!("//- {site}/many/liba{at}.so elf x86_64 needs:libb{at}.so runpath:$ORIGIN\n//- {site}/many/libb{at}.so elf x86_64\n")
        });
        let world = format!(
            "//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.7
//- {site}/hub/_h.abi3.so elf x86_64 defines:PyInit__h needs:{} runpath:$ORIGIN/../many
//- {site}/many/_m.abi3.so elf x86_64 defines:PyInit__m
{}",
            names.join(","),
            libraries.collect::<String>()
        );
        Face::of(crate::common::scan(&world), (120, 36)).typed("2/_h.abi3⏎").screen()
    };
    let crowd = screen(40);
    assert!(crowd.contains("◆ many 81"), "{crowd}");
    let few = screen(4);
    assert!(!few.contains("◆ many 9") && few.contains("libb3.so"), "{few}");
    let header = few.lines().position(|line| line.contains("◆ many")).unwrap_or_else(|| panic!("{few}"));
    assert!(few.lines().nth(header + 1).is_some_and(|line| line.contains("○ liba0.so")), "{few}");
}

/// Packages that fail one because of the other, four deep, and libraries with long names that are not found.
fn long_chain() -> String {
    let site = "/env/lib/python3.11/site-packages";
    let package = |name: &str, needs: &str, imports: &str| {
        format!(
            "//- {site}/{name}/__init__.py\n{imports}\nfrom . import _{name}\n\
             //- {site}/{name}/_{name}.abi3.so elf x86_64 defines:PyInit__{name} {needs}\n"
        )
    };
    let affected = ["contourpy", "h5py", "matplotlib", "pandas", "pyarrow", "shapely"];
    [
        "//- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n".to_owned(),
        package("numpy", "needs:libgfortran-040039e1-0352e75f.so.5.0.0", ""),
        package("scipy", "needs:libscipy_openblas-c128ec02.so", "import numpy"),
        package("scikit_learn", "", "import scipy"),
        package("fine", "", ""),
        package("well", "", ""),
    ]
    .into_iter()
    .chain(affected.map(|name| package(name, "", "import numpy")))
    .collect()
}

#[test]
fn an_overview_fits_into_its_pane() {
    for (size, keys) in [((120, 36), ""), ((80, 24), "2"), ((100, 30), "2"), ((120, 36), "2"), ((200, 55), "2")] {
        let face = Face::of(crate::common::scan(&long_chain()), size).typed(keys);
        let (picture, screen) = (face.model.pictures.focus.as_ref().expect("a graph"), face.screen());
        assert!(picture.layout.width <= i32::from(picture.room.0), "{size:?}\n{screen}");
        assert!(screen.contains("✗ libgfortran") && screen.contains("✗ libscipy_openblas"), "{size:?}\n{screen}");
        assert!(screen.contains("◆ numpy 1") && screen.contains("◆ scipy 1"), "{size:?}\n{screen}");
        assert!(screen.contains("pandas") || screen.contains("7 more packages ✗↓"), "{size:?}\n{screen}");
    }
}

/// A NumPy without a module that three packages ask for.
pub fn numpy_without_module() -> String {
    let package = |name: &str| {
        format!(
            "//- SITE/{name}/_{name}.TAG elf x86_64 defines:PyInit__{name} needs:libc.so.6 \
             says:_ARRAY_API,numpy._core._multiarray_umath,numpy.core._multiarray_umath\n\
             //- SITE/{name}/__init__.py\nfrom . import _{name}\n\
             //- SITE/{name}-1.0.dist-info/RECORD\n{name}/_{name}.TAG,,\n"
        )
    };
    let world = "//- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n\
        //- /env/bin/python3 -> /usr/bin/python3.11\n\
        //- /usr/bin/python3.11 elf x86_64 interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6 pie\n\
        //- /usr/lib/python3.11/os.py\n\
        //- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2\n\
        //- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 needs:ld-linux-x86-64.so.2 versions:GLIBC_2.2.5,GLIBC_2.36\n\
        //- SITE/numpy/__init__.py\n//- SITE/numpy/_core/__init__.py\n//- SITE/numpy/_core/umath.py\n\
        //- SITE/numpy/_core/_multiarray_umath.TAG elf x86_64 defines:PyInit__multiarray_umath needs:libc.so.6\n\
        //- SITE/numpy-2.1.0.dist-info/RECORD\nnumpy/_core/_multiarray_umath.TAG,,\n"
        .to_owned()
        + &["one", "two", "three"].map(package).concat();
    world.replace("SITE", "/env/lib/python3.11/site-packages").replace("TAG", "cpython-311-x86_64-linux-gnu.so")
}

#[test]
fn what_is_missing_is_the_cause_and_not_each_file_that_misses_it() {
    let face = Face::of(crate::common::scan(&numpy_without_module()), (120, 36)).typed("2");
    let screen = face.screen();
    assert!(screen.contains("∅ numpy._core.multiarray"), "{screen}");
    for name in ["one", "two", "three"] {
        assert!(screen.contains(&format!("◆ {name} 1 ✗")) && !screen.contains(&format!("● _{name}")), "{screen}");
    }
}

#[test]
fn what_an_overview_draws_as_one_is_drawn_apart_by_enter() {
    let mut face = Face::of(crate::common::scan(&long_chain()), (80, 24)).typed("2");
    for (fold, of_it) in [("7 more packages", "◆ pandas 1"), ("2 packages without problems", "◆ fine 1")] {
        let screen = face.screen();
        assert!(screen.contains(fold) && !screen.contains(of_it), "{screen}");
        let picture = face.model.pictures.focus.clone().expect("a graph");
        let at = picture.labels.iter().position(|label| label.text.contains(fold)).expect("a fold");
        face.model.pictures.focus.as_mut().expect("a graph").go(picture.sketch.items[at].node(), picture.room);
        let screen = face.type_keys("⏎").screen();
        assert!(screen.contains(of_it), "{fold}\n{screen}");
    }
}

#[test]
fn down_goes_to_what_stands_below_in_any_column() {
    let mut face = Face::of(crate::common::scan(&long_chain()), (200, 55)).typed("2");
    let picture = |face: &Face| face.model.pictures.focus.clone().expect("a graph");
    let rows = |face: &Face| -> Vec<i32> {
        let picture = picture(face);
        (0..picture.sketch.items.len()).map(|item| picture.layout.slots[item].row).collect()
    };
    let lowest = rows(&face).into_iter().max();
    for _ in 0..30 {
        face.type_keys("j");
    }
    let here = picture(&face);
    assert_eq!(Some(here.layout.slots[here.cursor].row), lowest, "{}", face.screen());
}

#[test]
fn every_edge_between_what_is_shown_is_drawn() {
    let face = face(WORLD, (120, 36)).typed("2/libgfortran⏎");
    let picture = face.model.pictures.focus.as_ref().expect("a graph");
    assert_eq!(picture.sketch.hidden(), 0, "{}", face.screen());
    assert!(face.screen().contains("◄"), "the edge that closes the loop leads back\n{}", face.screen());
}

#[test]
fn the_arrows_walk_along_the_edges_and_back() {
    let mut face = face(WORLD, (80, 24)).typed("2/libopenblas⏎");
    let start = face.chosen();
    assert_eq!(start, "libopenblas.so.0");
    let module = face.type_keys("h").chosen();
    assert!(module.contains("umath"), "{module}");
    assert_eq!(face.type_keys("l").chosen(), start);
    assert_eq!(face.type_keys("h").chosen(), module, "the way there");
    let beside = [face.type_keys("k").chosen(), face.type_keys("j").chosen()];
    assert!(beside.iter().any(|other| *other != module), "{beside:?}");
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
        let pan = |face: &Face| face.model.pictures.flow.as_ref().expect("a flow").pan;
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
fn keys_move_a_picture_and_the_cursor_stays_in_it() {
    let mut face = face(&tangle(30), (80, 24)).typed("/libt0⏎3t");
    let pan = |face: &Face| face.model.pictures.flow.as_ref().expect("a flow").pan;
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

#[test]
fn the_filter_shows_the_system() {
    let mut face = face(WORLD, (80, 24)).typed("/cext⏎");
    assert!(!face.screen().contains("· libc.so.6"), "{}", face.screen());
    face.type_keys("f");
    face.type_keys("s⎋");
    assert!(face.screen().contains("· libc.so.6"), "{}", face.screen());
}

#[test]
fn a_package_of_which_something_is_told_is_not_without_problems() {
    let plain = |name: &str| {
        format!(
            "//- /t/{name}-1.0.dist-info/RECORD\n{name}/_{name}.cpython-311-darwin.so,,\n\
             //- /t/{name}/_{name}.cpython-311-darwin.so macho arm64 bundle defines:PyInit__{name} \
             needs:/usr/lib/libSystem.B.dylib\n"
        )
    };
    let world = crate::tui::harness::MAC.to_owned() + &plain("one") + &plain("two");
    let screen = crate::tui::harness::mac(&world, (120, 36), &Default::default()).typed("2").screen();
    assert!(screen.contains("◆ tsdownsample 1 !") && screen.contains("2 packages without problems"), "{screen}");
}

#[test]
fn a_package_of_many_files_is_shown_by_its_folders_where_they_have_no_room() {
    let site = "/env/lib/python3.11/site-packages";
    let module = |folder: &str, at: usize, needs: &str| {
        format!("//- {site}/big/{folder}/_{folder}{at}.abi3.so elf x86_64 defines:PyInit__{folder}{at} needs:{needs}\n")
    };
    // Each needs another number of libraries, so that none is like the next.
    let needs = |at: usize| (0..=at).map(|library| format!("liblonger{library}.so.1")).collect::<Vec<_>>().join(",");
    let files: String =
        (0..12).flat_map(|at| [module("left", at, &needs(at)), module("right", at, &needs(at))]).collect();
    let other = |name: &str| {
        format!(
            "//- {site}/small/{name}.abi3.so elf x86_64 defines:PyInit_{name} needs:_left0.abi3.so rpath:$ORIGIN/../big/left\n"
        )
    };
    let other = other("_s") + &other("_t");
    let world = format!("//- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n{files}{other}");
    let face = Face::of(crate::common::scan(&world), (80, 24)).typed("/big⏎2⏎");
    let picture = face.model.pictures.focus.as_ref().expect("a graph");
    let labels: Vec<String> = picture.labels.iter().map(|label| format!("{} {}", label.glyph, label.text)).collect();
    for name in ["≡ big.left 12", "≡ big.right 12", "◆ small 2"] {
        assert!(labels.iter().any(|label| label == name), "{name}: {labels:?}\n{}", face.screen());
    }
}

#[test]
fn a_name_that_its_pane_cuts_says_so() {
    let site = "/env/lib/python3.11/site-packages";
    let name = "a_name_that_is_longer_than_what_any_pane_beside_a_list_has_room_for";
    let world = format!(
        "//- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n\
         //- {site}/p/__init__.py\nfrom . import _p\n\
         //- {site}/p/_p.abi3.so elf x86_64 defines:PyInit__p needs:lib{name}.so.1\n"
    );
    let screen = Face::of(crate::common::scan(&world), (120, 36)).screen();
    let row = screen.lines().find(|line| line.contains("◆ p 1")).unwrap_or_else(|| panic!("{screen}"));
    assert!(row.contains('…') && row.trim_end().ends_with(".so.1│"), "{screen}");
}

/// A package whose Python modules import each other, and what its first one needs.
fn in_circles(modules: usize) -> String {
    let site = "/env/lib/python3.11/site-packages";
    let imports: String = (0..modules).map(|at| format!("import ring.m{at}\n")).collect();
    let module = |at: usize| {
        format!(
            "//- {site}/ring/m{at}/__init__.py\n{imports}from . import _n{at}\n//- {site}/ring/m{at}/_n{at}.abi3.so elf x86_64 defines:PyInit__n{at}\n"
        )
    };
    let modules: String = (0..modules).map(module).collect();
    format!("//- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n//- {site}/ring/__init__.py\n{imports}{modules}")
}

#[test]
fn where_lines_could_not_be_told_apart_those_of_the_node_are_drawn_and_the_others_counted() {
    for (modules, is_crowd) in [(2, false), (12, true)] {
        for size in [(80, 24), (120, 36), (200, 55)] {
            let face = Face::of(crate::common::scan(&in_circles(modules)), size).typed("2/ring.m0⏎");
            let picture = face.model.pictures.focus.as_ref().expect("a graph");
            assert_eq!(picture.scope, Scope::Focus);
            let screen = face.screen();
            assert!(!screen.contains("more ─╯") || !is_crowd, "{screen}");
            assert!(picture.layout.width <= i32::from(picture.room.0), "{screen}");
            assert!(picture.layout.crossings <= 2 * picture.sketch.items.len(), "{screen}");
            assert_eq!(picture.sketch.aside > picture.sketch.items.len(), is_crowd, "{screen}");
        }
    }
}

#[test]
fn a_package_fits_into_its_room() {
    for size in [(60, 20), (80, 24), (120, 36)] {
        let face = Face::of(crate::common::scan(&in_circles(12)), size).typed("2⏎");
        let picture = face.model.pictures.focus.as_ref().expect("a graph");
        assert_eq!(picture.scope, Scope::Inside);
        assert!(picture.layout.width <= i32::from(picture.room.0), "{}", face.screen());
    }
}

#[test]
fn a_hit_that_is_folded_away_is_taken_out_of_its_fold() {
    let site = "/env/lib/python3.11/site-packages";
    let package = |name: &str| {
        format!(
            "//- {site}/{name}-1.0.dist-info/RECORD\n{name}/_x.abi3.so,,\n//- {site}/{name}/_x.abi3.so elf x86_64 defines:PyInit__x\n"
        )
    };
    let packages: String = ["one", "two", "three"].into_iter().map(package).collect();
    let world = format!("//- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n{packages}");
    let face = Face::of(crate::common::scan(&world), (100, 30)).typed("2/kind:dist two⏎");
    let screen = face.screen();
    assert!(screen.contains("◆ two 1") && screen.contains("+ 2 packages"), "{screen}");
    assert_eq!(face.chosen(), "two");
}

#[test]
fn a_file_that_is_chosen_in_a_list_is_seen_in_the_graph_though_its_package_was_folded_away() {
    let mut face = Face::of(crate::common::scan(&long_chain()), (80, 24)).typed("F");
    for _ in 0..40 {
        if face.screen().contains("lib/python3.11/site-packages/well/_well") {
            break;
        }
        face.type_keys("j");
    }
    let chosen = face.model.chosen;
    let screen = face.type_keys("2").screen();
    assert!(screen.contains("◆ well 1"), "{screen}");
    assert_eq!(face.model.chosen, chosen, "{screen}");
}
