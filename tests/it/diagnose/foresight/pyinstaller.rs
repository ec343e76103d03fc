//! What pyinstaller will say.

use super::*;
use crate::diagnose::foresight::{complaints, for_tool, mac_at, mac_words};
use dylens::discover::Overrides;

#[test]
fn pyinstaller_warns_of_what_it_finds_nowhere_and_takes_what_is_collected_anyway() {
    let files = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libgone.so.1,libb.so.1
//- SITE/b.libs/libb.so.1 elf x86_64 soname:libb.so.1
";
    let words = "Library not found: could not resolve 'libgone.so.1', dependency of \
                 '/env/lib/python3.11/site-packages/a/_a.cpython-311-x86_64-linux-gnu.so'.";
    assert_eq!(complaints(&for_tool("pyinstaller", files)), [(Severity::Error, "libgone.so.1", Some(words))]);
}

#[test]
fn pyinstaller_says_nothing_of_what_it_would_not_collect_and_words_it_otherwise_before_6() {
    let files = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:libGL.so.1,libcuda.so.1,libglut.so.3\n";
    let told = |tool: &str| {
        let scan = for_tool(tool, files);
        complaints(&scan).iter().map(|(_, _, words)| words.expect("words").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told("pyinstaller").len(), 1);
    assert!(told("pyinstaller")[0].starts_with("Library not found: could not resolve 'libglut.so.3'"));
    let path = "/env/lib/python3.11/site-packages/a/_a.cpython-311-x86_64-linux-gnu.so";
    assert!(told("pyinstaller=5.13.2").contains(&format!("Cannot find libGL.so.1 (needed by {path})")));
    let mac = "//- /t/p/m.so macho arm64 bundle defines:PyInit_m needs:@rpath/libx.dylib\n";
    let old = mac_words("pyinstaller=5.13.2", mac);
    assert_eq!(old, ["Cannot find path ./libx.dylib (needed by /t/p/m.so)"]);
    let new = mac_words("pyinstaller", mac);
    assert_eq!(new, ["Library not found: could not resolve '@rpath/libx.dylib', dependency of '/t/p/m.so'."]);
}

#[test]
fn pyinstaller_stops_at_modules_without_code_for_the_mac_that_it_builds_for() {
    let told = |arch: &str, words: &str| {
        let overrides = Overrides { arch: dylens::image::Arch::named(arch), ..asked("pyinstaller") };
        let scan = mac_at(overrides, &format!("//- /t/p/m.so macho {words}\n"));
        complaints(&scan).iter().filter_map(|(_, _, words)| words.map(str::to_owned)).collect::<Vec<_>>()
    };
    let module = "bundle defines:PyInit_m";
    assert_eq!(
        told("arm64", &format!("x86_64 {module}")),
        ["/t/p/m.so is incompatible with target arch arm64 (has arch: x86_64)!"]
    );
    assert_eq!(told("arm64", &format!("x86_64+i386 {module}")), ["/t/p/m.so does not contain slice for arm64!"]);
    for fine in [format!("arm64 {module}"), format!("x86_64+arm64 {module}"), "x86_64".to_owned()] {
        assert!(told("arm64", &fine).is_empty(), "{fine}");
    }
}

#[test]
fn pyinstaller_warns_on_linux_of_what_a_library_lacks_at_everybody_who_loads_it() {
    let files = "//- SITE/a/_a.TAG elf x86_64 defines:PyInit__a needs:liba.so.1 runpath:$ORIGIN
//- SITE/a/liba.so.1 elf x86_64 soname:liba.so.1 needs:libgone.so.1
//- SITE/a/_b.TAG elf x86_64 defines:PyInit__b
";
    let scan = for_tool("pyinstaller", files);
    let told = finding(&scan, "tool-complains");
    let mut names: Vec<String> = told.files.iter().map(|file| VPath::new(file.file_name()).to_string()).collect();
    names.sort();
    assert_eq!(names, ["_a.cpython-311-x86_64-linux-gnu.so", "liba.so.1"]);
}
