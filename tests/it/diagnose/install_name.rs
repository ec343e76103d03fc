//! The files of real wheels for macOS: what class their install names are of, and what Nuitka makes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::common;
use dylens::diagnose::install_name::InstallName;
use dylens::diagnose::nuitka::{self, Binary, Surroundings};
use dylens::discover::tool::Version;
use dylens::discover::{Machine, Overrides, Request, Tool};
use dylens::export::{FINDINGS, FORMATS};
use dylens::image::{Arch, Name};
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::tools::ToolId;
use dylens::vfs::{FileSystem, VPath};
use dylens::world::text;
use proptest::prelude::*;
use serde::Deserialize;

/// The folder that the wheels were unpacked to.
const SITE: &str = "<site-packages>";

/// One file, for one processor.
#[derive(Deserialize)]
struct Row {
    wheel: String,
    file: String,
    slice: String,
    module: Option<String>,
    id: Option<String>,
    id_class: String,
    rpaths: Vec<String>,
    needs: Vec<String>,
    nuitka: Outcome,
}

/// What the versions of Nuitka made of it.
#[derive(Deserialize)]
struct Outcome {
    dies: Vec<String>,
    copes: Vec<String>,
    message: Option<String>,
}

/// The native files of a wheel.
#[derive(Deserialize)]
struct Wheel {
    wheel: String,
    files: Vec<String>,
}

fn rows() -> Vec<Row> {
    let lines = include_str!("../../fixtures/macos.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).expect("a row that can be read")).collect()
}

fn wheels() -> BTreeMap<String, Vec<VPath>> {
    let lines = include_str!("../../fixtures/macos-files.jsonl").lines();
    let read = |line| {
        let wheel: Wheel = serde_json::from_str(line).expect("a row that can be read");
        (wheel.wheel, wheel.files.iter().map(|file| VPath::new(SITE).join(file)).collect())
    };
    lines.map(read).collect()
}

/// A file and all the folders that it lies in.
fn with_folders(file: &VPath) -> Vec<VPath> {
    let mut paths = vec![file.clone()];
    while let Some(folder) = paths.last().and_then(VPath::parent) {
        paths.push(folder);
    }
    paths
}

impl Row {
    /// The package that Nuitka scans the file for: the module's, or the one at the top for a library.
    fn package(&self) -> Option<String> {
        match &self.module {
            Some(module) => module.rsplit_once('.').map(|(package, _)| package.to_owned()),
            None => self.file.split_once('/').map(|(top, _)| top.to_owned()),
        }
    }

    /// The message of this version, where it stops.
    fn build_abort(&self, files: &[VPath], version: &str) -> Option<String> {
        let present: BTreeSet<VPath> = files.iter().flat_map(with_folders).collect();
        let path = VPath::new(SITE).join(&self.file);
        let package = self.package();
        let folder = package.as_ref().map(|package| VPath::new(SITE).join(package.replace('.', "/")));
        let folders = folder.map(|folder| nuitka::folders(&folder, files)).unwrap_or_default();
        let names = |texts: &[String]| texts.iter().map(Name::from).collect::<Vec<_>>();
        let (identity, needs, rpaths) = (self.id.as_ref().map(Name::from), names(&self.needs), names(&self.rpaths));
        let binary = Binary {
            path: &path,
            package: package.as_deref(),
            identity: identity.as_ref(),
            needs: &needs,
            rpaths: &rpaths,
            inherited: &[],
        };
        let around = Surroundings {
            exists: &|path| present.contains(&path.folded()),
            suffix: ".cpython-311-darwin.so",
            arch: if self.slice == "arm64" { Arch::AARCH64 } else { Arch::X86_64 },
            folders: &folders,
        };
        let version: Version = version.parse().expect("a version");
        nuitka::scan(version, &binary, &around).err().map(|build_abort| build_abort.message)
    }
}

#[test]
fn every_install_name_is_of_the_class_that_its_collectors_told() {
    let rows = rows();
    assert_eq!(rows.len(), 174);
    for row in rows {
        let identity = row.id.as_deref().map(str::as_bytes);
        let name = InstallName::of(identity, &VPath::new(&row.file), row.module.as_deref());
        assert_eq!(name.word(), row.id_class, "{} {:?}: {name:?}", row.file, row.id);
    }
}

#[test]
fn every_version_of_nuitka_stops_where_it_was_seen_to_stop() {
    let wheels = wheels();
    let mut wrong = Vec::new();
    for row in rows() {
        let files = &wheels[&row.wheel];
        for (versions, dies) in [(&row.nuitka.dies, true), (&row.nuitka.copes, false)] {
            for version in versions {
                let build_abort = row.build_abort(files, version);
                if build_abort.is_some() != dies {
                    wrong.push(format!("{} in {}, Nuitka {version}: {build_abort:?}", row.file, row.wheel));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_first_version_that_stops_prints_what_it_was_seen_to_print() {
    let wheels = wheels();
    let mut count = 0;
    for row in rows() {
        if let (Some(version), Some(message)) = (row.nuitka.dies.first(), &row.nuitka.message) {
            let build_abort = row.build_abort(&wheels[&row.wheel], version);
            assert_eq!(build_abort, Some(format!("FATAL: {message}")), "{} with Nuitka {version}", row.file);
            count += 1;
        }
    }
    assert_eq!(count, 59);
}

/// A package for macOS whose module takes symbols from its library, in slices for two processors.
const PACKAGE: &str = "
//- /t/p-1.dist-info/WHEEL
Generator: maturin (1.4.0)
//- /t/p/m.cpython-311-darwin.so macho arm64+x86_64 id:@rpath/p.m.so needs:@rpath/liba.dylib,@loader_path/liba.dylib weak:libb.dylib rpath:@loader_path/lib,/opt/lib defines:PyInit_m takes:_a@@rpath/liba.dylib,_b sdk:12.0
//- /t/p/lib/liba.dylib macho arm64+x86_64 id:@rpath/liba.dylib reexport:@loader_path/libc.dylib defines:a,_a,b sdk:14.0
//- /t/p/lib/libc.dylib macho arm64 id:/DLC/p/libc.dylib needs:@executable_path/liba.dylib,/usr/lib/libSystem.B.dylib
";
const FILES: [&str; 3] = ["/t/p/m.cpython-311-darwin.so", "/t/p/lib/liba.dylib", "/t/p/lib/libc.dylib"];

/// One change to a file: at this place, as a part of its whole, this word.
type Change = (usize, f64, u32);

/// Changes where headers and tables lie (the first 300 bytes of each page), or anywhere; and where to cut each file off.
fn damage() -> impl Strategy<Value = (Vec<Change>, [Option<f64>; 3])> {
    let word = prop_oneof![any::<u32>(), Just(0), Just(1), Just(u32::MAX), Just(1 << 31), 0..300u32];
    let cut = || proptest::option::weighted(0.1, 0.0..1.0);
    (proptest::collection::vec((0..FILES.len(), 0.0..1.0, word), 1..8), [cut(), cut(), cut()])
}

fn damaged(bytes: &mut [u8], place: f64, word: u32) {
    let pages = bytes.len().div_ceil(4096);
    let place = place * pages as f64;
    let at = place as usize * 4096 + (place.fract() * 300.0) as usize;
    for (byte, new) in bytes.iter_mut().skip(at).zip(word.to_le_bytes()) {
        *byte = new;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn damaged_files_are_read_or_told_as_damaged((changes, cuts) in damage()) {
        let world = text::read(PACKAGE).expect("the world is well written");
        let mut files = FILES.map(|path| world.files.read(&VPath::new(path), usize::MAX).expect("its bytes"));
        for (file, place, word) in changes {
            damaged(&mut files[file], place, word);
        }
        let mut memory = world.files;
        for ((path, mut bytes), cut) in FILES.iter().zip(files).zip(cuts) {
            bytes.truncate(cut.map_or(bytes.len(), |cut| (cut * bytes.len() as f64) as usize));
            memory.file(&VPath::new(path), bytes);
        }
        let tool = Tool::new(ToolId::Nuitka, Some(Version::new(1, 0, 1)));
        let request =
            Request { overrides: Overrides { tool, ..Overrides::default() }, ..Request::of(VPath::new("/t")) };
        let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
        let scan = Scan::of(Arc::new(memory), &Machine::default(), &request, &progress).expect("there is something");
        for format in FORMATS {
            common::written(format, &scan, &common::plain());
        }
        let findings: serde_json::Value = serde_json::from_str(&common::written(&FINDINGS, &scan, &common::plain())).expect("valid JSON");
        prop_assert_eq!(&findings["target"]["root"], "/t");
    }
}
