//! What every face says of a scan is the same, and no two things in a picture are called the same.

use std::collections::BTreeSet;

use dylens::export::{JSON, Options, Paint, failing_modules};
use dylens::graph::sketch::Fold;
use dylens::tui::atlas::Sort;
use dylens::tui::modal::search::Search;

use crate::tui::harness::{Face, WORLD, environment};
use crate::tui::view::numpy::NUMPY;
use crate::tui::view::problems::IMPORTED;

fn faces(size: (u16, u16)) -> Vec<Face> {
    // A package of so many modules that they are folded, and two libraries of one name in different folders.
    let site = "/env/lib/python3.11/site-packages";
    let module = |number: usize| {
        format!(
            "//- {site}/many/m{number}.abi3.so elf x86_64 defines:PyInit_m{number} needs:liba.so.1 rpath:$ORIGIN/l\n"
        )
    };
    let twins = format!(
        "{WORLD}{}//- {site}/many/l/liba.so.1 elf x86_64 soname:liba.so.1 needs:libb-0123abcd.so.2 rpath:$ORIGIN/../k\n\
         //- {site}/many/k/libb-0123abcd.so.2 elf x86_64 soname:libb-0123abcd.so.2 needs:liba.so.1 rpath:$ORIGIN\n\
         //- {site}/many/k/liba.so.1 elf x86_64 soname:liba.so.1\n",
        (0..70).map(module).collect::<String>()
    );
    [WORLD, NUMPY, IMPORTED, &twins].into_iter().map(|world| environment(world, size)).collect()
}

#[test]
fn marks_counts_search_and_json_agree() {
    for mut face in faces((120, 36)) {
        let atlas = face.model.atlas.clone().expect("a scan");
        let paint = Paint { color: false, ascii: false, width: 100 };
        let mut json = Vec::new();
        (JSON.write)(&atlas.scan, &Options::new(paint), &mut json).expect("it is written");
        let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        assert_eq!(json["counts"]["failing"], atlas.counts.failing, "the header and JSON");
        let failing = failing_modules(&atlas.scan);
        for module in &failing {
            let node = atlas.node_of_module(module).expect("it has a file");
            assert!(atlas.entry(node).is_marked(), "{module}");
            assert!(atlas.entry(node).sign().contains('✗'), "{module}");
        }
        let marked: BTreeSet<_> =
            atlas.entries().filter(|(_, entry)| entry.is_marked()).map(|(node, _)| node).collect();
        // What is marked and does not fail by itself leads to an error.
        for &node in &marked {
            let entry = atlas.entry(node);
            assert!(entry.is_broken || entry.because.is_some(), "{}", entry.label);
            assert!(!atlas.told_of(node).is_empty() || entry.sort.is_missing(), "{} leads nowhere", entry.label);
        }
        face.type_keys("/is:broken");
        let search = face.model.overlay::<Search>().expect("a search");
        let found: BTreeSet<_> = search.hits.iter().map(|hit| hit.node).collect();
        assert_eq!(found, marked);
    }
}

#[test]
fn a_distribution_is_marked_as_its_files_are() {
    for face in faces((120, 36)) {
        let atlas = face.model.atlas.as_ref().expect("a scan");
        for (node, entry) in atlas.entries().filter(|(_, entry)| entry.sort == Sort::Distribution) {
            let files = atlas.scan.graph.contents(node);
            let is_any = files.iter().any(|&file| atlas.entry(file).is_marked());
            assert!(entry.is_marked() || !is_any, "{}", entry.label);
        }
    }
}

#[test]
fn no_two_labels_of_a_picture_are_the_same_and_small_ones_are_not_cut() {
    for size in [(80, 24), (120, 36), (200, 55)] {
        for keys in ["2", "2h", "2h⏎", "2h⏎⏎", "2/liba⏎", "3vv"] {
            for face in faces(size) {
                let face = face.typed(keys);
                let pictures = [&face.model.pictures.focus, &face.model.pictures.flow];
                for picture in pictures.into_iter().flatten() {
                    let single = |at: &usize| picture.sketch.items[*at].fold == Fold::No;
                    let labels: Vec<&str> = (0..picture.labels.len())
                        .filter(single)
                        .map(|at| picture.labels[at].text.trim_end_matches(" ↔"))
                        .collect();
                    let distinct: BTreeSet<&str> = labels.iter().copied().collect();
                    assert_eq!(labels.len(), distinct.len(), "{keys} {size:?}: {labels:?}\n{}", face.screen());
                    assert!(picture.sketch.items.len() <= 62, "{keys}: more boxes than anybody reads");
                }
            }
        }
    }
}
