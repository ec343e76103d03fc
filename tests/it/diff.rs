//! Two worlds → what has changed between them.

use crate::common;
use dylens::diagnose::Severity;
use dylens::diff::{Change, Diff, Kind};
use dylens::discover::Request;
use dylens::export::{COMPARED, Paint, Told};
use dylens::scan::Scan;
use dylens::snapshot::{self, Anonymizer};
use dylens::vfs::VPath;

/// An environment with a package, a library that it brings, and one of the system's.
const BEFORE: &str = "\
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.9
//- /env/bin/python3 -> /usr/bin/python3.11
//- /usr/bin/python3.11 elf x86_64 interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6 pie
//- /usr/lib/python3.11/os.py
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 needs:ld-linux-x86-64.so.2
//- /env/lib/python3.11/site-packages/wave-1.0.dist-info/RECORD
wave/_core.cpython-311-x86_64-linux-gnu.so,,
wave.libs/libtide-1f2e3d4c.so.1,,
//- /env/lib/python3.11/site-packages/wave/_core.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__core needs:libtide-1f2e3d4c.so.1,libc.so.6 runpath:$ORIGIN/../wave.libs
//- /env/lib/python3.11/site-packages/wave.libs/libtide-1f2e3d4c.so.1 elf x86_64 soname:libtide-1f2e3d4c.so.1 needs:libc.so.6
";

fn env(world: &str) -> Scan {
    common::scan_for(world, &Request::of(VPath::new("/env")))
}

fn folder(world: &str) -> Scan {
    common::scan_for(world, &Request::of(VPath::new("/dist")))
}

/// The changes in short: sign, kind, subject, what it is about, what was, what is; `!` for a regression.
fn changes(before: &Scan, after: &Scan) -> Vec<String> {
    let short = |change: &Change| {
        let or_nothing = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".into());
        let bad = if change.regression.is_some() { "!" } else { "" };
        let about = if change.about.is_empty() { String::new() } else { format!(" {}", change.about) };
        let (from, to) = (or_nothing(&change.from), or_nothing(&change.to));
        format!("{bad}{} {} {}{about}: {from} → {to}", change.sign(), change.kind.word(), change.subject)
    };
    Diff::of(before, after).changes.iter().map(short).collect()
}

#[test]
fn the_same_world_has_not_changed_nor_has_a_snapshot_of_it() {
    let scan = env(BEFORE);
    assert_eq!(changes(&scan, &env(BEFORE)), [""; 0]);
    let bytes = snapshot::take(&scan, Anonymizer::drawn(None));
    let opened = snapshot::open(&bytes, &VPath::new("x")).expect("a snapshot");
    assert_eq!(changes(&opened, &scan), [""; 0]);
    assert_eq!(changes(&scan, &opened), [""; 0]);
}

#[test]
fn a_library_that_is_gone_is_a_regression_of_who_needs_it() {
    let after = BEFORE.replace("//- /env/lib/python3.11/site-packages/wave.libs/", "//- /elsewhere/");
    let told = changes(&env(BEFORE), &env(&after));
    assert!(told[0].starts_with("!+ finding wave/_core.so library-missing: nothing → error: "), "{told:#?}");
    let diff = Diff::of(&env(BEFORE), &env(&after));
    let of_need = diff.changes.iter().find(|change| change.kind == Kind::Provider).expect("a need");
    assert!(of_need.follows, "the finding tells of it");
    assert!(
        told.contains(&"~ provider wave/_core.so libtide.so.1: wave.libs/libtide-1f2e3d4c.so.1 → not found".into()),
        "{told:#?}"
    );
    assert!(told.iter().any(|line| line.starts_with("- file wave.libs/libtide-1f2e3d4c.so.1: ")), "{told:#?}");
    let diff = Diff::of(&env(BEFORE), &env(&after));
    assert_eq!(diff.worst(), Some(Severity::Error));
    assert_eq!(diff.regressions().count(), 1, "one regression is told once: {told:#?}");
    let back = Diff::of(&env(&after), &env(BEFORE));
    assert_eq!(back.worst(), None, "what was mended is no regression");
    assert!(back.changes.iter().any(|change| change.kind == Kind::Finding && change.is_mended));
}

#[test]
fn a_library_that_many_need_is_one_regression() {
    let more = |name: &str| {
        format!(
            "//- /env/lib/python3.11/site-packages/wave/{name}.cpython-311-x86_64-linux-gnu.so elf x86_64 \
             defines:PyInit_{name} needs:libtide-1f2e3d4c.so.1,libc.so.6 runpath:$ORIGIN/../wave.libs\n"
        )
    };
    let before = BEFORE.to_owned() + &["_a", "_b", "_c"].map(more).concat();
    let after = before.replace("//- /env/lib/python3.11/site-packages/wave.libs/", "//- /elsewhere/");
    let diff = Diff::of(&env(&before), &env(&after));
    let told: Vec<_> = diff.regressions().map(|change| (change.kind, change.subject.clone())).collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(diff.changes.iter().filter(|change| change.kind == Kind::Provider).count(), 4, "each is still told");
}

#[test]
fn another_hash_in_a_name_is_no_change_and_another_version_is() {
    let after = BEFORE.replace("1f2e3d4c", "99887766").replace("wave-1.0", "wave-2.0");
    assert_eq!(changes(&env(BEFORE), &env(&after)), ["~ distribution wave: 1.0 → 2.0"]);
}

#[test]
fn a_need_that_the_system_meets_now_has_another_provider() {
    let after = BEFORE
        .replace("//- /env/lib/python3.11/site-packages/wave.libs/libtide-1f2e3d4c.so.1", "//- /lib64/libtide.so.1")
        .replace("libtide-1f2e3d4c.so.1", "libtide.so.1");
    let told = changes(&env(BEFORE), &env(&after));
    let provider =
        "~ provider wave/_core.so libtide.so.1: wave.libs/libtide-1f2e3d4c.so.1 → the system's /lib64/libtide.so.1";
    assert!(told.contains(&provider.into()), "{told:#?}");
}

#[test]
fn a_soname_and_a_processor_are_told_where_they_change() {
    let after = BEFORE.replace("soname:libtide-1f2e3d4c.so.1", "soname:libflood.so.2").replace(
        "_core.cpython-311-x86_64-linux-gnu.so elf x86_64",
        "_core.cpython-311-x86_64-linux-gnu.so elf aarch64",
    );
    let told = changes(&env(BEFORE), &env(&after));
    assert!(
        told.contains(&"~ identity wave.libs/libtide-1f2e3d4c.so.1: libtide-1f2e3d4c.so.1 → libflood.so.2".into()),
        "{told:#?}"
    );
    assert!(told.contains(&"~ target wave/_core.so: ELF x86_64 → ELF aarch64".into()), "{told:#?}");
}

#[test]
fn a_file_that_was_cut_is_a_regression() {
    let after = BEFORE.replace("runpath:$ORIGIN/../wave.libs", "runpath:$ORIGIN/../wave.libs cut:200");
    let told = changes(&env(BEFORE), &env(&after));
    assert!(told.iter().any(|line| line.starts_with("!+ problem wave/_core.so: nothing → truncated")), "{told:#?}");
}

#[test]
fn files_follow_the_distribution_that_brings_them() {
    let more = "\
//- /env/lib/python3.11/site-packages/tide-3.dist-info/RECORD
tide/_a.abi3.so,,
//- /env/lib/python3.11/site-packages/tide/_a.abi3.so elf x86_64 defines:PyInit__a needs:libc.so.6
";
    let diff = Diff::of(&env(BEFORE), &env(&format!("{BEFORE}{more}")));
    let told: Vec<(&str, bool)> = diff.changes.iter().map(|change| (change.subject.as_str(), change.follows)).collect();
    assert_eq!(told, [("tide", false), ("tide/_a.so", true)]);
}

#[test]
fn a_bundle_is_paired_with_the_environment_that_it_was_made_of() {
    // Nuitka strips the tags of modules and gathers libraries beside the program; PyInstaller keeps both in `_internal`.
    let nuitka = "\
//- /dist/wave/_core.so elf x86_64 defines:PyInit__core needs:libtide-1f2e3d4c.so.1,libc.so.6 runpath:$ORIGIN/..
//- /dist/libtide-1f2e3d4c.so.1 elf x86_64 soname:libtide-1f2e3d4c.so.1 needs:libc.so.6
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6
";
    let pyinstaller = nuitka
        .replace("/dist/wave/_core.so", "/dist/_internal/wave/_core.cpython-311-x86_64-linux-gnu.so")
        .replace("/dist/libtide", "/dist/_internal/libtide");
    for bundle in [nuitka, &pyinstaller] {
        let told = changes(&env(BEFORE), &folder(bundle));
        assert!(told.iter().any(|line| line.starts_with("~ file") && line.contains("libtide")), "it moved: {told:#?}");
        let lost = |line: &&String| line.contains("_core.so: ") || line.starts_with("- file");
        assert_eq!(told.iter().find(lost), None, "nothing is lost: {told:#?}");
        assert!(!told.iter().any(|line| line.contains("provider")), "and provided as before: {told:#?}");
    }
}

#[test]
fn each_format_tells_regressions_first() {
    let after = BEFORE
        .replace("//- /env/lib/python3.11/site-packages/wave.libs/", "//- /elsewhere/")
        .replace("wave-1.0", "wave-1.1|`<b>");
    let diff = Diff::of(&env(BEFORE), &env(&after));
    let told = Told { paint: Paint { width: 100, ..Paint::default() }, verbose: false };
    for format in COMPARED {
        insta::assert_snapshot!(format!("diff_{}", format.name), (format.write)(&diff, &told));
    }
    let nothing = Diff::of(&env(BEFORE), &env(BEFORE));
    for format in COMPARED {
        insta::assert_snapshot!(format!("diff_nothing_{}", format.name), (format.write)(&nothing, &told));
    }
}
