//! What a simulated process remembers of its searches is what it would find anew.

use proptest::prelude::*;

use super::*;
use dylens::image::Name;
use dylens::loader::{Resolution, Simulation};
use dylens::vfs::VPath;
use dylens::world::FileId;

/// Folders and names of the files of a world.
const FOLDERS: [&str; 4] = ["a", "a/libs", "b", "b.libs"];
const NAMES: usize = 5;

/// A file: where it lies, its name, what it needs, and the search path that it has.
type Spec = (usize, usize, Vec<usize>, usize);

fn files() -> impl Strategy<Value = Vec<Spec>> {
    let file = (0..FOLDERS.len(), 0..NAMES, proptest::collection::vec(0..NAMES, 0..4), 0..6usize);
    proptest::collection::vec(file, 2..14)
}

/// How one system's files are written.
struct Words {
    system: &'static str,
    ending: &'static str,
    file: fn(needs: &[String], paths: usize) -> String,
}

fn elf(needs: &[String], paths: usize) -> String {
    let path = [
        "",
        "runpath:$ORIGIN",
        "rpath:$ORIGIN/libs",
        "rpath:$ORIGIN/../b",
        "runpath:$ORIGIN/../b.libs",
        "rpath:$ORIGIN/../a:$ORIGIN",
    ];
    format!("elf x86_64 needs:{} {}", needs.join(","), path[paths])
}

fn macho(needs: &[String], paths: usize) -> String {
    let path = [
        "",
        "rpath:@loader_path",
        "rpath:@loader_path/libs",
        "rpath:@loader_path/../b",
        "id:/nowhere/x0.so",
        "rpath:@loader_path/../a,@loader_path",
    ];
    let needs: Vec<String> = needs.iter().map(|name| format!("@rpath/{name}")).collect();
    format!("macho arm64 needs:{} {}", needs.join(","), path[paths])
}

fn pe(needs: &[String], _: usize) -> String {
    format!("pe x86_64 needs:{}", needs.join(","))
}

const SYSTEMS: [Words; 4] = [
    Words { system: GLIBC, ending: "so", file: elf },
    Words { system: MUSL, ending: "so", file: elf },
    Words { system: DYLD, ending: "so", file: macho },
    Words { system: WINDOWS, ending: "pyd", file: pe },
];

fn lines(words: &Words, files: &[Spec]) -> String {
    let named = |number: usize| format!("x{number}.{}", words.ending);
    let mut files: Vec<&Spec> = files.iter().collect();
    files.sort_by_key(|(folder, name, ..)| (*folder, *name));
    files.dedup_by_key(|(folder, name, ..)| (*folder, *name));
    let line = |(folder, name, needs, paths): &Spec| {
        let needs: Vec<String> = needs.iter().map(|&need| named(need)).collect();
        format!("//- @/{}/{} {}\n", FOLDERS[*folder], named(*name), (words.file)(&needs, *paths))
    };
    files.into_iter().map(line).collect()
}

/// What each need of each import got, with the name that was needed.
fn answers(scan: &Scan, mut simulation: Simulation) -> Vec<(VPath, Name, Resolution)> {
    let world = &scan.world;
    let mut imports: Vec<(FileId, VPath)> =
        scan.imports.iter().map(|import| (import.file, import.opened.clone())).collect();
    // Twice in a row, so that everything is remembered once.
    imports.extend(imports.clone());
    let mut answers = Vec::new();
    for (file, opened) in imports {
        simulation.import(file, &opened, &mut |wanted| {
            let by = world.file(wanted.by);
            let name = by.image.as_ref().map(|image| image.needs[wanted.need].name.clone()).unwrap_or_default();
            answers.push((by.path.clone(), name, wanted.resolution));
        });
    }
    answers
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn what_is_remembered_is_what_is_found_anew(files in files(), system in 0..SYSTEMS.len()) {
        let words = &SYSTEMS[system];
        let scan = scan(words.system, &lines(words, &files));
        let fast = answers(&scan, Simulation::new(&scan.world, &mut |_| {}));
        let slow = answers(&scan, Simulation::forgetful(&scan.world));
        prop_assert_eq!(fast, slow);
    }
}
