//! Each format, on a small world that holds one of everything, with findings made by hand.

mod common;

use common::{plain, scan, written};
use dylens::diagnose::{Evidence, Finding, Remedy, Rule, Severity};
use dylens::discover::{Request, Tool, Wishes};
use dylens::export::{FINDINGS, FORMATS, Options, Paint, TEXT, TREE, why};
use dylens::printable::printable;
use dylens::scan::Scan;
use dylens::vfs::VPath;

const WORLD: &str = r"
//* VIRTUAL_ENV=/env
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.2.5,GLIBC_2.39
//- /usr/bin/python3.12 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6
//- /usr/lib/python3.12/os.py
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.12.7
//- /env/bin/python3 -> /usr/bin/python3.12
//- /env/lib/python3.12/site-packages/wave-1.0.dist-info/RECORD
wave/_core.cpython-312-x86_64-linux-gnu.so,,
wave/_fast.cpython-312-x86_64-linux-gnu.so,,
wave.libs/libsurf.so.1,,
//- /env/lib/python3.12/site-packages/wave/_core.cpython-312-x86_64-linux-gnu.so elf x86_64 needs:libsurf.so.1,libc.so.6 runpath:$ORIGIN/../wave.libs defines:PyInit__core
//- /env/lib/python3.12/site-packages/wave/_fast.cpython-312-x86_64-linux-gnu.so elf x86_64 needs:libsurf.so.1,libtide.so.2,libc.so.6 runpath:$ORIGIN/../wave.libs defines:PyInit__fast
//- /env/lib/python3.12/site-packages/wave.libs/libsurf.so.1 elf x86_64 soname:libsurf.so.1 needs:libc.so.6 auxiliary:libfoam.so
//- /env/lib/python3.12/site-packages/wave.libs/libsurf.so -> libsurf.so.1
//- /env/lib/python3.12/site-packages/reef/_pointer.cpython-312-x86_64-linux-gnu.so lfs
";

const SHAPE: Rule = Rule {
    id: "library-missing",
    title: "library not found",
    severity: Severity::Error,
    why: "",
    remedy: "",
    check: |_, _| {},
};
static MISSING: Rule = SHAPE;
static POINTER: Rule = Rule { id: "lfs-pointer", title: "a Git LFS pointer", ..SHAPE };
static UNUSED: Rule =
    Rule { id: "unused", title: "a library that nothing loads", severity: Severity::Warning, ..SHAPE };
static OLD: Rule = Rule { id: "old-metadata", title: "old metadata", severity: Severity::Info, ..SHAPE };

const SITE: &str = "lib/python3.12/site-packages";

fn at(path: &str) -> VPath {
    VPath::new(format!("{SITE}/{path}"))
}

fn finding(rule: &'static Rule, file: VPath, subject: &str, message: &str) -> Finding {
    Finding {
        rule,
        severity: rule.severity,
        node: None,
        files: vec![file.clone()],
        file,
        subject: subject.into(),
        message: message.into(),
        remedy: Remedy::default(),
        evidence: Vec::new(),
        imports: Vec::new(),
        breaks: 0,
        prints: None,
    }
}

/// The world with one finding of each kind.
fn broken() -> Scan {
    let mut scan = scan(WORLD);
    let missing = scan.graph.name(b"libtide.so.2").expect("nothing satisfies it");
    let (by, edge) = scan.graph.dependents(missing)[0];
    let evidence =
        Evidence::Need { file: scan.file_of(by).expect("a file needs it"), need: edge.need, import: edge.first };
    let imports = vec![edge.first];
    let fast = at("wave/_fast.cpython-312-x86_64-linux-gnu.so");
    scan.findings = vec![
        Finding {
            remedy: Remedy {
                text: "Install the package that brings libtide.".into(),
                command: Some("apt install libtide2".into()),
            },
            evidence: vec![evidence],
            imports,
            breaks: 1,
            ..finding(&MISSING, fast, "libtide.so.2", "wave._fast needs libtide.so.2, which is found nowhere.")
        },
        Finding {
            breaks: 1,
            ..finding(&POINTER, at("reef/_pointer.cpython-312-x86_64-linux-gnu.so"), "_pointer", "Not the file itself.")
        },
        finding(&UNUSED, at("wave.libs/libsurf.so.1"), "libsurf\x1b[31m.so.1", "Nothing loads it."),
        finding(&OLD, at("wave-1.0.dist-info"), "wave", "It is old."),
        finding(&OLD, at("wave-1.0.dist-info"), "reef", "It is old."),
    ];
    scan
}

/// Packages for macOS: four names that are not their files' own, one that is.
const MAC: &str = r"
//- /t/wave-1.0.dist-info/WHEEL
Generator: maturin (1.4.0)
//- /t/wave-1.0.dist-info/RECORD
wave/_rust/_core.cpython-311-darwin.so,,
wave/_fast.cpython-311-darwin.so,,
wave/_old.abi3.so,,
wave/_plain.cpython-311-darwin.so,,
wave/libsurf.1.2.dylib,,
//- /t/wave/_rust/_core.cpython-311-darwin.so macho arm64 id:@rpath/wave._rust._core.cpython-311-darwin.so defines:PyInit__core needs:@loader_path/../libsurf.1.2.dylib
//- /t/wave/_fast.cpython-311-darwin.so macho arm64 id:@rpath/wave._fast.cpython-311-darwin.so defines:PyInit__fast
//- /t/wave/_old.abi3.so macho arm64 id:@rpath/_old.cpython-37m-darwin.so defines:PyInit__old
//- /t/wave/_plain.cpython-311-darwin.so macho arm64 bundle defines:PyInit__plain
//- /t/wave/libsurf.1.2.dylib macho arm64 id:@rpath/libsurf.1.dylib
";

fn mac(wishes: &Wishes) -> Scan {
    common::scan_for(MAC, &Request { wishes: wishes.clone(), ..Request::of(VPath::new("/t")) })
}

#[test]
fn nonstandard_install_names_stand_out_in_the_report() {
    insta::assert_snapshot!(written(&TEXT, &mac(&Wishes::default()), &plain()));
}

#[test]
fn nonstandard_install_names_are_marked_in_the_tree() {
    insta::assert_snapshot!(written(&TREE, &mac(&Wishes::default()), &plain()));
    let wishes = Wishes { tool: "nuitka=2.3.10".parse().ok(), ..Wishes::default() };
    let text = written(&TREE, &mac(&wishes), &Options { paint: Paint { ascii: true, ..Paint::default() }, ..plain() });
    assert!(text.contains("x wave._rust._core  nonstandard Rust install name"), "{text}");
}

#[test]
fn nonstandard_install_names_are_marked_in_the_graph() {
    let dot = FORMATS.iter().find(|format| format.name == "dot").expect("in the table");
    let text = written(dot, &mac(&Wishes::default()), &plain());
    let line = |name: &str| text.lines().find(|line| line.contains(name)).expect("a line").to_owned();
    let comment = "comment=\"nonstandard install name (dotted-prefix): @rpath/wave._rust._core.cpython-311-darwin.so\"";
    assert!(line("wave._rust._core").contains("label=\"! wave._rust._core\""), "{text}");
    assert!(line("wave._rust._core").contains(comment), "{text}");
    assert!(!line("wave._plain").contains("install name"), "{text}");
}

#[test]
fn why_tells_of_a_nonstandard_install_name() {
    let text = why(&mac(&Wishes::default()), "wave._rust._core", &plain().paint).expect("one module is called so");
    assert!(text.contains("\n  ! it has an install name with the package prefix “wave._rust.”\n"), "{text}");
}

#[test]
fn what_a_tool_prints_where_it_stops_is_told() {
    let wishes = Wishes { tool: "nuitka=2.3.10".parse().ok(), ..Wishes::default() };
    let text = written(&TEXT, &mac(&wishes), &plain());
    assert!(text.contains("it prints: FATAL: Error, failed to find path @rpath/wave._rust._core"), "{text}");
}

#[test]
fn the_report_has_the_worst_first_and_what_mends_it() {
    insta::assert_snapshot!(written(&TEXT, &broken(), &plain()));
}

#[test]
fn the_verbose_report_leaves_nothing_out() {
    let options = Options { verbose: true, ..plain() };
    insta::assert_snapshot!(written(&TEXT, &broken(), &options));
}

#[test]
fn the_report_of_a_sound_scan_is_two_lines() {
    let mut scan = scan(WORLD.split("//- /env/lib/python3.12/site-packages/wave/_fast").next().expect("a start"));
    scan.findings.clear();
    insta::assert_snapshot!(written(&TEXT, &scan, &plain()));
}

#[test]
fn each_format_writes_the_same_bytes_for_the_same_world() {
    for format in FORMATS.iter().chain([&&FINDINGS]) {
        let (once, again) = (written(format, &broken(), &plain()), written(format, &broken(), &plain()));
        assert_eq!(once, again, "{}", format.name);
        assert!(once.ends_with('\n'), "{}", format.name);
    }
}

#[test]
fn each_format_of_the_table_is_as_it_was() {
    // What a snapshot holds is held to what comes out of it again, in tests/snapshot.rs.
    for format in FORMATS.iter().filter(|format| format.name != "snapshot") {
        insta::assert_snapshot!(format!("format_{}", format.name), written(format, &broken(), &plain()));
    }
}

/// Packages for macOS, with something to say about most of them.
const PACKAGES: &str = r"
//- /t/p-1.dist-info/WHEEL
Wheel-Version: 1.0
Generator: maturin (1.4.0)
Tag: cp311-cp311-macosx_11_0_arm64
//- /t/p-1.dist-info/RECORD
p/__init__.py,,
p/m.cpython-311-darwin.so,,
p/gone.cpython-311-darwin.so,,
//- /t/p/__init__.py
from . import m
//- /t/p/m.cpython-311-darwin.so macho arm64 id:@rpath/p.m.cpython-311-darwin.so defines:PyInit_m needs:@rpath/libomp.dylib,/opt/homebrew/opt/xz/lib/liblzma.5.dylib,/usr/lib/libSystem.B.dylib rpath:@loader_path/.dylibs,/opt/homebrew/lib sdk:12.0
//- /t/p/n.cpython-311-darwin.so macho arm64+x86_64 bundle defines:PyInit_n needs:@loader_path/.dylibs/liba.dylib,@executable_path/../lib/libz.1.dylib weak:@rpath/libomp.dylib takes:lost@@loader_path/.dylibs/liba.dylib
//- /t/p/.dylibs/liba.dylib macho arm64 unsigned id:/DLC/p/.dylibs/liba.dylib needs:/System/Library/Frameworks/Accelerate.framework/Versions/A/Accelerate,libbare.dylib sdk:12.0
";

/// A Linux machine with all that could lead a scan astray.
const LINUX_AROUND: &str = r"
//* HOME=/root
//* PATH=/usr/bin
//* LD_LIBRARY_PATH=/usr/lib
//* LD_PRELOAD=/usr/lib/libz.so.1
//* levels=x86-64-v3
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.39
//- /usr/lib/libz.so.1 elf x86_64 soname:libz.so.1
//- /usr/bin/python3 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6
//- /usr/lib/python3.12/os.py
//- /etc/os-release
ID=debian
";

/// A Mac that has, of its own, everything that the packages ask for.
const MAC_AROUND: &str = r"
//* HOME=/Users/me
//* PATH=/opt/homebrew/bin
//* VIRTUAL_ENV=/Users/me/venv
//* DYLD_LIBRARY_PATH=/opt/homebrew/lib
//* DYLD_FALLBACK_LIBRARY_PATH=/usr/local/lib
//* directory=/opt/homebrew/lib
//- /usr/local/lib/libomp.dylib macho arm64
//- /usr/local/lib/libbare.dylib macho arm64
//- /usr/lib/libSystem.B.dylib macho arm64
//- /System/Library/Frameworks/Accelerate.framework/Versions/A/Accelerate macho arm64
//- /opt/homebrew/opt/xz/lib/liblzma.5.dylib macho arm64
//- /opt/homebrew/lib/libomp.dylib macho arm64
//- /opt/homebrew/lib/libz.1.dylib macho arm64
//- /opt/homebrew/lib/libbare.dylib macho arm64
//- /opt/homebrew/lib/python3.11/os.py
//- /opt/homebrew/lib/python3.11/site-packages/q/q.cpython-311-darwin.so macho arm64 bundle defines:PyInit_q
//- /opt/homebrew/bin/python3 macho arm64 program
//- /Users/me/venv/pyvenv.cfg
home = /opt/homebrew/bin
//- /Users/me/venv/lib/python3.11/site-packages/q.cpython-311-darwin.so macho arm64 bundle defines:PyInit_q
";

#[test]
fn packages_for_macos_give_the_same_bytes_on_every_machine() {
    for tool in [None, Some("nuitka=1.0.1")] {
        let tool: Option<Tool> = tool.map(|tool| tool.parse().expect("a tool"));
        let on = |around: &str| {
            let wishes = Wishes { tool, ..Wishes::default() };
            let scan =
                common::scan_for(&format!("{around}{PACKAGES}"), &Request { paths: vec![VPath::new("/t")], wishes });
            assert!(scan.world.host.system.is_dyld());
            let formats = FORMATS.iter().chain([&&FINDINGS, &&TEXT]);
            formats.map(|format| (format.name, written(format, &scan, &plain()))).collect::<Vec<_>>()
        };
        let alone = on("");
        for around in [LINUX_AROUND, MAC_AROUND] {
            for ((name, alone), (_, here)) in alone.iter().zip(on(around)) {
                let differing = alone.lines().zip(here.lines()).find(|(alone, here)| alone != here);
                assert!(*alone == here, "{name}: {differing:?}");
            }
        }
    }
}

#[test]
fn findings_as_json_have_the_fixed_keys_in_order() {
    let text = written(&FINDINGS, &broken(), &plain());
    let read: serde_json::Value = serde_json::from_str(&text).expect("valid JSON");
    assert_eq!(read["findings"][0]["remedy"], "Install the package that brings libtide. apt install libtide2");
    assert_eq!(read["counts"]["error"], 2);
    insta::assert_snapshot!(text);
}

#[test]
fn a_link_has_the_rows_of_its_file() {
    let text =
        written(FORMATS.iter().find(|format| format.name == "jsonl").expect("in the table"), &broken(), &plain());
    let of = |name: &str| text.lines().filter(|line| line.contains(&format!("\"file\":\"{SITE}/{name}\""))).count();
    assert_eq!(of("wave.libs/libsurf.so.1"), 2);
    assert_eq!(of("wave.libs/libsurf.so"), 2);
}

#[test]
fn the_tree_can_be_plain_ascii_deep_or_shallow() {
    let ascii = Options { depth: 9, all: true, ..Options::new(Paint { ascii: true, width: 100, ..Paint::default() }) };
    let text = written(&TREE, &broken(), &ascii);
    assert!(text.is_ascii());
    insta::assert_snapshot!(text);
    assert_eq!(written(&TREE, &broken(), &Options { depth: 1, ..plain() }), "wave 1.0\nreef\n");
}

#[test]
fn no_format_lets_a_file_name_speak_to_the_terminal() {
    let mut scan = broken();
    scan.findings[0].message = "a\x1b]0;b\x07\u{202e}".into();
    let text = written(&TEXT, &scan, &Options { verbose: true, ..plain() });
    assert!(!text.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')));
    assert_eq!(printable("a\nb"), "a\\u{a}b");
}

#[test]
fn colors_change_nothing_but_colors() {
    let options = Options::new(Paint { color: true, width: 100, ..Paint::default() });
    let dressed = written(&TEXT, &broken(), &options);
    assert!(dressed.contains("\x1b[1;31m"));
    let mut bare = String::new();
    let mut parts = dressed.split('\x1b');
    bare.push_str(parts.next().unwrap_or_default());
    parts.for_each(|part| bare.push_str(part.split_once('m').map_or("", |(_, rest)| rest)));
    assert_eq!(bare, written(&TEXT, &broken(), &plain()));
}

#[test]
fn why_tells_of_a_missing_name_where_it_was_looked_for() {
    insta::assert_snapshot!(why(&broken(), "libtide.so.2", &plain().paint).expect("it is in the graph"));
}

#[test]
fn why_tells_of_a_library_who_brings_it_in() {
    insta::assert_snapshot!(why(&broken(), "libsurf", &plain().paint).expect("one library is called so"));
}

#[test]
fn why_names_the_candidates_where_several_are_meant() {
    let error = why(&broken(), "wave", &plain().paint).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(error, Ok(()), "the distribution is called exactly so");
    let error = why(&broken(), "wave/", &plain().paint).expect_err("two modules lie there").to_string();
    assert_eq!(
        error,
        format!(
            "wave/ could be any of 2; give more of the name:\n  {SITE}/wave/_core.cpython-312-x86_64-linux-gnu.so\n  \
             {SITE}/wave/_fast.cpython-312-x86_64-linux-gnu.so"
        )
    );
    let error = why(&broken(), "storm", &plain().paint).expect_err("nothing is called so").to_string();
    assert!(error.starts_with("nothing in /env is called storm; "), "{error}");
}
