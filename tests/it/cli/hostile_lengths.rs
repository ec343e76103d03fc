//! Files that claim more than they have: what is claimed is not believed, and that is said.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::{out, said};

/// Runs dylens with so much memory as nobody needs for files of these sizes: what claims more would end it.
fn dylens(directory: &Path, words: &[&str]) -> Output {
    const KILOBYTES: &str = "4000000";
    Command::new("sh")
        .args(["-c", "ulimit -v $0 && exec \"$@\"", KILOBYTES, env!("CARGO_BIN_EXE_dylens")])
        .args(words)
        .current_dir(directory)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

fn complaint(output: &Output) -> String {
    let said = said(output);
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    said
}

/// A folder with a module, and a file of a terabyte that takes no room.
fn vast(start: &str) -> tempfile::TempDir {
    let folder = crate::common::lay_out("//- /site/a.so elf x86_64 needs:libnowhere.so.9 defines:PyInit_a\n");
    let path = folder.path().join("x.dylens.json");
    fs::write(&path, start).expect("a file");
    File::options().write(true).open(path).and_then(|file| file.set_len(1 << 40)).expect("a file with a hole");
    folder
}

#[test]
fn a_snapshot_of_a_terabyte_is_refused_with_the_bound() {
    for start in ["", "{\"snapshot\":1"] {
        let folder = vast(start);
        for words in [
            &["x.dylens.json"][..],
            &["open", "x.dylens.json"],
            &["check", "x.dylens.json"],
            &["export", "x.dylens.json"],
            &["diff", "x.dylens.json", "site"],
            &["diff", "site", "x.dylens.json"],
            &["check", "--baseline", "x.dylens.json", "site"],
        ] {
            let said = complaint(&dylens(folder.path(), words));
            assert!(said.contains("it has 1099511627776 bytes, more than the 1073741824 that are read"), "{said}");
        }
        fs::write(folder.path().join("pyproject.toml"), "[tool.dylens]\nbaseline = 'x.dylens.json'\n").expect("a file");
        let said = complaint(&dylens(folder.path(), &["check", "site"]));
        assert!(said.contains("1099511627776") && said.contains("the baseline"), "{said}");
    }
}

#[test]
fn a_file_that_begins_like_no_snapshot_is_not_read_to_its_end() {
    let folder = vast("");
    let file = File::options().write(true).open(folder.path().join("x.dylens.json"));
    file.and_then(|file| file.set_len(1 << 30)).expect("a file with a hole");
    let said = complaint(&dylens(folder.path(), &["x.dylens.json"]));
    assert!(said.contains("is no snapshot of dylens"), "{said}");
}

#[test]
fn a_program_of_a_terabyte_is_looked_through_no_further_than_programs_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("program");
    fs::write(&path, crate::common::elf("x86_64 program needs:libnowhere.so.9")).expect("a file");
    let file = File::options().write(true).open(&path);
    file.and_then(|file| file.set_len(1 << 40)).expect("a file with a hole");
    // It would be read for an hour.
    let output = dylens(folder.path(), &["check", "program"]);
    assert!(out(&output).contains("libnowhere.so.9"), "{}", said(&output));
}

/// A shared library of 64 bits whose parts lie in the file as in memory: what the dynamic segment says, and what else there
/// is, with the address of each part.
fn library(tags: impl Fn(&[u64]) -> Vec<(u64, u64)>, parts: &[Vec<u8>]) -> Vec<u8> {
    const START: u64 = 64 + 2 * 56;
    let places = |base: u64| {
        let mut at = base;
        let starts = parts.iter().map(|part| {
            at += part.len() as u64;
            at - part.len() as u64
        });
        starts.collect::<Vec<u64>>()
    };
    let room = (tags(&places(0)).len() as u64 + 1) * 16;
    let dynamic: Vec<u8> = tags(&places(START + room))
        .into_iter()
        .chain([(0, 0)])
        .flat_map(|(tag, value)| [tag.to_le_bytes(), value.to_le_bytes()].concat())
        .collect();
    let body = [dynamic, parts.concat()].concat();
    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".to_vec();
    file.extend([0u64, 64, 0].map(u64::to_le_bytes).concat());
    file.extend(0u32.to_le_bytes());
    file.extend([64u16, 56, 2, 64, 0, 0].map(u16::to_le_bytes).concat());
    let whole = START + body.len() as u64;
    for (kind, flags, at, len) in [(1u32, 5u32, 0, whole), (2, 6, START, room)] {
        file.extend([kind, flags].map(u32::to_le_bytes).concat());
        file.extend([at, at, at, len, len, 4096].map(u64::to_le_bytes).concat());
    }
    file.extend(body);
    file
}

const NEEDED: u64 = 1;
const STRTAB: u64 = 5;
const SYMTAB: u64 = 6;
const STRSZ: u64 = 10;
const VERDEF: u64 = 0x6fff_fffc;
const VERDEFNUM: u64 = 0x6fff_fffd;
const VERNEED: u64 = 0x6fff_fffe;
const VERNEEDNUM: u64 = 0x6fff_ffff;

/// What the report says of a module with these bytes.
fn report(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.so"), bytes).expect("a file");
    let output = dylens(folder.path(), &["check", "-v", "a.so"]);
    // Nothing imports a plain library: a problem of it need not be an error.
    assert!(matches!(output.status.code(), Some(0 | 1)) && said(&output).is_empty(), "{}", said(&output));
    out(&output)
}

/// A string table: nothing, then these names.
fn strings(names: &[&[u8]]) -> Vec<u8> {
    [b"\0".to_vec(), names.iter().flat_map(|name| [*name, b"\0"].concat()).collect()].concat()
}

#[test]
fn version_needs_that_overlap_are_a_problem_of_the_file() {
    // Sixteen bytes that are a file's list of needs and a need at once, and lead to the next such.
    let record = [&[1, 0, 0xff, 0xff][..], &1u32.to_le_bytes(), &16u32.to_le_bytes(), &16u32.to_le_bytes()].concat();
    let table = record.repeat(1 << 16);
    let tags = |at: &[u64]| vec![(STRTAB, at[0]), (STRSZ, 40), (VERNEED, at[1]), (VERNEEDNUM, 0xffff)];
    let said = report(&library(tags, &[strings(&[&[b'x'; 38]]), table]));
    assert!(said.contains("its lists of version needs overlap"), "{said}");
}

#[test]
fn version_needs_that_do_not_overlap_are_none() {
    // One file, two versions.
    let need = |count: u16, aux: u32| {
        [&1u16.to_le_bytes()[..], &count.to_le_bytes(), &1u32.to_le_bytes(), &aux.to_le_bytes(), &[0; 4]].concat()
    };
    let version = |next: u32| [&[0u8; 8][..], &1u32.to_le_bytes(), &next.to_le_bytes()].concat();
    let table = [need(2, 16), version(16), version(0)].concat();
    let tags = |at: &[u64]| vec![(NEEDED, 1), (STRTAB, at[0]), (STRSZ, 12), (VERNEED, at[1]), (VERNEEDNUM, 1)];
    let said = report(&library(tags, &[strings(&[b"libnone.so"]), table]));
    assert!(said.contains("libnone.so") && !said.contains("malformed"), "{said}");
}

#[test]
fn names_without_number_that_share_one_long_text_are_a_problem_of_the_file() {
    let name = vec![b'x'; 4000];
    let tags = |at: &[u64]| {
        let needs = (0..60_000).map(|index| (NEEDED, 1 + index % 3000));
        needs.chain([(STRTAB, at[0]), (STRSZ, 4002)]).collect()
    };
    let said = report(&library(tags, &[strings(&[&name])]));
    assert!(said.contains("its dynamic strings together are longer than any linker writes"), "{:.2000}", said);
}

#[test]
fn more_version_definitions_than_there_is_room_for_are_a_problem_of_the_file() {
    let tags = |at: &[u64]| vec![(STRTAB, at[0]), (STRSZ, 2), (VERDEF, at[1]), (VERDEFNUM, 0xffff_ffff)];
    let said = report(&library(tags, &[strings(&[]), vec![0; 64]]));
    assert!(said.contains("it claims more version definitions than it has room for"), "{said}");
}

#[test]
fn symbols_without_number_that_share_one_long_name_are_not_copied_without_end() {
    // The symbol table follows from where the names begin: all its entries take the same name from elsewhere.
    let symbol = [&1u32.to_le_bytes()[..], &[0x10, 0, 0, 0], &[0; 16]].concat();
    let symbols = symbol.repeat(1 << 18);
    let tags = |at: &[u64]| vec![(NEEDED, 1), (SYMTAB, at[0]), (STRTAB, at[1]), (STRSZ, (1 << 20) + 2)];
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.so"), library(tags, &[symbols, strings(&[&[b'x'; 1 << 20]])])).expect("a file");
    for words in [&["check", "-v"][..], &["export", "--format", "snapshot"]] {
        let output = dylens(folder.path(), &[words, &["a.so"]].concat());
        assert_eq!((output.status.code(), said(&output)), (Some(0), String::new()));
    }
}
