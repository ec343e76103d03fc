//! Each format, on a small world that holds one of everything, with findings made by hand.

mod dot;
mod explained;
mod findings;
mod jsonl;
mod svg;
mod text;
mod tree;
mod why;

use crate::common::{self, plain, scan, written};
use dylens::command::Remedy;
use dylens::command::templates::APT_INSTALL;
use dylens::diagnose::{Evidence, Finding, Rule, Severity};
use dylens::discover::{Overrides, Request, Tool};
use dylens::export::{FINDINGS, FORMATS, Options, Paint, TEXT};
use dylens::printable::printable;
use dylens::rule::RuleId;
use dylens::scan::Scan;
use dylens::vfs::VPath;

pub const WORLD: &str = r"
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

pub const SHAPE: Rule = Rule {
    id: RuleId::LIBRARY_MISSING,
    title: "library not found",
    severity: Severity::Error,
    why: "",
    remedy: "",
    check: |_, _| {},
};

pub static MISSING: Rule = SHAPE;

pub static POINTER: Rule = Rule { id: RuleId::of_another_release("lfs-pointer"), title: "a Git LFS pointer", ..SHAPE };

pub static UNUSED: Rule = Rule {
    id: RuleId::of_another_release("unused"),
    title: "a library that nothing loads",
    severity: Severity::Warning,
    ..SHAPE
};

pub static OLD: Rule =
    Rule { id: RuleId::of_another_release("old-metadata"), title: "old metadata", severity: Severity::Info, ..SHAPE };

pub const SITE: &str = "lib/python3.12/site-packages";

pub fn at(path: &str) -> VPath {
    VPath::new(format!("{SITE}/{path}"))
}

pub fn finding(rule: &'static Rule, file: VPath, subject: &str, message: &str) -> Finding {
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
        broken: Vec::new(),
        breaks: 0,
        prints: None,
    }
}

/// The world with one finding of each kind.
pub fn broken() -> Scan {
    let mut scan = scan(WORLD);
    let missing = scan.graph.name(b"libtide.so.2").expect("nothing satisfies it");
    let (by, edge) = scan.graph.dependents(missing)[0];
    let evidence =
        Evidence::Need { file: scan.file_of(by).expect("a file needs it"), need: edge.need, import: edge.first };
    let imports = vec![edge.first];
    let fast = at("wave/_fast.cpython-312-x86_64-linux-gnu.so");
    scan.outcomes = Default::default();
    scan.findings = vec![
        Finding {
            remedy: Remedy::new("Install the package that brings libtide.").fix(APT_INSTALL.with(&[&"libtide2"])),
            evidence: vec![evidence],
            imports,
            breaks: 1,
            ..finding(&MISSING, fast, "libtide.so.2", "wave._fast needs libtide.so.2, which is not found.")
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
pub const MAC: &str = r"
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

pub fn mac(overrides: &Overrides) -> Scan {
    common::scan_for(MAC, &Request { overrides: overrides.clone(), ..Request::of(VPath::new("/t")) })
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
    // What a snapshot holds is held to what comes out of it again, in tests/it/snapshot.rs.
    for format in FORMATS.iter().filter(|format| format.name != "snapshot") {
        insta::assert_snapshot!(format!("format_{}", format.name), written(format, &broken(), &plain()));
    }
}

/// Packages for macOS, with something to say about most of them.
pub const PACKAGES: &str = r"
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
pub const LINUX_AROUND: &str = r"
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
pub const MAC_AROUND: &str = r"
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
            let overrides = Overrides { tool, ..Overrides::default() };
            let scan = common::scan_for(
                &format!("{around}{PACKAGES}"),
                &Request { overrides, ..Request::of(VPath::new("/t")) },
            );
            assert!(matches!(scan.world.host.system, dylens::world::System::Dyld(_)));
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
