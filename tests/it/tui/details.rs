//! What details tell beyond a node itself.

use crate::tui::harness::{WORLD, environment};

/// Two packages that bring a library each, one of which a third loads beside its own.
fn copies() -> String {
    let site = "/env/lib/python3.11/site-packages";
    format!(
        "{WORLD}//- {site}/one-1.0.dist-info/RECORD
one/m.abi3.so,,
one.libs/libgomp-a34b3233.so.1.0.0,,
//- {site}/two-1.0.dist-info/RECORD
two/m.abi3.so,,
two/both.abi3.so,,
two.libs/libgomp-d22c30c5.so.1.0.0,,
//- {site}/one/m.abi3.so elf x86_64 defines:PyInit_m needs:libgomp-a34b3233.so.1.0.0 rpath:$ORIGIN/../one.libs
//- {site}/two/m.abi3.so elf x86_64 defines:PyInit_m needs:libgomp-d22c30c5.so.1.0.0 rpath:$ORIGIN/../two.libs
//- {site}/one.libs/libgomp-a34b3233.so.1.0.0 elf x86_64 soname:libgomp-a34b3233.so.1.0.0
//- {site}/two.libs/libgomp-d22c30c5.so.1.0.0 elf x86_64 soname:libgomp-d22c30c5.so.1.0.0
"
    )
}

#[test]
fn a_library_tells_its_other_copies_and_whether_a_process_has_both() {
    let apart = environment(&copies(), (120, 36)).typed("F/gomp-a34⏎⇥.");
    let screen = apart.screen();
    assert!(screen.contains("copies 2   two.libs/libgomp-d22c30c5.so.1.0.0  in no process with this one"), "{screen}");
    let both = format!(
        "{}//- /env/lib/python3.11/site-packages/two/both.abi3.so elf x86_64 defines:PyInit_both needs:libgomp-a34b3233.so.1.0.0,libgomp-d22c30c5.so.1.0.0 rpath:$ORIGIN/../one.libs:$ORIGIN/../two.libs\n",
        copies()
    );
    let together = environment(&both, (120, 36)).typed("F/gomp-a34⏎⇥.");
    assert!(together.screen().contains("in one process with this one in 1 import"), "{}", together.screen());
    let alone = environment(WORLD, (120, 36)).typed("F/quadmath⏎⇥.");
    assert!(!alone.screen().contains("copies"), "{}", alone.screen());
}

#[test]
fn what_cannot_load_tells_by_what_the_failure_comes() {
    let site = "/env/lib/python3.11/site-packages";
    let world = format!(
        "//- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n\
         //- {site}/top/__init__.py\nfrom . import _top\nimport low\n//- {site}/top/_top.abi3.so elf x86_64 defines:PyInit__top\n\
         //- {site}/low/__init__.py\nfrom . import _low\n\
         //- {site}/low/_low.abi3.so elf x86_64 defines:PyInit__low needs:libgone.so.1\n"
    );
    let screen = environment(&world, (120, 36)).typed("/top⏎").screen();
    let lines: Vec<&str> = screen.lines().map(|line| line.trim_matches(['│', ' '])).collect();
    let at = lines.iter().position(|line| line.starts_with("through ")).unwrap_or_else(|| panic!("{screen}"));
    let way = lines[at..at + 4].iter().map(|line| line.trim_start_matches("through").trim());
    let way: Vec<&str> = way.collect();
    assert_eq!(way, ["top/_top.abi3.so ✗↓", "top ✗↓", "low ✗↓", "low/_low.abi3.so ✗"], "{screen}");
    let itself = environment(&world, (120, 36)).typed("/_low⏎").screen();
    assert!(!itself.contains("through "), "{itself}");
}
