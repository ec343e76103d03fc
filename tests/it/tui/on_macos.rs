//! Worlds of macOS on the screen.

use crate::tui::harness::{Face, MAC, MAC_BROKEN, mac, wheels};
use dylens::discover::Overrides;
use dylens::tui::modal::search::Search;
use insta::assert_snapshot;

const WHEEL: &str = "tsdownsample-0.1.3-cp311-cp311-macosx_11_0_arm64.whl";

fn packages(size: (u16, u16)) -> Face {
    mac(&format!("{MAC}{MAC_BROKEN}"), size, &Overrides::default())
}

fn hits(face: &Face) -> Vec<String> {
    let (Some(search), Some(scan_index)) = (face.model.overlay::<Search>(), &face.model.scan_index) else {
        panic!("no search")
    };
    search.hits.iter().map(|hit| scan_index.entry(hit.node).label.clone()).collect()
}

#[test]
fn a_prefix_and_what_mends_it_are_seen_without_a_key() {
    let face = wheels(&[(WHEEL, MAC)], (80, 24));
    let screen = face.screen();
    for words in ["! 1 nonstandard prefix", "package prefix “tsdownsample._rust.”", "upgrade Nuitka to 2.3.11 or later"]
    {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    assert!(screen.contains("codesign --force --sign -"), "the command is not cut off\n{screen}");
    for words in [" ! 1 nonstandard prefix", "! info: nonstandard Rust install name"] {
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
    let overrides = Overrides { tool: "nuitka=2.3.10".parse().ok(), ..Overrides::default() };
    assert_snapshot!("mac_for_nuitka", mac(MAC, (80, 24), &overrides).screen());
}

#[test]
fn the_counts_are_never_cut_off() {
    let mut face = wheels(&[(WHEEL, MAC)], (60, 24));
    for width in 60..180 {
        face.resize((width, 24));
        let header = face.screen().lines().next().expect("a header").to_owned();
        let counts = ["!1 prefix", "! 1 prefix", "! 1 nonstandard prefix"];
        assert!(counts.into_iter().any(|count| header.contains(count)), "{header}");
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
