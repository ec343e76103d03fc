//! What goes on beside the screen, and how keys go on meanwhile.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dylens::discover::{Machine, Request};
use dylens::image::Format;
use dylens::scan::Scan;
use dylens::survey::{Event, Phase, Progress, Seen};
use dylens::tui::effect::Effect;
use dylens::tui::message::Msg;
use dylens::tui::modal::export::Export;
use dylens::tui::scan_index::{NodeEntry, NodeKind};
use dylens::tui::search::search;
use dylens::tui::update::update;
use dylens::tui::way::Way;
use dylens::vfs::VPath;
use dylens::world::text;

use crate::worlds::DEMOS;

use super::harness::{Face, WORLD, face, shown_as};

#[test]
fn an_export_tells_how_far_it_is_and_escape_gives_it_up() {
    let mut face = face(WORLD, (80, 24)).typed("x");
    assert!(!face.model.is_spinning());
    assert!(matches!(face.press('⏎'), Some(Effect::Export { .. })));
    assert!(face.model.is_spinning(), "somebody waits for it");
    update(&mut face.model, Msg::Writing(3_456_789));
    let screen = face.screen();
    assert!(screen.contains("writing the export: 3.5 MB  esc cancel"), "{screen}");
    assert!(face.press('⏎').is_none(), "one is written at a time");
    assert!(face.screen().contains("an export is being written"));
    // The export goes first, then the dialog.
    assert!(matches!(face.press('⎋'), Some(Effect::Cancel)));
    assert!(face.model.overlay::<Export>().is_some());
    update(&mut face.model, Msg::Cancelled);
    assert!(face.screen().contains("export cancelled: no file was written"));
    assert!(!face.model.is_spinning());
    assert!(matches!(face.press('⏎'), Some(Effect::Export { .. })), "another may begin");
    update(&mut face.model, Msg::Exported(Ok("env.json".into())));
    assert!(face.press('⎋').is_none(), "there is nothing to give up any more");
}

#[test]
fn a_word_of_a_preview_says_nothing_of_the_export() {
    let mut face = face(WORLD, (80, 24)).typed("x⏎");
    update(&mut face.model, Msg::NoPreview("svg cannot be written: too much".into()));
    assert!(face.model.writing.is_some());
    update(&mut face.model, Msg::Exported(Ok("env.json".into())));
    update(&mut face.model, Msg::Writing(1));
    assert!(face.model.writing.is_none(), "what comes late begins nothing");
}

/// The world of the harness, and a library that hundreds of modules need.
fn crowd() -> String {
    let site = "/env/lib/python3.11/site-packages/crowd";
    let module = |number: usize| {
        format!("//- {site}/m{number}.abi3.so elf x86_64 defines:PyInit_m{number} needs:libcrowd.so rpath:$ORIGIN\n")
    };
    let modules: String = (0..500).map(module).collect();
    format!("{WORLD}//- {site}/libcrowd.so elf x86_64 soname:libcrowd.so\n{modules}")
}

/// A face that shows the graph around another node, while that around the library is being made.
fn drawing(size: (u16, u16)) -> Face {
    let face = face(&crowd(), size).typed("2/libcrowd⏎");
    assert_eq!(face.model.drawings.len(), 1, "so much is not laid out while a key waits");
    face
}

/// Makes the pictures that are wanted, as the program does beside the screen.
fn drawn(face: &mut Face) {
    for drawing in face.model.drawings.clone() {
        update(&mut face.model, Msg::Drawn(drawing.number, Box::new(drawing.made())));
    }
}

#[test]
fn a_large_picture_is_made_beside_the_screen_while_the_one_before_stays() {
    let mut face = drawing((120, 36));
    assert_eq!(face.chosen(), "libcrowd.so", "what is told of it is there at once");
    assert!(face.screen().contains(" Overview · "), "{}", face.screen());
    assert!(!face.screen().contains("/ Overview"), "what comes soon needs no sign");
    assert!(face.model.is_spinning());
    update(&mut face.model, Msg::Tick);
    assert!(face.screen().contains("/ Overview"), "{}", face.screen());
    drawn(&mut face);
    assert!(face.screen().contains("Overview › libcrowd.so"), "{}", face.screen());
    assert_eq!(face.chosen(), "libcrowd.so");
    assert!(face.model.drawings.is_empty() && !face.model.is_spinning());
    // There and back, as if it had been there at once.
    face.type_keys("H");
    drawn(&mut face);
    assert!(face.screen().contains(" Overview · "), "{}", face.screen());
}

#[test]
fn keys_walk_in_the_picture_that_is_there() {
    let mut face = drawing((120, 36)).typed("h");
    let there = face.chosen();
    assert_ne!(there, "libcrowd.so");
    drawn(&mut face);
    assert_eq!(face.chosen(), "libcrowd.so", "where one stood is not in the picture that came");

    let mut face = drawing((120, 36));
    drawn(&mut face);
    face.type_keys("+h");
    assert_eq!(face.model.drawings.len(), 1, "another is wanted, and the one that is there was walked in");
    let there = face.chosen();
    assert_ne!(there, "libcrowd.so");
    drawn(&mut face);
    assert_eq!(face.chosen(), there, "one stays where one went meanwhile");
}

#[test]
fn only_the_last_picture_that_was_wanted_is_shown() {
    let mut face = drawing((120, 36));
    let first = face.model.drawings[0].clone();
    face.type_keys("++");
    let [last] = &face.model.drawings[..] else { panic!("one picture is wanted") };
    assert!(last.number > first.number);
    assert_eq!(last.center, first.center, "it is the picture to come that is looked further in");
    update(&mut face.model, Msg::Drawn(first.number, Box::new(first.made())));
    assert!(face.screen().contains(" Overview · "), "too late\n{}", face.screen());
    drawn(&mut face);
    assert!(face.screen().contains("Overview › libcrowd.so"));

    let mut face = drawing((120, 36));
    face.type_keys("/libjpeg⏎");
    assert!(face.model.drawings.is_empty(), "a small one is there at once");
    assert!(face.screen().contains("› libjpeg.so.62"), "{}", face.screen());
}

#[test]
fn a_picture_to_come_fits_the_window_and_belongs_to_the_scan() {
    let mut face = drawing((120, 36));
    let before = face.model.drawings[0].number;
    update(&mut face.model, Msg::Tick);
    assert_eq!(face.model.drawings[0].number, before, "it is wanted once");
    face.resize((160, 48));
    assert!(face.model.drawings[0].number > before);
    let old = face.model.drawings[0].clone();
    face.scanned(WORLD);
    assert!(face.model.drawings.iter().all(|drawing| drawing.number > old.number), "of another scan, it is no use");
    update(&mut face.model, Msg::Drawn(old.number, Box::new(old.made())));
    assert!(!face.screen().contains("Overview › libcrowd.so"));
}

#[test]
fn where_hundreds_match_all_are_counted_once_and_the_best_come_first() {
    let face = face(&crowd(), (120, 36));
    let scan_index = face.model.scan_index.as_ref().expect("a scan");
    for query in ["", "m", "M", "so", "crowd/m", "kind:module b", "m4 crowd"] {
        let (narrow, words): (Vec<&str>, Vec<&str>) = query.split_whitespace().partition(|word| word.contains(':'));
        let matches = |entry: &NodeEntry| {
            let letters = |text: &str, word: &str| {
                let mut letters = text.chars();
                let is_small = !word.chars().any(char::is_uppercase);
                word.chars()
                    .all(|wanted| letters.any(|it| it == wanted || is_small && it.eq_ignore_ascii_case(&wanted)))
            };
            let is_within = narrow.is_empty() || entry.kind == NodeKind::Module;
            is_within && words.iter().all(|word| letters(&entry.brief, word) || letters(&entry.label, word))
        };
        let expected: HashSet<_> = scan_index.entries().filter(|(_, it)| matches(it)).map(|(node, _)| node).collect();
        let hits = search(scan_index, query);
        assert_eq!(hits.len(), expected.len(), "{query:?}");
        assert_eq!(hits.iter().map(|hit| hit.node).collect::<HashSet<_>>(), expected, "{query:?}");
    }
    let labels: Vec<&str> =
        search(scan_index, "m49").iter().map(|hit| scan_index.entry(hit.node).label.as_str()).collect();
    assert_eq!(labels[..2], ["m49.abi3.so", "m490.abi3.so"]);
    assert!(labels.iter().all(|label| label.starts_with("m49")), "no m409: {labels:?}");
}

/// A file of the world of the harness, as a walk finds it.
fn seen(path: &str, trouble: Option<&str>) -> Seen {
    let path = VPath::new("/env/lib/python3.11/site-packages").join(path);
    let format = trouble.is_none().then_some(Format::Elf);
    Seen { path, format, len: 1_234_567, trouble: trouble.map(str::to_owned) }
}

fn found(face: &mut Face, files: usize, seen: Vec<Seen>) {
    update(&mut face.model, Msg::Progress(Event::Files(files, seen)));
}

/// A face whose scan has come across a few files.
fn scanning(size: (u16, u16)) -> Face {
    let mut face = Face::waiting(size);
    update(&mut face.model, Msg::Progress(Event::Phase(Phase::Reading)));
    update(&mut face.model, Msg::Progress(Event::Folder(VPath::new("/env/lib/python3.11/site-packages/numpy"))));
    found(&mut face, 1, vec![seen("numpy/core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so", None)]);
    found(&mut face, 3, vec![seen("a/empty.so", Some("the file is empty")), seen("PIL/_imaging.so", None)]);
    face
}

#[test]
fn what_a_scan_has_found_is_listed_while_it_goes_on() {
    shown_as("scanning_with_files", &scanning((80, 24)).screen());
    shown_as("small_scanning", &scanning((40, 12)).screen());
}

#[test]
fn the_list_of_a_scan_grows_below_the_cursor() {
    let mut face = scanning((80, 24));
    let many = |from: usize| (from..from + 50).map(|number| seen(&format!("p/m{number}.so"), None)).collect();
    found(&mut face, 53, many(0));
    assert!(face.screen().contains("p/m49.so"), "as long as nobody walks, the newest is in view\n{}", face.screen());
    face.type_keys("g");
    let before = face.screen();
    assert!(before.contains("_multiarray_umath"), "{before}");
    found(&mut face, 103, many(50));
    let rows = |screen: &str| screen.lines().skip(6).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&face.screen()), rows(&before), "what comes later moves nothing");
    face.type_keys("j010jk");
    assert_eq!(face.model.work.as_ref().and_then(|work| work.cursor), Some(10), "all keys of lists work");
    update(&mut face.model, Msg::Wheel { way: Way::Down, column: 9, row: 12 });
    assert_eq!(face.model.work.as_ref().and_then(|work| work.cursor), Some(13));
    face.click(9, 6, false);
    let clicked = face.model.work.as_ref().and_then(|work| work.cursor).expect("a row");
    assert!(clicked < 13, "the first row in view is above the cursor's");
    face.type_keys("G");
    found(&mut face, 104, vec![seen("the/last.so", None)]);
    assert!(face.screen().contains("the/last.so"), "at the end, the newest is in view again");
    assert!(matches!(face.press('⎋'), Some(Effect::Stop)));
    assert!(face.screen().contains("stopping"));
}

#[test]
fn a_scan_that_was_stopped_before_anything_was_imported_does_not_say_that_all_is_well() {
    // Of no file of this world anything can be told before its imports are looked at.
    let world = text::read(&WORLD.replace(" runpath:/opt/jpeg/lib", "")).expect("a world");
    let cancel = AtomicBool::new(false);
    let tell =
        |event| cancel.store(cancel.load(Ordering::Relaxed) || matches!(event, Event::Files(..)), Ordering::Relaxed);
    let scan = Scan::of(
        Arc::new(world.files),
        &Machine::described(&world.settings),
        &Request::of(VPath::new("/env")),
        &Progress { tell: &tell, cancel: &cancel },
    );
    let mut face = Face::of(scan.expect("a scan"), (120, 36));
    let screen = face.screen();
    assert!(screen.contains("stopped early"), "{screen}");
    assert!(!screen.contains("✓ no errors"), "{screen}");
    assert!(screen.contains("The scan was stopped early:"), "{screen}");
    face.type_keys("4");
    assert!(face.model.tree.rows.len() > 1, "what was found is there to be looked at\n{}", face.screen());
}

#[test]
fn whoever_went_to_a_file_is_still_there_when_the_scan_is_done() {
    let mut face = scanning((80, 24));
    face.scanned(WORLD);
    assert_eq!((face.model.view.id, face.chosen().as_str()), ("problems", "libopenblas.so.0"), "nobody went anywhere");

    let mut face = scanning((80, 24)).typed("g");
    face.scanned(WORLD);
    assert_eq!((face.model.view.id, face.chosen().as_str()), ("problems", "libopenblas.so.0"), "it lacks that");

    let mut face = scanning((80, 24));
    found(&mut face, 4, vec![seen("kiwisolver/_cext.cpython-311-x86_64-linux-gnu.so", None), seen("z.so", None)]);
    face.type_keys("k").scanned(WORLD);
    assert_eq!(face.model.view.id, "tree", "nothing is wrong with it");
    assert_eq!(face.chosen(), "_cext.cpython-311-x86_64-linux-gnu.so");

    let mut face = scanning((80, 24)).typed("k");
    face.scanned(WORLD);
    assert_eq!(face.model.view.id, "problems", "the scan knows of no such file");
}

/// Worlds in which something is wrong in every corner, and much lies in another folder than what needs it.
fn corners() -> [text::Text; 2] {
    let site = "/home/you/project/.venv/lib/python3.12/site-packages";
    let more = format!("//- {site}/a/gone.so -> nowhere.so\n//- {site}/a/loop.so -> loop.so\n//- {site}/a/empty.so\n");
    let [(_, linux), (_, mac)] = DEMOS;
    [format!("{linux}\n{more}").as_str(), mac].map(|world| text::read(world).expect("a world"))
}

fn scanned(world: text::Text, progress: &Progress) -> Scan {
    let machine = Machine::described(&world.settings);
    Scan::of(Arc::new(world.files), &machine, &Request::default(), progress).expect("a scan")
}

#[test]
fn nothing_that_is_told_early_becomes_untrue() {
    let mut troubled = 0;
    for world in corners() {
        let seen = Mutex::new(Vec::new());
        let tell = |event| {
            if let Event::Files(_, more) = event {
                seen.lock().expect("no panic").extend(more);
            }
        };
        let scan = scanned(world, &Progress { tell: &tell, cancel: &AtomicBool::new(false) });
        let seen = seen.into_inner().expect("no panic");
        assert_eq!(seen.len(), scan.items.len());
        for Seen { path, format, len, trouble } in &seen {
            if trouble.is_some() {
                let shown = scan.shown(path);
                assert!(
                    scan.findings.iter().any(|finding| finding.file == shown),
                    "{shown} is told of in the end, too"
                );
                troubled += 1;
            }
            let item = scan.items.iter().find(|item| item.path == *path).expect("the scan knows it");
            let Ok(file) = item.found else {
                assert!(trouble.is_some(), "{path}");
                continue;
            };
            let file = scan.world.file(file);
            assert_eq!((file.len, file.image.as_ref().map(|image| image.format)), (*len, *format), "{path}");
            assert_eq!(file.problem.as_ref().map(ToString::to_string), *trouble, "{path}");
        }
    }
    assert!(troubled > 4);
}

/// The findings, as they are known again.
fn findings(scan: &Scan) -> Vec<(&'static str, String, String)> {
    scan.findings.iter().map(|it| (it.rule.id.word(), it.file.to_string(), it.subject.clone())).collect()
}

#[test]
fn a_scan_that_is_stopped_tells_nothing_that_the_whole_would_not() {
    for number in 0..corners().len() {
        let stopped = |most: usize| {
            let (cancel, events) = (AtomicBool::new(false), AtomicUsize::new(0));
            let tell = |_| {
                if events.fetch_add(1, Ordering::Relaxed) == most {
                    cancel.store(true, Ordering::Relaxed);
                }
            };
            let [linux, macos] = corners();
            let world = if number == 0 { linux } else { macos };
            (scanned(world, &Progress { tell: &tell, cancel: &cancel }), events.into_inner())
        };
        let (whole, events) = stopped(usize::MAX);
        assert!(!whole.is_partial);
        let whole = findings(&whole);
        let mut said = 0;
        for most in 0..events {
            let part = stopped(most).0;
            for finding in findings(&part) {
                assert!(whole.contains(&finding), "stopped after {most} of {events}: {finding:?}");
                said += usize::from(part.is_partial);
            }
        }
        assert!(said > 0, "something is told even so");
    }
}
