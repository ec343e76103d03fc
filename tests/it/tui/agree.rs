//! What every face says of a scan is the same, and no two things in a picture are called the same.

use std::collections::BTreeSet;

use dylens::diagnose::Severity;
use dylens::discover::Overrides;
use dylens::export::{FORMATS, JSON, Options, Paint, Scope, failing_modules};
use dylens::graph::NodeId;
use dylens::tui::modal::search::Search;
use dylens::tui::scan_index::NodeKind;
use dylens::tui::theme::Tone;

use crate::tui::harness::{Face, MAC, WORLD, environment, mac};
use crate::tui::view::graph::numpy_without_module;
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
        let scan_index = face.model.scan_index.clone().expect("a scan");
        let paint = Paint { color: false, ascii: false, width: 100 };
        let mut json = Vec::new();
        (JSON.write)(&scan_index.scan, &Options::new(paint), &mut json).expect("it is written");
        let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        assert_eq!(json["counts"]["failing"], scan_index.counts.failing, "the header and JSON");
        let failing = failing_modules(&scan_index.scan);
        for module in &failing {
            let node = scan_index.node_of_module(module).expect("it has a file");
            assert!(scan_index.entry(node).is_marked(), "{module}");
            assert!(scan_index.entry(node).sign().contains('✗'), "{module}");
        }
        let marked: BTreeSet<_> =
            scan_index.entries().filter(|(_, entry)| entry.is_marked()).map(|(node, _)| node).collect();
        // What is marked and does not fail by itself leads to an error.
        for &node in &marked {
            let entry = scan_index.entry(node);
            assert!(entry.is_broken || entry.because.is_some(), "{}", entry.label);
            assert!(!scan_index.told_of(node).is_empty() || entry.kind.is_missing(), "{} leads nowhere", entry.label);
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
        let scan_index = face.model.scan_index.as_ref().expect("a scan");
        for (node, entry) in scan_index.entries().filter(|(_, entry)| entry.kind == NodeKind::Distribution) {
            let files = scan_index.scan.graph.contents(node);
            let is_any = files.iter().any(|&file| scan_index.entry(file).is_marked());
            assert!(entry.is_marked() || !is_any, "{}", entry.label);
        }
    }
}

/// Environments whose files are called nearly the same: hashes, versions, folders and packages tell them apart.
fn confusing_worlds() -> impl Iterator<Item = String> {
    (1u32..=20).map(|seed| {
        let mut next = dice(seed);
        let site = "/env/lib/python3.11/site-packages";
        let mut world = WORLD.to_owned();
        for package in 0..2 + next(3) {
            let mut libraries = BTreeSet::new();
            for _ in 0..2 + next(5) {
                let name = ["libssl", "libcrypto", "libavcodec-extra"][next(3) as usize];
                let hash = ["", "-1a6a6a4f", "-1a6a77bb", "-0352e75f-99887766"][next(4) as usize];
                let version = ["", ".3", ".3.1", ".3.1.4"][next(4) as usize];
                let folder = ["twin.libs", "twin.libs/old", "twin/lib/deep/deeper"][next(3) as usize];
                libraries.insert(format!("q{package}{folder}/{name}{hash}.so{version}"));
            }
            let libraries: Vec<String> = libraries.into_iter().collect();
            let mut record: String = libraries.iter().map(|path| format!("{path},,\n")).collect();
            let mut files = String::new();
            for path in &libraries {
                let name = path.rsplit('/').next().expect("a name");
                files += &format!("//- {site}/{path} elf x86_64 soname:{name} needs:libc.so.6\n");
            }
            for module in 0..1 + next(9) {
                let folder = ["", "/a", "/b", "/b/very_long_subpackage_name"][next(4) as usize];
                let library = &libraries[next(libraries.len() as u32) as usize];
                let (libs, name) = library.rsplit_once('/').expect("a folder");
                let gone = if next(5) == 0 { ",libgone.so.1" } else { "" };
                let path = format!("q{package}{folder}/_core{}.abi3.so", module / 3);
                if record.contains(&format!("{path},,")) {
                    continue;
                }
                record += &format!("{path},,\n");
                files += &format!(
                    "//- {site}/{path} elf x86_64 defines:PyInit__core{} needs:{name}{gone} rpath:{site}/{libs}\n",
                    module / 3
                );
            }
            world += &format!("//- {site}/q{package}-1.0.dist-info/RECORD\n{record}{files}");
        }
        world
    })
}

/// No two boxes of a picture are called the same, folded ones included.
fn has_distinct_labels(face: &Face, keys: &str) -> usize {
    let pictures = [&face.model.pictures.focus, &face.model.pictures.flow];
    for picture in pictures.into_iter().flatten() {
        let labels: Vec<&str> = picture.labels.iter().map(|label| label.text.trim_end_matches(" ↔")).collect();
        let distinct: BTreeSet<&str> = labels.iter().copied().collect();
        assert_eq!(labels.len(), distinct.len(), "{keys}: {labels:?}\n{}", face.screen());
        assert!(picture.sketch.items.len() <= 62, "{keys}: more boxes than anybody reads");
    }
    pictures.into_iter().flatten().map(|picture| picture.labels.len()).sum()
}

#[test]
fn no_two_labels_of_a_picture_are_the_same() {
    for size in [(40, 12), (80, 24), (120, 36), (200, 55)] {
        for keys in ["2", "2h", "2h⏎", "2h⏎⏎", "2/liba⏎", "3vv"] {
            for face in faces(size) {
                has_distinct_labels(&face.typed(keys), keys);
            }
        }
    }
}

#[test]
fn names_that_are_nearly_the_same_are_told_apart_in_every_picture_and_list() {
    let mut labels = 0;
    for world in confusing_worlds() {
        for size in [(80, 24), (120, 36), (200, 55)] {
            let mut face = environment(&world, size);
            for keys in ["2", "h", "⏎", "⏎", "2/ssl⏎", "3v", "v", "/_core⏎2"] {
                face.type_keys(keys);
                labels += has_distinct_labels(&face, keys);
            }
        }
        // The list of all files, and the tree with the files of a package below it: every row is another.
        for keys in ["F", "4ge"] {
            let face = environment(&world, (120, 400)).typed(keys);
            let screen = face.screen();
            let rows: Vec<&str> = screen.lines().filter(|line| line.contains(".so") && line.starts_with('│')).collect();
            let rows: Vec<&str> = match keys {
                "F" => rows.into_iter().take(face.model.files.shown.len()).collect(),
                // Below a file stand names, as often as they are needed.
                _ => rows.into_iter().filter(|row| row.starts_with("│    ") && !row.starts_with("│      ")).collect(),
            };
            let distinct: BTreeSet<&str> = rows.iter().copied().collect();
            assert!(!rows.is_empty(), "{screen}");
            assert_eq!(rows.len(), distinct.len(), "{keys}: {screen}");
        }
    }
    assert!(labels > 2000, "{labels}");
}

/// Numbers that look random, below what is asked.
fn dice(seed: u32) -> impl FnMut(u32) -> u32 {
    let mut state = seed;
    move |most| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % most
    }
}

/// Environments of packages that need each other's libraries at random; some libraries are not there.
fn random_worlds() -> impl Iterator<Item = String> {
    (1u32..=20).map(|seed| {
        let mut next = dice(seed);
        let site = "/env/lib/python3.11/site-packages";
        let mut world = WORLD.to_owned();
        for package in 0..3 + next(4) {
            let (modules, libraries) = (1 + next(4), next(3));
            let mut record = String::new();
            let mut files = String::new();
            for library in 0..libraries {
                let gone = if next(3) == 0 { format!("libgone{}.so", next(3)) } else { "libc.so.6".into() };
                record += &format!("p{package}.libs/libp{package}_{library}.so,,\n");
                files += &format!(
                    "//- {site}/p{package}.libs/libp{package}_{library}.so elf x86_64 soname:libp{package}_{library}.so needs:{gone}\n"
                );
            }
            for module in 0..modules {
                let owner = next(package + 1);
                let need = match next(4) {
                    0 => "libc.so.6".to_owned(),
                    1 => format!("libgone{}.so", next(3)),
                    _ => format!("libp{owner}_{}.so", next(2)),
                };
                record += &format!("p{package}/m{module}.abi3.so,,\n");
                files += &format!(
                    "//- {site}/p{package}/m{module}.abi3.so elf x86_64 defines:PyInit_m{module} needs:{need} rpath:$ORIGIN/../p{owner}.libs\n"
                );
            }
            world += &format!("//- {site}/p{package}-1.0.dist-info/RECORD\n{record}{files}");
        }
        world
    })
}

/// The rows of the open tree have a cross where what they tell of is marked, and the header counts what fails.
fn marked_in_the_tree(world: &str, marked: &BTreeSet<NodeId>) {
    let face = environment(world, (160, 600)).typed("4ge");
    let (scan_index, screen) = (face.model.scan_index.as_ref().expect("a scan"), face.screen());
    let first = screen.lines().position(|line| line.starts_with("╭ Environment")).expect("a tree") + 1;
    assert!(face.model.tree.rows.len() < 400, "all rows are on the screen");
    for (row, line) in face.model.tree.rows.iter().zip(screen.lines().skip(first)) {
        let Some(node) = row.node() else { continue };
        // Right of it stand the details.
        let line = line.split("││").next().unwrap_or_default();
        let entry = scan_index.entry(node);
        assert!(line.contains(&entry.label) || line.contains('…'), "{line}: {}", entry.label);
        let is_clean = entry.badge.is_clean();
        assert!(line.contains('✗') || !marked.contains(&node), "{line}\n{screen}");
        assert!(!line.contains('✗') || marked.contains(&node) || !is_clean, "{line}\n{screen}");
    }
    let counts = &scan_index.counts;
    if counts.causes > 0 && counts.failing > 0 {
        assert!(screen.contains(&format!(" {} of {} import", counts.failing, counts.modules)), "{screen}");
    }
}

#[test]
fn list_tree_flow_page_and_json_agree_on_what_is_wrong() {
    let mut failing_worlds = 0;
    for world in random_worlds() {
        let face = environment(&world, (120, 36)).typed("3vv");
        let scan_index = face.model.scan_index.clone().expect("a scan");
        let marked: BTreeSet<_> =
            scan_index.entries().filter(|(_, entry)| entry.is_marked()).map(|(node, _)| node).collect();
        failing_worlds += usize::from(scan_index.counts.failing > 0);
        // The list has every finding, and what it leads to is marked where it is an error.
        let listed: BTreeSet<usize> = face.model.findings.shown.iter().copied().collect();
        assert_eq!(listed.len(), scan_index.scan.findings.len());
        // A line of the flow is red where what it joins is marked, and every marked module is shown with its sign.
        let picture = face.model.pictures.flow.as_ref().expect("a flow");
        let ways = picture.layout.ways();
        for link in &picture.sketch.links {
            let is_marked = |at: usize| picture.sketch.items[at].nodes.iter().any(|node| marked.contains(node));
            let is_red = ways.of(link.source, link.target).iter().all(|part| picture.doomed.contains(part));
            assert!(is_red || !(is_marked(link.source) && is_marked(link.target)), "{}", face.screen());
        }
        for (item, label) in picture.sketch.items.iter().zip(&picture.labels) {
            let is_marked =
                item.nodes.iter().any(|node| marked.contains(node) && !scan_index.entry(*node).kind.is_missing());
            assert_eq!(label.sign.contains('✗'), is_marked, "{}", label.text);
        }
        // Page and JSON.
        let written = |format: &dylens::export::Format| {
            let paint = Paint { color: false, ascii: false, width: 100 };
            let mut bytes = Vec::new();
            (format.write)(&scan_index.scan, &Options::new(paint), &mut bytes).expect("it is written");
            String::from_utf8(bytes).expect("text")
        };
        let page = written(FORMATS.iter().find(|format| format.name == "html").expect("in the table"));
        let data = page.split("id=\"data\">").nth(1).and_then(|rest| rest.split("</script>").next()).expect("data");
        let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
        assert_eq!(data["findings"].as_array().map(Vec::len), Some(scan_index.scan.findings.len()));
        let bad: BTreeSet<&str> = data["nodes"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|node| node["state"] == "error" || node["state"] == "affected")
            .filter_map(|node| node["path"].as_str())
            .filter(|path| !path.is_empty())
            .collect();
        for &path in &bad {
            let node =
                scan_index.entries().find(|(_, entry)| entry.path == path).map(|(node, _)| node).expect("a file");
            assert!(marked.contains(&node), "{path} is red on the page alone");
        }
        let failing: BTreeSet<&str> = failing_modules(&scan_index.scan)
            .iter()
            .filter_map(|module| scan_index.node_of_module(module))
            .map(|node| scan_index.entry(node).path.as_str())
            .collect();
        assert!(failing.is_subset(&bad), "what fails is red on the page: {failing:?} {bad:?}");
        marked_in_the_tree(&world, &marked);
        let json: serde_json::Value = serde_json::from_str(&written(&JSON)).expect("JSON");
        assert_eq!(json["counts"]["failing"], scan_index.counts.failing);
    }
    assert!(failing_worlds > 10, "{failing_worlds}");
}

#[test]
fn findings_of_one_cause_are_one_in_the_header_the_list_the_report_and_json() {
    let face = Face::of(crate::common::scan(&numpy_without_module()), (120, 36));
    let scan_index = face.model.scan_index.clone().expect("a scan");
    let errors = scan_index.scan.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    assert_eq!((errors, scan_index.counts.causes), (3, 1), "{}", face.screen());
    assert!(face.screen().contains("1 cause breaks 3 of 4 imports"), "{}", face.screen());
    let written = |format: &dylens::export::Format| {
        let mut bytes = Vec::new();
        let options = Options::new(Paint { color: false, ascii: false, width: 100 });
        (format.write)(&scan_index.scan, &options, &mut bytes).expect("it is written");
        String::from_utf8(bytes).expect("text")
    };
    let json: serde_json::Value = serde_json::from_str(&written(&dylens::export::FINDINGS)).expect("JSON");
    assert_eq!((&json["counts"]["error"], &json["counts"]["causes"]), (&3.into(), &1.into()));
    let errors = json["findings"].as_array().into_iter().flatten().filter(|finding| finding["severity"] == "error");
    let causes: BTreeSet<Option<&str>> = errors.map(|finding| finding["cause"].as_str()).collect();
    assert_eq!(causes.len(), 1, "{causes:?}");
    assert!(causes.iter().all(Option::is_some), "{json}");
    let text = written(&dylens::export::TEXT);
    assert_eq!(text.matches("\n✗ ").count(), 2, "the cause and the verdict: {text}");
    assert_eq!(text.matches("\n  also ").count(), 2, "{text}");
    assert_eq!(text.matches("\n    python -m pip").count(), 1, "one fix: {text}");
}

/// A package that goes on without a library that is not found.
const GUARDED: &str = "
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.7
//- /env/lib/python3.11/site-packages/guarded/__init__.py
try:
    from . import _a
except ImportError:
    _a = None
//- /env/lib/python3.11/site-packages/guarded/_a.abi3.so elf x86_64 defines:PyInit__a needs:libguarded.so.1
";

#[test]
fn red_is_the_same_on_the_screen_and_in_a_picture_for_others() {
    let format = FORMATS.iter().find(|format| format.name == "svg").expect("in the table");
    let (mut with_red, mut without) = (0, 0);
    for world in random_worlds().chain([GUARDED.to_owned()]) {
        for keys in ["2", "3vv"] {
            let face = environment(&world, (120, 36)).typed(keys);
            let scan_index = face.model.scan_index.clone().expect("a scan");
            let pictures = &face.model.pictures;
            let picture = if keys == "2" { &pictures.focus } else { &pictures.flow };
            let picture = picture.as_ref().expect("a picture");
            let mut options = Options::new(Paint { color: false, ascii: false, width: 100 });
            options.scope = Scope::View(Box::new(picture.sketch.clone()));
            let mut bytes = Vec::new();
            (format.write)(&scan_index.scan, &options, &mut bytes).expect("it is written");
            let svg = String::from_utf8(bytes).expect("text");
            let has_red = svg.contains("<path class=\"error");
            assert_eq!(has_red, !picture.doomed.is_empty(), "{}\n{svg}", face.screen());
            *if has_red { &mut with_red } else { &mut without } += 1;
        }
    }
    assert!(with_red > 10 && without > 1, "{with_red} {without}");
}

/// A module that fails for want of one library, and may be without another that is not found or fails itself.
const WEAK: &str = "
//- /t/p-1.0.dist-info/RECORD
p/_a.cpython-311-darwin.so,,
p/libw.dylib,,
p/liba.dylib,,
//- /t/p/_a.cpython-311-darwin.so macho arm64 bundle defines:PyInit__a needs:@loader_path/liba.dylib weak:@loader_path/libw.dylib,@loader_path/libnone.dylib
//- /t/p/liba.dylib macho arm64 id:@rpath/liba.dylib needs:@loader_path/libgone.dylib
//- /t/p/libw.dylib macho arm64 id:@rpath/libw.dylib needs:@loader_path/libgone.dylib
";

#[test]
fn only_lines_that_carry_the_failure_are_red() {
    let face = mac(&(MAC.to_owned() + WEAK), (120, 36), &Overrides::default()).typed("3vv");
    let scan_index = face.model.scan_index.clone().expect("a scan");
    let picture = face.model.pictures.flow.as_ref().expect("a flow");
    let red: BTreeSet<(String, String)> = scan_index
        .marks
        .red_links(&scan_index.scan, &picture.sketch)
        .into_iter()
        .map(|(source, target)| {
            [source, target].map(|at| scan_index.entry(picture.sketch.items[at].node()).label.clone())
        })
        .map(|[source, target]| (source, target))
        .collect();
    let has =
        |source: &str, target: &str| red.iter().any(|(from, to)| from.starts_with(source) && to.ends_with(target));
    assert!(has("_a", "liba.dylib") && has("liba", "libgone.dylib") && has("libw", "libgone.dylib"), "{red:?}");
    let is_marked =
        |name: &str| scan_index.entries().any(|(_, entry)| entry.label.starts_with(name) && entry.is_marked());
    assert!(is_marked("_a") && is_marked("libw"), "{}", face.screen());
    assert!(!has("_a", "libw.dylib") && !has("_a", "libnone.dylib"), "it may be absent: {red:?}");
}

#[test]
fn what_is_missed_without_an_error_is_a_warning_in_every_picture() {
    // The package fails for another reason, and goes on without what one of its modules needs.
    let world = GUARDED.replace("    _a = None\n", "    _a = None\nfrom . import _b\n")
        + "//- /env/lib/python3.11/site-packages/guarded/_b.abi3.so elf x86_64 defines:PyInit__b needs:libfatal.so.1\n";
    let face = environment(&world, (120, 36)).typed("2");
    let scan_index = face.model.scan_index.clone().expect("a scan");
    let tone = |name: &str| {
        let (node, _) = scan_index.entries().find(|(_, entry)| entry.label == name).expect(name);
        scan_index.mark(node).0
    };
    assert_eq!((tone("libguarded.so.1"), tone("libfatal.so.1")), (Tone::Warning, Tone::Error), "{}", face.screen());
    let picture = face.model.pictures.focus.as_ref().expect("a picture");
    let reds: Vec<&str> = scan_index
        .marks
        .red_links(&scan_index.scan, &picture.sketch)
        .into_iter()
        .map(|(_, target)| picture.labels[target].text.as_str())
        .collect();
    assert!(reds.contains(&"libfatal.so.1") && !reds.contains(&"libguarded.so.1"), "{reds:?}\n{}", face.screen());
}

#[test]
fn what_is_red_is_implied_by_what_is_red_alone() {
    let site = "/env/lib/python3.11/site-packages";
    let module = |name: &str, needs: &str| {
        format!("//- {site}/{name}/_{name}.abi3.so elf x86_64 defines:PyInit__{name} needs:{needs}\n")
    };
    // By way of `mid`, `top` might go on without `low`.
    let world = format!(
        "//- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n\
         //- {site}/top/__init__.py\nfrom . import _top\nimport low\ntry:\n    import mid\nexcept ImportError:\n    pass\n\
         //- {site}/mid/__init__.py\nfrom . import _mid\nimport low\n//- {site}/low/__init__.py\nfrom . import _low\n{}{}{}",
        module("top", "libc.so.6"),
        module("mid", "libc.so.6"),
        module("low", "libgone.so.1"),
    );
    let face = environment(&world, (160, 48)).typed("3vv");
    let scan_index = face.model.scan_index.clone().expect("a scan");
    let picture = face.model.pictures.flow.as_ref().expect("a flow");
    let label = |at: usize| scan_index.entry(picture.sketch.items[at].node()).label.as_str();
    let red = scan_index.marks.red_links(&scan_index.scan, &picture.sketch);
    let red: BTreeSet<(&str, &str)> = red.into_iter().map(|(source, target)| (label(source), label(target))).collect();
    for link in [("top", "low"), ("mid", "low"), ("_low.abi3.so", "libgone.so.1")] {
        assert!(red.contains(&link), "{link:?}: {red:?}\n{}", face.screen());
    }
    assert!(!red.contains(&("top", "mid")), "{red:?}");
}
