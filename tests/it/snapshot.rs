//! Scan → snapshot → scan: nobody sees the difference, and no file makes it stumble.

use std::path::Path;

use crate::common;
#[cfg(feature = "tui")]
use crate::tui::harness::Face;
use crate::worlds::{DEMOS, MAC, MAC_BROKEN, WORLD};
use dylens::discover::Request;
use dylens::export::{FINDINGS, FORMATS, Paint, why};
use dylens::scan::Scan;
use dylens::snapshot::{self, Anonymizer, Packing, packed};
use dylens::vfs::VPath;
use serde_json::Value;

const DEMO: &str = DEMOS[0].1;

/// Names and links that are no UTF-8, on a system with musl.
const MUSL: &str = "\
//* directory=/env
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.12.1
//- /env/bin/python3 -> /usr/bin/python3.12
//- /usr/bin/python3.12 elf x86_64 interp:/lib/ld-musl-x86_64.so.1 needs:libc.musl-x86_64.so.1 pie
//- /usr/lib/python3.12/os.py
//- /lib/ld-musl-x86_64.so.1 elf x86_64 soname:libc.musl-x86_64.so.1
//- /lib/libc.musl-x86_64.so.1 -> ld-musl-x86_64.so.1
//- /env/lib/python3.12/site-packages/a/_a.cpython-312-x86_64-linux-musl.so elf x86_64 defines:PyInit__a needs:libb.so,libgone.so,/abs/libc.so runpath:$ORIGIN/.././a/libs
//- /env/lib/python3.12/site-packages/a/libs/libb.so elf x86_64 needs:libdeep.so
//- /env/lib/python3.12/site-packages/a/libs/libdeep.so -> ../nowhere.so
//- /env/lib/python3.12/site-packages/a/cut.so hex:7f454c4602010100
//- /env/lib/python3.12/site-packages/a/pointer.so lfs
";

fn worlds() -> Vec<(&'static str, Scan)> {
    let at = |path: &str| Request::of(VPath::new(path));
    vec![
        ("demo on Linux", common::scan(DEMOS[0].1)),
        ("demo on a Mac", common::scan(DEMOS[1].1)),
        ("glibc", common::scan_for(WORLD, &at("/env"))),
        ("musl", common::scan_for(MUSL, &at("/env"))),
        ("mac", common::scan_for(MAC, &at("/t"))),
        ("mac broken", common::scan_for(MAC_BROKEN, &at("/t"))),
        (
            "one file",
            common::scan_for(
                WORLD,
                &at("/env/lib/python3.11/site-packages/PIL/_imaging.cpython-311-x86_64-linux-gnu.so"),
            ),
        ),
    ]
}

pub fn reopened(scan: &Scan) -> Scan {
    open(&snapshot::take(scan, Anonymizer::none())).expect("it was just written")
}

fn open(bytes: &[u8]) -> Result<Scan, String> {
    snapshot::open(bytes, &VPath::new("x.dylens.json")).map_err(|error| error.to_string())
}

/// All that the quiet face prints of a scan.
fn printed(scan: &Scan) -> Vec<(String, String)> {
    let mut options = common::plain();
    (options.verbose, options.all, options.depth) = (true, true, 9);
    let formats = FORMATS.iter().chain([&&FINDINGS]);
    let mut printed: Vec<(String, String)> =
        formats.map(|format| (format.name.to_owned(), common::written(format, scan, &options))).collect();
    for (node, _) in scan.graph.nodes() {
        let name = scan.path_of(node).map_or_else(|| scan.label(node), |path| path.to_string());
        let told = why(scan, &name, &Paint { width: 100, ..Paint::default() });
        printed.push((format!("why {name}"), told.unwrap_or_else(|error| error.to_string())));
    }
    printed
}

/// What the living face shows of each node and each finding, in every view.
#[cfg(feature = "tui")]
fn shown(scan: Scan) -> Vec<String> {
    let nodes = scan.graph.inner.node_count();
    let findings = scan.findings.len();
    let mut face = Face::of(scan, (120, 60));
    let mut screens = Vec::new();
    let ways = [("1", "j", findings), ("2", "j", 12), ("3", "j", 6), ("4g", "lj", nodes.min(60)), ("5", "lj", 6)];
    for (view, step, steps) in ways.into_iter().chain([("6", "j", 6), ("7", "", 0), ("8", "", 0), ("9", "j", 6)]) {
        face.type_keys(view);
        for _ in 0..=steps {
            screens.push(face.screen());
            face.type_keys(step);
        }
    }
    screens
}

#[test]
fn every_format_and_every_answer_is_the_same_from_a_snapshot() {
    for (name, scan) in worlds() {
        let opened = reopened(&scan);
        for ((what, before), (_, after)) in printed(&scan).into_iter().zip(printed(&opened)) {
            assert!(before == after, "{name}, {what}:\n{before}\n--- from the snapshot:\n{after}");
        }
    }
}

#[cfg(feature = "tui")]
#[test]
fn every_screen_is_the_same_from_a_snapshot() {
    for (name, scan) in worlds() {
        let opened = reopened(&scan);
        for (before, after) in shown(scan).into_iter().zip(shown(opened)) {
            assert!(before == after, "{name}:\n{before}\n--- from the snapshot:\n{after}");
        }
    }
}

#[test]
fn the_same_world_gives_the_same_bytes_however_often_it_is_opened() {
    for (name, scan) in worlds() {
        let bytes = snapshot::take(&scan, Anonymizer::none());
        assert!(bytes == snapshot::take(&open(&bytes).expect("a snapshot"), Anonymizer::none()), "{name}");
    }
    assert!(
        snapshot::take(&common::scan(DEMO), Anonymizer::none())
            == snapshot::take(&common::scan(DEMO), Anonymizer::none())
    );
}

#[test]
fn paths_below_the_root_do_not_name_it() {
    let scan = common::scan_for(WORLD, &Request::of(VPath::new("/env")));
    let text = String::from_utf8(snapshot::take(&scan, Anonymizer::none())).expect("JSON");
    assert_eq!(text.matches("\"/env").count(), 1, "only the root itself: {text}");
    assert!(text.contains("\"lib/python3.11/site-packages/kiwisolver/_cext.cpython-311-x86_64-linux-gnu.so\""));
}

/// Writes what a test makes anew into the repository, where that is asked for; the answer is what lies there.
fn asset(name: &str, made: &[u8]) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        std::fs::write(&path, made).expect("the asset can be written");
    }
    std::fs::read(&path).expect("the asset")
}

#[test]
fn the_demos_are_snapshots_of_their_worlds() {
    for (name, world) in DEMOS {
        let taken = snapshot::take(&common::scan(world), Anonymizer::none());
        let kept = asset(&format!("demo/{name}.dylens.json"), &taken);
        assert!(kept == taken, "write it again: INSTA_UPDATE=always cargo test --test it snapshot::the_demos");
    }
}

#[test]
fn the_schema_is_what_the_mirrors_tell() {
    let kept = asset("snapshot.schema.json", snapshot::schema().as_bytes());
    let again = "write it again: INSTA_UPDATE=always cargo test --test it snapshot::the_schema";
    assert!(kept == snapshot::schema().as_bytes(), "{again}");
}

#[test]
fn a_snapshot_that_cannot_be_read_says_why_in_one_line() {
    let good = String::from_utf8(snapshot::take(&common::scan(DEMO), Anonymizer::none())).expect("JSON");
    let newer = good.replacen("\"snapshot\":1", "\"snapshot\":7", 1);
    let cases = [
        (newer.as_bytes().to_vec(), "x.dylens.json is a snapshot of version 7, written by dylens"),
        (b"{\"nodes\": []}".to_vec(), "x.dylens.json is no snapshot of dylens"),
        (b"[1, 2]".to_vec(), "x.dylens.json is no snapshot of dylens"),
        (good.as_bytes()[..good.len() / 2].to_vec(), "x.dylens.json is damaged: EOF while parsing"),
        (packed(good.clone().into_bytes(), b"x.zst")[..500].to_vec(), "x.dylens.json is damaged: "),
        (good.replacen("\"owner\":0", "\"owner\":9999", 1).into_bytes(), "it names distribution 9999 of"),
    ];
    for (bytes, said) in cases {
        let error = open(&bytes).err().expect("an error");
        assert!(error.contains(said), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn names_of_people_are_hidden_everywhere() {
    let world = WORLD.replace("/env", "/home/annabel/work/.venv").replace("/opt/jpeg", "/Users/bertrand/jpeg");
    let scan = common::scan_for(&world, &Request::of(VPath::new("/home/annabel/work/.venv")));
    let bytes = snapshot::take(&scan, Anonymizer::drawn(Some(b"/home/annabel")));
    let text = String::from_utf8(bytes.clone()).expect("JSON");
    assert!(!text.contains("annabel") && !text.contains("bertrand"), "{text}");
    let opened = open(&bytes).expect("a snapshot");
    assert_eq!(opened.target.root, VPath::new("/home/user/work/.venv"));
    assert_eq!(opened.findings.len(), scan.findings.len());
}

#[test]
fn a_packed_snapshot_is_told_by_its_bytes() {
    let bytes = snapshot::take(&common::scan(DEMO), Anonymizer::none());
    for (name, packing) in [("x.zst", Packing::Zstd), ("x.gz", Packing::Gzip)] {
        let packed = packed(bytes.clone(), name.as_bytes());
        assert_eq!(Packing::told(&packed), Some(packing));
        assert!(snapshot::is_likely(&packed));
        assert!(packed.len() < bytes.len() / 3, "{name}: {} of {}", packed.len(), bytes.len());
        assert!(open(&packed).is_ok(), "{name}");
    }
}

/// A source of numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }
}

/// Changes something somewhere below.
fn spoil(value: &mut Value, dice: &mut Dice) {
    match value {
        Value::Array(items) if !items.is_empty() && dice.roll(6) > 0 => {
            let at = dice.roll(items.len());
            spoil(&mut items[at], dice);
        }
        Value::Array(items) => {
            let at = dice.roll(items.len());
            match dice.roll(3) {
                0 => items.truncate(at),
                1 if !items.is_empty() => items.extend([items[at].clone()]),
                _ => items.reverse(),
            }
        }
        Value::Object(fields) if dice.roll(8) > 0 => {
            let at = dice.roll(fields.len());
            if let Some(field) = fields.values_mut().nth(at) {
                spoil(field, dice);
            }
        }
        Value::Object(fields) => {
            let at = dice.roll(fields.len());
            if let Some(key) = fields.keys().nth(at).cloned() {
                fields.remove(&key);
            }
        }
        Value::Number(_) => *value = [0, 1, 2, 17, 4_294_967_295, u64::MAX][dice.roll(6)].into(),
        Value::String(text) => match dice.roll(4) {
            0 => text.clear(),
            1 => text.push_str("\u{1b}[31m\u{202e}/../.."),
            2 => text.insert(0, '/'),
            _ => *text = "missing".into(),
        },
        other => *other = Value::Null,
    }
}

#[test]
fn whatever_is_changed_in_a_snapshot_no_face_stumbles_over_it() {
    let worlds = [MUSL, WORLD].map(|world| common::scan_for(world, &Request::of(VPath::new("/env"))));
    let worlds = worlds
        .iter()
        .chain([&common::scan(DEMO)])
        .map(|scan| snapshot::take(scan, Anonymizer::none()))
        .collect::<Vec<_>>();
    let mut opened = 0;
    for round in 0..250 {
        let mut dice = Dice(round);
        let mut value: Value = serde_json::from_slice(&worlds[dice.roll(2 + round as usize % 2)]).expect("JSON");
        for _ in 0..=dice.roll(3) {
            spoil(&mut value, &mut dice);
        }
        let bytes = serde_json::to_vec(&value).expect("JSON");
        if let Ok(scan) = open(&bytes) {
            opened += 1;
            printed(&scan);
            shown(scan);
        }
    }
    assert!(opened > 40, "only {opened} could be opened: the changes are too coarse to prove anything");
}

#[test]
fn random_bytes_are_no_snapshot() {
    let good = snapshot::take(&common::scan_for(MUSL, &Request::of(VPath::new("/env"))), Anonymizer::none());
    for round in 0..1000 {
        let mut dice = Dice(round);
        let mut bytes = if round % 2 == 0 { good.clone() } else { packed(good.clone(), b"x.gz") };
        for _ in 0..=dice.roll(4) {
            let at = dice.roll(bytes.len());
            bytes[at] = dice.roll(256) as u8;
        }
        // Most are refused; none may do worse.
        let _ = open(&bytes).map(|scan| printed(&scan));
    }
}

/// Written by dylens 0.1.0 of the world [`MUSL`], in the first version of the format. Never written anew: what people have
/// kept has to be opened by every later dylens that says that it reads this version.
const FIRST: &[u8] = include_bytes!("../fixtures/snapshot-1.dylens.json");

#[test]
fn a_snapshot_that_was_kept_says_today_what_it_said_then() {
    let scan = open(FIRST).expect("the first version is read");
    let told: Vec<String> = scan
        .findings
        .iter()
        .map(|finding| {
            format!("{} {} {}: {}", finding.severity.word(), finding.rule.id.word(), finding.subject, finding.message)
        })
        .collect();
    let module = "lib/python3.12/site-packages/a/_a.cpython-312-x86_64-linux-musl.so";
    let libs = "lib/python3.12/site-packages/a/libs";
    let gone = format!("{libs}/libdeep.so is a link to ../nowhere.so, which is gone");
    assert_eq!(
        told,
        [
            format!("error library-missing /abs/libc.so: /abs/libc.so, needed by {module}, is found nowhere"),
            format!("error library-missing libgone.so: libgone.so, needed by {module}, is found nowhere"),
            format!("error library-missing libdeep.so: libdeep.so, needed by {libs}/libb.so, is found nowhere: {gone}"),
            format!("error link-broken libdeep.so: {gone}"),
            "warning not-an-image cut.so: lib/python3.12/site-packages/a/cut.so: the file is too short (8 bytes)".into(),
            "warning not-an-image pointer.so: lib/python3.12/site-packages/a/pointer.so: a Git LFS pointer stands in place of the file"
                .into(),
        ]
    );
    let told = why(&scan, "libgone.so", &Paint { width: 100, ..Paint::default() }).expect("it is there");
    let places = [
        "a → a._a → libgone.so",
        "RUNPATH of _a        lib/python3.12/site-packages/a/libs/libgone.so",
        "default directories  /usr/local/lib/libgone.so",
    ];
    assert!(places.iter().all(|place| told.contains(place)), "{told}");
    assert!(shown(scan).iter().any(|screen| screen.contains("libgone.so")));
}
