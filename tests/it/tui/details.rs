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
