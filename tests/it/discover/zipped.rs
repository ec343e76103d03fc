//! Zip archives that hold modules.

use std::io::{Cursor, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dylens::discover::{Machine, Request};
use dylens::error::Error;
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::vfs::VPath;
use dylens::world::text;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::SYSTEM;
use crate::common::elf;

/// Scans an archive with these members, on a machine that has libgomp.
fn scan(name: &str, members: &[(&str, Vec<u8>)]) -> Result<Scan, Error> {
    let mut start = Cursor::new(b"#!/usr/bin/env python3\n".to_vec());
    start.set_position(start.get_ref().len() as u64);
    let mut writer = ZipWriter::new(start);
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a member");
        writer.write_all(bytes).expect("its bytes");
    }
    let archive = writer.finish().expect("an archive").into_inner();
    let here = "//- /usr/lib64/libgomp.so.1 elf x86_64 soname:libgomp.so.1\n//- /etc/ld.so.conf\n/usr/lib64\n";
    let mut world = text::read(&format!("{SYSTEM}{here}")).expect("a world");
    let path = VPath::new("/").join(name);
    world.files.file(&path, archive);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(world.files), &Machine::described(&[]), &Request::of(path), &progress)
}

fn module(needs: &str) -> Vec<u8> {
    elf(&format!("x86_64 defines:PyInit_m needs:{needs}"))
}

const M: &str = "m.cpython-311-x86_64-linux-gnu.so";

#[test]
fn packages_are_found_where_each_kind_of_archive_has_them() {
    for (name, folder, mark, because) in [
        ("layer.zip", "python/lib/python3.11/site-packages/", "python/x.txt", "a layer of AWS Lambda"),
        ("layer.zip", "python/", "python/x.txt", "a layer of AWS Lambda"),
        ("app.pex", ".deps/m-1-cp311.whl/", "PEX-INFO", "an archive of pex"),
        ("app.pyz", "site-packages/", "environment.json", "an archive of shiv"),
        ("app.pyz", "", "__main__.py", "a program in an archive"),
    ] {
        let found = scan(name, &[(&format!("{folder}{M}"), module("libc.so.6")), (mark, Vec::new())]).expect("a scan");
        assert_eq!(found.modules(), 1, "{because}");
        assert_eq!(found.imports.iter().filter_map(|import| import.module()).collect::<Vec<_>>(), ["m"], "{because}");
        assert_eq!(found.target.because.as_deref(), Some(because));
        assert!(found.findings.is_empty(), "{because}");
    }
}

#[test]
fn a_layer_goes_to_another_machine_and_a_program_runs_here() {
    let of = |name: &str, folder: &str| {
        let found = scan(name, &[(&format!("{folder}/{M}"), module("libgomp.so.1"))]).expect("a scan");
        found.findings.iter().map(|finding| finding.subject.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("layer.zip", "python"), ["libgomp.so.1"]);
    assert!(of("app.pyz", "site-packages").is_empty());
}

#[test]
fn what_is_no_archive_is_told() {
    let error = scan("layer.txt", &[]).err().expect("no native file");
    assert!(error.what.contains("is no native file") && error.what.contains("a script"), "{error}");
}
