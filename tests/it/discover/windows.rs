//! Packages and installations for Windows: where their parts lie, and what damage does to their readers.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::common;
use dylens::discover::{Kind, Machine, Request};
use dylens::export::{FINDINGS, FORMATS};
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::vfs::{FileSystem, Memory, VPath};
use dylens::world::{System, text};
use proptest::prelude::*;

fn scan_of(files: Memory, machine: &Machine, root: &str) -> Scan {
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(files), machine, &Request::of(VPath::new(root)), &progress).expect("there is something")
}

fn scan(world: &str, root: &str) -> Scan {
    let world = text::read(world).expect("the world is well written");
    let machine = Machine::described(&world.settings);
    scan_of(world.files, &machine, root)
}

/// Kind, version, endings and modules of what is looked at.
fn told(scan: &Scan) -> (Kind, String, Vec<String>, Vec<String>) {
    let python = scan.world.host.python.as_ref().expect("an interpreter");
    let suffixes = python.suffixes.iter().map(ToString::to_string).collect();
    let name = |import: &dylens::survey::ImportOf| match &import.kind {
        dylens::survey::ImportKind::Module(name) => Some(name.clone()),
        _ => None,
    };
    assert!(matches!(scan.world.host.system, dylens::world::System::Windows(_)));
    (scan.target.kind, python.version_text(), suffixes, scan.imports.iter().filter_map(name).collect())
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

const INSTALLATION: &str = "
//- /py/python.exe pe arm64 program needs:python313.dll
//- /py/python313.dll pe arm64
//- /py/Lib/os.py
//- /py/DLLs/_ssl.pyd pe arm64 defines:PyInit__ssl
//- /py/Lib/site-packages/p/m.cp313-win_arm64.pyd pe arm64 defines:PyInit_m
//- /py/Lib/site-packages/q/n.pyd pe arm64 defines:PyInit_n
";

#[test]
fn an_installation_has_its_modules_in_lib_and_dlls() {
    let scan = scan(INSTALLATION, "/py");
    let (kind, version, suffixes, modules) = told(&scan);
    assert_eq!((kind, version.as_str()), (Kind::Prefix, "3.13"));
    assert_eq!(suffixes, [".cp313-win_arm64.pyd", ".pyd"]);
    assert_eq!(modules, words(&["_ssl", "p.m", "q.n"]));
}

#[test]
fn a_free_threaded_installation_is_told_by_its_dll() {
    let scan = scan(&INSTALLATION.replace("python313.dll", "python313t.dll"), "/py");
    let (_, version, suffixes, modules) = told(&scan);
    assert_eq!((version.as_str(), suffixes[0].as_str()), ("3.13t", ".cp313t-win_arm64.pyd"));
    assert_eq!(modules, words(&["_ssl", "q.n"]));
}

#[test]
fn conda_has_its_libraries_on_path() {
    let scan = scan(
        "//- /c/conda-meta/python-3.11.5-h_0.json\n{}
//- /c/python.exe pe x86_64 program needs:python311.dll
//- /c/python311.dll pe x86_64
//- /c/Lib/os.py
//- /c/Lib/site-packages/p/m.cp311-win_amd64.pyd pe x86_64 defines:PyInit_m needs:gdal.dll,zlib.dll
//- /c/Library/bin/gdal.dll pe x86_64 needs:zlib.dll
//- /c/Library/bin/zlib.dll pe x86_64
",
        "/c",
    );
    let (kind, version, _, modules) = told(&scan);
    assert_eq!((kind, version.as_str(), modules), (Kind::Conda, "3.11", words(&["p.m"])));
    assert!(scan.findings.is_empty(), "{:?}", scan.findings.iter().map(|it| &it.message).collect::<Vec<_>>());
    let System::Windows(system) = &scan.world.host.system else { panic!("another system") };
    assert!(system.path.contains(&VPath::new("/c/Library/bin")));
}

#[test]
fn a_virtual_environment_leaves_its_interpreter_where_it_is() {
    let venv = "
//- /v/pyvenv.cfg
home = /py
version = 3.13.1
//- /v/Scripts/python.exe pe arm64 program
//- /v/Lib/site-packages/p/m.cp313-win_arm64.pyd pe arm64 defines:PyInit_m needs:python313.dll
";
    let scan = scan(&format!("{INSTALLATION}{venv}"), "/v");
    let (kind, version, _, modules) = told(&scan);
    assert_eq!((kind, version.as_str(), modules), (Kind::Venv, "3.13", words(&["p.m"])));
    let python = scan.world.host.python.as_ref().expect("an interpreter");
    assert_eq!(python.executable, Some(VPath::new("/py/python.exe")));
}

#[test]
fn a_single_module_is_judged_as_windows_would() {
    let scan =
        scan("//- /x/m.cp312-win32.pyd pe i686 defines:PyInit_m needs:kernel32.dll,gone.dll", "/x/m.cp312-win32.pyd");
    let (kind, version, suffixes, modules) = told(&scan);
    assert_eq!((kind, version.as_str(), modules), (Kind::File, "3.12", words(&["m"])));
    assert_eq!(suffixes, [".cp312-win32.pyd", ".pyd"]);
    assert_eq!(scan.findings.iter().filter(|it| it.rule.id.word() == "library-missing").count(), 1);
}

#[test]
fn a_few_files_of_windows_among_many_of_linux_do_not_make_it_windows() {
    let scan = scan("//- /s/a.so elf x86_64\n//- /s/b.so elf x86_64\n//- /s/c.dll pe x86_64 needs:kernel32.dll", "/s");
    assert!(!matches!(scan.world.host.system, dylens::world::System::Windows(_)));
}

/// A package whose module takes names from its DLLs, with code that leads to them.
const PACKAGE: &str = "
//- /t/p-1.dist-info/WHEEL
Wheel-Version: 1.0
//- /t/p/__init__.py
import os, ctypes
os.add_dll_directory(os.path.join(os.path.dirname(__file__), 'lib'))
ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'lib', 'c.dll'))
//- /t/p/m.cp311-win_amd64.pyd pe x86_64 id:m.dll pdb:m.pdb needs:python311.dll,a.dll delay:c.dll defines:PyInit_m takes:f@a.dll,#1@a.dll,g@c.dll
//- /t/p/lib/a.dll pe x86_64 id:a.dll needs:c.dll defines:f forwards:g=c.g,h=a.h
//- /t/p/lib/c.dll pe x86_64 id:c.dll needs:a.dll forwards:g=a.g,x=m.x
";
const FILES: [&str; 3] = ["/t/p/m.cp311-win_amd64.pyd", "/t/p/lib/a.dll", "/t/p/lib/c.dll"];

/// One change to a file: at this place, as a part of its whole, this word.
type Change = (usize, f64, u32);

fn damage() -> impl Strategy<Value = (Vec<Change>, [Option<f64>; 3])> {
    let word = prop_oneof![any::<u32>(), Just(0), Just(1), Just(u32::MAX), Just(1 << 31), 0..0x2000u32];
    let cut = || proptest::option::weighted(0.1, 0.0..1.0);
    (proptest::collection::vec((0..FILES.len(), 0.0..1.0, word), 1..8), [cut(), cut(), cut()])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn damaged_files_are_read_or_told_as_damaged((changes, cuts) in damage()) {
        let world = text::read(PACKAGE).expect("the world is well written");
        let mut files = FILES.map(|path| world.files.read(&VPath::new(path), usize::MAX).expect("its bytes"));
        for (file, place, word) in changes {
            // Headers fill the first 600 bytes, the section what follows 1024.
            let len = files[file].len() - 424;
            let at = (place * len as f64) as usize;
            let at = if at < 600 { at } else { at + 424 };
            for (byte, new) in files[file].iter_mut().skip(at).zip(word.to_le_bytes()) {
                *byte = new;
            }
        }
        let mut memory = world.files;
        for ((path, mut bytes), cut) in FILES.iter().zip(files).zip(cuts) {
            bytes.truncate(cut.map_or(bytes.len(), |cut| (cut * bytes.len() as f64) as usize));
            memory.file(&VPath::new(path), bytes);
        }
        let scan = scan_of(memory, &Machine::default(), "/t");
        for format in FORMATS {
            common::written(format, &scan, &common::plain());
        }
        let findings: serde_json::Value = serde_json::from_str(&common::written(&FINDINGS, &scan, &common::plain())).expect("valid JSON");
        prop_assert_eq!(&findings["target"]["root"], "/t");
    }
}
