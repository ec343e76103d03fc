//! The symbols of an edge, and who has to do with a symbol.

use dylens::snapshot::{self, Anonymizer, KeptSymbols};
use dylens::tui::effect::Effect;
use dylens::tui::modal::search::Search;
use dylens::vfs::VPath;

use crate::tui::harness::{Face, WORLD, environment, face, shown_as};

/// A module that takes symbols of one library, needs another for nothing, and misses a third.
const SYMBOLS: &str = "\
//- /env/pyvenv.cfg
home = /usr/bin
version = 3.11.9
//- /env/bin/python3 -> /usr/bin/python3.11
//- /usr/bin/python3.11 elf x86_64 interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6 pie
//- /usr/lib/python3.11/os.py
//- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 needs:ld-linux-x86-64.so.2 versions:GLIBC_2.2.5,GLIBC_2.36
//- /env/lib/python3.11/site-packages/lin-1.0.dist-info/RECORD
lin/_core.cpython-311-x86_64-linux-gnu.so,,
lin.libs/libblas.so.3,,
lin.libs/libidle.so.1,,
//- /env/lib/python3.11/site-packages/lin/_core.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__core takes:dgemm_,_ZN1x4openEi,dsyrk_,hook? needs:libblas.so.3,libidle.so.1 rpath:$ORIGIN/../lin.libs
//- /env/lib/python3.11/site-packages/lin.libs/libblas.so.3 elf x86_64 soname:libblas.so.3 defines:dgemm_,_ZN1x4openEi,dgemv_
//- /env/lib/python3.11/site-packages/lin.libs/libidle.so.1 elf x86_64 soname:libidle.so.1 defines:idle
";

fn symbols(size: (u16, u16)) -> Face {
    environment(SYMBOLS, size)
}

#[test]
fn an_edge_tells_the_symbols_that_make_it() {
    let mut face = symbols((120, 36)).typed("4/_core⏎⇥.");
    let screen = face.screen();
    assert!(screen.contains("libblas.so.3 → lin.libs/libblas.so.3 (its RPATH)  2 symbols"), "{screen}");
    assert!(screen.contains("libidle.so.1 → lin.libs/libidle.so.1 (its RPATH)  overlinked"), "{screen}");
    assert!(screen.contains("4 needed, 1 undefined: dsyrk_"), "{screen}");
    face.type_keys(".⇥/libblas⏎S");
    let screen = face.screen();
    assert!(screen.contains("Symbols  _core → libblas.so.3: 2 symbols"), "{screen}");
    assert!(screen.contains("✓ dgemm_") && screen.contains("✓ x::open(int)"), "as it was written\n{screen}");
}

#[test]
fn what_is_undefined_comes_first_and_in_red() {
    let face = symbols((120, 36)).typed("4/_core⏎S");
    let styles = face.styles();
    assert!(styles.contains("fg Red") && styles.contains("dsyrk_"), "{styles}");
    let screen = face.screen();
    let (red, weak) = (screen.find("✗ dsyrk_").expect("undefined"), screen.find("· hook").expect("weak"));
    assert!(red < weak, "{screen}");
    shown_as("symbols", &screen);
}

#[test]
fn an_edge_without_symbols_is_overlinked() {
    let face = symbols((120, 36)).typed("4/libidle⏎S");
    let screen = face.screen();
    assert!(
        screen.contains("overlinked: _core.cpython-311-x86_64-linux-gnu.so uses no symbol of libidle.so.1"),
        "{screen}"
    );
    let near = SYMBOLS.replace("defines:idle", "defines:idle,dsyrk_");
    let face = environment(&near, (120, 36)).typed("4/_core⏎");
    assert!(!face.screen().contains("overlinked") && !face.screen().contains("undefined"), "{}", face.screen());
}

#[test]
fn from_the_graph_an_edge_takes_few_keys() {
    let mut face = symbols((120, 36)).typed("2/_core⏎");
    face.type_keys("lS");
    assert!(face.screen().contains("Symbols  _core → lib"), "{}", face.screen());
    let mut face = symbols((120, 36)).typed("2/libblas⏎⏎");
    assert!(face.screen().contains("Symbols  "), "nearer than a file are its symbols\n{}", face.screen());
    face.type_keys("⎋");
    assert!(face.model.modal.is_none());
}

#[test]
fn a_symbol_leads_to_who_defines_and_who_wants_it() {
    let mut face = symbols((120, 36)).typed("4/libblas⏎S");
    let Some(Effect::FindSymbols(name)) = face.press('⏎') else { panic!("it is looked for") };
    assert!(name == "dgemm_" || name == "_ZN1x4openEi", "{name}");
    assert!(face.screen().contains("reading …"), "{}", face.screen());
}

#[test]
fn sym_finds_files_by_a_symbol_or_a_part_of_it() {
    let mut face = symbols((120, 36)).typed("/sym:dgemm_");
    let screen = face.screen();
    assert!(screen.contains("Search: 2 uses"), "{screen}");
    let (defines, wants) = (screen.find("defines  dgemm_").expect("it"), screen.find("wants    dgemm_").expect("who"));
    assert!(defines < wants, "{screen}");
    face.type_keys("⌫⌫");
    let hits = &face.model.overlay::<Search>().expect("a search").hits;
    assert_eq!(hits.len(), 3, "dgemm_ twice, dgemv_ once\n{}", face.screen());
    face.type_keys(" libblas");
    assert_eq!(face.model.overlay::<Search>().expect("a search").hits.len(), 2, "{}", face.screen());
    assert_eq!(face.type_keys("⏎").chosen(), "libblas.so.3");
    face.type_keys("⎋/sym:nothing");
    assert!(face.screen().contains("no file defines or needs this symbol"), "{}", face.screen());
}

#[test]
fn tab_completes_what_narrows_a_search() {
    let query = |face: &Face| face.model.overlay::<Search>().expect("a search").input.value().to_owned();
    let mut face = face(WORLD, (120, 36)).typed("/ki⇥");
    assert_eq!(query(&face), "kind:");
    face.type_keys("mo⇥");
    assert_eq!(query(&face), "kind:module");
    face.type_keys(" p⇥nu⇥");
    assert_eq!(query(&face), "kind:module pkg:numpy");
    assert_eq!(face.model.overlay::<Search>().expect("a search").hits.len(), 2);
    face.type_keys(" n⇥gfort⇥");
    assert_eq!(query(&face), "kind:module pkg:numpy needs:libgfortran-040039e1.so.5.0.0", "without lib, too");
    face.type_keys(" is:⇥");
    assert!(query(&face).ends_with("is:broken"));
    assert!(face.screen().contains("missing prefix rust system"), "{}", face.screen());
    face.type_keys("⇥");
    assert!(query(&face).ends_with("is:missing"));
    face.type_keys("⇤");
    assert!(query(&face).ends_with("is:broken"));
    let mut face = symbols((120, 36)).typed("/sym:dge⇥");
    assert_eq!(query(&face), "sym:dgemm_");
    assert_eq!(query(face.type_keys("⇥")), "sym:dgemv_");
    assert_eq!(query(face.type_keys(" zz⇥")), "sym:dgemv_ zz", "there is nothing");
}

#[test]
fn a_snapshot_has_the_symbols_of_edges_with_findings() {
    let bytes = snapshot::take(&symbols((80, 24)).model.scan_index.expect("a scan").scan, Anonymizer::none());
    let scan = snapshot::open(&bytes, &VPath::new("x")).expect("a snapshot");
    let mut face = Face::of(scan, (120, 36)).typed("4/_core⏎S");
    let screen = face.screen();
    assert!(screen.contains("1 symbol in this snapshot") && screen.contains("✗ dsyrk_"), "{screen}");
    face.type_keys("⎋/sym:dgemm_");
    assert!(face.screen().contains("the snapshot has no such symbol"), "{}", face.screen());
    face.type_keys("⎋/sym:dsyrk_");
    let screen = face.screen();
    assert!(screen.contains("Search: 1 use in the snapshot") && screen.contains("wants    dsyrk_"), "{screen}");
}

#[test]
fn a_snapshot_of_all_symbols_shows_what_the_environment_shows() {
    let scan = symbols((80, 24)).model.scan_index.expect("a scan");
    let bytes = snapshot::take_with(&scan.scan, Anonymizer::none(), KeptSymbols::All);
    for keys in ["4/_core⏎S", "4/_core⏎⇥.", "4/libblas⏎S", "4/libidle⏎S"] {
        let opened = snapshot::open(&bytes, &VPath::new("x")).expect("a snapshot");
        let told = |screen: String| screen.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
        let (kept, live) = (Face::of(opened, (120, 36)).typed(keys).screen(), symbols((120, 36)).typed(keys).screen());
        assert_eq!(told(kept), told(live), "{keys}");
    }
    let opened = snapshot::open(&bytes, &VPath::new("x")).expect("a snapshot");
    let mut face = Face::of(opened, (120, 36)).typed("/sym:dge");
    let screen = face.screen();
    assert!(screen.contains("defines  dgemm_") && screen.contains("wants    dgemm_"), "{screen}");
    assert!(!screen.contains("dgemv_"), "what no file wants is not in it\n{screen}");
    assert_eq!(face.type_keys("mm_ libblas⏎").chosen(), "libblas.so.3");
}
